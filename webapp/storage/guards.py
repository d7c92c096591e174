"""The guards of the tables: triggers that refuse to change or take away what was
written. They are compared with those of a database that was just made.

What they are like stands in ``guards.json``, by database and by name. A test compares
it with migrated databases, and writes it anew when a migration brings other guards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from webapp.storage.tables import metadata

LISTED: Final = Path(__file__).parent / "guards.json"
ALWAYS: Final = "A"
"""What PostgreSQL calls a trigger that fires in every session, also one that replays."""


@cache
def expected_guards(dialect: str) -> Mapping[str, str]:
    """What each trigger does, by its name."""
    listed: Mapping[str, Mapping[str, str]] = json.loads(LISTED.read_text("utf-8"))
    return listed[dialect]


def guards_of(connection: Connection) -> dict[str, str]:
    """What each trigger of a database does, by its name; disabled ones do nothing."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text(SQLITE_TRIGGERS))
        return {row.name: _plain(row.sql) for row in rows}

    rows = connection.execute(text(POSTGRESQL_TRIGGERS))
    return {
        row.name: _plain(f"{row.definition} {row.body}")
        if row.enabled == ALWAYS
        else ""
        for row in rows
    }


SQLITE_TRIGGERS = "SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'"
POSTGRESQL_TRIGGERS = """
    SELECT t.tgname AS name, t.tgenabled::text AS enabled,
        pg_get_triggerdef(t.oid, true) AS definition, p.prosrc AS body
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""


def _plain(definition: str) -> str:
    return " ".join(definition.replace(" public.", " ").split())


def missing_guards(connection: Connection) -> tuple[str, ...]:
    """The names of guards that a database lacks, has otherwise or has disabled."""
    present = guards_of(connection)
    expected = expected_guards(connection.dialect.name)
    return tuple(name for name, does in expected.items() if present.get(name) != does)


def broken_guards(connection: Connection) -> Iterator[Finding]:
    """A finding for every guard that is missing, disabled, altered or not ours, and for
    whatever stands in the way of a table.
    """
    expected = expected_guards(connection.dialect.name)
    present = guards_of(connection)
    for name, does in expected.items():
        if name not in present:
            yield finding("guard-missing", value=name)
        elif not present[name]:
            yield finding("guard-disabled", value=name)
        elif present[name] != does:
            yield finding("guard-altered", value=name)

    for name in sorted(present.keys() - expected.keys()):
        yield finding("guard-foreign", value=f"the trigger {name}")
    query = SHADOWS[connection.dialect.name]
    for row in connection.execute(text(query)):
        if row.name in metadata.tables or row.kind.endswith("trigger"):
            yield finding("guard-foreign", value=f"the {row.kind} {row.name}")


SHADOWS: Mapping[str, str] = {
    "sqlite": (
        "SELECT 'temporary ' || type AS kind, name FROM sqlite_temp_master"
        " UNION SELECT type, name FROM main.sqlite_master WHERE type = 'view'"
    ),
    "postgresql": """
        SELECT 'rule on' AS kind, c.relname AS name
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE r.rulename <> '_RETURN'
            AND c.relnamespace = current_schema()::regnamespace
        UNION SELECT 'view', c.relname FROM pg_class c
        WHERE c.relkind IN ('v', 'm')
            AND c.relnamespace = current_schema()::regnamespace
        UNION SELECT 'table that inherits from', c.relname
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
        WHERE c.relkind = 'r'
            AND c.relnamespace = current_schema()::regnamespace
        UNION SELECT 'temporary table', c.relname FROM pg_class c
        WHERE c.relpersistence = 't' AND c.relnamespace = pg_my_temp_schema()
    """,
}
"""What would be read or written instead of a table, or along with it."""


def enable_guards_always(connection: Connection) -> None:
    """On PostgreSQL the guards fire in sessions that replay too, where ordinary triggers
    do not. SQLite knows no such sessions.
    """
    if connection.dialect.name == "sqlite":
        return

    # One that somebody disabled stays so: it is a finding, not to be healed unseen.
    rows = connection.execute(text(NOT_ALWAYS)).all()
    for row in rows:
        connection.execute(
            text(f'ALTER TABLE "{row.table}" ENABLE ALWAYS TRIGGER "{row.name}"')
        )


NOT_ALWAYS = """
    SELECT t.tgname AS name, c.relname AS table
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
        AND p.proname LIKE 'crfsmith%' AND t.tgenabled = 'O'
"""
