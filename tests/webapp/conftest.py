"""Databases for every test that needs one: a file, and one PostgreSQL for the whole run
that is started when the first test asks for it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.webapp import small_site
from tests.webapp.postgresql import AS_FILES, named, run_statements, started

_NUMBERS = count(1)
KINDS = ("sqlite", "postgresql")
FRUGAL = (
    # The disk of the machine is not under test, and waiting for it is most of the time.
    "ALTER SYSTEM SET fsync = off",
    # It goes round all databases, of which the tests make hundreds that live shortly.
    "ALTER SYSTEM SET autovacuum = off",
)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL that runs for the tests.

    It runs as a user of its own, who cannot enter pytest's folders once another run has
    closed them.
    """
    folder = Path(tempfile.mkdtemp(prefix="crfsmith-postgresql-"))
    server = started(folder)
    address = server.get_uri()
    run_statements(address, *FRUGAL, "SELECT pg_reload_conf()")
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_postgresql(postgresql_server: str) -> str:
    """The address of a new database without a table."""
    return _empty(postgresql_server)


def _empty(server: str) -> str:
    name = f"empty_{next(_NUMBERS)}"
    run_statements(server, f"CREATE DATABASE {name} {AS_FILES}")
    return named(server, name)


@pytest.fixture(scope="module", params=KINDS)
def module_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The address of a new database for all tests of a module, on SQLite and on
    PostgreSQL.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('module')}/study.sqlite"
    return _empty(request.getfixturevalue("postgresql_server"))


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small study with its people and subjects; work on a copy of it."""
    file = tmp_path_factory.mktemp("site") / "study.sqlite"
    small_site.database_of(small_site.app_over(f"sqlite:///{file}")).close()
    return file


@pytest.fixture(scope="session")
def site_template(postgresql_server: str) -> str:
    """The name of a database with the same in it; make another from it."""
    run_statements(postgresql_server, "CREATE DATABASE site")
    app = small_site.app_over(named(postgresql_server, "site"))
    small_site.database_of(app).close()
    return "site"


@pytest.fixture(params=KINDS)
def site_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of its own with the small study in it, on SQLite and on
    PostgreSQL.
    """
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("site_file"), tmp_path)
        return f"sqlite:///{tmp_path}/study.sqlite"

    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("site_template")
    name = f"site_{next(_NUMBERS)}"
    run_statements(server, f"CREATE DATABASE {name} TEMPLATE {template} {AS_FILES}")
    return named(server, name)
