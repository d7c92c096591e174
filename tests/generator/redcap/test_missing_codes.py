"""REDCap's codes of missing data: named by the project, asked for in logic, and
standing in the records.
"""

from __future__ import annotations

import pytest

from forms_spec.findings.finding import Severity
from forms_spec.model.codes import MissingCode
from forms_spec.model.study import Study
from generator.redcap.convert import Converted, convert_redcap
from generator.redcap.reading.missing_codes import missing_data
from generator.redcap.reading.project_file import NoProject, project_missing
from generator.redcap.records.read_records import read_records
from generator.redcap.records.validate_records import validate_records
from generator.redcap.records.write_records import RecordFormat, write_records
from generator.redcap.write_dictionary import write_redcap
from generator.validation.report.report import Report
from tests.generator.redcap.dictionaries import (
    FIELDS,
    TODAY,
    converted,
    dictionary,
    judged,
    kinds,
    study_of,
)

CODES = "ND, Not done | UNK, Unknown"


def with_codes(*rows: dict[str, str], missing: str = CODES) -> Converted:
    return convert_redcap("study.csv", dictionary(*rows), missing=missing)


def report(study: Study, text: str) -> Report:
    return validate_records("records.csv", text.encode(), study, today=TODAY)


LOGIC = [
    # logic, what stands in the field, whether REDCap finds it true
    ("[a] = ''", {"": True, "ND": False, "5": False}),
    ("[a] <> ''", {"": False, "ND": True, "5": True}),
    ("[a] != ''", {"": False, "ND": True, "5": True}),
    ("'' = [a]", {"": True, "ND": False, "5": False}),
    ("[a] > ''", {"": False, "ND": True, "5": True}),
    ("[a] = 'ND'", {"": False, "ND": True, "UNK": False, "5": False}),
    ("'ND' = [a]", {"": False, "ND": True, "5": False}),
    ("[a] <> 'ND'", {"": True, "ND": False, "UNK": True, "5": True}),
    ("[a] = 'ND' or [a] = 'UNK'", {"": False, "ND": True, "UNK": True, "5": False}),
    ("not([a] = 'ND')", {"": True, "ND": False, "5": True}),
    ("[a] = '5'", {"": False, "ND": False, "5": True}),
    ("[a] <> '5'", {"": True, "ND": True, "5": False}),
    ("[a] > 3", {"": False, "ND": False, "5": True}),
    ("[a] = [b]", {"": True, "ND": False, "5": False}),
    ("[a] <> [b]", {"": False, "ND": True, "5": True}),
    ("[a]", {"": False, "ND": True, "5": True, "0": False}),
    ("[sex] = 'UNK'", {"": False, "UNK": True, "1": False}),
    ("[sex] <> 'UNK'", {"": True, "UNK": False, "1": True}),
    ("[day] = 'ND'", {"": False, "ND": True, "2024-05-31": False}),
    ("[day] <> ''", {"": False, "ND": True, "2024-05-31": True}),
    ("[text] = 'ND'", {"": False, "ND": True, "nd": False}),
    ("[text] <> ''", {"": False, "ND": True, "some": True}),
    ("[race(nd)] = '1'", {"": False, "ND": True, "1;2": False}),
    ("[race(ND)] = '0'", {"": True, "ND": False, "1": True}),
    ("[race(1)] = '1'", {"": False, "ND": False, "1": True}),
    ("isblankormissingcode([a])", {"": True, "ND": True, "5": False}),
    ("isblanknotmissingcode([a])", {"": True, "ND": False, "5": False}),
    ("not(isblanknotmissingcode([a]))", {"": False, "ND": True, "5": True}),
    ("ismissingcode([a])", {"": False, "ND": True, "5": False}),
    ("not(ismissingcode([a]))", {"": True, "ND": False, "5": True}),
    ("hasmissingcode([a], 'ND')", {"": False, "ND": True, "UNK": False, "5": False}),
    ("hasmissingcode([a], 'ND', 'UNK')", {"": False, "ND": True, "UNK": True}),
    ("hasmissingcode([a], 'ND,UNK')", {"": False, "ND": True, "UNK": True, "5": False}),
    ("isnumber([a])", {"": False, "ND": False, "5": True}),
]


@pytest.mark.parametrize(("logic", "verdicts"), LOGIC)
def test_logic_beside_a_code_of_missing_data_is_as_in_redcap(
    logic: str, verdicts: dict[str, bool]
) -> None:
    asked = logic.partition("[")[2].partition("]")[0].partition("(")[0]
    study = study_of(with_codes(*FIELDS, {"name": "asked", "branching": logic}))
    found = {
        answer: judged(study, {asked: answer} if answer else {})["asked"].shown
        for answer in verdicts
    }
    assert found == verdicts


