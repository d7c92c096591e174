"""Two entries of a form differ where their answers mean something else; what somebody
decided gives the record.
"""

from __future__ import annotations

from forms_spec.evaluation.entry_comparison import (
    Chosen,
    EntryChoice,
    decided_record,
    entry_differences,
)
from forms_spec.model.captured_data import Record, Row
from forms_spec.model.fields import Form
from tests.forms_spec.dictionaries import load

FORM = """
form: meds
title: Medicines
fields:
  weight: {label: Weight, type: decimal, places: 2, missing: [ND]}
  note: {label: Note, type: text}
  twice: {label: Twice, type: calculated, value: weight * 2}
groups:
  drug:
    title: Medicines taken
    rows: {}
    fields:
      name: {label: Name, type: text}
      dose: {label: Dose, type: decimal, places: 1}
"""


def _form() -> Form:
    study = load(FORM).study
    assert study is not None
    return study.forms["meds"]


def _record(weight: str, *drugs: tuple[str, str], note: str = "") -> Record:
    rows = tuple(
        Row(number=number, texts={"name": name, "dose": dose})
        for number, (name, dose) in enumerate(drugs, start=1)
    )
    return Record(texts={"weight": weight, "note": note}, rows={"drug": rows})


def _names(first: Record, second: Record) -> list[str]:
    return [item.name for item in entry_differences(_form(), first, second)]


def test_answers_are_compared_by_what_they_mean() -> None:
    assert _names(_record("71.5"), _record("71.50")) == []
    assert _names(_record("71"), _record("71.0")) == []
    assert _names(_record("71.5"), _record("75.1")) == ["meds.weight"]
    assert _names(_record("ND"), _record("")) == ["meds.weight"]
    assert _names(_record("7i"), _record("7i")) == []
    assert _names(_record("1", note="Pain "), _record("1", note="Pain")) == []
    assert _names(_record("1", note="Pain"), _record("1", note="pain")) == ["meds.note"]
    typed = Record(texts={"weight": "1", "note": "", "twice": "2"})
    assert _names(typed, _record("1")) == [], "what is calculated is not typed"


def test_one_row_more_does_not_make_the_others_differ() -> None:
    first = _record("1", ("Aspirin", "100"), ("Codeine", "30"))
    second = _record("1", ("Aspirin", "100.0"), ("Ibuprofen", "400"), ("Codeine", "30"))
    assert _names(first, second) == ["drug.+2"]
    assert _names(second, first) == ["drug.2"]
    assert _names(first, _record("1", ("Aspirin", "10"), ("Codeine", "30"))) == [
        "drug.1.dose"
    ]


def test_the_record_follows_from_what_was_decided() -> None:
    first = _record("71.5", ("Aspirin", "100"), ("Codeine", "30"), note="left")
    second = _record("75.1", ("Aspirin", "10"), note="right")
    names = _names(first, second)
    assert names == ["meds.weight", "meds.note", "drug.1.dose", "drug.2"]
    choices = {
        "meds.weight": EntryChoice(chosen=Chosen.SECOND),
        "meds.note": EntryChoice(chosen=Chosen.OTHER, text="both"),
        "drug.1.dose": EntryChoice(chosen=Chosen.FIRST),
        "drug.2": EntryChoice(chosen=Chosen.SECOND),
    }
    result = decided_record(_form(), first, second, choices, new_rows_from={"drug": 3})
    assert result.texts == {"weight": "75.1", "note": "both"}
    assert [dict(row.texts) for row in result.rows["drug"]] == [
        {"name": "Aspirin", "dose": "100"}
    ]


def test_a_row_of_the_second_entry_takes_a_number_of_its_own() -> None:
    first = _record("1", ("Aspirin", "100"))
    second = _record("1", ("Aspirin", "100"), ("Codeine", "30"))
    choices = {"drug.+2": EntryChoice(chosen=Chosen.SECOND)}
    result = decided_record(_form(), first, second, choices, new_rows_from={"drug": 5})
    assert [row.number for row in result.rows["drug"]] == [1, 5]
    kept = decided_record(
        _form(),
        first,
        second,
        {"drug.+2": EntryChoice(chosen=Chosen.FIRST)},
        new_rows_from={"drug": 5},
    )
    assert [row.number for row in kept.rows["drug"]] == [1]
