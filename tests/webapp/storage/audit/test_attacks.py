"""Whatever is done to a database behind the product's back is found afterwards."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text

from tests.webapp.storage.storing import VS, furnish, keep, record, ticking
from tests.webapp.storage.test_log_beginning import before_the_log
from webapp.storage import (
    Database,
    accept_clock,
    add_attachment,
    add_subject,
    batch,
    broken_seals,
    load_version,
    open_database,
)
from webapp.storage.audit.audit_findings import is_sound
from webapp.storage.audit.database_audit import audit_connection, audit_database
from webapp.storage.events import line_hash
from webapp.storage.history import SEALED
from webapp.storage.seals import seal
from webapp.storage.signed_heads import SignedHead, Signer, sign_log, signed_heads

SIGNER = Signer(private=Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = Signer(private=Ed25519PrivateKey.from_private_bytes(b"1" * 32))


@pytest.fixture
def captured(database: Database) -> Database:
    """Three versions of a form, a file, an import, and a signed log."""
    signing = replace(database, sign=SIGNER)
    for number in range(3):
        keep(signing, number, record(sysbp=str(120 + number)))
    add_attachment(signing, b"scan", user="nurse")
    with batch(signing) as saves:
        saves.begin_import(operator="Maria", source="p.zip")
        saves.add_subject(subjid="01-002", site="01", user="nurse")
    sign_log(signing)
    return signing


def codes(database: Database, kept: tuple[SignedHead, ...] = ()) -> set[str]:
    report = audit_database(database, kept=kept, key=SIGNER.key)
    return {item.finding.code for item in report.findings}


def test_a_database_as_it_was_written_has_no_finding(captured: Database) -> None:
    report = audit_database(captured, key=SIGNER.key)

    assert report.findings == ()
    assert is_sound(report.findings)
    assert (report.lines, report.signed, report.keys) == (10, 1, (SIGNER.key,))


def unguarded(database: Database, *statements: str) -> None:
    """Statements of somebody who owns the tables: the guards are taken away and put
    back.
    """
    with database.write() as connection:
        again = _without_guards(connection)
        for statement in (*statements, *again):
            connection.exec_driver_sql(statement)


def _without_guards(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(text(query)).all()
        for row in triggers:
            connection.execute(text(f"DROP TRIGGER {row.name}"))
        return [row.sql for row in triggers]

    tables = connection.execute(
        text(
            "SELECT DISTINCT c.relname AS name, t.tgname AS trigger FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
        )
    ).all()
    for row in tables:
        statement = f"ALTER TABLE {row.name} DISABLE TRIGGER {row.trigger}"
        connection.execute(text(statement))
    return [
        f"ALTER TABLE {row.name} ENABLE ALWAYS TRIGGER {row.trigger}" for row in tables
    ]


ATTACKS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "an answer": (
        ("""UPDATE form_version SET texts = '{"sysbp":"99"}' WHERE number = 2""",),
        "seal-broken",
    ),
    "who saved": (
        ("UPDATE form_version SET saved_at = '2020-01-01' WHERE number = 2",),
        "row-differs-from-event",
    ),
    "the site of a subject": (
        ("UPDATE subject SET site = '02'",),
        "row-differs-from-event",
    ),
    "the role of an account": (
        ("UPDATE app_user SET role = 'admin'",),
        "row-differs-from-event",
    ),
    "the name of an account": (
        ("UPDATE app_user SET name = 'Somebody'",),
        "row-differs-from-event",
    ),
    "the password of an account": (
        ("UPDATE app_user SET password_hash = 'known'",),
        "row-differs-from-event",
    ),
    "the sites of an account": (
        ("""UPDATE app_user SET sites = '["02"]'""",),
        "row-differs-from-event",
    ),
    "an account that was closed": (
        ("UPDATE app_user SET state = 'closed'",),
        "row-differs-from-event",
    ),
    "an account put in": (
        (
            "INSERT INTO app_user (username, name, role, password_hash, created_at,"
            " state, sites, must_change_password, code_required) SELECT 'eve', name,"
            " role, password_hash, created_at, state, sites, must_change_password,"
            " code_required FROM app_user",
        ),
        "row-without-event",
    ),
    "a dictionary's text": (
        ("""UPDATE dictionary SET files = '{"study.yaml":"study: OTHER"}'""",),
        "dictionary-altered",
    ),
    "a use of a dictionary": (
        (
            "INSERT INTO dictionary_use (id, dictionary_hash, since)"
            " SELECT 99, dictionary_hash, '2020-01-01' FROM dictionary_use",
        ),
        "row-without-event",
    ),
    "a head moved on without a version": (
        ("UPDATE form_instance SET version = version + 1",),
        "form-head-wrong",
    ),
    "a head with another status": (
        ("UPDATE form_instance SET status = 'complete'",),
        "form-head-wrong",
    ),
    "a version made up": (
        (
            "INSERT INTO form_version (id, instance_id, number, status, refused,"
            " queries, warnings, saved_at, saved_by, save_id, dictionary_hash, seal,"
            " reason, row_marks, kept, rows, texts) SELECT 99, instance_id, 0, status,"
            " refused, queries, warnings, '2020-01-01', saved_by, 'made-up',"
            " dictionary_hash, seal, reason, row_marks, kept, rows, texts"
            " FROM form_version WHERE number = 1",
        ),
        "row-without-event",
    ),
    "the newest version taken away": (
        (
            "DELETE FROM form_version WHERE number = 3",
            "UPDATE form_instance SET version = 2",
        ),
        "event-without-row",
    ),
    "a whole form taken away": (
        ("DELETE FROM form_version", "DELETE FROM form_instance"),
        "event-without-row",
    ),
    "a whole subject taken away": (
        (
            "DELETE FROM form_version",
            "DELETE FROM form_instance",
            "DELETE FROM query_due",
            "DELETE FROM subject WHERE subjid = '01-001'",
        ),
        "event-without-row",
    ),
    "all versions of a form taken away": (
        ("DELETE FROM form_version",),
        "form-head-wrong",
    ),
    "an uploaded file": (
        ("UPDATE attachment SET bytes = x'00'",),
        "file-altered",
    ),
    "an uploaded file taken away": (("DELETE FROM attachment",), "event-without-row"),
    "who ran an import": (
        ("UPDATE import_run SET operator = 'Eve'",),
        "row-differs-from-event",
    ),
    "an import taken away": (("DELETE FROM import_run",), "event-without-row"),
    "a byte of a line": (
        ("UPDATE event SET line = replace(line, 'Nina', 'Nora') WHERE number = 5",),
        "log-line-changed",
    ),
    "a line taken out": (("DELETE FROM event WHERE number = 5",), "log-line-number"),
    "the tail of the log cut off": (
        ("DELETE FROM event WHERE number > 7",),
        "log-cut",
    ),
    "a column of an event": (
        ("UPDATE event SET username = 'somebody' WHERE number = 5",),
        "event-columns",
    ),
    "the time of an event": (
        ("UPDATE event SET at = '2020-01-01' WHERE number = 5",),
        "event-columns",
    ),
    "a signed head": (("UPDATE signed_head SET number = 4",), "head-forged"),
    "all signed heads taken away": (("DELETE FROM signed_head",), "head-unsigned"),
}


def test_every_attack_by_the_owner_of_the_tables_is_found(captured: Database) -> None:
    missed = [
        attack
        for attack, (statements, code) in ATTACKS.items()
        if code not in codes_after(captured, statements)
    ]
    assert missed == []


def codes_after(database: Database, statements: tuple[str, ...]) -> set[str]:
    """What is found after an attack, which is undone again."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(crfsmith_writes=True)
        transaction = connection.begin()
        again = _without_guards(connection)
        spoken = in_postgresql if connection.dialect.name == "postgresql" else str
        for statement in (*statements, *again):
            connection.exec_driver_sql(spoken(statement))
        report = audit_connection(connection, key=SIGNER.key)
        transaction.rollback()
    return {item.finding.code for item in report.findings}


