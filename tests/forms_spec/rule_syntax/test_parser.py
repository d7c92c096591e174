"""A text becomes a tree, or one fault at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.rule_syntax.tokenizer import KEYWORDS
from forms_spec.rules import Expression, parse_expression

PLACE = TextPlace(file="vs.yaml", line=7, column=15, end_line=7, end_column=15)


def place(text: str, quotes: int = 0) -> TextPlace:
    return TextPlace(
        file="vs.yaml",
        line=7,
        column=15,
        end_line=7,
        end_column=15 + len(text) + quotes,
    )


def caret(text: str) -> str:
    """The fault of a text: its code, and the text with the place marked."""
    found = parse_expression(text, place(text))
    assert isinstance(found, Finding)
    assert found.text is not None
    start, end = found.text.column - 15, found.text.end_column - 15
    return f"{found.code}: {text[:start]}[{text[start:end]}]{text[end:]}"


@pytest.mark.parametrize(
    "said",
    [
        "rule-ends-early: a = []",
        "rule-ends-early: (a = 1[]",
        "rule-unexpected: a = 1 [b]",
        "rule-unexpected: a is [null]",
        "rule-unexpected: a < b [<] c",
        "rule-unexpected: a not [like] 'x'",
        "rule-unexpected: case [end]",
        "rule-foreign-sign: a [!=] 1",
        "rule-foreign-sign: a [==] 1",
        'rule-foreign-sign: a = ["]x"',
        "rule-foreign-sign: a [≤] 1",
        "rule-open-text: a = ['x]",
        "rule-bad-number: a = [1e3]",
        "rule-bad-number: a = [2024-1-31]".replace("[2024-1-31]", "[1.2.3]"),
        "rule-bad-number: a = [1234567890123456]",
        "rule-stray-character: a [;] b",
        "rule-stray-character: a = [٣]",
    ],
)
def test_a_fault_is_shown_at_its_place(said: str) -> None:
    text = said.partition(": ")[2].replace("[]", "").replace("[", "").replace("]", "")
    found = caret(text)
    assert found == said or found.replace("[]", "") == said.replace("[]", "")


@pytest.mark.parametrize(
    "text",
    [
        "(a = 1) is not true",
        "(a + b) * (c - d)",
        "(a) between (1) and (2)",
        "(a or b) and (c or d)",
        "not (a or b)",
        "-(a + b)",
        "(a) in (1, 2)",
        "(a + 1) days",
        "((a) + (b)) > (c)",
        "(a) is in (1)",
        "(a) has any ('X')",
    ],
)
def test_what_stands_in_brackets_belongs_to_the_expression_with_its_brackets(
    text: str,
) -> None:
    found = parse_expression(text, place(text))
    assert isinstance(found, Expression)
    assert text[found.tree.start : found.tree.end] == text


def test_an_empty_text_says_nothing() -> None:
    found = parse_expression(" ", PLACE)
    assert isinstance(found, Finding)
    assert found.code == "rule-empty"


def test_a_fault_in_a_quoted_scalar_counts_the_quote() -> None:
    found = parse_expression("a == 1", place("a == 1", quotes=2))
    assert isinstance(found, Finding)
    assert found.text is not None
    assert found.text.column == 15 + 1 + 2


@pytest.mark.parametrize(
    "text",
    ["(" * 300 + "a" + ")" * 300, "not " * 500 + "a", "-" * 500 + "1", "a" + "*a" * 90],
)
def test_a_deep_expression_is_a_finding(text: str) -> None:
    found = parse_expression(text, place(text))
    assert isinstance(found, Finding)
    assert found.code == "rule-too-deep"


def test_a_long_expression_is_a_finding() -> None:
    found = parse_expression("a + " * 3000 + "a", PLACE)
    assert isinstance(found, Finding)
    assert found.code == "rule-too-long"


def test_a_long_chain_is_not_deep() -> None:
    assert isinstance(parse_expression(" and ".join(["a"] * 1000), PLACE), Expression)
    assert isinstance(parse_expression(" + ".join(["a"] * 1000), PLACE), Expression)


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from([*KEYWORDS, "a", "1", "'x'", "(", ")", ",", "<", ".", "["])
    ).map(" ".join)
)
def test_any_text_gives_a_tree_or_one_finding_of_the_catalogue(text: str) -> None:
    found = parse_expression(text, place(text))
    assert isinstance(found, Expression) or found.code in CATALOGUE
