"""Records that are not quite what REDCap writes: all that they hold is read, or said
with its place.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars
import pytest

from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.redcap.reading.events import EventFiles
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_file import KnownStructure, RecordFile
from generator.redcap.records.validate_records import validate_records
from generator.redcap.records.write_records import write_records
from generator.validation.report.report import Report
from tests.generator.redcap.dictionaries import FIELDS, TODAY, converted, study_of
from tests.studies import study_of as files_of

EVENTS = (
    b"event_name,arm_num,unique_event_name\nScreening,1,scr_arm_1\nPre,1,pre_arm_1\n"
)
FORMS = b"unique_event_name,form\nscr_arm_1,demo\npre_arm_1,pe\n"
REPEATS = b"event_name,form_name\npre_arm_1,pe\n"
LISTS = EventFiles(events=("e", EVENTS), forms=("f", FORMS), repeating=("r", REPEATS))
KEYS = "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance"


@pytest.fixture(scope="module")
def visits() -> Study:
    """A form at screening, and one that repeats at the next visit."""
    rows = (
        {"name": "age", "form": "demo", "validation": "integer"},
        {"name": "wt", "form": "pe", "validation": "number"},
    )
    return study_of(converted(*rows, events=LISTS))


@pytest.fixture(scope="module")
def simple() -> Study:
    rows = (
        {"name": "diet", "type": "checkbox", "choices": "1, Vegan | 2, Halal"},
        {"name": "sex", "type": "radio", "choices": "1, Female | 2, Male"},
        {"name": "n", "validation": "integer"},
        {"name": "why"},
        {"name": "more", "branching": "[n] > 100"},
    )
    return study_of(converted(*rows))


def study_from(text: str) -> Study:
    """A study of ours, its files parted by lines of ---."""
    return files_of(
        {f"{number}.yaml": part for number, part in enumerate(text.split("---\n"))}
    )


def report(study: Study, text: str) -> Report:
    return validate_records("r.csv", text.encode(), study, today=TODAY)


def told(study: Study, text: str) -> list[tuple[str, int | None]]:
    """The codes of the findings with their rows."""
    return [(one.finding.code, one.row) for one in report(study, text).findings]


def read(study: Study, text: str) -> RecordFile:
    return read_records("r.csv", text.encode(), study)


def answers(study: Study, text: str) -> list[dict[str, str]]:
    return [dict(form.record.texts) for form in read(study, text).forms]


# Rows


def test_a_row_for_a_key_that_another_row_has_is_left_out_and_said(
    visits: Study,
) -> None:
    text = f"{KEYS},wt,pe_complete\n1,pre_arm_1,pe,1,101,2\n1,pre_arm_1,pe,1,55,2\n"
    (found,) = report(visits, text).findings
    assert (found.finding.code, found.row) == ("repeated-key", 3)
    assert "'1, pre_arm_1, pe, 1' is already on line 2" in found.finding.message
    assert report(visits, text).notes == ("Row 3 is left out.",)
    assert [
        row.texts for form in read(visits, text).forms for row in form.record.rows["pe"]
    ] == [{"wt": "101"}]


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ("1,scr_arm_1,,\n1,scr_arm_1,,\n", 3),
        ("1,scr_arm_1,,\n1,Screening,,\n", 3),
        ("1,pre_arm_1,pe,\n1,pre_arm_1,pe,1\n", 3),
        ("1,pre_arm_1,pe,1\n1,pre_arm_1,pe,2\n2,pre_arm_1,pe,1\n1,scr_arm_1,,\n", None),
    ],
)
def test_what_makes_a_key(visits: Study, rows: str, repeated: int | None) -> None:
    found = told(visits, f"{KEYS}\n{rows}")
    assert [row for code, row in found if code == "repeated-key"] == (
        [repeated] if repeated else []
    )


def test_two_rows_with_one_value_of_the_same_instance_are_said() -> None:
    """A dictionary that lists no repeating forms has one place for both."""
    study = study_of(converted({"name": "wt", "form": "pe", "validation": "number"}))
    text = "record_id,redcap_repeat_instrument,redcap_repeat_instance,wt\n1,,,101\n1,pe,1,55\n"
    assert told(study, text) == [("redcap-value-twice", 3)]


def test_one_value_on_two_lines_is_said(simple: Study) -> None:
    text = "record,field_name,value\n1,n,5\n1,diet,1\n1,diet,2\n1,n,6\n1,diet,1\n"
    assert told(simple, text) == [("redcap-value-twice", 5), ("redcap-value-twice", 6)]
    assert answers(simple, text) == [{"n": "5", "diet": "1;2"}]


def test_rows_without_a_place_refuse_and_are_counted(visits: Study) -> None:
    text = (
        f"{KEYS},age\n1,scr_arm_1,,,5\n2,nowhere,,,6\n"
        ",scr_arm_1,,,7\n3,scr_arm_1,,x,8\n4,scr_arm_1,zz,,9\n"
    )
    found = report(visits, text)
    assert found.counts.by_severity["error"] == 4
    assert found.notes == ("Rows 3, 4, 5, 6 are left out.",)
    assert [form.subject for form in read(visits, text).forms] == ["1"]


# Boxes and states


@pytest.mark.parametrize(
    ("ticked", "not_ticked"),
    [
        ("1", "0"),
        ("Checked", "Unchecked"),
        ("checked", "UNCHECKED"),
        ("TRUE", "FALSE"),
        ("True", "False"),
        ("T", "F"),
        ("1.0", "0.0"),
        ("Vegan", ""),
    ],
)
def test_boxes_in_other_spellings_are_read(
    simple: Study, ticked: str, not_ticked: str
) -> None:
    text = f"record_id,diet___1,diet___2,base_complete\n1,{ticked},{not_ticked},2\n2,1,0,2\n"
    assert answers(simple, text) == [{"diet": "1"}, {"diet": "1"}]
    found = told(simple, text)
    assert found == ([] if ticked == "1" else [("redcap-rewritten", 2)])


@pytest.mark.parametrize("text", ["yes", "x", "2", "-1", "11", "1.5", "ticked"])
def test_a_box_that_is_not_understood_is_said_and_kept(
    simple: Study, text: str
) -> None:
    records = f"record_id,diet___1,diet___2,base_complete\n1,{text},0,2\n2,1,{text},2\n"
    assert told(simple, records) == [("redcap-box", 2), ("redcap-box", 3)]
    assert answers(simple, records) == [{"diet": f"1={text}"}, {"diet": f"1;2={text}"}]


def test_states_in_words_are_read_and_strange_ones_said(simple: Study) -> None:
    text = "record_id,n,base_complete\n1,5,Complete\n2,6,2.0\n3,7,9\n4,8,2\n5,9,Unverified\n6,10,incomplete\n"
    assert [int(form.status) for form in read(simple, text).forms] == [2, 2, 0, 2, 1, 0]
    found = told(simple, text)
    assert found == [
        ("redcap-rewritten", 2),
        ("redcap-rewritten", 3),
        ("redcap-state", 4),
    ]


def test_a_state_that_is_not_understood_alone_keeps_its_form(simple: Study) -> None:
    text = "record_id,n,base_complete\n1,,done\n"
    assert told(simple, text) == [("redcap-state", 2)]
    assert len(read(simple, text).forms) == 1


@pytest.mark.parametrize(
    ("states", "least"),
    [
        (("2", "0"), 0),
        (("0", "2", "1"), 0),
        (("2", "1"), 1),
        (("2", ""), 0),
        (("2", "2"), 2),
        (("1", "1"), 1),
    ],
)
def test_the_least_finished_instance_is_the_state_of_the_form(
    visits: Study, states: tuple[str, ...], least: int
) -> None:
    rows = "".join(
        f"1,pre_arm_1,pe,{number},{90 + number},{state}\n"
        for number, state in enumerate(states, 1)
    )
    text = f"{KEYS},wt,pe_complete\n{rows}"
    assert [int(form.status) for form in read(visits, text).forms] == [least]
    out = write_records(visits, read(visits, text).forms, TODAY)
    assert {line.split(",")[-1] for line in out.splitlines()[1:]} == {str(least)}
    assert bool(report(visits, text).notes) == (len(set(states)) > 1)


def test_an_instance_that_says_nothing_but_its_state_is_a_row_that_counts(
    visits: Study,
) -> None:
    text = f"{KEYS},wt,pe_complete\n1,pre_arm_1,pe,1,101,2\n1,pre_arm_1,pe,2,,0\n"
    (form,) = read(visits, text).forms
    assert [(row.number, dict(row.texts)) for row in form.record.rows["pe"]] == [
        (1, {"wt": "101"}),
        (2, {}),
    ]
    assert int(form.status) == 0


def test_a_form_that_nobody_opened_is_not_captured(visits: Study) -> None:
    text = f"{KEYS},age,demo_complete\n1,scr_arm_1,,,,0\n2,scr_arm_1,,,5,0\n"
    assert [form.subject for form in read(visits, text).forms] == ["2"]


@pytest.mark.parametrize("number", ["1.0", "1", "01", "1e+00"])
def test_instances_that_became_decimals_are_read(visits: Study, number: str) -> None:
    text = f"{KEYS},wt,pe_complete\n1,pre_arm_1,pe,{number},101,2\n"
    assert [
        row.number
        for form in read(visits, text).forms
        for row in form.record.rows["pe"]
    ] == [1]
    assert [code for code, _ in told(visits, text)] == (
        [] if number == "1" else ["redcap-rewritten"]
    )


# What programs write


def test_na_is_a_blank_and_said_once(simple: Study) -> None:
    text = "record_id,n,why,more,base_complete\n1,80,tired,NA,2\n2,NA,NA,NA,2\n"
    (found,) = report(simple, text).findings
    assert found.finding.code == "redcap-rewritten"
    for words in (
        "R",
        "4 cells",
        "n (row 3)",
        "why (row 3)",
        "more (2 cells from row 2)",
    ):
        assert words in found.finding.message
    assert answers(simple, text) == [{"n": "80", "why": "tired"}, {}]


def test_na_stays_an_answer_where_nothing_speaks_for_r(simple: Study) -> None:
    text = "record_id,n,why,base_complete\n1,80,NA,2\n2,,,2\n3,5,tired,2\n"
    assert told(simple, text) == []
    assert answers(simple, text)[0] == {"n": "80", "why": "NA"}


def test_na_that_is_a_code_stays_one_and_the_doubt_is_said() -> None:
    study = study_from(
        """