def in_postgresql(statement: str) -> str:
    return statement.replace("x'00'", "'x'").replace(
        "'2020-01-01'", "timestamptz '2020-01-01'"
    )


def test_a_table_that_was_dropped_is_found(captured: Database) -> None:
    with captured.write() as connection:
        connection.execute(text("DROP TABLE attachment"))

    assert codes(captured) == {"guard-missing", "table-unreadable"}


def test_versions_with_seals_counted_anew_are_found(captured: Database) -> None:
    """No key is needed to seal: only the log knows the seal that was."""
    with captured.write() as connection:
        again = _without_guards(connection)
        before = ""
        rows = connection.execute(text("SELECT * FROM form_version ORDER BY number"))
        for row in rows.all():
            stored = load_version(captured, VS, row.number)
            assert stored is not None
            content = {name: getattr(row, name) for name in SEALED}
            content |= {
                "texts": {"sysbp": "99"}, "rows": {}, "kept": [], "row_marks": {},
                "saved_at": stored.saved_at,
            }  # fmt: skip
            before = seal(VS, before, content)
            change = (
                "UPDATE form_version SET texts = :texts, seal = :seal WHERE id = :id"
            )
            texts = json.dumps(content["texts"], separators=(",", ":"))
            values = {"texts": texts, "seal": before, "id": row.id}
            connection.execute(text(change), values)
        for statement in again:
            connection.exec_driver_sql(statement)

    assert list(broken_seals(captured)) == [], "the seals fit"
    assert "row-differs-from-event" in codes(captured)


