"""The WTForms classes say of every text what its kind says."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from forms_spec.evaluation import judge
from forms_spec.kinds import KINDS
from forms_spec.model.captured_data import Context, Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.pages import FIELD_CLASSES, form_html, page_and_template, table_form
from tests.studies import FILES, small_study, study_of

STUDY = small_study()
VS = STUDY.forms["vs"]
TODAY = date(2024, 4, 18)


@pytest.mark.parametrize(
    ("name", "text", "right"),
    [
        ("sysbp", "120", True),
        ("sysbp", "12O", False),
        ("sysbp", "ND", True),
        ("vsdat", "2024-02-30", False),
        ("refer", "NONE;LEG", False),
        ("reading", "", True),
    ],
)
def test_a_form_judges_the_grammar(name: str, text: str, right: bool) -> None:
    form = table_form(STUDY, VS)(
        MultiDict([(f"f-{name}", text)]), {}, prefix="f-", today=TODAY
    )
    assert form.validate() is right
    assert bool(form.errors) is not right


def test_every_kind_has_its_field() -> None:
    assert set(FIELD_CLASSES) == {kind.name for kind in KINDS}


def one_form(text: str) -> tuple[Study, Form]:
    """The small study with one more form."""
    study = study_of({**FILES, "forms/x.yaml": text})
    return study, study.forms["x"]


def test_names_that_wtforms_uses_itself_are_harmless() -> None:
    study, form = one_form(
        "form: x\nlog: true\ntitle: X\n"
        "fields: {data: {label: A}, errors: {label: B}, validate: {label: C}, meta: "
        "{label: D}}\n"
    )
    data = MultiDict([("f-data", "1"), ("f-errors", "2")])
    assert table_form(study, form)(data, {}, prefix="f-", today=TODAY).texts() == {
        "data": "1",
        "errors": "2",
    }


def test_a_dictionary_cannot_slip_a_template_or_a_script_into_a_page() -> None:
    hostile = "{{ 7 * 7 }}{% raw %}<script>"
    study, form = one_form(
        f"form: x\nlog: true\ntitle: X\nfields:\n  a: {{label: '{hostile}', help: "
        f"'{hostile}', "
        f"type: choice, codes: {{'{{{{1}}}}': '{hostile}'}}}}\n"
    )
    record = Record(texts={"a": "{{1}}"})
    html = form_html(
        study, form, record, judge(study, form, record, Context(today=TODAY))
    )
    assert "49" not in html
    assert "<script>" not in html
    assert "checked" in html


@pytest.mark.parametrize(
    ("question", "texts", "name", "text"),
    [
        ("{label: A, type: scale}", {"a": "12"}, "f-a", "12"),
        ("{label: A, type: scale}", {"a": "5x"}, "f-a", "5x"),
        (
            "{label: A, type: decimal, unit: {C: {}, F: {to: C, as: value}}}",
            {"au": "K"},
            "f-au",
            "K",
        ),
    ],
)
def test_an_answer_without_a_button_is_posted_with_the_others(
    question: str, texts: dict[str, str], name: str, text: str
) -> None:
    study, form = one_form(f"form: x\nlog: true\ntitle: X\nfields:\n  a: {question}\n")
    record = Record(texts=texts)
    html = form_html(
        study, form, record, judge(study, form, record, Context(today=TODAY))
    )
    assert f'name="{name}" value="{text}" checked' in html


def test_a_page_is_written_once_for_a_dictionary() -> None:
    assert page_and_template(STUDY, VS)[1] is page_and_template(STUDY, VS)[1]


def test_typed_text_is_shown_and_never_run() -> None:
    record = Record(texts={"remark": "</textarea><script>alert(1)</script>{{ 7 * 7 }}"})
    html = form_html(STUDY, VS, record, judge(STUDY, VS, record, Context(today=TODAY)))
    assert "<script>alert" not in html
    assert "{{ 7 * 7 }}" in html