study: S
title: S
subject: {pattern: '[0-9]+', example: 1}
missing: {NA: Not applicable}
---
form: base
title: Base
fields:
  n: {label: N, type: integer, missing: [NA]}
  m: {label: M, type: integer, missing: [NA]}
  k: {label: K, type: integer}
---
form: lab
title: Lab
fields:
  v: {label: V, type: integer, missing: [NA]}
---
visits:
  V1: {title: One}
schedule:
  columns: V1
  base: X
  lab: X
"""
    )
    text = "record_id,n,m,k,v\n1,NA,NA,NA,NA\n2,5,,6,NA\n3,NA,,7,8\n"
    found = read(study, text)
    assert [
        (form.subject, form.key.form, dict(form.record.texts)) for form in found.forms
    ] == [
        ("2", "base", {"n": "5", "k": "6"}),
        ("3", "base", {"n": "NA", "k": "7"}),
        ("3", "lab", {"v": "8"}),
    ]
    assert [one.code for one in found.findings] == [
        "redcap-rewritten",
        "redcap-blank-or-code",
    ]


def test_exponents_are_the_numbers_that_they_were(simple: Study) -> None:
    text = "record_id,n,base_complete\n100000,5,2\n1e+05,6,2\n100001,1e+05,2\n"
    found = report(simple, text).findings
    assert [(one.finding.code, one.row) for one in found] == [
        ("redcap-rewritten", 3),
        ("repeated-key", 3),
    ]
    assert '"1e+05" is 100000' in found[0].finding.message
    assert "R (read.csv, write.csv)" in found[0].finding.message
    assert "n (row 4)" in found[0].finding.message
    assert answers(simple, text) == [{"n": "5"}, {"n": "100000"}]


def test_labels_are_read_as_codes_and_said_once(simple: Study) -> None:
    text = "record_id,diet___1,diet___2,sex,n,base_complete\n1,Checked,Unchecked,Female,5,Complete\n"
    (found,) = report(simple, text).findings
    assert found.finding.code == "redcap-rewritten"
    assert found.finding.message.startswith("This file was exported with labels. ")
    assert answers(simple, text) == [{"diet": "1", "sex": "1", "n": "5"}]


def test_a_decimal_comma_is_not_taken_for_a_thousand() -> None:
    study = study_of(converted({"name": "h", "validation": "integer"}))
    assert answers(study, 'record_id,h\n1,"1,805"\n') == [{"h": "1,805"}]


@pytest.mark.parametrize("name", ["", "X", "Unnamed: 0"])
def test_a_column_of_row_numbers_is_said_once(simple: Study, name: str) -> None:
    text = f"{name},record_id,n,base_complete\n1,7,5,2\n2,8,6,2\n"
    (found,) = report(simple, text).findings
    assert (found.finding.code, "row numbers were added" in found.finding.message) == (
        "redcap-rewritten",
        True,
    )


def test_values_under_no_name_are_said(simple: Study) -> None:
    assert told(simple, "record_id,,n\n1,lost,5\n") == [("redcap-unknown-column", 1)]


# Subjects


SITES = """
study: S
title: S
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent, '02': Leuven}
---
form: base
title: Base
fields:
  n: {label: N, type: integer}
  lot: {label: Lot}
