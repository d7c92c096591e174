"""Forms, their sections, and what the fields of a section share."""

from __future__ import annotations

import pytest

from forms_spec import load_study
from forms_spec.model.fields import Form
from tests.forms_spec.dictionaries import load, said
from tests.studies import FILES

FORM = """
form: x
title: Example
domain: VS
help: After rest.
fields:
  a: {label: A, type: yes_no}
groups:
  g:
    title: Section
    show_when: a = 'Y'
    layout: grid
    defaults: {type: choice, codes: SIDE, required: true}
    fields:
      b: The left one
      c: {label: The right one, required: false}
  r:
    rows: {min: 1, max: 5, add: Add one more}
    fields:
      d: {label: D}
"""


def form() -> Form:
    loaded = load(FORM)
    assert loaded.study is not None, loaded.findings
    return loaded.study.forms["x"]


def test_fields_are_a_first_section_and_groups_follow() -> None:
    assert [(group.name, group.title, group.layout) for group in form().groups] == [
        ("x", None, "questions"),
        ("g", "Section", "grid"),
        ("r", None, "rows"),
    ]
    assert [field.name for field in form().fields] == ["a", "b", "c"]
    assert (form().domain, form().help, form().log) == ("VS", "After rest.", False)


def test_each_is_what_the_fields_share_and_a_text_is_a_label() -> None:
    fields = form().by_name
    one, other = fields["b"], fields["c"]
    assert (one.label, one.type.name, one.required) == ("The left one", "choice", True)
    assert (other.label, other.type.name, other.required) == (
        "The right one",
        "choice",
        False,
    )
    assert one.codelist is other.codelist


def test_each_asks_for_answers_only_where_somebody_answers() -> None:
    text = """
form: x
title: Example
groups:
  g:
    defaults: {type: integer, required: true, missing: [ND]}
    fields:
      a: The one
      b: The other
      both: {label: Both, type: calculated, value: a + b}
      why: {label: Both count., type: note}
"""
    loaded = load(text)
    assert loaded.study is not None, loaded.findings
    fields = loaded.study.forms["x"].by_name
    assert [
        (name, held.required, len(held.missing)) for name, held in fields.items()
    ] == [
        ("a", True, 1),
        ("b", True, 1),
        ("both", False, 0),
        ("why", False, 0),
    ]


def test_a_calculated_field_is_never_required_by_its_own_word() -> None:
    text = (
        "form: x\ntitle: X\ngroups:\n  g:\n    defaults: {type: integer}\n    "
        "fields:\n      a: A\n"
        "      b: {label: B, type: calculated, value: a, required: true}\n"
    )
    assert "facet-not-allowed" in {one.code for one in load(text).findings}


def test_rows_are_counted_and_named() -> None:
    rows = form().row_groups[0].rows
    assert rows is not None
    assert (rows.minimum, rows.maximum, rows.add_label) == (1, 5, "Add one more")


def test_fields_and_forms_know_their_place() -> None:
    assert str(form().place) == "1.yaml:2:7"
    assert str(form().by_name["b"].place) == "1.yaml:15:7"


def test_a_wrong_key_of_each_is_told_once_at_its_place() -> None:
    text = FORM.replace("type: choice, codes", "typ: choice, codes")
    assert said(text)[0] == "1.yaml:13:16 unknown-key"
    assert sum("unknown-key" in one for one in said(text)) == 1


def test_a_text_without_each_is_no_field() -> None:
    assert "1.yaml:7:6 field-only-text" in said(
        FORM.replace("{label: A, type: yes_no}", "Question")
    )


def test_a_group_of_fixed_rows_has_no_reasons_for_missing_codes_in_them() -> None:
    study = load(
        "form: x\ntitle: X\nmissing: all\ngroups:\n  r:\n    rows: {fixed: [s]}\n    "
        "fields:\n"
        "      s: {label: S, type: choice, codes: SIDE}\n      n: {label: N}\n"
    ).study
    assert study is not None
    side, note = study.forms["x"].row_groups[0].fields
    assert (len(side.missing), len(note.missing)) == (0, 2)


def test_groups_of_another_shape_are_refused() -> None:
    assert said("form: x\ntitle: X\ngroups: [a]\n") == ["1.yaml:3:9 not-a-mapping"]
    assert said("form: x\ntitle: X\ngroups:\n  g: text\n") == [
        "1.yaml:4:6 not-a-mapping"
    ]
    assert said("form: x\ntitle: X\ngroups:\n  g: {title: G}\n") == [
        "1.yaml:4:3 missing-key"
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("fields:\n", "empty-value"),
        ("fields: {}\n", "no-fields"),
        ("groups:\n", "empty-value"),
        ("groups: {}\n", "no-fields"),
        ("", "no-fields"),
    ],
)
def test_a_form_that_asks_nothing_is_refused(body: str, code: str) -> None:
    loaded = load_study(
        {**FILES, "forms/lb.yaml": f"form: lb\ntitle: Laboratory\n{body}"}
    )
    assert [found.code for found in loaded.findings] == [code]


ANSWERS_IN_TEXTS = """
form: x
title: Example
fields:
  eye: {label: Which eye?, type: choice, codes: {L: left, R: right}}
  day: {label: Which day?, type: date}
groups:
  g:
    defaults: {type: integer, help: "Look at the {eye} one."}
    fields:
      a: Seen on {day} and {eye}
      b: {label: "Seen on {day}"}
      c: No answer in this label
      d: {label: "{eye}", help: Nothing}
"""


def test_a_field_that_is_only_its_label_has_the_shared_help_with_its_own_answers() -> (
    None
):
    loaded = load(ANSWERS_IN_TEXTS)
    assert loaded.study is not None, loaded.findings
    fields = loaded.study.forms["x"].by_name
    texts = {
        (name, key): "".join(
            part if isinstance(part, str) else f"<{part.expression.text}>"
            for part in wording
        )
        for name in "abcd"
        for key, wording in fields[name].wordings.items()
    }
    assert texts == {
        ("a", "label"): "Seen on <day> and <eye>",
        ("a", "help"): "Look at the <eye> one.",
        ("b", "label"): "Seen on <day>",
        ("b", "help"): "Look at the <eye> one.",
        ("c", "help"): "Look at the <eye> one.",
        ("d", "label"): "<eye>",
    }
