"""The classes of logical mistakes that designers were seen to make."""

from __future__ import annotations

from benchmarks.mistakes.small_study import (
    FILES,
    Mistake,
    criteria_mistake,
    field_mistake,
    rules_mistake,
)

NEVER_BROKEN = "rule-never-broken rule-cannot-break"
ALWAYS = "condition-always-true rule-never-broken rule-cannot-break"
NEVER_HOLDS = "rule-cannot-hold condition-never-true"
NEVER_SHOWN = "never-shown condition-never-true field-cannot-show"

CONSTANT_RULES = (
    rules_mistake("a rule inside the range of its field", ALWAYS, "a <= 10"),
    rules_mistake("a rule that the range always breaks", NEVER_HOLDS, "a > 10"),
    rules_mistake("a field compared with itself", ALWAYS, "a = a"),
    rules_mistake("two constants", "constant-condition condition-always-true", "1 = 1"),
    rules_mistake("all codes are listed", ALWAYS, "s in ('M', 'F')"),
    rules_mistake(
        "two codes with or and <>",
        "conditions-cover rule-never-broken",
        "s <> 'M' or s <> 'F'",
    ),
    rules_mistake(
        "two codes at once",
        "conditions-exclude rule-cannot-hold",
        "s = 'M' and s = 'F'",
    ),
    rules_mistake(
        "or for and of two limits",
        "conditions-cover rule-never-broken",
        "a > 3 or a < 8",
    ),
    rules_mistake(
        "and for or of two limits",
        "conditions-exclude rule-cannot-hold",
        "a < 3 and a > 8",
    ),
    rules_mistake("between the wrong way round", NEVER_HOLDS, "a between 8 and 3"),
    rules_mistake("more decimals than places", ALWAYS, "q <> 1.25"),
    rules_mistake("a number that is no whole one", NEVER_HOLDS, "a = 2.5"),
    rules_mistake("more rows than allowed", ALWAYS, "count(r) <= 3", on="rows.any_r"),
    rules_mistake(
        "a number of a row beyond the rows", NEVER_BROKEN, "rowno >= 1", on="r.n"
    ),
    rules_mistake("a sum out of reach of the ranges", ALWAYS, "a + b + c <= 30"),
)
PAIRS = (
    rules_mistake(
        "two rules that contradict", "rules-contradict rules-exclude", "a > 6", "a < 4"
    ),
    rules_mistake(
        "two rules of arithmetic that contradict",
        "rules-exclude",
        "a + b > c + 10",
        "a + b < c",
    ),
    rules_mistake(
        "a rule that another implies",
        "rule-implied rule-adds-nothing",
        "a < 4",
        "a < 6",
    ),
    rules_mistake(
        "the same rule in other words",
        "rules-repeat rule-implied",
        "a < b",
        "not b <= a",
    ),
    rules_mistake(
        "a percentage and a fraction",
        "rules-repeat rule-adds-nothing",
        "100 * a > 50 * b",
        "2 * a > b",
    ),
)
HIDDEN = (
    field_mistake("a field that is never shown", NEVER_SHOWN, "show_when: a > 10"),
    field_mistake(
        "shown under two conditions that exclude each other",
        "conditions-exclude field-cannot-show",
        "show_when: a > 5 and a < 3",
    ),
    field_mistake(
        "shown where a sum is out of reach", NEVER_SHOWN, "show_when: a + b > 20"
    ),
    Mistake(
        "a group that is never shown",
        ("group-cannot-show", "conditions-exclude"),
        "form: ex\ntitle: Injection\ngroups:\n"
        "  g: {title: G, show_when: given = 'Y' and given = 'N', fields: {z: {label: Z}}}\n"
        "  own: {title: O, fields: {given: {label: Given?, type: yes_no}}}\n",
        "ex",
        FILES["ex"],
    ),
    Mistake(
        "a form that is never due",
        ("form-cannot-be-due", "condition-never-true", "conditions-exclude"),
        "  fu: . . C .\n  cyc: . . . X\nconditions: {fu: ex.given = 'Y' and ex.given = 'N'}\n",
        "visits",
        "  fu: . . X .\n  cyc: . . . X\n",
    ),
    field_mistake(
        "required only where hidden",
        "required-where-hidden required-where-never-shown",
        "show_when: a > 5, required: a < 3",
    ),
    field_mistake(
        "a child of what is never shown",
        "source-never-shown source-hidden never-shown condition-never-true",
        "show_when: a > 10",
        "y: {label: Y, show_when: z = '1'}",
    ),
    field_mistake(
        "shown only where the parent is hidden",
        "source-hidden field-cannot-show",
        "type: integer, show_when: a > 5",
        "y: {label: Y, show_when: z > 3 and a < 5}",
    ),
    rules_mistake(
        "a rule that never applies",
        "rule-cannot-apply conditions-exclude",
        "a > b and b > a => c > 3",
    ),
)
ANSWERS = (
    field_mistake(
        "no whole number between two",
        "range-without-value answer-impossible",
        "type: integer, range: '(5, 6)'",
    ),
    field_mistake(
        "places against the range",
        "range-without-value answer-impossible",
        "type: decimal, places: 1, range: [0.01, 0.09]",
    ),
    field_mistake(
        "ends reversed by an expression",
        "answer-impossible",
        "type: integer, range: [a + 11, a + 10]",
    ),
    field_mistake(
        "a range on the field itself",
        "answer-impossible range-without-value circle",
        "type: integer, range: [z + 1, null]",
    ),
    field_mistake(
        "a pattern against the length",
        "answer-impossible",
        "pattern: '[A-Z]{2}', length: [3, 5]",
    ),
)
FORMULAS = (
    field_mistake(
        "a branch that is never taken",
        "branch-never-taken branch-cannot-be-taken",
        "type: calculated, value: case when a > 3 then 1 when a > 5 then 2 else 0 end",
    ),
    field_mistake(
        "a code that is never given",
        "code-never-given code-cannot-result",
        "type: calculated, gives: choice, codes: [H, L], value: case when a > 5 then 'H' end",
    ),
    field_mistake(
        "a result outside its codes",
        "result-outside-codes result-leaves-codes",
        "type: calculated, gives: choice, codes: [M], value: s",
    ),
    field_mistake(
        "a division by zero", "division-by-zero", "type: calculated, value: a / (b - c)"
    ),
    field_mistake(
        "a verdict of nothing",
        "result-never-known never-known nothing-previous",
        "type: calculated, value: case when a > b and b > c and c > a then 1 end",
    ),
    field_mistake(
        "a result outside its range",
        "result-outside-range result-never-fits",
        "type: calculated, value: a + 20, range: [0, 10]",
    ),
)
REST = (
    criteria_mistake(
        "criteria that nobody meets", "nobody-eligible", "x.a > 5", "x.a > 3"
    ),
    rules_mistake(
        "a comparison blind to the unit",
        "rule-bare-unit",
        "hgb >= $hgb_min",
        on="lab.hgb",
    ),
    Mistake(
        "an unused derivation",
        ("unused-derivation",),
        "derivations:\n  tall: lab.cm > 180\n",
        "derivations",
    ),
    rules_mistake(
        "the previous value in a form of one visit",
        "nothing-previous",
        "given = 'Y' => ex[previous].given = 'Y'",
        on="ex.given",
    ),
    rules_mistake(
        "a default that a rule refuses", "default-breaks-rule", "k > 5", on="x.k"
    ),
)
BLIND = (
    field_mistake(
        "units whose ranges do not fit each other",
        "range-units-apart",
        "type: decimal, places: 1, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}, "
        "range: {C: [34, 42], F: [34, 42]}",
        file="lab",
    ),
    rules_mistake(
        "values in units that differ", "units-differ", "kg < cm", on="lab.kg"
    ),
    Mistake(
        "visits out of their order",
        ("visits-out-of-order",),
        "target: day -7",
        "visits",
        "target: day 7",
    ),
    field_mistake(
        "a condition that reads a later visit",
        "reads-later-visit",
        "show_when: \"fu[D7].well = 'Y'\"",
        file="ex",
    ),
    Mistake(
        "two forms that wait for each other",
        ("forms-wait",),
        FILES["visits"].replace("rows: X", "rows: C").replace("ie: X", "ie: C")
        + "conditions:\n  ie: rows.any_r = 'Y'\n  rows: ie.i1 = 'Y'\n",
        "visits",
        FILES["visits"],
    ),
    Mistake(
        "every over rows that may not be there",
        ("true-without-rows",),
        "yes_no}, z: {label: Z, show_when: every(r where n > 1)}}}",
        "rows",
        "yes_no}}}",
    ),
    field_mistake(
        "a text longer than its field",
        "field-cannot-show condition-never-true",
        "show_when: length(t) > 5",
    ),
    rules_mistake("a year before any date", ALWAYS, "year(d) >= 1000"),
    rules_mistake(
        "dates against a chain of ranges", NEVER_BROKEN, "e is known => d <= f"
    ),
    rules_mistake("a date after the next but one", NEVER_HOLDS, "e is known => d > f"),
    field_mistake(
        "swapped dates in a range", "range-cannot-open", "type: date, range: [e, d]"
    ),
    field_mistake(
        "constant ends the wrong way round",
        "range-reversed",
        "type: integer, range: [10, 0]",
    ),
    Mistake(
        "fewest rows above the most",
        ("rows-reversed",),
        "rows: {min: 4, max: 3}",
        "rows",
        "rows: {min: 0, max: 3}",
    ),
)
LOGICAL = (*CONSTANT_RULES, *PAIRS, *HIDDEN, *ANSWERS, *FORMULAS, *REST, *BLIND)
