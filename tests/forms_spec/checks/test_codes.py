"""Codes that can stand in the data and mean one thing there."""

from __future__ import annotations

import pytest

from tests.forms_spec.dictionaries import STUDY, findings, said


def codes(code: str) -> str:
    return (
        "form: x\ntitle: X\nfields:\n  a:\n    label: A\n    type: choice\n    "
        f"codes:\n      {code}: Label\n"
    )


@pytest.mark.parametrize("code", ["A;B", "' A'", "'A '", '"A\\nB"', "''", '"\\u00a0A"'])
def test_a_code_that_no_cell_can_hold_is_refused(code: str) -> None:
    assert said(codes(code)) == ["1.yaml:8:7 bad-code"]


@pytest.mark.parametrize(
    "code", ["'0'", "A,B", "No way", "é", "None", "null", "NA", "__proto__"]
)
def test_every_other_text_may_be_a_code(code: str) -> None:
    assert said(codes(code)) == []


@pytest.mark.parametrize(
    "text", ["codelists:\n  L: {ND: No difference}\n", "codelists:\n  L: [ND]\n"]
)
def test_a_missing_code_is_no_answer(text: str) -> None:
    assert [one.split()[1] for one in said(text) if "unused" not in one] == [
        "missing-code-is-answer"
    ]


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
    assert [one.split()[1] for one in said(study)] == (
        ["missing-code-is-value"] if refused else []
    )


def test_an_exclusive_code_needs_several_answers() -> None:
    exclusive = "{NONE: {label: None, exclusive: true}, L: Left}"
    single = (
        f"form: x\ntitle: X\nfields:\n  a: {{label: A, type: choice, codes: "
        f"{exclusive}}}\n"
    )
    assert said(single) == ["1.yaml:4:3 exclusive-in-single"]
    assert said(single.replace("type: choice", "type: multiple_choice")) == []


def test_a_shared_list_may_be_asked_both_ways() -> None:
    text = (
        "codelists:\n  REF: {NONE: {label: None, exclusive: true}, L: Left}\n---\n"
        "form: x\ntitle: X\nfields:\n  a: {label: A, type: choice, codes: REF}\n"
        "  b: {label: B, type: multiple_choice, codes: REF}\n"
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
    assert "ambiguous-synonym" not in str(
        said(STUDY + "---\n" + SYNONYMS.format(word=word))
    )


@pytest.mark.parametrize("word", ["qd", "ONCE A DAY", "od", "OD"])
def test_a_synonym_that_names_two_answers_is_refused(word: str) -> None:
    findings = said(SYNONYMS.format(word=word))
    assert any("3:" in one and "ambiguous-synonym" in one for one in findings), findings


def test_a_synonym_is_no_missing_code() -> None:
    assert any("ambiguous-synonym" in one for one in said(SYNONYMS.format(word="nd")))


@pytest.mark.parametrize(
    ("keys", "finds"),
    [
        ("type: choice, codes: {1: Other, 2: Pain, 3: Other}", ["label-twice 3"]),
        (
            "type: multiple_choice, codes: {A: Same, B: Same, C: other}",
            ["label-twice B"],
        ),
        ("type: choice, codes: {1: Other, 2: other}", ["label-twice 2"]),
        ("type: choice, codes: {1: Other, 2: {label: 'Other '}}", ["label-twice 2"]),
        ("type: choice, codes: {C5: Drug 5, X3: C5}", ["label-is-code X3"]),
        (
            "type: choice, codes: {1: '2', 2: '1'}",
            ["label-is-code 1", "label-is-code 2"],
        ),
        ("type: choice, codes: [A, B]", []),
        (
            (
                "type: decimal, unit: {kg: {label: kg}, lb: {label: kg, to: kg, as: "
                "value / 2}}"
            ),
            ["label-twice lb"],
        ),
    ],
)
def test_answers_that_nobody_can_tell_apart_are_told(
    keys: str, finds: list[str]
) -> None:
    found = findings(f"form: x\ntitle: X\nfields:\n  a: {{label: A, {keys}}}\n")
    assert [one.code for one in found] == [one.split()[0] for one in finds]
    for one, expected in zip(found, finds, strict=True):
        assert f" {expected.split()[1]}" in one.message


def test_a_list_that_several_fields_share_is_told_once_at_the_second_label() -> None:
    lists = "codelists:\n  WHY:\n    1: Other\n    2: Pain\n    3: Other\n"
    form = "form: x\ntitle: X\nfields:\n  a: {label: A, type: choice, codes: WHY}\n"
    assert said(lists, f"{form}  b: {{label: B, type: choice, codes: WHY}}\n") == [
        "1.yaml:5:8 label-twice"
    ]
