"""The guards of history: the triggers that a database must have."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from webapp.storage.migrate import migrate

NO_DELETE, NO_TRUNCATE = "_no_delete", "_no_truncate"
"""On PostgreSQL a table whose rows stay cannot be emptied either."""
SQLITE = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
POSTGRESQL = text(
    "SELECT tgname AS name, pg_get_triggerdef(oid) || ' ' || tgenabled::text AS sql"
    " FROM pg_trigger WHERE NOT tgisinternal"
    " AND tgrelid IN (SELECT oid FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace)"
)
REFUSES = text(
    "SELECT bool_and(prosrc LIKE '%RAISE EXCEPTION%') FROM pg_proc"
    " WHERE proname LIKE 'crfsmith%' AND pronamespace ="
    " current_schema()::regnamespace"
)


def guards_of(connection: Connection) -> Mapping[str, str]:
    """The triggers of a database by name, each with its definition; on PostgreSQL also
    whether it is enabled.
    """
    query = SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL
    return {row.name: row.sql for row in connection.execute(query)}


def missing_guards(connection: Connection) -> tuple[str, ...]:
    """The names of triggers that a new database would have, and that this one lacks or
    has otherwise. It must be up to date.
    """
    standing, wanted = guards_of(connection), _guards_of_a_new_file()
    if connection.dialect.name == "sqlite":
        return tuple(
            sorted(name for name, sql in wanted.items() if standing.get(name) != sql)
        )

    names = {
        *wanted,
        *(
            name.removesuffix(NO_DELETE) + NO_TRUNCATE
            for name in wanted
            if name.endswith(NO_DELETE)
        ),
    }
    # "O" and "A" are the states in which a trigger acts on what a server does.
    acting = {name for name, sql in standing.items() if sql[-1] in "OA"}
    # Triggers of a function that was emptied stand, and refuse nothing.
    if not connection.execute(REFUSES).scalar():
        return tuple(sorted(names))

    return tuple(sorted(names - acting))


def _guards_of_a_new_file() -> Mapping[str, str]:
    """What the migrations build where there was nothing."""
    with tempfile.TemporaryDirectory(prefix="crfsmith-guards-") as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'new.sqlite'}")
        try:
            migrate(engine)
            with engine.connect() as connection:
                return guards_of(connection)
        finally:
            engine.dispose()