def rebuild_log(database: Database) -> None:
    """Another person in line 5, every later line chained anew, columns to match."""
    with database.write() as connection:
        again = _without_guards(connection)
        before = ""
        rows = connection.execute(
            text("SELECT number, line FROM event ORDER BY number")
        )
        for number, line in rows.all():
            content = {**json.loads(line), "before": before}
            if number == 5:
                content["by"]["name"] = "Somebody Else"
            changed = json.dumps(
                content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
            )
            before = line_hash(changed)
            update = text("UPDATE event SET line = :line WHERE number = :number")
            connection.execute(update, {"line": changed, "number": number})
        for statement in again:
            connection.exec_driver_sql(statement)


def test_a_log_that_was_chained_anew_is_found_by_its_signed_head(
    captured: Database,
) -> None:
    rebuild_log(captured)

    assert codes(captured) == {"log-rewritten"}


def test_a_log_that_was_signed_anew_with_another_key_is_found(
    captured: Database,
) -> None:
    rebuild_log(captured)
    unguarded(captured, "DELETE FROM signed_head")
    sign_log(replace(captured, sign=OTHER))

    assert codes(captured) == {"head-other-key"}


def test_a_log_that_was_signed_anew_with_the_stolen_key_is_found_by_a_kept_head(
    captured: Database,
) -> None:
    with captured.read() as connection:
        kept = signed_heads(connection)
    rebuild_log(captured)
    unguarded(captured, "DELETE FROM signed_head")
    sign_log(captured)

    assert codes(captured) == set(), "whoever has the key can sign a false log"
    assert codes(captured, kept) == {"log-rewritten"}


def drop_trigger(connection: Connection) -> None:
    on = " ON subject" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER subject_no_update{on}"))


def alter_trigger(connection: Connection) -> None:
    drop_trigger(connection)
    statement = "CREATE TRIGGER subject_no_update BEFORE UPDATE ON subject"
    if connection.dialect.name == "sqlite":
        statement += " WHEN NEW.site = '' BEGIN SELECT RAISE(ABORT, 'no'); END"
    else:
        statement += (
            " FOR EACH ROW WHEN (NEW.site = '') EXECUTE FUNCTION crfsmith_refuse()"
        )
    connection.execute(text(statement))
    if connection.dialect.name == "postgresql":
        always = "ALTER TABLE subject ENABLE ALWAYS TRIGGER subject_no_update"
        connection.execute(text(always))


