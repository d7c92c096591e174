"""Patterns mean the same to every engine, or are refused with a reason."""

from __future__ import annotations

import re

import duckdb
import pytest
import quickjs
from hypothesis import example, given
from hypothesis import strategies as st

from forms_spec.kinds.pattern import pattern_problem, portable
from tests.parity.schema_readers import polars, xml_schema

ATOMS = st.one_of(
    st.sampled_from(
        [
            "a",
            "b",
            "1",
            "-",
            "é",
            "😀",
            " ",
            "_",
            ".",
            r"\d",
            r"\w",
            r"\s",
            r"\D",
            r"\W",
            r"\S",
            r"\.",
            r"\-",
        ]
    ),
    st.sampled_from(
        [
            "[ab]",
            "[^a]",
            r"[\d-]",
            "[-a]",
            "[a-c1]",
            r"[^\w]",
            "[.&|~]",
            r"[\]\\^]",
            "[é-ü]",
            "[😀-😎]",
        ]
    ),
)
COUNTS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "{0,3}", "{1,}", "*?"])
EXPRESSIONS = st.recursive(
    st.tuples(ATOMS, COUNTS).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(st.lists(inner, min_size=1, max_size=3).map("|".join), COUNTS).map("({0[0]}){0[1]}".format),
    ),
    max_leaves=6,
)  # fmt: skip
TEXTS = st.text(alphabet="ab1-é😀 _.\n\tï٣&|~^]\\", max_size=6)
BROWSER = quickjs.Context()
MATCHES = BROWSER.eval(
    "(expression, text) => new RegExp(`^(?:${expression})$`, 'u').test(text)"
)
ENGINE = duckdb.connect()


@given(EXPRESSIONS, st.lists(TEXTS, min_size=1, max_size=5))
@example("(a*){2}", [""])
@example("(a?b?){3}", ["a"])
def test_every_engine_agrees(expression: str, texts: list[str]) -> None:
    if pattern_problem(expression):
        return
    written = portable(expression)
    for text in texts:
        here = re.fullmatch(written, text) is not None
        assert MATCHES(written, text) == here
        row = ENGINE.execute(
            "select regexp_full_match(?, ?)", [text, written]
        ).fetchone()
        assert row == (here,)
    rest = {"pattern": f"({written})"}
    assert polars(rest, texts) == [
        re.fullmatch(written, text) is not None for text in texts
    ]
    assert xml_schema(rest, texts) == [
        re.fullmatch(written, text) is not None for text in texts
    ]


@given(EXPRESSIONS, st.lists(TEXTS, min_size=1, max_size=5))
def test_writing_it_for_every_engine_keeps_its_meaning(
    expression: str, texts: list[str]
) -> None:
    if pattern_problem(expression) is None:
        for text in texts:
            here = re.fullmatch(expression, text, re.ASCII) is not None
            assert (re.fullmatch(portable(expression), text) is not None) == here
        assert portable(portable(expression)) == portable(expression)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "it is empty"),
        ("^a$", "^ is not needed: the whole text always has to match"),
        ("a$", "$ is not needed: the whole text always has to match"),
        (r"\bpain", r"\b does not work in every engine"),
        (r"\p{L}+", r"\p does not work in every engine"),
        (r"(a)\1", r"\1 does not work in every engine"),
        ("(?=a)a", "(?= does not work in every engine. Use ( or (?:"),
        ("(?i)a", "(?i does not work in every engine. Use ( or (?:"),
        ("(?P<x>a)", "(?P does not work in every engine. Use ( or (?:"),
        ("a**", "* follows another count"),
        ("a*+", "+ follows another count"),
        ("*a", r"there is nothing before *. For the character itself write \*"),
        ("a{x}", r"for a { that is not a count such as {2} or {1,3} write \{"),
        ("a{3,1}", "the count {3,1} runs backwards"),
        ("a{1001}", "its counts multiply to more than 1000"),
        ("(a{50}b){50}", "its counts multiply to more than 1000"),
        ("a]", r"] by itself is written \]"),
        ("(a", "a ( is not closed"),
        ("a)", "a ) has no ("),
        ("[a", "a [ is not closed"),
        ("[]", "[] contains no character"),
        ("[z-a]", "the range z-a runs backwards"),
        (r"[a-\d]", "a range in [ ] needs one character at each end"),
        ("[[:alpha:]]", r"[ inside [ ] is written \["),
        ("[a&&b]", "&& inside [ ] means different things to different engines"),
        (r"[\W]", r"\W is not allowed inside [ ]"),
        ("a\\", "it ends with a single \\"),
        ("(" * 21 + "a" + ")" * 21, "its groups are nested more than 20 deep"),
        ("x" * 501, "it is longer than 500 characters"),
    ],
)
def test_says_what_is_outside_the_common_subset(expression: str, problem: str) -> None:
    assert pattern_problem(expression) == problem


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+",
        "(a*)*",
        "(a|a)*",
        "(a|ab|b)*",
        "(a?b?)*",
        r"(\d{1,9}){1,9}",
        r"(\w+\s?)+",
        ".*.*.*",
        "(a+){3}",
        "a*a*a*a*a*a*",
        "(a?){9}",
        "(a?b?){20}",
        "([ab]?[bc]?){20}x",
        "(x*){9}",
        "((a?){3}){3}",
        "(ab?|b?a){14}",
        "a?" * 20 + "a" * 20,
    ],
)
def test_refuses_what_may_take_for_ever(expression: str) -> None:
    assert pattern_problem(expression)


@pytest.mark.parametrize(
    "expression",
    [
        r"\d{2}-\d{3}",
        r"(?:[A-Z]+;)*[A-Z]+",
        r"(\d{1,3}\.){3}\d{1,3}",
        r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
        r"\S+( \S+)*",
        ".*pain.*",
        ".{0,1000}",
        r"[A-Z]?[A-Z]?\d?\d?\d",
        r"(\d?){3}",
        r"-?\d{0,9}(\.\d{0,4})?",
        "[A-Za-z]{2,60}( [A-Za-z]{2,60}){0,10}",
        r"([\w.-]{1,64})@([A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,10}",
        "[0-9a-f]{64}",
        "(Morphine|Oxycodone|Fentanyl)( [0-9]+ mg)?",
    ],
)
def test_takes_what_studies_need(expression: str) -> None:
    assert pattern_problem(expression) is None


@given(EXPRESSIONS, st.sampled_from(["a", "1", "ab", " ", "a1"]))
def test_long_texts_do_not_keep_it_busy(expression: str, piece: str) -> None:
    """RE2 takes linear time; an engine that tries every way would meet the suite's time
    limit.
    """
    if pattern_problem(expression) is None:
        text = piece * 300 + "\x01"
        here = re.fullmatch(portable(expression), text) is not None
        row = ENGINE.execute(
            "select regexp_full_match(?, ?)", [text, portable(expression)]
        ).fetchone()
        assert row == (here,)
