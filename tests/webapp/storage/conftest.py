"""A database with one subject, one coordinator and a small dictionary: on SQLite and on
PostgreSQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.webapp.postgresql import AS_FILES, named, run_statements
from tests.webapp.storage.storing import furnish, ticking
from webapp.storage import Database, open_database

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def furnished_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Furnished once: each test works on its own copy."""
    file = tmp_path_factory.mktemp("furnished") / "study.sqlite"
    furnish(open_database(f"sqlite:///{file}", clock=ticking())).close()
    return file


@pytest.fixture(scope="session")
def furnished_server(postgresql_server: str) -> str:
    """The address of the tests' PostgreSQL, with a furnished database ``template``."""
    run_statements(postgresql_server, "CREATE DATABASE template")
    address = named(postgresql_server, "template")
    furnish(open_database(address, clock=ticking())).close()
    return postgresql_server


@pytest.fixture
def sqlite_database(tmp_path: Path, furnished_file: Path) -> Iterator[Database]:
    shutil.copy(furnished_file, tmp_path)
    opened = open_database(f"sqlite:///{tmp_path}/study.sqlite", clock=ticking())
    yield opened
    opened.close()


@pytest.fixture
def postgresql_database(furnished_server: str) -> Iterator[Database]:
    name = f"test_{next(_NUMBERS)}"
    copying = f"CREATE DATABASE {name} TEMPLATE template {AS_FILES}"
    run_statements(furnished_server, copying)
    opened = open_database(named(furnished_server, name), clock=ticking())
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite_database", "postgresql_database"])
def database(request: pytest.FixtureRequest) -> Database:
    opened: Database = request.getfixturevalue(request.param)
    return opened
