"""The way back: in the old spelling where the dictionary still says the same, else
written anew.
"""

from __future__ import annotations

import pytest

from generator.redcap.convert import convert_redcap
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.dictionary_rows import read_dictionary
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import FIELDS, dictionary
from tests.reference_study import LB, RANGES
from tests.studies import study_of

ROWS = (
    *FIELDS,
    {
        "name": "html",
        "label": "<b>Bold</b>  text ",
        "branching": '( [sex] = "1"  AND [a]>5 ) // why',
    },
    {
        "name": "lim",
        "validation": "number_1dp_comma_decimal",
        "minimum": "0,5",
        "alignment": "LH",
    },
    {
        "name": "Upper",
        "required": "y",
        "section": "Section",
        "annotation": " @READONLY  note",
    },
    {"name": "js", "type": "calc", "choices": "$('#x')"},
    {
        "name": "m1",
        "type": "radio",
        "choices": "1,A|2,B",
        "matrix": "m",
        "ranking": "y",
    },
)


def cells(content: bytes) -> dict[str, dict[str, str]]:
    return {
        item.name: {column: item.cell(column) for column in COLUMNS}
        for item in read_dictionary("d.csv", content).items
    }


def test_there_and_back_is_the_same_cell_by_cell() -> None:
    before = dictionary(*ROWS)
    written = write_redcap(
        convert_redcap("d.csv", before).files, {"dictionary": before}
    )
    assert written.content is not None
    assert cells(written.content) == cells(before)
    assert written.losses == ()


def test_a_change_is_written_and_the_rest_keeps_its_spelling() -> None:
    before = dictionary(*ROWS)
    files = dict(convert_redcap("d.csv", before).files)
    (name,) = (name for name in files if name.startswith("forms/"))
    files[name] = files[name].replace("label: Bold text", "label: Bolder text")
    after = cells(write_redcap(files, {"dictionary": before}).content or b"")
    assert after["html"] == {**cells(before)["html"], "label": "Bolder text"}
    assert {**after, "html": None} == {**cells(before), "html": None}


def test_without_the_old_files_the_dictionary_alone_says_the_same() -> None:
    before = dictionary(
        *FIELDS,
        {"name": "x", "branching": "[sex]='1' and [race(OTH)]=\"1\" and [a]<>''"},
    )
    written = write_redcap(convert_redcap("d.csv", before).files, {})
    assert cells(written.content or b"")["x"]["branching"] == (
        "[sex] = '1' and [race(OTH)] = '1' and [a] <> ''"
    )
    again = convert_redcap("d.csv", written.content or b"")
    assert again.files == convert_redcap("d.csv", before).files | {
        "study.yaml": again.files["study.yaml"]
    }


def test_cells_that_the_dictionary_alone_spells_in_another_way_are_listed() -> None:
    rows = (
        *FIELDS,
        {"name": "x", "branching": "[sex]='1'", "annotation": " @HIDDEN"},
        {
            "name": "y",
            "type": "checkbox",
            "choices": "1,<b>A</b>|2,B",
            "validation": "",
        },
        {"name": "z", "validation": "datetime_ymd", "maximum": "today"},
        {"name": "s", "type": "slider"},
    )
    before = dictionary(*rows)
    found = convert_redcap("d.csv", before)
    alone = cells(write_redcap(found.files, {}).content or b"")
    listed = {(one.field, one.column): one for one in found.losses}
    for name, held in cells(before).items():
        for column, text in held.items():
            assert text == alone[name][column] or (name, HEADERS[column]) in listed
    spelled = listed["x", HEADERS["branching"]]
    assert (spelled.kind, spelled.harmless, spelled.original) == (
        "spelling",
        True,
        "[sex]='1'",
    )
    assert spelled.why == "written back as: [sex] = '1'"
    assert not listed["y", HEADERS["choices"]].harmless
    assert alone["z"]["maximum"] == "today"


def test_a_kept_cell_does_not_stand_in_the_way_of_a_new_one() -> None:
    before = dictionary(*FIELDS, {"name": "x", "branching": "[nowhere] = '1'"})
    files = dict(convert_redcap("d.csv", before).files)
    (form,) = (name for name in files if name.startswith("forms/"))
    files[form] = files[form].replace("label: X,", "label: X, show_when: sex = '1',")
    written = write_redcap(files, {"dictionary": before})
    assert cells(written.content or b"")["x"]["branching"] == "[sex] = '1'"
    assert [(one.kind, one.original) for one in written.losses] == [
        ("kept-cell", "[nowhere] = '1'")
    ]