def test_a_code_is_no_number_in_a_sum() -> None:
    rows = (
        {"name": "s", "type": "calc", "choices": "sum([a],[b])"},
        {"name": "p", "type": "calc", "choices": "[a]+[b]"},
    )
    cells = judged(study_of(with_codes(*FIELDS, *rows)), {"a": "ND", "b": "2"})
    assert (cells["s"].text, cells["p"].text) == ("2", "")


@pytest.mark.parametrize(
    "logic",
    ["[a] = 'ND'", "[sex] = 'UNK'", "[day] <> 'ND'", "hasmissingcode([a], 'ND')"],
)
def test_a_code_that_the_study_does_not_have_is_not_translated_and_listed(
    logic: str,
) -> None:
    found = with_codes(*FIELDS, {"name": "asked", "branching": logic}, missing="")
    said = [one for one in found.findings if one.code == "redcap-logic"]
    assert ["--missing" in one.message for one in said] == [True]
    assert "branching" in kinds(found)
    assert "show_when" not in "".join(found.files.values())


def test_isblanknotmissingcode_is_no_code_even_where_nobody_named_the_codes() -> None:
    found = with_codes(
        *FIELDS,
        {"name": "asked", "branching": "isblanknotmissingcode([a])"},
        missing="",
    )
    assert "show_when: a is not known and a is not missing" in "".join(
        found.files.values()
    )


def test_hasmissingcode_without_codes_asks_for_any_even_where_nobody_named_them() -> (
    None
):
    for function in ("hasmissingcode", "ismissingcode"):
        found = with_codes(
            {"name": "a"}, {"name": "b", "branching": f"{function}([a])"}, missing=""
        )
        assert "show_when: a is missing" in "".join(found.files.values())


@pytest.mark.parametrize(
    "logic", ["hasmissingcode([a], [b])", "hasmissingcode([a], 'ND', [b])"]
)
def test_codes_that_a_field_names_are_not_translated_and_listed(logic: str) -> None:
    found = with_codes({"name": "a"}, {"name": "b"}, {"name": "c", "branching": logic})
    assert [(one.kind, one.original) for one in found.losses if one.field == "c"] == [
        ("branching", logic)
    ]


def test_codes_that_look_like_values_or_answers_get_a_name() -> None:
    rows = (
        {"name": "n", "validation": "integer"},
        {"name": "pick", "type": "radio", "choices": "1, One | UNK, Unknown"},
        {"name": "asked", "branching": "[n] = '-99'"},
        {"name": "why", "branching": "[pick] = 'UNK'"},
    )
    found = with_codes(*rows, missing="-99, Refused | UNK, Not known")
    study = study_of(found)
    assert study.missing == {
        "M99": MissingCode(code="M99", label="Refused", redcap="-99"),
        "MUNK": MissingCode(code="MUNK", label="Not known", redcap="UNK"),
    }
    text = (
        "record_id,n,pick,asked,why,base_complete\r\n1,-99,UNK,x,y,0\r\n2,UNK,1,,,0\r\n"
    )
    read = read_records("r.csv", text.encode(), study)
    assert read.findings == []
    assert [dict(form.record.texts) for form in read.forms] == [
        {"n": "M99", "pick": "UNK", "asked": "x", "why": "y"},
        {"n": "MUNK", "pick": "1"},
    ]
    assert report(study, text).valid
    assert write_records(study, read.forms, TODAY) == text


@pytest.mark.parametrize("shape", list(RecordFormat))
def test_the_box_of_a_code_is_read_and_written(shape: RecordFormat) -> None:
    study = study_of(
        with_codes(
            {"name": "diet", "type": "checkbox", "choices": "1, Vegan | 2, Halal"}
        )
    )
    flat = (
        "record_id,diet___1,diet___2,diet___nd,diet___unk,base_complete\r\n"
        "1,0,0,1,0,2\r\n2,1,0,0,0,2\r\n3,0,0,0,1,2\r\n"
    )
    read = read_records("r.csv", flat.encode(), study)
    assert [dict(form.record.texts) for form in read.forms] == [
        {"diet": "ND"},
        {"diet": "1"},
        {"diet": "UNK"},
    ]
    assert report(study, flat).valid
    assert write_records(study, read.forms, TODAY) == flat
    again = read_records(
        "r.csv", write_records(study, read.forms, TODAY, shape=shape).encode(), study
    )
    assert [one.record for one in again.forms] == [one.record for one in read.forms]


BOXES = ({"name": "sy", "type": "checkbox", "choices": "1, A | 2, B"}, {"name": "n"})


