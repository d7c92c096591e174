"""Texts that hold answers: what is a slot, what is said without answers, and what is
wrong with one.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.model.text_templates import SlotText, escaped, parts_of, plain
from tests.forms_spec.dictionaries import findings, load


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Is {name} in pain?", "Is [name] in pain?"),
        (
            "{vs.weight} and {vs[SCR].weight}, {sex:code}",
            "[vs.weight] and [vs[SCR].weight], [sex]",
        ),
        ("{{name}} is no answer", "{name} is no answer"),
        ("${name} is no answer", "${name} is no answer"),
        (
            "a set {1, 2} or {A} or { name } or {",
            "a set {1, 2} or {A} or { name } or {",
        ),
        ("{name", "{name"),
    ],
)
def test_what_a_text_says_without_answers(text: str, said: str) -> None:
    assert plain(text) == said


@given(st.text(alphabet="{}[]a:.$ code", max_size=20))
def test_a_text_of_another_program_can_be_said_without_slots(text: str) -> None:
    assert not any(isinstance(part, SlotText) for part in parts_of(escaped(text)))
    assert plain(escaped(text)) == text


def test_a_name_that_is_no_field_is_found_at_its_place() -> None:
    (found,) = findings(
        "form: x\ntitle: X\nfields:\n  sex: {label: Sex}\n  a: {label: 'Is {sec} "
        "right?'}\n"
    )
    assert (found.code, str(found.text)) == ("rule-unknown-name", "1.yaml:5:19")
    assert found.remedy.startswith('Did you mean "sex"?')


def test_an_answer_may_be_of_any_type_and_of_another_form() -> None:
    text = (
        "form: x\ntitle: X\nfields:\n  a: {label: '{base.d}, {base[SCR].n} and "
        "{base.side}'}\n"
    )
    assert load(text).findings == ()