def add_trigger(connection: Connection) -> None:
    statement = "CREATE TRIGGER helpful BEFORE UPDATE ON subject"
    if connection.dialect.name == "sqlite":
        statement += " BEGIN SELECT 1; END"
    else:
        statement += " FOR EACH ROW EXECUTE FUNCTION crfsmith_refuse()"
    connection.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (drop_trigger, "guard-missing"),
        (alter_trigger, "guard-altered"),
        (add_trigger, "guard-foreign"),
    ],
)
def test_a_changed_guard_is_found(
    captured: Database, change: Callable[[Connection], None], code: str
) -> None:
    with captured.write() as connection:
        change(connection)

    assert code in codes(captured)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("ALTER TABLE subject DISABLE TRIGGER subject_no_update", "guard-disabled"),
        ("ALTER TABLE subject DISABLE TRIGGER ALL", "guard-disabled"),
        ("ALTER TABLE subject ENABLE TRIGGER subject_no_update", "guard-disabled"),
        (
            "CREATE OR REPLACE FUNCTION crfsmith_refuse() RETURNS trigger LANGUAGE"
            " plpgsql AS $$ BEGIN RETURN NEW; END $$",
            "guard-altered",
        ),
        (
            "CREATE RULE lost AS ON INSERT TO form_version DO INSTEAD NOTHING",
            "guard-foreign",
        ),
        ("CREATE TABLE beside () INHERITS (subject)", "guard-foreign"),
    ],
)
def test_a_guard_that_is_off_is_found_on_postgresql(
    postgresql_database: Database, statement: str, code: str
) -> None:
    with postgresql_database.write() as connection:
        connection.execute(text(statement))

    assert code in codes(postgresql_database)


def test_a_temporary_table_or_view_of_the_same_name_is_found_on_sqlite(
    sqlite_database: Database,
) -> None:
    with sqlite_database.read() as connection:
        connection.execute(
            text("CREATE TEMP VIEW event AS SELECT * FROM main.event WHERE number < 3")
        )

    assert "guard-foreign" in codes(sqlite_database)


@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO subject SELECT subjid, '02', added_by, added_at FROM subject",
        "REPLACE INTO app_user (username, name, role, password_hash, created_at)"
        " SELECT username, name, 'admin', password_hash, created_at FROM app_user",
        "REPLACE INTO form_version (id, instance_id, number, status, refused, queries,"
        " warnings, saved_at, saved_by, save_id, dictionary_hash, seal, reason,"
        " row_marks, kept, rows, texts) SELECT id, instance_id, number, 'complete',"
        " refused, queries, warnings, saved_at, saved_by, save_id, dictionary_hash,"
        " seal, reason, row_marks, kept, rows, texts FROM form_version",
    ],
)
def test_a_replace_by_a_plain_connection_is_found_on_sqlite(
    sqlite_database: Database, statement: str
) -> None:
    keep(sqlite_database, 0, record(sysbp="120"))
    plain = sqlite3.connect(str(sqlite_database.engine.url.database))
    plain.execute(statement)
    plain.commit()
    plain.close()

    assert codes(sqlite_database) & {"row-differs-from-event", "seal-broken"}


def test_what_stood_before_the_log_is_held_by_its_first_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.sqlite"
    old = furnish(open_database(url, clock=ticking()))
    keep(old, 0, record(sysbp="120"))
    with old.write() as connection:
        before_the_log(connection)
    old.close()
    migrated = open_database(url, clock=ticking())
    keep(migrated, 1, record(sysbp="121"))
    add_subject(migrated, subjid="01-002", site="01", user="nurse")
    assert codes(migrated) == {"head-unsigned"}

    for change in (
        "UPDATE form_version SET seal = 'other' WHERE number = 1",
        "UPDATE subject SET site = '02' WHERE subjid = '01-001'",
        "UPDATE app_user SET role = 'admin'",
    ):
        with migrated.write() as connection:
            again = _without_guards(connection)
            connection.execute(text(change))
            for statement in again:
                connection.exec_driver_sql(statement)
    report = audit_database(migrated)
    tables = [
        item.finding.message.split()[5]
        for item in report.findings
        if item.finding.code == "standing-differs"
    ]
    assert sorted(tables) == ["app_user", "form_version", "subject"]
    migrated.close()


def test_a_clock_that_was_accepted_is_no_finding(database: Database) -> None:
    keep(database, 0, record(sysbp="120"))
    early = replace(database, clock=lambda: ticking()().replace(year=2020))
    accept_clock(early)

    assert codes(database) == {"head-unsigned"}