@pytest.mark.parametrize(
    "records",
    [
        "record_id,sy___1,sy___2,sy____9,n\n1,0,0,0,x\n2,0,0,1,y\n",
        "record,redcap_event_name,field_name,value\n1,,n,x\n2,,sy,-9\n2,,n,y\n",
    ],
)
def test_a_ticked_box_that_the_dictionary_lacks_is_refused_and_the_remedy_takes_it(
    records: str,
) -> None:
    found = read_records("r.csv", records.encode(), study_of(converted(*BOXES)))
    [fault] = found.findings
    assert (fault.code, fault.severity) == ("redcap-unknown-box", Severity.ERROR)
    assert "has no answer -9" in fault.message
    assert "--missing '-9, LABEL'" in fault.remedy
    again = study_of(
        convert_redcap("study.csv", dictionary(*BOXES), missing="-9, LABEL")
    )
    taken = read_records("r.csv", records.encode(), again)
    assert taken.findings == []
    assert taken.forms[1].record.texts == {"sy": "M9", "n": "y"}


def test_one_value_a_line_names_the_code() -> None:
    study = study_of(
        with_codes(
            {"name": "diet", "type": "checkbox", "choices": "1, Vegan | 2, Halal"}
        )
    )
    eav = "record,field_name,value\n1,diet,ND\n2,diet,1\n2,diet,2\n"
    read = read_records("r.csv", eav.encode(), study)
    assert [dict(form.record.texts) for form in read.forms] == [
        {"diet": "ND"},
        {"diet": "1;2"},
    ]


def test_an_answer_beside_a_code_is_refused_not_lost() -> None:
    study = study_of(
        with_codes(
            {"name": "diet", "type": "checkbox", "choices": "1, Vegan | 2, Halal"}
        )
    )
    found = report(study, "record_id,diet___1,diet___nd,base_complete\n1,1,1,2\n")
    assert [(one.finding.value, one.row) for one in found.findings] == [("1;ND", 2)]


def test_a_field_without_missing_codes_takes_none() -> None:
    study = study_of(
        with_codes({"name": "n", "validation": "integer", "annotation": "@NOMISSING"})
    )
    found = report(study, "record_id,n,base_complete\n1,ND,2\n")
    assert [one.finding.code for one in found.findings] == ["missing-not-allowed"]


def test_fields_that_hide_each_other_are_asked_for_what_was_entered() -> None:
    rows = (
        {"name": "x", "branching": "[y] = ''"},
        {"name": "y", "branching": "[x] = ''"},
    )
    cells = judged(study_of(with_codes(*rows)), {"x": "1"})
    assert (cells["x"].shown, cells["y"].shown) == (True, False)


def test_the_way_back_keeps_the_logic() -> None:
    source = dictionary(
        *FIELDS, {"name": "asked", "branching": "[a] = 'ND' and [b] <> ''"}
    )
    made = convert_redcap("study.csv", source, missing="-99, Refused | ND, Not done")
    back = write_redcap(made.files, {"dictionary": source})
    assert back.content == source


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("ND, Not done | UNK, Unknown", {"ND": "Not done", "UNK": "Unknown"}),
        ("ND, Not done, at all", {"ND": "Not done, at all"}),
        (" ND ,Not done|", {"ND": "Not done"}),
        ("ND", {"ND": "ND"}),
        ("ND, One | ND, Two", {"ND": "One"}),
        ("", {}),
    ],
)
def test_codes_as_redcap_writes_them(said: str, codes: dict[str, str]) -> None:
    assert {one.code: one.label for one in missing_data(said)} == codes


XML = (
    '<?xml version="1.0"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
    'xmlns:redcap="https://projectredcap.org">'
    "<Study><GlobalVariables><redcap:MissingDataCodes>{}</redcap:MissingDataCodes></GlobalVariables></Study></ODM>"
)


@pytest.mark.parametrize(
    "content",
    [
        XML.format("ND, Not done\nUNK, Unknown"),
        XML.format("ND, Not done | UNK, Unknown"),
        '{"project_id": 1, "missing_data_codes": "ND, Not done | UNK, Unknown"}',
        'project_id,missing_data_codes,x\n1,"ND, Not done | UNK, Unknown",\n',
    ],
)
def test_the_project_names_its_codes(content: str) -> None:
    found = missing_data(project_missing(content.encode()))
    assert [(one.code, one.label) for one in found] == [
        ("ND", "Not done"),
        ("UNK", "Unknown"),
    ]


@pytest.mark.parametrize("content", ["", "<a", "<a/>", "{", "[]", "record_id,x\n1,2\n"])
def test_a_file_that_is_no_project_is_refused(content: str) -> None:
    with pytest.raises(NoProject):
        project_missing(content.encode())
