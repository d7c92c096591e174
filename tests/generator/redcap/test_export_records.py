"""The way out and back: what an export in REDCap's shape holds, and the list of what it
does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.study import Study
from generator.redcap.reading.events import EventFiles
from generator.redcap.records.export_records import (
    Exported,
    as_markdown,
    counts,
    export_records,
)
from generator.redcap.records.read_records import read_records
from generator.redcap.records.write_records import RecordFormat
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import converted
from tests.generator.redcap.dictionaries import study_of as converted_study
from tests.package_cases import SAVED, captured, clean_forms
from tests.studies import small_study, study_of

TODAY = date(2024, 5, 31)
HEAD = "study: CASE\ntitle: A study\nsubject: {pattern: '\\d{3}', example: '107'}\n"


def files_of(
    form: str, *, visits: str = "V1: {title: Visit 1}", schedule: str = ""
) -> dict[str, str]:
    name = form.split()[1]
    columns = " ".join(part.split(":")[0].strip() for part in visits.split("\n"))
    listed = schedule or f"  {name}: {' '.join('X' for _ in columns.split())}\n"
    at = "".join(f"  {line}\n" for line in visits.split("\n"))
    return {
        "study.yaml": HEAD,
        "visits.yaml": f"visits:\n{at}schedule:\n  columns: {columns}\n{listed}",
        "f.yaml": form,
    }


def export(
    study: Study, forms: Sequence[CapturedForm], shape: RecordFormat = RecordFormat.FLAT
) -> Exported:
    return export_records(study, forms, TODAY, shape=shape)


def lines(found: Exported) -> list[str]:
    return found.text.splitlines()


def kinds(found: Exported) -> list[str]:
    """What is listed, but for the history that no such file has."""
    return [one.kind for one in found.left_out if one.kind != "history"]


def form(
    key: str,
    texts: Mapping[str, str] | None = None,
    *,
    subject: str = "107",
    site: str = "",
    **more: object,
) -> CapturedForm:
    return replace(captured(key, texts, subject=subject, **more), site=site)  # type: ignore[arg-type]


def again(study: Study, found: Exported) -> list[tuple[str, FormKey, str, int, Record]]:
    read = read_records("r.csv", found.text.encode(), study)
    assert read.findings == []
    return [
        (one.subject, one.key, one.site, one.status, one.record) for one in read.forms
    ]


BOXES = """form: vs
title: Vital signs
fields:
  lev: {label: Levels, type: multiple_choice, codes: {L3: three, L-4: minus, L_4: line, l3: small}}
  lev___l3: {label: Remark}
  pick: {label: Pick, type: choice, codes: {'a,b': A, a_b: B}}
  vs_complete: {label: All done?}