TAGGED = (
    {"name": "h", "annotation": "a note @HIDDEN @DEFAULT='1' and more"},
    {"name": "r", "annotation": "@READONLY-FORM @NOW", "validation": "datetime_dmy"},
    {
        "name": "p",
        "annotation": "@PLACEHOLDER='x' @WORDLIMIT=5 @CHARLIMIT=99 @RANDOMORDER",
    },
    {
        "name": "c",
        "type": "checkbox",
        "choices": "1, A | 2, B | 3, C",
        "annotation": "@MAXCHECKED=2 @HIDECHOICE='3'",
    },
    {"name": "t", "annotation": "@CALCTEXT(if([h] = '1', 'one', 'two'))"},
    {"name": "d", "annotation": "@CALCDATE([day], 7, 'd')", "validation": "date_ymd"},
)


@pytest.mark.parametrize(
    ("name", "old", "new", "annotation"),
    [
        (
            "h",
            "entry: hidden, default: 1",
            "default: 2",
            "a note  @DEFAULT='2' and more",
        ),
        ("r", "entry: read_only", "entry: hidden", "@HIDDEN @NOW"),
        (
            "p",
            "placeholder: x",
            "placeholder: y",
            "@PLACEHOLDER='y' @WORDLIMIT=5 @CHARLIMIT=99 @RANDOMORDER",
        ),
        ("c", "max_choices: 2", "max_choices: 1", "@MAXCHECKED=1 @HIDECHOICE='3'"),
        ("t", "two", "three", "@CALCTEXT(if([h] = '1', 'one', 'three'))"),
        ("d", "add_days(day, 7)", "add_days(day, 8)", "@CALCDATE([day], 8, 'd')"),
    ],
)
def test_a_changed_key_changes_its_tag_and_nothing_else(
    name: str, old: str, new: str, annotation: str
) -> None:
    before = dictionary({"name": "day", "validation": "date_ymd"}, *TAGGED)
    files = dict(convert_redcap("d.csv", before).files)
    (form,) = (one for one in files if one.startswith("forms/"))
    assert old in files[form]
    files[form] = files[form].replace(old, new, 1)
    after = cells(write_redcap(files, {"dictionary": before}).content or b"")
    assert after[name] == {**cells(before)[name], "annotation": annotation}
    assert {**after, name: None} == {**cells(before), name: None}


NATIVE = {
    "study.yaml": (
        "study: S\ntitle: Study\nsubject: {pattern: '\\d{2}-\\d{3}', example: 01-007}\n"
    ),
    "f.yaml": """
form: f
title: Form
fields:
  yn: {label: Asked?, type: yes_no}
  x: {label: X, type: integer, range: [1, 9], unit: kg, show_when: yn = 'Y', required: yn = 'Y'}
  y: {label: Y, show_when: yn <> 'Y' and x between 1 and 3}
  z: {label: Z, show_when: (x > 3) is not true}
  k: {label: K, type: multiple_choice, codes: {A: One, N: {label: None, exclusive: true}}}
  w: {label: W, show_when: "k has any ('A', 'N') or not k has 'A'"}
  c: {label: C, type: calculated, places: 1, value: "case when x > 3 then round(x / 2, 1) else 0 end"}
""",
    "visits.yaml": "visits: {V: {title: Visit}}\nschedule: {columns: V, f: X}\n",
}


@pytest.mark.parametrize(
    ("name", "column", "cell"),
    [
        ("yn", "type", "radio"),
        ("yn", "choices", "Y, Yes | N, No"),
        ("x", "validation", "integer"),
        ("x", "maximum", "9"),
        ("x", "annotation", "@FORCE-MINMAX"),
        ("x", "branching", "[yn] = 'Y'"),
        ("y", "branching", "[yn] <> 'Y' and [yn] <> '' and [x] >= 1 and [x] <= 3"),
        ("z", "branching", "[x] <= 3 or [x] = ''"),
        ("k", "annotation", "@NONEOFTHEABOVE='N'"),
        (
            "w",
            "branching",
            "[k(A)] = '1' or [k(N)] = '1' or [k(A)] = '0' and [k(N)] = '1'",
        ),
        (
            "c",
            "choices",
            "round(if([x] > 3, round([x] / 2, 1), if([x] <= 3, 0, '')), 1)",
        ),
    ],
)
def test_a_study_of_ours_in_the_words_of_redcap(
    name: str, column: str, cell: str
) -> None:
    study_of(NATIVE)
    written = write_redcap(NATIVE, {})
    found = cells(written.content or b"")
    assert next(iter(found)) == "record_id"
    assert found[name][column] == cell
    assert {(one.field, one.kind) for one in written.losses} >= {
        ("x", "unit"),
        ("x", "required"),
    }


