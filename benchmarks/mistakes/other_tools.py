"""Mistakes that other tools were tried with, and neighbours that are sound."""

from __future__ import annotations

from benchmarks.mistakes.small_study import (
    Mistake,
    criteria_mistake,
    field_mistake,
    rules_mistake,
)

LINT = (
    field_mistake(
        "one field above 5 and below 3",
        "conditions-exclude",
        "show_when: a > 5 and a < 3",
    ),
    field_mistake(
        "a code that is not in the list", "rule-unknown-code", "show_when: \"s = 'X'\""
    ),
    field_mistake("an unknown name", "rule-unknown-name", "show_when: zz = 1"),
    field_mistake(
        "a condition outside the range of its field",
        "condition-never-true",
        "show_when: a > 20",
    ),
    field_mistake(
        "two codes at once", "conditions-exclude", "show_when: \"s = 'M' and s = 'F'\""
    ),
    field_mistake(
        "a low end above the high end",
        "range-reversed",
        "type: integer, range: [10, 0]",
    ),
    field_mistake(
        "a child of a question that is never shown",
        "condition-never-true",
        "show_when: a > 20",
        "y: {label: Y, show_when: z is known}",
    ),
    field_mistake(
        "a comparison with a blank", "true-when-blank", "show_when: a is not 0"
    ),
    field_mistake(
        "a gap between whole numbers",
        "conditions-exclude",
        "show_when: a > 5 and a < 6",
    ),
    field_mistake(
        "a child shown only where its parent is hidden",
        "source-hidden field-cannot-show",
        "type: integer, show_when: a > 5",
        "y: {label: Y, show_when: z > 3 and a < 5}",
    ),
    field_mistake(
        "a > b and b > a",
        "conditions-exclude field-cannot-show",
        "show_when: a > b and b > a",
    ),
    field_mistake(
        "a sum out of reach",
        "condition-never-true field-cannot-show",
        "show_when: a + b > 25",
    ),
    field_mistake(
        "a calculated value out of reach",
        "condition-never-true field-cannot-show",
        "type: calculated, value: a + b",
        "y: {label: Y, show_when: z > 25}",
    ),
    field_mistake(
        "an order of dates against itself",
        "conditions-exclude field-cannot-show",
        "show_when: d < f and f < d",
    ),
    rules_mistake(
        "two checks that contradict each other", "rules-contradict", "a > 6", "a < 4"
    ),
    rules_mistake("a check that another implies", "rule-implied", "a < 4", "a < 6"),
    rules_mistake(
        "always true by its codes", "conditions-cover", "s = 'M' or s <> 'M'"
    ),
    rules_mistake("always true by its range", "condition-always-true", "a < 100"),
    field_mistake(
        "an option that only shows in the other branch",
        "answer-never-offered",
        "type: choice, show_when: \"s = 'F'\", codes: {P: {label: Prostate, when: \"s = 'M'\"}, L: Lung}",
    ),
    field_mistake(
        "a calculation in a circle",
        "cycle",
        "type: calculated, value: y + 1",
        "y: {label: Y, type: calculated, value: z + 1}",
    ),
)
SOUND = (
    rules_mistake("a rule that says something", "", "a <= 9", "a + b > 3", "q <> 1.2"),
    field_mistake(
        "a condition that can be true",
        "",
        "show_when: a > 5 and b < 3, required: a > 7",
    ),
    field_mistake("a range that holds an answer", "", "type: integer, range: '(5, 7)'"),
    field_mistake(
        "a formula with a result",
        "",
        "type: calculated, value: case when a > b then a / (a - b) else 0 end",
    ),
    rules_mistake("a year that decides", "", "year(d) >= 2001"),
    criteria_mistake("criteria that somebody meets", "", "x.a > 3", "x.a > 5"),
    rules_mistake("a default that a rule accepts", "", "k < 5", on="x.k"),
    field_mistake("a range between dates in order", "", "type: date, range: [d, e]"),
    field_mistake(
        "ranges of units that fit each other",
        "",
        "type: decimal, places: 1, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}, "
        "range: {C: [34, 42], F: [93, 108]}",
        file="lab",
    ),
    Mistake(
        "every beside a number of rows",
        (),
        "yes_no}, z: {label: Z, show_when: count(r) > 0 and every(r where n > 1)}}}",
        "rows",
        "yes_no}}}",
    ),
    field_mistake(
        "an option of this branch",
        "",
        "type: choice, show_when: a > 3, codes: {P: {label: Prostate, when: \"s = 'M'\"}, L: Lung}",
    ),
    rules_mistake("dates in order", "", "e is known => d <= e - 1 days"),
)
