"""Databases as earlier versions of crfsmith left them: tables up to a revision, with a
study's data in them, in the SQL of that revision.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from alembic import command
from sqlalchemy import Connection, inspect, text

from forms_spec.model.captured_data import CellKey, Record, Row
from tests.webapp.storage.storing import HASH
from webapp.storage import Database, InstanceKey
from webapp.storage.canonical_json import canonical_json
from webapp.storage.database import WRITES
from webapp.storage.encoding import kept_document, rows_document, texts_document
from webapp.storage.events import line_hash
from webapp.storage.log_beginning import begin_log
from webapp.storage.migrate import alembic_config
from webapp.storage.seals import seal

BEGUN = datetime(2023, 5, 2, 8, 30, tzinfo=UTC)
FILLED = (
    "app_user",
    "attachment",
    "dictionary",
    "dictionary_use",
    "form_instance",
    "form_version",
    "subject",
    "sign_in_session",
    "clock_step",
    "import_run",
    "subject_standing",
    "subject_work",
    "event",
    "query",
    "query_entry",
    "query_due",
    "lock_act",
    "signature",
    "signature_break",
    "void_act",
    "search_entry",
    "search_word",
    "verification",
    "alert",
    "look",
    "second_entry",
    "double_entry_act",
    "alert_mail",
    "randomization_list",
    "randomization_entry",
    "randomization",
)
RECORDS = (
    Record(texts={"sysbp": "120", "remark": "naïve ☂ \x00"}),
    Record(
        texts={"sysbp": "12O"},
        rows={"reading": (Row(number=2, texts={"pulse": "80"}),)},
        kept={(CellKey("vs", None, "sysbp"), "expected"): "asked again"},
    ),
)


def build(database: Database, revision: str) -> None:
    """The tables of a revision in an empty database, and data in each of them."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(**{WRITES: True})
        with connection.begin():
            command.upgrade(alembic_config(connection), revision)
            _fill(connection, revision)


def rows_of(database: Database) -> Mapping[str, list[dict[str, Any]]]:
    """Every row of every table, as the database gives it."""
    with database.read() as connection:
        return {
            table: _sorted(connection, table)
            for table in inspect(connection).get_table_names()
        }


def _sorted(connection: Connection, table: str) -> list[dict[str, Any]]:
    rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
    return sorted((dict(row) for row in rows), key=lambda row: repr(list(row.items())))


def _fill(connection: Connection, revision: str) -> None:
    _people(connection)
    if revision >= "0004":
        run = {"began_at": _at(connection, 5), "operator": "Olga", "source": "p.zip"}
        _insert(connection, "import_run", run)
    for key in (InstanceKey("01-001", "vs", "SCR"), InstanceKey("01-002", "ae", "")):
        _form(connection, key, revision)
    if revision >= "0002":
        session = {"username": "nurse", "client": "c", "began_at": _at(connection, 7)}
        _insert(connection, "sign_in_session", {"id": "s" * 64, **session})
    if revision >= "0003":
        times = {"newest_save": _at(connection, 9), "clock": _at(connection, 8)}
        _insert(connection, "clock_step", {"version_id": 2, **times})
    if revision >= "0005":
        _standing(connection, revision)
    for since, fill in LATER_ROWS.items():
        if revision >= since:
            fill(connection)


def _standing(connection: Connection, revision: str) -> None:
    counts = {"open": 1, "to_finish": 1, "findings": "[]"}
    kept = {"dictionary_hash": HASH, "day": "2023-05-02", **counts}
    if revision < "0012":
        row = {"subjid": "01-001", "saves": 2, **kept}
        _insert(connection, "subject_standing", row)
        return

    window = dict.fromkeys(("first_day", "last_day"), "2023-05-09")
    days = {"next_visit": "D0", "target_day": "2023-05-09", "ended": "", **window}
    for subject in ("01-001", "01-002"):
        row = {
            "subjid": subject,
            "site": "01",
            "changes": 2,
            "drafts": 1,
            "complete": 0,
        }
        _insert(connection, "subject_standing", {**row, **days, **kept})
    work = {"kind": "visit", "visit": "D0", "unsno": 0, "form": "vs", "amount": 1}
    _insert(
        connection, "subject_work", {"subjid": "01-001", "site": "01", **work, **window}
    )