PLACES = {
    "study.yaml": "study: S\ntitle: S\nsubject: {pattern: '[0-9]+', example: '1'}\n",
    "rules.yaml": "derivations:\n  heavy: vs.kg > 90\n",
    "dm.yaml": (
        "form: dm\ntitle: D\nfields:\n  sex: {label: Sex, type: choice, codes: [F, "
        "M]}\n"
    ),
    "vs.yaml": """
form: vs
title: V
fields:
  kg: {label: Weight, type: decimal}
  a: {label: A, show_when: dm.sex = 'F'}
  b: {label: B, show_when: heavy}
  c: {label: C, show_when: "vs[previous].kg > 90"}
groups:
  left:
    rows: {}
    fields:
      n: {label: N, type: integer}
  right:
    rows: {}
    fields:
      n: {label: N, type: integer}
      d: {label: D, show_when: n > 1}
      e: {label: E, show_when: kg > 1 and rowno > 1}
""",
    "lb.yaml": "form: lb\ntitle: L\nfields:\n  f: {label: F, show_when: vs.kg > 1}\n",
    "visits.yaml": """
visits: {SCR: {title: One}, V1: {title: Two}, V2: {title: Three}}
schedule:
  columns: SCR V1 V2
  dm: X . .
  vs: X X .
  lb: . X X
  pe: X X X
""",
    "pe.yaml": "form: pe\ntitle: P\nfields:\n  g: {label: G, show_when: vs.kg > 1}\n",
}


@pytest.mark.parametrize(
    ("name", "branching", "listed"),
    [
        ("a", "[scr_arm_1][sex] = 'F'", []),
        ("b", "[kg] > 90", []),
        ("c", "[previous-event-name][kg] > 90", ["previous-event"]),
        ("d", "[right_n] > 1", []),
        ("e", "[kg] > 1 and [current-instance] > 1", []),
        ("f", "[v1_arm_1][kg] > 1", []),
        ("g", "[kg] > 1", ["other-form"]),
    ],
)
def test_fields_of_other_forms_and_rows_are_read_where_a_rule_reads_them(
    name: str, branching: str, listed: list[str]
) -> None:
    written = write_redcap(PLACES, {})
    assert cells(written.content or b"")[name]["branching"] == branching
    kinds = {"previous-event", "other-form", "rule"}
    assert [
        one.kind for one in written.losses if one.field == name and one.kind in kinds
    ] == listed


LAB = {
    "study.yaml": "study: LAB-1\ntitle: Lab\nsubject: {pattern: '\\d{3}', example: '001'}\n",
    "visits.yaml": "visits: {V1: {title: One}}\nschedule:\n  columns: V1\n  lb:      X\n",
    "lb.yaml": """
form: lb
title: Chemistry
fields:
  crp: {label: CRP, type: decimal, comparator: ['<'], range: [0, 500]}
  plt: {label: Platelets, type: integer, alert: [20, 1000]}
  wt: {label: Weight, type: decimal, unit: {kg: {}, lb: {to: kg, as: value * 0.45359237}}}
  high: {label: High, show_when: crp > 5}
  given: {label: Given, show_when: crp is known}
  heavy: {label: Heavy, show_when: wt in kg > 100}
  heavier: {label: Heavier, show_when: "in_unit(wt, 'kg') > 100"}
""",
}


def test_a_limit_is_a_text_in_redcap_and_what_compares_it_is_listed() -> None:
    written = write_redcap(LAB, {})
    found = cells(written.content or b"")
    assert (
        found["crp"]["validation"],
        found["crp"]["maximum"],
        found["high"]["branching"],
    ) == ("", "", "")
    assert found["given"]["branching"] == "[crp] <> ''"
    assert {(loss.field, loss.kind) for loss in written.losses} >= {
        ("crp", "comparator"),
        ("high", "rule"),
        ("plt", "alert"),
    }


def test_reference_ranges_and_what_reads_them_are_listed() -> None:
    files = {"study.yaml": LAB["study.yaml"], "visits.yaml": LAB["visits.yaml"]}
    written = write_redcap({**files, "lb.yaml": LB, "ranges.yaml": RANGES}, {})
    assert {(loss.field, loss.kind, loss.original) for loss in written.losses} >= {
        ("*", "reference-ranges", "2 rows"),
        ("lies", "rule", "in_reference(hgb)"),
    }


def test_a_value_in_a_unit_is_the_same_in_both_spellings() -> None:
    found = cells(write_redcap(LAB, {}).content or b"")
    assert found["heavy"]["branching"] == found["heavier"]["branching"] != ""


def test_a_loss_names_the_field_as_redcap_does() -> None:
    files = {
        "study.yaml": "study: S\ntitle: S\nsubject: {pattern: '[0-9]+', example: '1'}\n",
        "f.yaml": (
            "form: f\ntitle: F\nfields:\n"
            "  a: {label: A, type: yes_no}\n"
            "  w: {label: W, type: integer, required: a = 'Y', range: [0, 3 * 3],\n"
            "      redcap: {name: weight}}\n"
        ),
        "visits.yaml": "visits: {V: {title: Visit}}\nschedule: {columns: V, f: X}\n",
    }
    losses = {(loss.field, loss.kind) for loss in write_redcap(files, {}).losses}
    assert {("weight", "required"), ("weight", "range")} <= losses
    assert not any(field == "w" for field, _ in losses)
