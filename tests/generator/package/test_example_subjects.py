"""Example subjects as text: what a reader of the README may rely on."""

from __future__ import annotations

from datetime import date

from forms_spec.model.captured_data import CellKey, FormKey
from forms_spec.model.captured_forms import CapturedForm
from generator.package.example_subjects import ExampleSubjects, read_subjects
from tests.studies import small_study

TEMPLATE = """
data_cut: 2024-05-31
entered_by: nurse
visits:
  SCR:
    vs:
      vsperf: Y
      sysbp: 120
      reading: [{pos: SITTING, pulse: 60}, {pos: STANDING, pulse: 70}]
    lb: {lbcode: AB12}
log:
  ae: [{aeterm: Headache}]
"""


def read(subject: str, template: str = TEMPLATE) -> ExampleSubjects:
    return read_subjects(
        {"template.yaml": template, "01-001.yaml": subject}, small_study()
    )


def forms(subject: str) -> dict[FormKey, CapturedForm]:
    found = read(f"subject: 01-001\nlike: template\n{subject}")
    assert found.findings == ()
    return {form.key: form for form in found.forms}


VS = FormKey("vs", "SCR", 0)


def test_a_subject_like_a_template_has_its_forms() -> None:
    found = forms("")
    assert set(found) == {FormKey("ae", "LOG", 0), VS, FormKey("lb", "SCR", 0)}
    assert found[VS].record.texts == {"vsperf": "Y", "sysbp": "120"}
    assert [
        (row.number, row.texts["pulse"]) for row in found[VS].record.rows["reading"]
    ] == [
        (1, "60"),
        (2, "70"),
    ]


def test_who_and_when_come_from_the_template() -> None:
    found = read("subject: 01-001\nlike: template\n")
    assert {(form.site, form.subject, form.saved_by) for form in found.forms} == {
        ("01", "01-001", "nurse")
    }
    assert found.data_cut == date(2024, 5, 31)
    assert {form.saved_at.isoformat() for form in found.forms} == {
        "2024-05-31T12:00:00+00:00"
    }


def test_a_field_is_replaced_and_the_others_stay() -> None:
    assert forms("visits: {SCR: {vs: {sysbp: 130}}}")[VS].record.texts == {
        "vsperf": "Y",
        "sysbp": "130",
    }


def test_what_was_typed_stays_as_it_was_typed() -> None:
    assert (
        forms("visits: {SCR: {vs: {sysbp: ' 12o '}}}")[VS].record.texts["sysbp"]
        == " 12o "
    )


def test_an_empty_text_makes_a_field_blank() -> None:
    assert forms("visits: {SCR: {vs: {sysbp: ''}}}")[VS].record.texts == {"vsperf": "Y"}


def test_a_list_of_rows_replaces_the_whole_list() -> None:
    rows = forms("visits: {SCR: {vs: {reading: [{pulse: 55}]}}}")[VS].record.rows[
        "reading"
    ]
    assert [dict(row.texts) for row in rows] == [{"pulse": "55"}]


def test_none_takes_a_form_away() -> None:
    assert FormKey("lb", "SCR", 0) not in forms("visits: {SCR: {lb: none}}")


def test_a_form_is_complete_unless_it_says_otherwise() -> None:
    found = forms("visits: {SCR: {vs: {formstat: 0}}}")
    assert (found[VS].status, found[FormKey("lb", "SCR", 0)].status) == (0, 2)


def test_a_form_starts_from_another_visit_of_the_same_subject() -> None:
    found = forms(
        "visits: {SCR: {vs: {sysbp: 130}}, UNS.2: {vs: {like: SCR, vsperf: N}}}"
    )
    unscheduled = found[FormKey("vs", "UNS", 2)].record
    assert unscheduled.texts == {"vsperf": "N", "sysbp": "130"}
    assert len(unscheduled.rows["reading"]) == 2


def test_only_the_visits_kept_come_from_the_template_and_every_log() -> None:
    assert set(forms("visits_kept: UNS.1")) == {FormKey("ae", "LOG", 0)}


def test_a_kept_warning_carries_its_reason() -> None:
    cell = "form: SCR.vs, table: reading, row: 2, field: pulse"
    found = forms(f"kept: [{{{cell}, finding: above-expected, reason: Runner}}]")
    assert found[VS].record.kept == {
        (CellKey("reading", 2, "pulse"), "above-expected"): "Runner"
    }


def said(subject: str, template: str = TEMPLATE) -> list[str]:
    return [
        f"{found.text}: {found.message} {found.remedy}"
        for found in read(subject, template).findings
    ]


def test_an_unknown_field_is_named_with_its_line_and_the_nearest_name() -> None:
    found = said(
        "subject: 01-001\nlike: template\nvisits:\n  SCR:\n    vs: {sysbb: 1}\n"
    )
    assert found == [
        "01-001.yaml:5:10: There is no field named 'sysbb' here. "
        'Did you mean "sysbp"? Write the name exactly as in the dictionary.'
    ]


def test_every_unknown_name_is_found_at_once() -> None:
    wrong = """subject: 01-001
like: temlate
colour: red
visits: {SCR: {vitals: {}, ae: []}, V9: {vs: {}}, UNS: {vs: {}}, SCR.2: {vs: {}}}
log: {vs: {}}
"""
    names = [
        found.split("named ")[1].split(" ")[0]
        for found in said(wrong)
        if "named" in found
    ]
    assert names == [
        "'colour'",
        "'temlate'",
        "'vitals'",
        "'ae'",
        "'V9'",
        "'UNS'",
        "'SCR.2'",
        "'vs'",
    ]


def test_a_circle_of_forms_is_said_and_not_followed() -> None:
    found = said(
        "subject: 01-001\nlike: template\nvisits: {SCR: {vs: {like: UNS.1}}, "
        "UNS.1: {vs: {like: SCR}}}"
    )
    assert len(found) == 2
    assert all("it starts from this form itself" in one for one in found)


def test_a_circle_of_templates_is_said_and_not_followed() -> None:
    assert (
        said(
            "subject: 01-001\nlike: template\n", "like: 01-001\ndata_cut: 2024-05-31\n"
        )
        != []
    )


def test_wrong_shapes_are_findings() -> None:
    wrong = """subject: 01-001
data_cut: soon
visits: {SCR: {vs: {formstat: 7, reading: none, sysbp: [1]}, lb: 3}}
"""
    what = [found.split(": ", 1)[1].split(" is expected")[0] for found in said(wrong)]
    assert what[0] == "A date such as 2026-05-31"
    assert "A list of rows" in what
    assert "A text" in what
    assert "0 (draft), 1 (not verified) or 2 (complete)" in what
    assert "A mapping of names" in what


def test_a_subject_of_no_site_is_refused() -> None:
    assert any(
        "begins with a site" in found
        for found in said("subject: 77-001\nlike: template\n")
    )


def test_a_file_that_is_no_yaml_is_a_finding() -> None:
    assert said("subject: [") != []
