"""Codes that can stand in the data and mean one thing there."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, said


def codes(code: str) -> str:
    return (
        f"form: x\ntitle: X\nfields:\n  a:\n    label: A\n    type: choice\n    codes:\n      {code}: Label\n"
    )


@pytest.mark.parametrize("code", ["A;B", "' A'", "'A '", '"A\\nB"', "''", '"\\u00a0A"'])
def test_a_code_that_no_cell_can_hold_is_refused(code: str) -> None:
    assert said(codes(code)) == ["1.yaml:8:7 bad-code"]


@pytest.mark.parametrize("code", ["'0'", "A,B", "No way", "é", "None", "null", "NA", "__proto__"])
def test_every_other_text_may_be_a_code(code: str) -> None:
    assert said(codes(code)) == []


@pytest.mark.parametrize("text", ["codelists:\n  L: {ND: No difference}\n", "codelists:\n  L: [ND]\n"])
def test_a_missing_code_is_no_answer(text: str) -> None:
    assert [one.split()[1] for one in said(text) if "unused" not in one] == ["missing-code-is-answer"]


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("'99'", True),
        ("-1.5", True),
        ("2024-01", True),
        ("'1900'", True),
        ("'12:00'", True),
        ("'true'", True),
        ("NA", False),
    ],
)
def test_a_missing_code_looks_like_no_value(code: str, refused: bool) -> None:
    study = STUDY.replace("missing: {ND: Not done", f"missing: {{{code}: Not done")
    assert [one.split()[1] for one in said(study)] == (["missing-code-is-value"] if refused else [])


def test_an_exclusive_code_needs_several_answers() -> None:
    exclusive = "{NONE: {label: None, exclusive: true}, L: Left}"
    single = f"form: x\ntitle: X\nfields:\n  a: {{label: A, type: choice, codes: {exclusive}}}\n"
    assert said(single) == ["1.yaml:4:3 exclusive-in-single"]
    assert said(single.replace("type: choice", "type: choices")) == []


def test_a_shared_list_may_be_asked_both_ways() -> None:
    text = (
        "codelists:\n  REF: {NONE: {label: None, exclusive: true}, L: Left}\n---\n"
        "form: x\ntitle: X\nfields:\n  a: {label: A, type: choice, codes: REF}\n"
        "  b: {label: B, type: choices, codes: REF}\n"
    )
    assert said(text) == []


SYNONYMS = """\
codelists:
  FREQ:
    BID: {{label: Twice a day, synonyms: [bd, {word}]}}
    QD: {{label: Once a day, synonyms: [od]}}
"""


@pytest.mark.parametrize("word", ["b.i.d.", "twice", "bid", "BD2"])
def test_a_synonym_names_one_answer(word: str) -> None:
    assert "ambiguous-synonym" not in str(said(STUDY + "---\n" + SYNONYMS.format(word=word)))


@pytest.mark.parametrize("word", ["qd", "ONCE A DAY", "od", "OD"])
def test_a_synonym_that_names_two_answers_is_refused(word: str) -> None:
    findings = said(SYNONYMS.format(word=word))
    assert any("3:" in one and "ambiguous-synonym" in one for one in findings), findings


def test_a_synonym_is_no_missing_code() -> None:
    assert any("ambiguous-synonym" in one for one in said(SYNONYMS.format(word="nd")))
