"""A law over amendments by chance: a stored text is shown by the labels of the
dictionary that it was saved with, whatever came later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from random import Random
from typing import Any

import pytest

from forms_spec.model.captured_data import LOG, CellKey, Record, Row
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from generator.pages.answer_text import answer_words
from tests.round_trips.random_studies import MadeStudy, amended, loaded, random_study
from tests.webapp.pages import signed_in_request
from tests.webapp.small_site import app_over, client_of
from webapp.forms.form_history import ShownVersion, history_of
from webapp.forms.retired_forms import place_of_history
from webapp.presentation.form_address import visit_word
from webapp.presentation.past_dictionaries import MOST_KEPT
from webapp.storage import (
    ChangeKind,
    InstanceKey,
    SaveRequest,
    Status,
    open_database,
    save,
    use_dictionary,
)

STEPS = MOST_KEPT + 3
"""More dictionaries than are kept at once."""
CODES = ("L", "R", "B")
LABELS = ("Left", "Right", "Both", "Neither")
UNITS = ("g/dL", "mmol/L", "mg/L")
SUFFIX = " (stored as "


def beginning(chance: Random) -> MadeStudy:
    """A study by chance, each of whose tables has a choice and a number with a unit."""
    made = random_study(chance)
    for table, fields in tables_of(made.documents):
        labels = dict(zip(CODES, LABELS, strict=False))
        fields[f"side_{table}"] = {"label": "Side", "type": "choice", "codes": labels}
        fields[f"size_{table}"] = {"label": "Size", "type": "decimal", "unit": UNITS[0]}
    study = loaded(made.documents)
    assert study is not None
    return MadeStudy(
        documents=made.documents, study=study, right=made.right, wrong=made.wrong
    )


def tables_of(documents: Any) -> list[tuple[str, dict[str, Any]]]:
    """The fields of every table of a dictionary, as they are written."""
    tables = []
    for name, form in documents.items():
        if name.startswith("forms/"):
            tables.append((form["form"], form.setdefault("fields", {})))
            for group, content in form.get("groups", {}).items():
                tables.append((group, content["fields"]))
    return tables


def later(study: Study, chance: Random) -> Study:
    """The next dictionary: labels change places, units change, questions are reworded;
    sometimes a field or a form is gone, or renamed.
    """
    documents = {name: json.loads(text) for name, text in study.files.items()}
    for _, fields in tables_of(documents):
        for name, content in fields.items():
            if name.startswith("side"):
                codes = chance.sample((*CODES, "N"), k=3)
                labels = chance.sample(LABELS, k=3)
                content["codes"] = dict(zip(codes, labels, strict=True))
            elif name.startswith("size"):
                content["unit"] = chance.choice(UNITS)
            elif name == "q0":
                content["label"] = f"Was it done {chance.randrange(100)} times?"
    changed = loaded(documents)
    assert changed is not None
    without = amended(MadeStudy(documents=documents, study=changed), chance)
    can_go_on = without is not None and without.subject_pattern == study.subject_pattern
    return without if without and can_go_on and without.forms else changed


def record_of(form: Form, made: MadeStudy, chance: Random) -> Record:
    """Answers to some questions of a form, as its dictionary takes them."""

    def texts(table: str, fields: Iterable[Field]) -> dict[str, str]:
        result = {}
        for field in fields:
            right = made.right.get((table, field.name), [])
            if field.name.startswith("side") and field.codelist:
                right = [code.code for code in field.codelist.codes]
            if field.name.startswith("size"):
                right = [f"{chance.randint(1, 99)}.5"]
            if field.collected and right and chance.random() < 0.7:
                result[field.name] = chance.choice(right)
        return result

    rows = {
        group.name: (Row(number=1, texts=texts(group.name, group.fields)),)
        for group in form.row_groups
    }
    return Record(texts=texts(form.name, form.fields), rows=rows)


def key_of(study: Study, form: Form) -> InstanceKey | None:
    """Where a form is captured; None for one that no visit has."""
    if form.log:
        return InstanceKey("01-001", form.name, LOG)
    visits = [planned.visit for planned in study.schedule if planned.form == form.name]
    if not visits:
        return None
    return InstanceKey("01-001", form.name, visits[0], int(visits[0] == "UNS"))


Saves = dict[InstanceKey, list[tuple[Study, Record]]]


def capture(url: str, made: MadeStudy, chance: Random) -> tuple[Study, Saves]:
    """Saves every form once with each of many dictionaries; gives the last one."""
    study = made.study
    app_over(url, study)
    database = open_database(url)
    saves: Saves = {}
    for step in range(STEPS):
        if step:
            study = later(study, chance)
            use_dictionary(database, study)
        for form in study.forms.values():
            key = key_of(study, form)
            if key is None:
                continue
            versions = saves.setdefault(key, [])
            record = record_of(form, made, chance)
            request = SaveRequest(
                key=key,
                base_version=len(versions),
                record=record,
                status=Status.DRAFT,
                user="nurse",
                save_id=f"{key} {step}",
                dictionary_hash=study.hash,
            )
            save(database, request)
            versions.append((study, record))
    database.close()

    return study, saves


@pytest.mark.parametrize("number", [3, 8, 13])
def test_a_stored_text_is_shown_by_the_dictionary_of_its_save(
    number: int, tmp_path: Path
) -> None:
    chance = Random(number)
    url = f"sqlite:///{tmp_path}/study.sqlite"
    study, saves = capture(url, beginning(chance), chance)
    app = app_over(url, study)
    client = client_of(app, "monitor")
    choices = 0
    for key, versions in saves.items():
        word = visit_word(key.visit, key.unsno)
        address = f"/subjects/01-001/{word}/{key.form}/history"
        with signed_in_request(app, address):
            shown = history_of(place_of_history("01-001", word, key.form)).versions
        choices += holds(versions, shown)
        page = unescape(client.get(address).text)
        for version in shown:
            assert [item.new for item in version.changes if item.new not in page] == []

    assert choices


def holds(versions: list[tuple[Study, Record]], shown: tuple[ShownVersion, ...]) -> int:
    """Holds every change against the dictionaries: the new answer against that of its
    save, the old one against that of the save which gave it. Gives the number of
    choices.
    """
    given: dict[CellKey, str] = {}
    choices = 0
    for (study, record), version in zip(versions, shown, strict=True):
        for change in version.changes:
            if change.about is not ChangeKind.VALUE:
                continue
            old, new = (
                words.partition(SUFFIX)[0] for words in (change.old, change.new)
            )
            assert new == answer_by(study, version.form.key.form, record, change.cell)
            assert old == given.get(change.cell, "")
            given[change.cell] = new
            choices += change.cell.field.startswith("side")
    return choices


def answer_by(study: Study, name: str, record: Record, cell: CellKey) -> str:
    """What a dictionary calls the text of a cell; blank where there is none."""
    form = study.forms[name]
    group = form.row_group(cell.table)
    fields = group.fields if group else form.fields
    texts = record.rows[cell.table][0].texts if group else record.texts
    field = next((item for item in fields if item.name == cell.field), None)
    text = texts.get(cell.field, "")
    if field is None or not text:
        return ""
    if cell.field.startswith("side"):
        # By the words of the dictionary's text, past everything that reads it.
        written = tables_of({n: json.loads(t) for n, t in study.files.items()})
        label: str = dict(written)[cell.table][cell.field]["codes"][text]
        return label
    return answer_words(text, field, texts)