---
visits:
  V1: {title: One}
schedule:
  columns: V1
  base: X
"""


def test_the_group_is_the_site_also_without_its_zero_or_by_its_name() -> None:
    study = study_from(SITES)
    for one, two in (
        ("01", "02"),
        ("1", "2"),
        ("Ghent", "Leuven"),
        ("ghent", "leuven"),
    ):
        text = f"record_id,redcap_data_access_group,n\n01-001,{one},5\n02-001,{two},6\n"
        assert [form.site for form in read(study, text).forms] == ["01", "02"]
        assert [code for code, _ in told(study, text)] == (
            [] if one == "01" else ["redcap-rewritten"]
        )


def test_a_group_that_is_no_site_is_said_as_the_import_does() -> None:
    study = study_from(SITES)
    text = (
        "record_id,redcap_data_access_group,n\n01-001,03,5\n"
        "02-001,,6\n2-1,02,6\n01-002,01,6\n01-002,02,6\n"
    )
    assert told(study, text) == [
        ("redcap-group", 2),
        ("redcap-no-group", 3),
        ("redcap-subject", 4),
        ("repeated-key", 6),
        ("redcap-two-groups", 6),
    ]


def test_texts_that_may_have_lost_zeros_or_digits_are_said() -> None:
    text = "record_id,redcap_data_access_group,n,lot\n01-001,1,5,7\n01-002,1,6,12345678901234567168\n"
    found = report(study_from(SITES), text).findings
    assert [one.finding.code for one in found] == [
        "redcap-rewritten",
        "redcap-values-lost",
    ]
    assert "leading zeros may be lost" in found[1].finding.message
    assert "lot (row 2)" in found[1].finding.message
    assert "digits of long numbers" in found[1].finding.message


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (("7", "12", "113"), True),
        (("0001", "1"), True),
        (("9", "10", "11"), True),
        (("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"), False),
        (("0007", "0012", "10000"), False),
        (("101", "102"), False),
        (("A1", "7", "12"), False),
    ],
)
def test_ids_that_differ_in_length_alone(
    simple: Study, ids: tuple[str, ...], said: bool
) -> None:
    text = "record_id,n\n" + "".join(f"{one},5\n" for one in ids)
    found = [code for code, _ in told(simple, text)]
    assert found == (["redcap-record-length"] if said else [])
    known = validate_records("r.csv", text.encode(), simple, today=TODAY, subjects=ids)
    assert known.valid


PILLS = """
study: S
title: S
subject: {pattern: '[0-9]+', example: 1}
---
form: base
title: Base
fields:
  n: {label: N, type: integer}
  since: {label: Since, type: partial_date}
  taken: {label: Taken, type: time}
  drug: {label: Drug, type: choice, codes: {'1': One, '01': Other}}
  pick: {label: Pick, type: choice, codes: {'NA': Not applicable, 'Y': Yes}}
