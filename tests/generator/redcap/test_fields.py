"""Field types, validation types, ranges and action tags: what each becomes in our
language.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from generator.redcap.convert import Converted, convert_redcap
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import (
    converted,
    dictionary,
    judged,
    kinds,
    study_of,
)


def keys(**row: str) -> dict[str, Any]:
    """The keys of one field in the converted form."""
    return form_of(converted({"name": "x", "label": "X", **row}))["fields"]["x"]  # type: ignore[no-any-return]


def form_of(found: Converted) -> dict[str, Any]:
    (text,) = (text for name, text in found.files.items() if name.startswith("forms/"))
    loaded: dict[str, Any] = yaml.load(text, yaml.CBaseLoader)
    return loaded


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"validation": "integer"}, {"type": "integer"}),
        ({"validation": "number"}, {"type": "decimal"}),
        ({"validation": "number_2dp"}, {"type": "decimal", "places": "2"}),
        ({"validation": "date_dmy"}, {"type": "date"}),
        (
            {"validation": "datetime_seconds_ymd"},
            {"type": "datetime", "seconds": "true"},
        ),
        ({"validation": "time"}, {"type": "time"}),
        ({"type": "notes"}, {"type": "long_text"}),
        ({"type": "yesno"}, {"type": "choice", "codes": "yesno"}),
        ({"type": "truefalse"}, {"type": "choice", "codes": "truefalse"}),
        ({"type": "descriptive"}, {"type": "note"}),
        ({"type": "file"}, {"type": "file"}),
        (
            {"type": "calc", "choices": "1 + 1"},
            {"type": "calculated", "value": "1 + 1"},
        ),
        (
            {"type": "radio", "choices": "1, Yes | 2, No"},
            {"type": "choice", "codes": {"1": "Yes", "2": "No"}},
        ),
        (
            {"type": "checkbox", "choices": "-1, None | 02, Two, or more"},
            {"type": "multiple_choice", "codes": {"-1": "None", "02": "Two, or more"}},
        ),
        (
            {"type": "slider", "choices": "none | | worst", "validation": "number"},
            {
                "type": "vas",
                "places": "0",
                "range": ["0", "100"],
                "anchors": ["none", "worst"],
            },
        ),
        (
            {"type": "dropdown", "choices": "1, A", "validation": "autocomplete"},
            {"control": "typeahead"},
        ),
        (
            {"identifier": "y", "required": "y"},
            {"identifier": "true", "required": "true"},
        ),
        ({"note": "in <b>mm</b>"}, {"help": "in mm"}),
        ({"label": "<p>One</p><p>Two &amp; three</p>"}, {"label": "One\nTwo & three"}),
        ({"annotation": "coded by hand"}, {"annotation": "coded by hand"}),
    ],
)
def test_a_field_becomes(row: dict[str, str], expected: dict[str, Any]) -> None:
    found = keys(**row)
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("validation", "minimum", "maximum", "expected"),
    [
        ("number", "0,5", "20,0", ["0.5", "20"]),
        ("integer", "1", "", ["1", "null"]),
        ("date_ymd", "2020-01-01", "today", ["2020-01-01", "today"]),
        ("date_dmy", "31/12/2020", "[other]", ["2020-12-31", "other"]),
        ("date_ymd", "1/1/2000", "now", ["2000-01-01", "today"]),
        (
            "datetime_dmy",
            "2020-01-01 08:00",
            "31.12.2020 18:00",
            ["2020-01-01T08:00", "2020-12-31T18:00"],
        ),
        ("time", "8:00", "18:00", ["08:00", "18:00"]),
    ],
)
def test_limits_are_expected_or_forced(
    validation: str, minimum: str, maximum: str, expected: list[str]
) -> None:
    row = {
        "name": "x",
        "validation": validation,
        "minimum": minimum,
        "maximum": maximum,
    }
    other = {"name": "other", "validation": "date_ymd"}
    soft = form_of(converted(other, row))["fields"]["x"]
    assert soft["expected"] == expected
    hard = form_of(converted(other, {**row, "annotation": "@FORCE-MINMAX"}))["fields"][
        "x"
    ]
    assert hard["range"] == expected


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"minimum": "abc", "validation": "number"}, "limit"),
        ({"minimum": "1"}, "unused-limit"),
        ({"type": "sql", "choices": "select 1"}, "sql"),
        ({"choices": "BIOPORTAL:ICD10CM"}, "ontology"),
        ({"validation": "dk_cpr"}, "unknown-validation"),
        ({"type": "age_years"}, "unknown-type"),
        ({"type": "radio"}, "no-choices"),
        ({"alignment": "LH"}, "alignment"),
        ({"number": "1a"}, "question-number"),
        ({"annotation": "@LATITUDE"}, "@LATITUDE"),
        ({"label": "<b>Bold</b>"}, "html"),
        ({"branching": "[nowhere] = '1'"}, "branching"),
        ({"type": "calc", "choices": "$('#x').prop()"}, "calculation"),
        ({"type": "radio", "choices": "1, A | 1, B"}, "code-twice"),
        ({"type": "radio", "choices": "1, A | | 2,"}, "empty-choice"),
    ],
)
def test_what_has_no_meaning_here_is_kept_and_listed(
    row: dict[str, str], kind: str
) -> None:
    found = converted({"name": "x", **row})
    assert kind in kinds(found)
    study_of(found)


def test_logic_that_cannot_be_translated_keeps_its_text_and_its_place() -> None:
    found = converted({"name": "x", "branching": "[nowhere] = '1'"})
    assert form_of(found)["fields"]["x"]["redcap"] == {"branching": "[nowhere] = '1'"}
    (one,) = found.findings
    assert (one.code, str(one.text), one.value) == (
        "redcap-logic",
        "study.csv:3:12",
        "[nowhere] = '1'",
    )
    assert "[nowhere]" in one.message


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"annotation": "@DEFAULT='2'", "type": "radio", "choices": "1, A | 2, B"},
            {"default": "2"},
        ),
        (
            {
                "annotation": "@DEFAULT='1,2'",
                "type": "checkbox",
                "choices": "1, A | 2, B",
            },
            {"default": "1;2"},
        ),
        ({"annotation": "@CHARLIMIT=9"}, {"length": "9"}),
        (
            {
                "annotation": "@NONEOFTHEABOVE='9'",
                "type": "checkbox",
                "choices": "1, A | 9, None",
            },
            {"codes": {"1": "A", "9": {"label": "None", "exclusive": "true"}}},
        ),
        (
            {"annotation": "@CALCTEXT('a')"},
            {"type": "calculated", "gives": "text", "value": "'a'"},
        ),
        (
            {"annotation": "@CALCDATE([day], 7, 'd')", "validation": "date_ymd"},
            {"type": "calculated", "gives": "date", "value": "add_days(day, 7)"},
        ),
    ],
)
def test_action_tags_with_a_meaning_here(
    row: dict[str, str], expected: dict[str, Any]
) -> None:
    found = converted({"name": "day", "validation": "date_ymd"}, {"name": "x", **row})
    made = form_of(found)["fields"]["x"]
    assert {key: made.get(key) for key in expected} == expected


CHOICES = {"type": "radio", "choices": "1, A | 2, B"}
BOXES = {"type": "checkbox", "choices": "1, A | 2, B | 3, C"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"annotation": "@HIDDEN"}, {"entry": "hidden"}),
        ({"annotation": "@HIDDEN-FORM @READONLY"}, {"entry": "hidden"}),
        ({"annotation": "@READONLY @HIDDEN"}, {"entry": "hidden"}),
        ({"annotation": "@READONLY"}, {"entry": "read_only"}),
        ({"annotation": "@HIDDEN", "type": "descriptive"}, {"entry": "hidden"}),
        (
            {"annotation": "@HIDDEN", "type": "calc", "choices": "1"},
            {"entry": "hidden"},
        ),
        ({"annotation": "@TODAY", "validation": "date_dmy"}, {"prefill": "today"}),
        ({"annotation": "@NOW", "validation": "date_dmy"}, {"prefill": "today"}),
        (
            {"annotation": "@NOW @READONLY", "validation": "time"},
            {"prefill": "now", "entry": "read_only"},
        ),
        ({"annotation": "@USERNAME"}, {"prefill": "user"}),
        (
            {"annotation": "@DEFAULT='08:30'", "validation": "time"},
            {"default": "08:30"},
        ),
        ({"annotation": "@PLACEHOLDER='dd-mm-yyyy'"}, {"placeholder": "dd-mm-yyyy"}),
        ({"annotation": "@HIDECHOICE='2'", **CHOICES}, {"retired": ["2"]}),
        ({"annotation": "@MAXCHECKED=2", **BOXES}, {"max_choices": "2"}),
        (
            {"annotation": "@WORDLIMIT=2", "type": "notes"},
            {
                "pattern": {
                    "matches": r"\s*\S+(\s+\S+){0,1}\s*",
                    "message": "at most 2 words",
                }
            },
        ),
        (
            {"annotation": "@IF([is-survey] = 1, @HIDDEN, @READONLY)"},
            {"entry": "read_only"},
        ),
        (
            {"annotation": "@IF([day] = '', @HIDDEN, '')", "type": "descriptive"},
            {"show_when": "(day is not known) is not true"},
        ),
        (
            {"annotation": "@HIDDEN @DEFAULT=1", "required": "y"},
            {"required": "true", "default": "1"},
        ),
        (
            {"annotation": "@HIDDEN", "required": "y"},
            {"required": None, "redcap": {"required": "y"}},
        ),
    ],
)
def test_action_tags_that_say_how_a_page_asks(
    row: dict[str, str], expected: dict[str, Any]
) -> None:
    found = converted({"name": "day", "validation": "date_ymd"}, {"name": "x", **row})
    made = form_of(found)["fields"]["x"]
    assert {key: made.get(key) for key in expected} == expected
    study_of(found)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"annotation": "@SETVALUE='1'"}, "@SETVALUE"),
        ({"annotation": "@TODAY", "validation": "number"}, "@TODAY"),
        ({"annotation": "@HIDECHOICE='7'", **CHOICES}, "@HIDECHOICE"),
        ({"annotation": "@MAXCHECKED=2", **CHOICES}, "@MAXCHECKED"),
        (
            {"annotation": "@DEFAULT='2024-01-01' @TODAY", "validation": "date_ymd"},
            "@TODAY",
        ),
        ({"annotation": "@IF([day] = '', @HIDDEN, '')"}, "@IF"),
        ({"annotation": "@IF(1)"}, "@IF"),
        ({"annotation": "@RANDOMORDER", **CHOICES}, "@RANDOMORDER"),
    ],
)
def test_action_tags_without_effect_are_listed(row: dict[str, str], kind: str) -> None:
    found = converted({"name": "day", "validation": "date_ymd"}, {"name": "x", **row})
    assert kind in kinds(found)
    study_of(found)


@pytest.mark.parametrize(
    "tag", ["@HIDDEN-SURVEY", "@READONLY-APP", "@HIDEBUTTON", "@NOMISSING"]
)
def test_a_tag_that_speaks_of_what_is_not_here_loses_nothing(tag: str) -> None:
    found = converted({"name": "x", "annotation": tag})
    assert kinds(found) == []
    assert [one.kind for one in found.losses if one.field == "x"] == [tag]


def test_fields_that_wait_for_each_other_ask_for_what_was_entered() -> None:
    found = converted(
        {"name": "weight", "validation": "number", "branching": "[unknown(1)] <> '1'"},
        {
            "name": "unknown",
            "type": "checkbox",
            "choices": "1, Unknown",
            "branching": "[weight] = ''",
        },
    )
    study = study_of(found)
    assert kinds(found) == []
    assert judged(study, {})["weight"].shown is True
    assert judged(study, {"unknown": "1"})["weight"].shown is False
    assert judged(study, {"weight": "80"})["unknown"].shown is False


def test_equal_answers_share_a_codelist_with_a_name_that_says_what_it_holds() -> None:
    rows = [
        {"name": name, "type": "radio", "choices": "1, Yes | 0, No | 9, Unknown"}
        for name in "ab"
    ]
    found = converted(*rows)
    assert (
        "yes_no_unknown: {1: Yes, 0: No, 9: Unknown}" in found.files["codelists.yaml"]
    )
    assert form_of(found)["fields"]["a"]["codes"] == "yes_no_unknown"


def test_a_matrix_is_a_grid_and_a_section_a_group() -> None:
    rows = [
        {
            "name": name,
            "type": "radio",
            "choices": "1, Never | 2, Often",
            "matrix": "freq",
            "label": name,
        }
        for name in ("cough", "fever")
    ]
    rows[0]["section"] = "How often?"
    found = form_of(converted(*rows, {"name": "after"}))
    assert found["groups"]["freq"] == {
        "title": "How often?",
        "layout": "grid",
        "defaults": {"type": "choice", "codes": "never_often"},
        "fields": {"cough": "cough", "fever": "fever"},
    }
    assert list(found["groups"]) == ["freq", "part_3"]


@pytest.mark.parametrize(
    "name", ["Weight", "1st", "sum", "visitid", "a" * 80, "größe", "date_{{ x }}"]
)
def test_a_name_outside_our_grammar_is_changed_and_kept(name: str) -> None:
    found = converted({"name": name, "label": "X"})
    (made,) = (one for one in form_of(found)["fields"].values() if one["label"] == "X")
    assert made["redcap"]["name"] == name
    study_of(found)


@pytest.mark.parametrize("name", ["record_id", "household", "x", "surname"])
def test_the_first_field_is_the_record_id_whatever_it_is_called(name: str) -> None:
    content = dictionary({"name": "pain", "validation": "integer"}).replace(
        b"record_id", name.encode()
    )
    found = convert_redcap("study.csv", content)
    assert found.subject == name
    assert [
        (one.kind, one.field) for one in found.losses if one.kind == "record-id"
    ] == [("record-id", name)]
    field = study_of(found).field("base", name)
    assert field is not None
    assert field.value is not None
    assert field.value.text == "subjid"
    back = write_redcap(found.files, {"dictionary": content})
    assert back.content == content


@pytest.mark.parametrize(
    "first",
    [
        {"name": "x", "branching": "[y] = '1'"},
        {"name": "x", "type": "radio", "choices": "1, A"},
        {"name": "x", "validation": "date_ymd"},
        {"name": "x", "type": "notes"},
    ],
)
def test_a_part_of_a_project_may_have_no_record_id(first: dict[str, str]) -> None:
    _, header_and_rows = dictionary(first, {"name": "y"}).split(b"record_id", 1)
    head = dictionary(first).split(b"\r\n")[0]
    content = head + b"\r\n" + header_and_rows.split(b"\r\n", 1)[1]
    assert convert_redcap("part.csv", content).subject == ""


def test_the_record_id_may_be_named_or_be_none() -> None:
    content = dictionary({"name": "patient"}, {"name": "pain"})
    assert (
        convert_redcap("study.csv", content, record_id="patient").subject == "patient"
    )
    assert convert_redcap("study.csv", content, record_id="").subject == ""
    unknown = convert_redcap("study.csv", content, record_id="nobody")
    assert [one.code for one in unknown.findings] == ["redcap-record-id-unknown"]
