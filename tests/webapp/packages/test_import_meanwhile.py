"""An import beside people who go on saving, and who ran it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import CapturedForm
from tests.studies import small_study
from webapp.packages.import_forms import (
    FormPreview,
    Import,
    ImportOutcome,
    import_forms,
)
from webapp.storage import (
    Database,
    InstanceKey,
    LockState,
    ReviewScope,
    Role,
    SaveRequest,
    Status,
    add_subject,
    add_user,
    broken_seals,
    history,
    load,
    open_database,
    save,
    set_locks,
    use_dictionary,
)

STUDY = small_study()
CLOSED = ReviewScope("01-001", "SCR", 0, "vs")
VS, LB = InstanceKey("01-001", "vs", "SCR"), InstanceKey("01-001", "lb", "SCR")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path}/study.sqlite")
    use_dictionary(made, STUDY)
    for name in ("nurse", "import"):
        add_user(
            made,
            username=name,
            name=name,
            role=Role.COORDINATOR,
            password="a long password",
        )
    add_subject(made, subjid="01-001", site="01", user="nurse")
    yield made
    made.close()


def keep(database: Database, key: InstanceKey, texts: dict[str, str]) -> None:
    before = load(database, key)
    base = before.version if before else 0
    request = SaveRequest(
        key=key, base_version=base, record=Record(texts=texts), status=Status.DRAFT,
        user="nurse", save_id=f"{key} {texts}", dictionary_hash=STUDY.hash,
    )  # fmt: skip
    save(database, request)


def form(key: InstanceKey, texts: dict[str, str]) -> CapturedForm:
    return CapturedForm(
        site="01", subject=key.subject, key=FormKey(key.form, key.visit, key.unsno), status=0, version=1,
        record=Record(texts=texts), saved_by="investigator", saved_at=datetime(2024, 4, 15, 12, tzinfo=UTC),
    )  # fmt: skip


HOW = Import(
    study=STUDY, user="import", source="p.zip", today=date(2024, 6, 1), operator="Maria"
)


def test_what_is_closed_here_takes_nothing_and_the_others_come_in(
    database: Database,
) -> None:
    keep(database, VS, {"sysbp": "120"})
    keep(database, LB, {"hb": "12.0"})
    set_locks(database, [CLOSED], LockState.LOCKED, username="nurse")
    previews: list[FormPreview] = []
    how = replace(HOW, on_form=previews.append)

    counted = import_forms(
        database, [form(VS, {"sysbp": "131"}), form(LB, {"hb": "13.0"})], how
    )
    assert counted.forms == {ImportOutcome.REFUSED: 1, ImportOutcome.CHANGED: 1}
    (against,) = previews[0].findings
    assert against.code == "import-form-closed"
    assert "vs at SCR of subject 01-001 is locked here by nurse" in against.message
    again = import_forms(database, [form(VS, {"sysbp": "120"})], how)
    assert again.forms == {ImportOutcome.SAME: 1}


def test_what_is_closed_while_forms_are_judged_takes_nothing(
    database: Database,
) -> None:
    def forms() -> Iterator[CapturedForm]:
        yield form(VS, {"sysbp": "131"})
        yield form(LB, {"hb": "13.0"})

    def lock() -> None:
        set_locks(database, [CLOSED], LockState.LOCKED, username="nurse")

    counted = import_forms(database, forms(), replace(HOW, on_planned=lock))
    assert counted.forms == {ImportOutcome.REFUSED: 1, ImportOutcome.NEW: 1}
    assert load(database, VS) is None


def test_others_save_while_forms_are_judged_and_what_they_saved_stays(
    database: Database,
) -> None:
    keep(database, VS, {"vsperf": "Y", "sysbp": "120"})
    seen: list[FormPreview] = []
    how = replace(
        HOW,
        on_form=seen.append,
        on_planned=lambda: keep(database, VS, {"vsperf": "Y", "sysbp": "130"}),
    )
    incoming = [form(VS, {"vsperf": "N"}), form(LB, {"hb": "13.5"})]
    counted = import_forms(database, incoming, how)
    assert counted.forms == {ImportOutcome.REFUSED: 1, ImportOutcome.NEW: 1}
    assert [found.code for found in seen[-1].findings] == ["import-changed-meanwhile"]
    assert "nurse saved" in seen[-1].findings[0].message
    stored, lab = load(database, VS), load(database, LB)
    assert stored is not None
    assert stored.record.texts == {"vsperf": "Y", "sysbp": "130"}
    assert lab is not None
    assert (lab.record.texts, lab.saved_by) == ({"hb": "13.5"}, "import")
    assert not list(broken_seals(database))


def test_a_form_that_somebody_began_meanwhile_is_left_alone(database: Database) -> None:
    how = replace(HOW, on_planned=lambda: keep(database, LB, {"hb": "12.0"}))
    assert import_forms(database, [form(LB, {"hb": "13.5"})], how).forms == {
        ImportOutcome.REFUSED: 1
    }
    stored = load(database, LB)
    assert stored is not None
    assert stored.record.texts == {"hb": "12.0"}


def test_a_subject_that_somebody_entered_at_another_site_meanwhile_is_left_alone(
    database: Database,
) -> None:
    other = InstanceKey("01-002", "lb", "SCR")
    how = replace(
        HOW,
        on_planned=lambda: add_subject(
            database, subjid="01-002", site="02", user="nurse"
        ),
    )
    assert import_forms(database, [form(other, {"hb": "13.5"})], how).forms == {
        ImportOutcome.REFUSED: 1
    }
    assert load(database, other) is None


def test_who_ran_the_import_is_noted_and_nothing_is_saved_in_a_persons_name(
    database: Database,
) -> None:
    keep(database, VS, {"vsperf": "Y"})
    import_forms(database, [form(VS, {"vsperf": "N"})], HOW)
    newest = history(database, VS)[-1].form
    assert newest.saved_by == "import"
    assert newest.reason == (
        "Imported from p.zip by Maria: version 1 of investigator, 2024-04-15T12:00:00Z"
    )
    assert newest.import_id is not None