def _people(connection: Connection) -> None:
    uses = {"dictionary_hash": HASH, "since": _at(connection, 0)}
    named = {"study": "SMALL", "files": json.dumps({"study.yaml": "study: SMALL\n"})}
    loaded = {"hash": HASH, "loaded_at": _at(connection, 0), **named}
    _insert(connection, "dictionary", loaded)
    _insert(connection, "dictionary_use", uses)
    for name in ("nurse", "import"):
        account = {"name": name.title(), "role": "coordinator", "password_hash": "x"}
        created = {"created_at": _at(connection, 0), **account}
        _insert(connection, "app_user", {"username": name, **created})
    for subject in ("01-001", "01-002"):
        added = {"added_by": "nurse", "added_at": _at(connection, 1)}
        _insert(connection, "subject", {"subjid": subject, "site": "01", **added})
    added = {"added_by": "nurse", "added_at": _at(connection, 2)}
    _insert(connection, "attachment", {"sha256": "f" * 64, **added, "bytes": b"%PDF"})


def _form(connection: Connection, key: InstanceKey, revision: str) -> None:
    """A form with two versions, each sealed over the one before."""
    before = ""
    for number, record in enumerate(RECORDS, start=1):
        saved_at = BEGUN + timedelta(minutes=3 + number)
        head = {
            "status": "draft",
            "refused": number - 1,
            "queries": 0,
            "warnings": 0,
            "saved_at": saved_at,
            "saved_by": "nurse",
        }
        row = {
            **head,
            "number": number,
            "save_id": f"{'/'.join(map(str, key))}-{number}",
            "dictionary_hash": HASH,
            "reason": "",
            "row_marks": {"reading": 2} if number > 1 else {},
            "texts": texts_document(record),
            "rows": rows_document(record),
            "kept": kept_document(record),
        }
        before = seal(key, before, row)
        stored = {name: _plain(connection, value) for name, value in row.items()}
        instance = _instance(connection, key, {**head, "version": number})
        imported = {"import_id": 1} if revision >= "0004" else {}
        place = {"instance_id": instance, "seal": before, **imported}
        _insert(connection, "form_version", {**place, **stored})


def _instance(connection: Connection, key: InstanceKey, head: dict[str, Any]) -> int:
    place = {
        "subjid": key.subject,
        "form": key.form,
        "visit": key.visit,
        "unsno": key.unsno,
    }
    values = {name: _plain(connection, value) for name, value in head.items()}
    where = " AND ".join(f"{name} = :{name}" for name in place)
    if head["version"] == 1:
        _insert(connection, "form_instance", {**place, **values})
    else:
        moved = ", ".join(f"{name} = :{name}" for name in values)
        moving = f"UPDATE form_instance SET {moved} WHERE {where}"
        connection.execute(text(moving), {**place, **values})
    query = text(f"SELECT id FROM form_instance WHERE {where}")
    return int(connection.execute(query, place).scalar_one())


def _events(connection: Connection) -> None:
    """What the migration itself would have written first, and a line after it."""
    begin_log(connection, BEGUN + timedelta(minutes=10))
    newest = "SELECT line FROM event ORDER BY number DESC LIMIT 1"
    line = connection.execute(text(newest)).scalar_one()
    number = json.loads(line)["number"] + 1
    content = {
        "at": "2023-05-02T08:41:00.000000Z",
        "before": line_hash(line),
        "kind": "exported",
        "number": number,
    }
    columns = {"kind": "exported", "username": "", "subjid": "", "visit": ""}
    place = {"form": "", "unsno": 0, "line": canonical_json(content)}
    numbered = {"number": number, "at": _at(connection, 11)}
    _insert(connection, "event", {**numbered, **columns, **place})