"""


def test_codes_and_names_that_fall_together_keep_a_column_each() -> None:
    files = files_of(BOXES)
    study = study_of(files)
    texts = {
        "lev": "L-4;l3",
        "lev___l3": "see above",
        "pick": "a,b",
        "vs_complete": "yes",
    }
    other = {"lev": "L3;L_4", "pick": "a_b"}
    forms = [form("vs V1", texts), form("vs V1", other, subject="108")]
    for shape in RecordFormat:
        found = export(study, forms, shape)
        assert kinds(found) == []
        assert [dict(one[4].texts) for one in again(study, found)] == [texts, other]
    header = lines(export(study, forms))[0].split(",")
    assert len(set(header)) == len(header)
    listed = {
        (one.field, one.original)
        for one in write_redcap(files, {}).losses
        if one.kind == "code"
    }
    assert listed == {("lev", "L_4"), ("lev", "l3"), ("pick", "a,b")}
    assert {
        one.original for one in write_redcap(files, {}).losses if one.kind == "name"
    } == {
        "lev___l3",
        "vs_complete",
    }


def test_the_dictionary_has_the_columns_of_the_records() -> None:
    files = files_of(BOXES)
    written = (write_redcap(files, {}).content or b"").decode()
    assert "L3, three | L-4, minus | L_4_2, line | l3_2, small" in written
    header = lines(export(study_of(files), [form("vs V1", {"lev": "L3"})]))[0]
    for name in ("vs_lev___l3", "vs_vs_complete"):
        assert name in written
        assert name in header


RECORD = "form: f\ntitle: F\nfields:\n  record_id: {label: Number, type: integer}\n"


def test_a_field_called_like_the_record_id_is_no_record_id() -> None:
    study = study_of(files_of(RECORD))
    found = export(study, [form("f V1", {"record_id": "5"})])
    assert lines(found)[0].startswith("record_id_2,")
    assert (
        (write_redcap(files_of(RECORD), {}).content or b"")
        .splitlines()[1]
        .startswith(b"record_id_2,f,")
    )
    assert dict(again(study, found)[0][4].texts) == {"record_id": "5"}


def test_a_record_id_further_down_comes_first() -> None:
    subject = "  s: {label: S, type: calculated, gives: text, value: subjid}\n"
    text = f"form: f\ntitle: F\nfields:\n  a: {{label: A}}\n{subject}"
    rows = (write_redcap(files_of(text), {}).content or b"").decode().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["s", "a"]
    assert [row.split(",")[0] for row in rows].count("record_id") == 0


NUMBERS = (
    {"name": "w", "validation": "number_1dp"},
    {"name": "h", "validation": "number_2dp_comma_decimal"},
    {"name": "n", "validation": "number"},
)


def test_numbers_have_as_many_decimals_as_redcap_asks_for() -> None:
    study = converted_study(converted(*NUMBERS))
    texts = {"w": "22", "h": "-1.8", "n": "7.5"}
    found = export(study, [form("base event_1_arm_1", texts)])
    assert lines(found) == ["record_id,w,h,n,base_complete", '107,22.0,"-1,80",7.5,2']
    assert kinds(found) == ["decimals", "decimals"]
    assert found.whole
    wrong = export(
        study, [form("base event_1_arm_1", {"w": "22,5 kg.", "h": "1.805", "n": "x.y"})]
    )
    assert kinds(wrong) == []
    assert lines(wrong)[1] == '107,"22,5 kg.","1,805",x.y,2'


def test_a_study_of_ours_lets_redcap_take_any_number_of_decimals() -> None:
    files = files_of(
        "form: f\ntitle: F\nfields:\n  h: {label: Height, type: decimal, places: 2}\n"
    )
    written = write_redcap(files, {})
    assert b"h,f,,text,Height,,,number," in (written.content or b"")
    assert [(one.kind, one.original) for one in written.losses if one.field == "h"] == [
        ("places", "at most 2")
    ]
    assert (
        lines(export(study_of(files), [form("f V1", {"h": "1.8"})]))[1]
        == "107,v1_arm_1,1.8,2"
    )


ROWS = (
    "form: cm\ntitle: Medicines\ngroups:\n  cm:\n    rows: {max: 9}\n    fields:\n    "
    "  t: {label: Name}\n"
)
LOG = ROWS.replace("title: Medicines\n", "title: Medicines\nlog: true\n")


@pytest.mark.parametrize("shape", list(RecordFormat))
@pytest.mark.parametrize(("text", "key"), [(ROWS, "cm V1"), (LOG, "cm LOG")])
def test_a_complete_form_without_rows_is_an_instance_without_answers(
    text: str, key: str, shape: RecordFormat
) -> None:
    study = study_of(files_of(text, schedule="" if text == ROWS else " "))
    forms = [form(key), form(key, rows={"cm": [{"t": "ASA"}]}, subject="108")]
    found = export(study, forms, shape)
    assert (found.forms, kinds(found)) == (2, [])
    assert [
        (one[0], one[3], len(one[4].rows.get("cm", ()))) for one in again(study, found)
    ] == [
        ("107", 2, 0),
        ("108", 2, 1),
    ]


def test_drafts_without_an_answer_and_subjects_without_forms_are_listed() -> None:
    study = study_of(files_of("form: f\ntitle: F\nfields:\n  a: {label: A}\n"))
    found = export_records(
        study, [form("f V1", status=0)], TODAY, subjects=["107", "109"]
    )
    assert [(one.kind, one.subject, one.form) for one in found.left_out] == [
        ("subject", "107", ""),
        ("subject", "109", ""),
        ("empty-draft", "107", "f V1"),
        ("history", "", ""),
    ]
    assert (found.forms, found.whole) == (0, True)


def test_a_draft_without_rows_is_an_instance_of_its_own() -> None:
    study = study_of(files_of(ROWS))
    found = export(study, [form("cm V1", status=0)])
    assert kinds(found) == []
    assert [(one[0], one[3]) for one in again(study, found)] == [("107", 0)]


def test_groups_go_out_also_where_the_study_has_no_sites() -> None:
    study = converted_study(converted({"name": "pain", "validation": "integer"}))
    key = "base event_1_arm_1"
    forms = [
        form(key, {"pain": "5"}, site="north"),
        form(key, {"pain": "6"}, subject="108", site="south"),
    ]
    found = export(study, forms)
    assert lines(found)[0] == "record_id,redcap_data_access_group,pain,base_complete"
    assert [one[2] for one in again(study, found)] == ["north", "south"]
    assert (
        "redcap_data_access_group"
        not in lines(export(study, [form(key, {"pain": "5"})]))[0]
    )


LISTS = EventFiles(
    events=("e", b"event_name,unique_event_name\nScreening,scr_arm_1\nPre,pre_arm_1\n"),
    forms=(
        "f",
        b"unique_event_name,form\nscr_arm_1,base\nscr_arm_1,pe\npre_arm_1,pe\n",
    ),
    repeating=("r", b"event_name,form_name,custom_form_label\npre_arm_1,pe,\n"),
)
SOMETIMES = (
    {"name": "age", "validation": "integer"},
    {"name": "wt", "form": "pe", "validation": "number"},
)
RECORDS = """record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,base_complete,\
wt,pe_complete
1,scr_arm_1,,,44,2,70,2
1,pre_arm_1,pe,1,,,71,2
1,pre_arm_1,pe,2,,,72,2
"""


def test_a_form_that_repeats_at_one_event_stands_once_at_the_other() -> None:
    found = converted(*SOMETIMES, events=LISTS)
    study = converted_study(found)
    read = read_records("r.csv", RECORDS.encode(), study)
    back = export(study, read.forms)
    assert back.text.replace("\r\n", "\n") == RECORDS
    assert kinds(back) == []
    written = write_redcap(found.files, {}).lists["repeating"].decode().splitlines()
    assert written == ["event_name,form_name,custom_form_label", "pre_arm_1,pe,"]


REPEATS = """form: vs
title: Vital signs
fields:
  t: {label: Temperature, type: decimal}
