"""What a protocol says with numbers, at the very edge of each limit, in Python and in
the browser.
"""

from __future__ import annotations

import pytest

from forms_spec.model.captured_data import Record
from tests.parity.rule_engines import HOME, BrowserEngine, Rule
from tests.parity.rule_study import rule_study

BMI = "round({kg} / ({m} * {m}), 1) > 40"
RELIEF = "round(({pre} - {post}) / {pre} * 100, 1) >= 50"


@pytest.fixture(scope="module")
def browser() -> BrowserEngine:
    return BrowserEngine(rule_study(), "home")


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        # Age 40 to 70 on the day of consent
        ("age_years(1984-03-05, 2024-03-04) between 40 and 70", False),
        ("age_years(1984-03-04, 2024-03-04) between 40 and 70", True),
        ("age_years(1953-03-05, 2024-03-04) between 40 and 70", True),
        ("age_years(1953-03-04, 2024-03-04) between 40 and 70", False),
        ("age_years(date '1984', 2024-03-04) between 40 and 70", None),
        ("age_years(date '1976', 2024-03-04) between 40 and 70", True),
        # Body mass index above 40, on the rounded value
        (BMI.format(kg="115.6", m="1.7"), False),
        (BMI.format(kg="115.7", m="1.7"), False),
        (BMI.format(kg="115.8", m="1.7"), True),
        (BMI.format(kg="102.4", m="1.6"), False),
        (BMI.format(kg="102.7", m="1.6"), True),
        (BMI.format(kg="(225.8 * 0.45359237)", m="(63 * 0.0254)"), False),
        # Three calendar months, four weeks
        ("within(2024-02-29, 2024-05-31, 3 months)", False),
        ("within(2024-03-01, 2024-05-31, 3 months)", True),
        ("within(2024-03-18, 2024-04-15, 4 weeks)", False),
        ("within(2024-03-19, 2024-04-15, 28 days)", True),
        ("within(date '2024-03', 2024-04-15, 28 days)", None),
        ("within(2024-04-16, 2024-04-15, 28 days)", False),
        ("within(2024-01-16, 2024-04-15, 3 months)", True),
        ("within(2024-01-15, 2024-04-15, 3 months)", False),
        # Five years
        ("since(2019-04-08, 2024-04-08, 5 years)", False),
        ("since(2019-04-09, 2024-04-08, 5 years)", True),
        ("since(2024-04-20, 2024-04-08, 3 months)", True),
        # Morphine equivalents, half up
        ("round(25 * 2.4, 1) = 60", True),
        ("round(10 * 3 * 4.7, 1) = 141", True),
        ("round(30 * 0.1 * 0.15, 1) = 0.5", True),
        # Relief
        (RELIEF.format(pre=8, post=4), True),
        (RELIEF.format(pre=7, post=4), False),
        (RELIEF.format(pre=4, post=6), False),
        (RELIEF.format(pre=0, post=0), None),
        ("round((7 - 4) / 7 * 100, 1) = 42.9", True),
        # Windows
        ("2024-04-15 + 3 months - 14 days = 2024-07-01", True),
        ("2024-11-30 + 3 months = 2025-02-28", True),
        # Three-valued
        ("false and an > 1", False),
        ("true or an > 1", True),
        ("not an > 1", None),
    ],
)
def test_a_limit_of_the_protocol(
    text: str, gives: bool | None, browser: BrowserEngine
) -> None:
    rule = Rule(text, rule_study())
    here = rule.captured({HOME: Record()})
    assert rule.python(here) is gives
    assert browser.values(rule, [rule.case(here)]) == [gives]
