"""The words of a rule say what the rule says, and nothing else."""

from __future__ import annotations

from random import Random

import pytest

from forms_spec.rules import to_english
from forms_spec.rules.semantics.resolved import Core
from forms_spec.rules.semantics.resolver import resolve
from tests.forms_spec.rules.test_resolver import expression, home
from tests.parity.rule_study import rule_study

LEAVES = {
    "number": ("an", "ax", "2"),
    "condition": ("ab", "(ay = 'Y')", "(an > 2)", "(ad < today)"),
}
BRANCHES = {
    "number": (
        *(
            "({n} + {n})",
            "({n} - {n})",
            "({n} * {n})",
            "({n} / {n})",
            "(-{n})",
            "power({n}, {n})",
        ),
        *(
            "sqrt({n})",
            "abs({n})",
            "round({n}, 1)",
            "log({n}, {n})",
            "min({n}, {n})",
            "sum(r.rn + {n})",
            "mod({n}, {n})",
        ),
        "case when {c} then {n} else {n} end",
    ),
    "condition": (
        *(
            "({c} and {c})",
            "({c} or {c})",
            "not {c}",
            "(({c}) is not true)",
            "({n} > {n})",
            "({n} is known)",
        ),
        *(
            "({n} between {n} and {n})",
            "(({c}) = ({c}))",
            "any(r where rn > {n} and {c})",
        ),
        *("every(r where {c})", "within(ad, today, 3 months)"),
    ),
}


def written(random: Random, type_: str, depth: int) -> str:
    if not depth:
        return random.choice(LEAVES[type_])
    said = random.choice(BRANCHES[type_])
    for slot, of in (("{n}", "number"), ("{c}", "condition")):
        while slot in said:
            said = said.replace(slot, written(random, of, random.randrange(depth)), 1)
    return said


def test_two_rules_that_differ_have_different_words() -> None:
    """Without a name for what is grouped, `a / (b / c)` and `(a / b) / c` would read
    alike.
    """
    random, study = Random(20240415), rule_study()
    said: dict[str, tuple[str, Core]] = {}
    for _ in range(4000):
        text = written(
            random, random.choice(("number", "condition")), random.randint(1, 3)
        )
        one = expression(text)
        words = to_english(one, study, home(study))
        meaning = resolve(one, study, home(study)).core
        other, meant = said.setdefault(words, (text, meaning))
        assert meant == meaning, f"{other}\n{text}\n{words}"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (
            "an / power(ax / 100, 2)",
            "“Number” divided by ((“Decimal” divided by 100) to the power of 2)",
        ),
        (
            "sqrt(an * ax / 3600)",
            "the square root of (“Number” times “Decimal” divided by 3600)",
        ),
        ("round(an / ax, 1)", "(“Number” divided by “Decimal”) rounded to 1 places"),
        (
            "(ay = 'Y') = (an > 2)",
            "(“Yes or no” is Yes) is (“Number” is greater than 2)",
        ),
        (
            "any(r where ab) and ab",
            "(there is a row of “Rows r” where “Tick”) and “Tick”",
        ),
        ("(an + ax) is known", "(“Number” plus “Decimal”) is known"),
        ("au in C * 2", "“Temperature” in C times 2"),
    ],
)
def test_words_keep_the_parentheses(text: str, english: str) -> None:
    study = rule_study()
    assert to_english(expression(text), study, home(study)) == english