def _queries(connection: Connection) -> None:
    place = {"subjid": "01-001", "visit": "SCR", "form": "vs", "unsno": 0}
    field = {"table_name": "vs", "rowno": 0, "field": "sysbp", "code": "", "source": ""}
    opened = {"opened_by": "nurse", "opened_at": _at(connection, 12), "state": "open"}
    state = {"state_by": "nurse", "state_at": _at(connection, 12), "basis": ""}
    to = {"assigned_role": "coordinator", "assigned_to": ""}
    thread = {**place, **field, **opened, **state, **to, "entries": 1}
    _insert(connection, "query", thread)
    entry = {"query_id": 1, "number": 1, "action": "opened", "username": "nurse"}
    acted = {"rule": "", "acted_at": _at(connection, 12), "event_number": 2}
    _insert(connection, "query_entry", {**entry, **acted, **to, "text": "Sure?"})
    _insert(connection, "query_due", {"subjid": "01-001"})


def _locks(connection: Connection) -> None:
    place = {"subjid": "01-002", "visit": "", "form": "", "unsno": 0}
    for number, state in enumerate(("frozen", "open"), start=1):
        acted = {"username": "nurse", "acted_at": _at(connection, 13)}
        act = {"id": number, "state": state, "event_number": 2, "reason": "cleaned"}
        _insert(connection, "lock_act", {**place, **acted, **act})


def _signatures(connection: Connection) -> None:
    place = {"subjid": "01-001", "visit": "SCR", "form": "vs", "unsno": 0}
    by = {"username": "nurse", "name": "Nurse", "signed_at": _at(connection, 14)}
    forms = json.dumps([["vs", "SCR", 0, 2, "e" * 64]])
    bound = {"digest": "d" * 64, "event_number": 2, "forms": forms}
    _insert(
        connection, "signature", {"id": 1, **place, "meaning": "I am", **by, **bound}
    )
    form = {"visit": "SCR", "form": "vs", "unsno": 0, "version": 3}
    broken = {"username": "nurse", "broken_at": _at(connection, 15), "event_number": 2}
    _insert(connection, "signature_break", {"signature_id": 1, **form, **broken})


def _alerts(connection: Connection) -> None:
    place = {"subjid": "01-001", "site": "01", "visit": "SCR", "unsno": 0, "form": "vs"}
    said = {
        "cell": "f-sysbp",
        "kind": "alert value",
        "digest": "a" * 64,
        "mail_tries": 0,
    }
    by = {"raised_by": "nurse", "seen_by": ""}
    at = {"raised_at": _at(connection, 16), "mail_after": _at(connection, 16)}
    _insert(connection, "alert", {**place, **said, **by, **at})


def _alert_mails(connection: Connection) -> None:
    message = {"alert_id": 1, "username": "nurse", "address": "", "settled_as": ""}
    times = {"mail_after": _at(connection, 17), "tries": 1}
    _insert(connection, "alert_mail", {**message, **times})


def _found(connection: Connection) -> None:
    place = {"visit": "LOG", "unsno": 0, "form": "ae", "table_name": "ae", "rowno": 1}
    entry = {"kind": "Adverse events", "site": "01", "label": "Headache"}
    _insert(
        connection, "search_entry", {"subjid": "01-001", "number": 1, **place, **entry}
    )
    word = {"word": "headache", "subjid": "01-001", "number": 1}
    _insert(connection, "search_word", word)


def _voids(connection: Connection) -> None:
    """A form that was voided by mistake itself, and counts again."""
    place = {"subjid": "01-002", "visit": "", "unsno": 0, "form": "ae"}
    for number, state in enumerate(("voided", "open"), start=1):
        acted = {"username": "nurse", "acted_at": _at(connection, 14)}
        act = {"id": number, "state": state, "event_number": 2, "reason": "mistake"}
        _insert(connection, "void_act", {**place, **acted, **act})