---
visits:
  V1: {title: One}
schedule:
  columns: V1
  base: X
"""


def test_years_and_counts_are_read_as_they_were() -> None:
    text = "record_id,n,since,taken\n1,True,2022.0,0:09:15\n2,False,,0:23:05\n"
    assert answers(study_from(PILLS), text) == [
        {"n": "1", "since": "2022", "taken": "09:15"},
        {"n": "0", "taken": "23:05"},
    ]


def test_cells_that_nothing_can_restore_are_counted_and_not_listed() -> None:
    rows = "".join(f"{number},1.0\n" for number in range(10, 30))
    found = report(study_from(PILLS), f"record_id,drug\n{rows}")
    assert [(one.finding.code, one.row) for one in found.findings] == [
        ("redcap-values-changed", 2)
    ]
    assert "20 cells" in found.findings[0].finding.message
    assert answers(study_from(PILLS), "record_id,drug\n1,1.0\n") == [{"drug": "1.0"}]


def test_an_answer_na_is_no_blank_and_a_program_may_have_erased_it() -> None:
    study = study_from(PILLS)
    kept = "record_id,n,pick\n1,NA,NA\n2,5,Y\n3,6,NA\n"
    assert answers(study, kept) == [{"n": "5", "pick": "Y"}, {"n": "6", "pick": "NA"}]
    erased = report(study, "record_id,n,pick\n1,5.0,\n2,6.0,Y\n").findings
    assert [one.finding.code for one in erased] == [
        "redcap-rewritten",
        "redcap-values-lost",
    ]
    assert (
        "missing codes may have become blanks in pick (row 2)"
        in erased[1].finding.message
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e+05", "100000"),
        ("1E+05", "100000"),
        ("1.2e+07", "12000000"),
        ("5E+06", "5000000"),
        ("1.23E+05", None),
        ("1.2345678901234568e+16", None),
        ("1e+19", None),
    ],
)
def test_a_rounded_number_is_not_restored(
    simple: Study, text: str, number: str | None
) -> None:
    as_answer, as_record = f"record_id,n\n1,{text}\n", f"record_id,n\n{text},5\n"
    if number is not None:
        assert answers(simple, as_answer) == [{"n": number}]
        assert [form.subject for form in read(simple, as_record).forms] == [number]
        return
    assert told(simple, as_answer) in (
        [("redcap-values-changed", 2)],
        [("not-an-integer", 2)],
    )
    assert told(simple, as_record) == [("redcap-values-changed", 2)]
    assert report(simple, as_record).notes == ("Row 2 is left out.",)
    assert read(simple, as_record).forms == []


def test_a_record_that_somebody_called_1e5_stays_so(simple: Study) -> None:
    assert [form.subject for form in read(simple, "record_id,n\n1E5,5\n").forms] == [
        "1E5"
    ]


def test_what_the_import_refuses_is_said_by_validate_too(simple: Study) -> None:
    text = "record_id,redcap_event_name,redcap_repeat_instance,n\n1,else_arm_1,,5\n2,event_1_arm_1,2,5\n"
    unlisted = KnownStructure(events=False, repeats=False)
    found = validate_records(
        "r.csv", text.encode(), simple, today=TODAY, structure=unlisted
    )
    assert found.valid
    (note,) = found.notes
    assert (
        "else_arm_1, instances of Base are validated as they are, and `crfsmith "
        "import` rejects them"
    ) in note
    assert [code for code, _ in told(simple, text)] == [
        "redcap-record-event",
        "redcap-record-instance",
    ]


@pytest.mark.parametrize("text", ["1,2", "1, 2", "Vegan, Halal", "Vegan,2"])
def test_boxes_in_one_cell_are_read(simple: Study, text: str) -> None:
    assert answers(simple, f'record_id,diet\n1,"{text}"\n2,1\n') == [
        {"diet": "1;2"},
        {"diet": "1"},
    ]


def test_boxes_in_one_cell_that_are_no_answers_are_kept_and_said(simple: Study) -> None:
    text = 'record_id,diet\n1,"1,fish"\n'
    assert answers(simple, text) == [{"diet": "1,fish"}]
    assert told(simple, text) == [("unknown-choice", 2)]


def test_dates_of_a_spreadsheet_are_read_where_the_column_tells_their_order() -> None:
    study = study_of(
        converted(
            {"name": "day", "validation": "date_ymd"},
            {"name": "at", "validation": "datetime_ymd"},
        )
    )
    american = (
        "record_id,day,at\n1,4/15/2024,4/15/2024 9:30\n2,4/3/2024,4/3/2024 9:30\n"
    )
    british = (
        "record_id,day,at\n1,15/4/2024,15/4/2024 9:30\n2,3/4/2024,3/4/2024 9:30:00\n"
    )
    expected = [
        {"day": "2024-04-15", "at": "2024-04-15T09:30"},
        {"day": "2024-04-03", "at": "2024-04-03T09:30"},
    ]
    assert answers(study, american) == answers(study, british) == expected
    assert told(study, american) == [("redcap-rewritten", 2)]
    assert told(study, "record_id,day\n1,4/3/2024\n") == [("redcap-values-changed", 2)]


THROUGH = """record_id,sex,code,race___1,race___2,race___oth,a,b,c,text,day,till,at,clock,yes,base_complete
01-1,1,01,1,0,0,2,1.25,5,tired,2024-05-31,2024-06-01,2024-05-31 09:30,09:30,1,2
01-2,2,2,0,1,1,3,0.5,,very tired,2024-01-02,,2024-01-02 10:00,10:05,0,0
01-3,,,0,0,0,,,7,y,,,,,,1
"""


@pytest.mark.parametrize("program", ["polars", "duckdb", "R", "readr", "pandas"])
def test_records_that_went_through_a_program_are_what_they_were(
    program: str, tmp_path: Path
) -> None:
    """Polars and DuckDB themselves, and what the others write."""
    study = study_of(converted(*FIELDS))
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text(THROUGH)
    if program == "polars":
        polars.read_csv(before).write_csv(after)
    elif program == "duckdb":
        duckdb.sql(f"copy (select * from read_csv('{before}')) to '{after}' (header)")
    else:
        after.write_text(_saved_by(program))
    assert after.read_text() != THROUGH
    found = read(study, after.read_text())
    assert [code for code, _ in told(study, after.read_text())] == ["redcap-rewritten"]
    assert [(one.subject, one.status, as_numbers(one)) for one in found.forms] == [
        (one.subject, one.status, as_numbers(one)) for one in read(study, THROUGH).forms
    ]


def _saved_by(program: str) -> str:
    """``THROUGH`` as R's two readers and pandas write it: numbers by column, blanks in
    their own way.
    """
    header, *rows = (line.split(",") for line in THROUGH.splitlines())
    for row in rows:
        for name, text in zip(header, row, strict=True):
            row[header.index(name)] = _cell_of(program, name, text)
    return "\n".join(",".join(row) for row in (header, *rows)) + "\n"


def _cell_of(program: str, name: str, text: str) -> str:
    if not text:
        number = name in ("sex", "code", "a", "b", "c", "yes")
        return "NA" if program == "readr" or (program == "R" and number) else ""
    if program == "readr":
        return f"{text}:00" if name == "clock" else text
    if name == "code":
        text = text.lstrip("0")
    return (
        f"{text}.0"
        if program == "pandas" and name in ("sex", "code", "a", "c", "yes")
        else text
    )


def as_numbers(form: CapturedForm) -> dict[str, str]:
    """The texts of a form; 2.50 and 2.5 are the same number."""
    texts = {name: text for name, text in form.record.texts.items() if text}
    return texts | {
        name: str(float(texts[name])) for name in ("a", "b", "c") if name in texts
    }


def test_an_answer_that_everybody_gives_stays_one(simple: Study) -> None:
    assert answers(simple, "record_id,why\n1,None\n2,None\n") == [
        {"why": "None"},
        {"why": "None"},
    ]
    assert answers(simple, "record_id,why,n\n1,NA,5\n2,NA,6\n") == [
        {"n": "5"},
        {"n": "6"},
    ]


def sites_of(found: RecordFile) -> set[tuple[str, str]]:
    return {(form.subject, form.site) for form in found.forms}


def test_the_group_is_the_records_whatever_row_names_it(visits: Study) -> None:
    text = (
        "record_id,redcap_event_name,redcap_data_access_group,age,demo_complete,wt,pe_complete\n"
        "1,scr_arm_1,,44,2,,\n1,pre_arm_1,north,,,70,2\n"
    )
    assert sites_of(read_records("r.csv", text.encode(), visits)) == {("1", "north")}


def test_a_line_that_gives_the_group_as_a_value(visits: Study) -> None:
    lines = "1,scr_arm_1,age,44\n1,scr_arm_1,redcap_data_access_group,north\n"
    more = "1,pre_arm_1,redcap_data_access_group,south\n"
    header = "record,redcap_event_name,field_name,value\n"
    assert sites_of(read_records("r.csv", (header + lines).encode(), visits)) == {
        ("1", "north")
    }
    assert told(visits, header + lines + more) == [("redcap-two-groups", 4)]


def test_a_record_without_an_answer_is_named(simple: Study) -> None:
    said = report(simple, "record_id,n,form_complete\n1,5,2\n2,,0\n3,,\n").notes
    assert said == (
        (
            "Records 2, 3 have no answers and only incomplete forms. `crfsmith "
            "import` leaves them out."
        ),
    )


def test_an_index_of_pandas_is_no_work_of_r(simple: Study) -> None:
    text = ",record_id,sex,n,form_complete\n0,1,1.0,5.0,2\n1,2,,,2\n2,3,2.0,6.0,2\n"
    (found,) = [
        one
        for one in report(simple, text).findings
        if one.finding.code == "redcap-rewritten"
    ]
    assert "saved by pandas." in found.finding.message
    assert (
        "row numbers were added in the first column (3 cells from row 1)"
        in found.finding.message
    )


def test_codes_that_r_wrote_as_blanks() -> None:
    """``write.csv(..., na = "")``: every NA is a blank, an answer that was NA as well."""
    text = "record_id,n,pick\n1,1e+05,\n2,1e+06,Y\n"
    (found,) = [
        one
        for one in report(study_from(PILLS), text).findings
        if one.finding.code == "redcap-values-lost"
    ]
    assert "saved by R" in found.finding.message
    assert (
        "missing codes may have become blanks in pick (row 2)" in found.finding.message
    )


@pytest.mark.parametrize(
    ("given", "texts", "codes"),
    [
        (["71,5", "80,25", "5"], ["71.5", "80.25", "5"], {"redcap-rewritten": 1}),
        (["1,805", "70,5"], ["1.805", "70.5"], {"redcap-rewritten": 1}),
        (["0,025"], ["0.025"], {"redcap-rewritten": 1}),
        (["1,805", "2,250"], ["1,805", "2,250"], {"not-a-number": 2}),
        (
            ["1,805", "70,5", "3.5"],
            ["1,805", "70.5", "3.5"],
            {"redcap-rewritten": 1, "not-a-number": 1},
        ),
    ],
)
def test_a_comma_that_redcap_does_not_write_is_said_once_or_refused(
    given: list[str], texts: list[str], codes: dict[str, int]
) -> None:
    study = study_of(converted({"name": "w", "validation": "number"}))
    rows = [f'{number},"{text}",2' for number, text in enumerate(given, start=1)]
    records = "\n".join(["record_id,w,base_complete", *rows, ""])
    read = read_records("r.csv", records.encode(), study)
    assert [form.record.texts["w"] for form in read.forms] == texts
    report = validate_records("r.csv", records.encode(), study, today=TODAY)
    assert dict(report.counts.by_code) == codes


def test_a_comma_that_redcap_writes_is_no_finding() -> None:
    study = study_of(converted({"name": "w", "validation": "number_comma_decimal"}))
    records = 'record_id,w,base_complete\n1,"1,805",2\n'
    read = read_records("r.csv", records.encode(), study)
    assert (read.forms[0].record.texts["w"], read.findings) == ("1.805", [])