groups:
  pulse:
    rows: {max: 5}
    fields:
      p: {label: Pulse, type: integer}
"""


def test_rows_of_a_visit_that_repeats_have_one_place_and_the_others_are_listed() -> (
    None
):
    study = study_of(
        files_of(
            REPEATS,
            visits=(
                "V1: {title: One}\nUNS: {title: More, type: unscheduled, repeats: true}"
            ),
        )
    )
    forms = [
        form("vs V1", {"t": "36.5"}, rows={"pulse": [{"p": "70"}, {"p": "71"}]}),
        form("vs UNS 1", {"t": "37"}, rows={"pulse": [{"p": "80"}]}),
        form("vs UNS 2", {"t": "38"}, rows={"pulse": [{"p": "90"}, {"p": "91"}]}),
    ]
    found = export(study, forms)
    assert [
        (one.form, one.field, one.original, one.harmless) for one in found.left_out
    ][:1] == [("vs UNS 2", "p (row 2)", "91", False)]
    assert kinds(found) == ["row"]
    assert not found.whole
    assert [
        (str(key), len(held.rows["pulse"]))
        for _, key, _, _, held in again(study, found)
    ] == [
        (str(FormKey("vs", "V1", 0)), 2),
        (str(FormKey("vs", "UNS", 1)), 1),
        (str(FormKey("vs", "UNS", 2)), 1),
    ]


@pytest.mark.parametrize(
    "visits", ["V1: {title: One}", "U: {title: U, type: unscheduled, repeats: true}"]
)
def test_rows_of_a_log_come_back_wherever_they_stand(visits: str) -> None:
    study = study_of(files_of(LOG, visits=visits, schedule=" "))
    forms = [form("cm LOG", rows={"cm": [{"t": "ASA"}, {"t": "B"}]})]
    found = export(study, forms)
    assert kinds(found) == []
    assert [one[1:2] + one[3:] for one in again(study, found)] == [
        (FormKey("cm", "LOG", 0), 2, forms[0].record)
    ]


def test_the_small_study_comes_back_but_for_what_is_listed() -> None:
    study = small_study()
    for shape in RecordFormat:
        found = export(study, clean_forms(), shape)
        assert kinds(found) == []
        assert found.forms == len(clean_forms())


ODD = [
    # what was captured, what is listed
    ({"refer": "LEG;XX"}, ["box"]),
    ({"refer": "nonsense"}, ["box"]),
    ({"refer": "ARM;LEG"}, ["spelling"]),
    ({"gone": "an old answer"}, ["no-field"]),
    ({"scan": "files/0123456789abcdef/x.pdf"}, ["file"]),
    ({"remark": 'two\r\nlines, "quoted"; and\ttabs'}, []),
    ({"remark": " begins with a blank"}, []),
    ({"sysbp": " 12"}, ["blanks"]),
    ({"vsdat": "TBD", "vstim": "T", "onset": "2024-05"}, []),
]


@pytest.mark.parametrize(("texts", "listed"), ODD, ids=str)
@pytest.mark.parametrize("shape", list(RecordFormat))
def test_what_was_typed_comes_back_or_is_listed(
    texts: dict[str, str], listed: list[str], shape: RecordFormat
) -> None:
    found = export(small_study(), [captured("vs SCR", {"vsperf": "Y", **texts})], shape)
    assert kinds(found) == listed


def test_forms_that_the_dictionary_lacks_by_now_are_listed_and_the_rest_goes_out() -> (
    None
):
    old = captured("old SCR", {"x": "1"})
    moved = captured("lb UNS 1", {"hb": "13"})
    found = export(small_study(), [captured("vs SCR", {"vsperf": "N"}), old, moved])
    assert found.forms == 1
    assert [(one.kind, one.form, one.original) for one in found.left_out][:2] == [
        ("form", "old SCR", "1"),
        ("answer", "lb UNS 1", "13"),
    ]


def test_reasons_are_counted_and_rows_without_an_answer_are_named() -> None:
    kept = {(CellKey("vs", None, "sysbp"), "above-expected"): "measured twice"}
    record = Record(
        texts={"sysbp": "170"}, rows={"reading": (Row(number=1, texts={}),)}, kept=kept
    )
    held = replace(captured("vs SCR"), record=record, saved_at=SAVED)
    found = export(small_study(), [held])
    assert counts(found.left_out) == [
        ("empty-row", True, 1),
        ("history", True, 1),
        ("reason", True, 1),
    ]
    said = as_markdown("r.csv", found.left_out)
    assert "| 01-001 | vs SCR | sysbp | reason |" in said
    assert "measured twice" in said