def _verifications(connection: Connection) -> None:
    place = {"subjid": "01-001", "visit": "SCR", "form": "vs", "unsno": 0}
    acted = {"username": "nurse", "acted_at": _at(connection, 16), "event_number": 2}
    for number, act in enumerate(("verified", "lost"), start=1):
        mark = {"id": number, "cell": "vs.sysbp", "act": act, "version": number}
        _insert(connection, "verification", {**place, **mark, **acted})


def _looks(connection: Connection) -> None:
    place = {"subjid": "01-001", "visit": "SCR", "form": "vs", "unsno": 0}
    looked = {"username": "nurse", "looked_at": _at(connection, 17), "event_number": 2}
    _insert(connection, "look", {"id": 1, "version": 2, **place, **looked})


def _double_entries(connection: Connection) -> None:
    """A second entry that differs from the first, and what was decided."""
    place = {"subjid": "01-001", "visit": "SCR", "form": "vs", "unsno": 0}
    typed = {"row_marks": "{}", "kept": "[]", "rows": "{}", "texts": '{"sysbp":"121"}'}
    saved = {
        "number": 1,
        "status": "complete",
        "saved_at": _at(connection, 18),
        "saved_by": "nurse",
        "save_id": "second-1",
        "dictionary_hash": HASH,
        "seal": "0" * 64,
        "reason": "",
    }
    _insert(connection, "second_entry", {"id": 1, **place, **saved, **typed})
    decided = {
        "act": "adjudicated",
        "first_version": 1,
        "second_number": 1,
        "version": 2,
        "username": "nurse",
        "acted_at": _at(connection, 19),
        "event_number": 2,
        "choices": '{"vs.sysbp":"second"}',
        "reason": "misread",
    }
    _insert(connection, "double_entry_act", {"id": 1, **place, **decided})


def _randomizations(connection: Connection) -> None:
    """A list with one entry, which a subject got."""
    loaded = {"loaded_at": _at(connection, 20), "entries": 1, "event_number": 2}
    hashes = {"salt": "1" * 64, "digest": "2" * 64}
    _insert(connection, "randomization_list", {"id": 1, **loaded, **hashes})
    entry = {"id": 1, "list_id": 1, "number": "R-001", "stratum": "01;F", "arm": "A"}
    _insert(connection, "randomization_entry", entry)
    place = {"subjid": "01-001", "visit": "SCR", "form": "vs", "unsno": 0}
    acted = {"username": "nurse", "acted_at": _at(connection, 21), "event_number": 2}
    given = {"id": 1, "entry_id": 1, "version": 2, **place, **acted}
    _insert(connection, "randomization", given)


LATER_ROWS = {
    "0007": _events,
    "0008": _queries,
    "0011": _locks,
    "0013": _signatures,
    "0015": _voids,
    "0016": _found,
    "0017": _verifications,
    "0018": _alerts,
    "0019": _looks,
    "0021": _double_entries,
    "0022": _alert_mails,
    "0023": _randomizations,
}
"""By revision: what fills the tables that came with it."""


def _insert(connection: Connection, table: str, row: Mapping[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    statement = text(f"INSERT INTO {table} ({names}) VALUES ({values})")
    connection.execute(statement, dict(row))


def _plain(connection: Connection, value: Any) -> Any:
    """A value as SQL takes it: documents as ASCII, instants as text."""
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return _instant(connection, value) if isinstance(value, datetime) else value


def _at(connection: Connection, minutes: int) -> str:
    return _instant(connection, BEGUN + timedelta(minutes=minutes))


def _instant(connection: Connection, moment: datetime) -> str:
    zone = "" if connection.dialect.name == "sqlite" else "+00:00"
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}{zone}"
