"""Brings a database's tables up to date when it is opened."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from webapp.storage.guards import enable_guards_always

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0023"
MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 4_410_731


class DatabaseTooNew(ValueError):
    """A newer crfsmith has brought the tables further than this one knows."""


def migrate(engine: Engine) -> None:
    """Runs the migrations that the database has not seen, in one transaction."""
    with engine.connect() as connection:
        revision = _revision(connection)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise DatabaseTooNew(
            f"The database has version {revision}, but this crfsmith supports "
            f"versions up to {HEAD}."
        )

    if revision is not None and not _is_known(revision):
        raise ValueError(
            f"its tables have version {revision}, which no crfsmith has ever created"
        )

    with engine.connect() as connection:
        writing = connection.execution_options(crfsmith_writes=True)
        with writing.begin():
            _one_at_a_time(writing)
            command, _ = _alembic()
            command.upgrade(alembic_config(writing), "head")
            enable_guards_always(writing)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, with the migrations of this package and an open
    connection.
    """
    _, configuration = _alembic()
    config: Config = configuration.Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _alembic() -> tuple[ModuleType, ModuleType]:
    """Alembic's commands and its configuration."""
    # It takes a quarter of a second to load, and most openings of a database do not
    # need it.
    from alembic import command, config

    return command, config


def _is_known(revision: str) -> bool:
    return (
        revision.isascii()
        and revision.isdigit()
        and len(revision) == len(HEAD)
        and int(revision) >= 1
    )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _one_at_a_time(connection: Connection) -> None:
    """Two servers may open a new database at once; SQLite's writers wait for each other
    anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK}
        )
