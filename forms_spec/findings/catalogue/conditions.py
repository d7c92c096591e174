"""Codes of conditions that no answer can change."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import (
    CatalogueEntry,
    PossibleCause,
    example_form,
    warn,
)

_SCORE = "a: {label: Score, type: integer, range: [0, 10]}"


def _rules(*rules: str) -> str:
    """A form with a score, and rules about it."""
    named = "".join(
        f"  C{number}: {{message: Wrong, {rule}}}\n"
        for number, rule in enumerate(rules, start=1)
    )
    return f"{example_form(_SCORE)}---\nrules:\n{named}"


_ALONE: tuple[CatalogueEntry, ...] = (
    warn(
        "condition-never-true",
        "“{value}” is never true. {why}",
        "Correct the comparison, or remove it.",
        (
            "No answer makes it true: every value that the field can have in a complete "
            "form fails. `check` looks at codes, at the range, at the decimal places, at "
            "the visits of the form and at the sites of the study."
        ),
        example_form(_SCORE, "b: {label: Why?, show_when: a > 20}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "condition-always-true",
        "“{value}” is true for every answer. {why}",
        "Correct the comparison, or remove it.",
        (
            "Every value that the field can have in a complete form makes it true. It is "
            "UNKNOWN only as long as there is no answer. If that is what you mean, write "
            "`a is known`."
        ),
        example_form(_SCORE, "b: {label: Why?, show_when: a < 100}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "conditions-exclude",
        "“{value}” is never true together with “{other}”.",
        "Correct one of them. If either is enough, write or.",
        (
            "Each can be true, but no answer makes both true, so the whole is never "
            "true. Between 5 and 6 there is no whole number either."
        ),
        example_form(_SCORE, "b: {label: Why?, show_when: a > 5 and a < 3}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "conditions-cover",
        "“{other}” or “{value}” is true for every answer.",
        "Correct one of them. If both must hold, write and.",
        (
            "Where the one is false, the other is true. So the whole is true for every "
            "answer, and UNKNOWN only as long as there is none. Often `and` is meant: "
            "`a <> 1 or a <> 2` is true for every number."
        ),
        example_form(_SCORE, "b: {label: Why?, show_when: a <> 1 or a <> 2}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "branch-never-taken",
        "The branch “{value}” is never taken.",
        "Correct the condition, or put the branch before those that take its cases.",
        (
            "`case` takes the first branch whose condition is true. Whenever this one is "
            "true, one before it is true too."
        ),
        example_form(
            _SCORE,
            "b:",
            "  label: Grade",
            "  type: calculated",
            "  value: case when a > 3 then 1 when a > 5 then 2 else 0 end",
        ),
        follows=PossibleCause.MEANING,
    ),
)

_HIDDEN: tuple[CatalogueEntry, ...] = (
    warn(
        "source-never-shown",
        "“{value}” is never true, because {name} is never shown.",
        "Correct the condition of {name}, or leave this one out.",
        "A hidden field is UNKNOWN to every condition.",
        example_form(
            _SCORE,
            "b: {label: Why?, type: yes_no, show_when: a > 20}",
            "c: {label: And then?, show_when: b = 'Y'}",
        ),
        follows=PossibleCause.NAME,
    ),
    warn(
        "source-hidden",
        "“{value}” is never true: {name} is shown only where “{condition}”.",
        "Correct one of the two conditions.",
        (
            "A hidden field is UNKNOWN to every condition. Here the condition needs an "
            "answer to a field, and at the same time that this field is hidden."
        ),
        example_form(
            _SCORE,
            "b: {label: Why?, type: yes_no, show_when: a > 5}",
            "c: {label: And then?, show_when: b = 'Y' and a < 3}",
        ),
        follows=PossibleCause.NAME,
    ),
    warn(
        "shown-against-group",
        "{name} is never shown: its group {group} is shown only where “{condition}”.",
        "Correct one of the two conditions.",
        "A field of a group is shown only where the group is shown, too.",
        (
            "form: x\ntitle: Example\ngroups:\n"
            "  g:\n    title: First\n    fields:\n"
            "      a: {label: Pain?, type: yes_no}\n"
            "  h:\n    title: Second\n    show_when: a = 'Y'\n    fields:\n"
            "      b: {label: Why not?, show_when: a = 'N'}\n"
        ),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "required-where-hidden",
        "{name} is never required: it is hidden wherever “{value}” is true.",
        "Correct required or show_when.",
        "An answer can only be required where the question is asked.",
        example_form(
            _SCORE,
            "b: {label: Why?, show_when: a > 5, required: a < 3}",
        ),
        follows=PossibleCause.MEANING,
    ),
)

_RULES: tuple[CatalogueEntry, ...] = (
    warn(
        "rule-never-broken",
        "The rule {name} never finds anything.",
        "Correct assert or when.",
        (
            "A rule is broken where `when` is true and `assert` is false. Here `assert` "
            "is true or UNKNOWN wherever `when` is true."
        ),
        _rules("when: x.a > 5, assert: x.a > 3, on: [x.a], severity: query"),
        follows=PossibleCause.NAME,
    ),
    warn(
        "rule-reads-hidden",
        "The rule {name} never finds anything, because {field} is hidden where the rule "
        "could be broken.",
        "Correct the rule, or the condition of {field}.",
        "A hidden field is UNKNOWN to every rule, and UNKNOWN breaks no rule.",
        (
            example_form(
                _SCORE,
                "b: {label: Why?, type: integer, show_when: a > 5}",
            )
            + "---\nrules:\n  C1: {message: Wrong, when: x.a < 3, assert: x.b > 1, "
            "on: [x.b], severity: query}\n"
        ),
        follows=PossibleCause.NAME,
    ),
    warn(
        "rules-contradict",
        "No answer keeps both the rule {name} and the rule {other}.",
        "Correct one of the two rules.",
        "Wherever the one is kept, the other is broken or UNKNOWN.",
        _rules(
            "assert: x.a > 5, on: [x.a], severity: query",
            "assert: x.a < 3, on: [x.a], severity: query",
        ),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "rule-implied",
        "The rule {name} says nothing new: {other} is broken wherever it is.",
        "Remove one of the two rules, or correct it.",
        (
            "Whoever breaks this rule gets two findings for one fault. Rules of "
            "different severity are not compared."
        ),
        _rules(
            "assert: x.a > 5, on: [x.a], severity: query",
            "assert: x.a > 3, on: [x.a], severity: query",
        ),
        follows=PossibleCause.NAME,
    ),
)

_RESULTS: tuple[CatalogueEntry, ...] = (
    warn(
        "range-without-value",
        "No answer to {name} lies in its range {range}.",
        "Correct the range, the type or the decimal places.",
        "The two ends leave no value that the field can hold, such as a whole number.",
        example_form("a: {label: Score, type: integer, range: '(30, 31)'}"),
    ),
    warn(
        "result-outside-range",
        "The result {name} never lies in its range {range}: it is {result}.",
        "Correct the formula or the range.",
        (
            "The ranges of the fields that the formula reads say what the result can be "
            "in a complete form."
        ),
        example_form(
            _SCORE,
            "b: {label: Twice, type: calculated, value: 2 * a, range: [50, 100]}",
        ),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "result-outside-codes",
        "The result {name} can be {codes}, which its codelist lacks.",
        "Add the code to the list, or correct the formula.",
        (
            "The formula takes the answer of another field, whose list has more codes. "
            "Nothing keeps the result from being one of these."
        ),
        example_form(
            "a: {label: Status, type: choice, codes: ['0', '1', '2']}",
            "b: {label: Stratum, type: calculated, gives: choice, codes: ['0', '1'], "
            "value: a}",
        ),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "code-never-given",
        "The formula of {name} never gives {codes}.",
        "Correct the formula, or leave the code out.",
        (
            "Every code of a calculated choice comes from its formula, and nothing else "
            "can enter it."
        ),
        example_form(
            _SCORE,
            "b:",
            "  label: Grade",
            "  type: calculated",
            "  gives: choice",
            "  codes: [LOW, MIDDLE, HIGH]",
            "  value: case when a < 4 then 'LOW' else 'HIGH' end",
        ),
        follows=PossibleCause.MEANING,
    ),
)

_TWO_VISITS = """visits:
  SCR: {title: Screening}
  CYC: {title: Cycle, repeats: true}
  EOT: {title: End}
schedule:
  columns: SCR CYC EOT
  base: X . .
  y:    . X .
  x:    X . X
---
form: y
title: Infusion
fields:
  d: {label: Date, type: date}
---
"""

_VISITS: tuple[CatalogueEntry, ...] = (
    warn(
        "reference-to-repeating-visit",
        "At the visit {visit}, {name} would be read at the visit {there}, which repeats.",
        "Name a visit that does not repeat, or combine all: max({form}.{field}), "
        "any({form} where ..).",
        (
            "A field of another form is read at the same visit, otherwise at the last "
            "earlier visit where that form is. Of a visit that repeats, no single form "
            "is meant, and the value is UNKNOWN."
        ),
        _TWO_VISITS
        + example_form("e: {label: End, type: date, required: y.d is known}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "reads-later-visit",
        "{name} is entered at the visit {visit}, which comes after {own}.",
        "Read an earlier visit, or move the expression to the later form.",
        (
            "What decides whether a question is asked or required, and what is proposed as "
            "its answer, has to be there when the form is filled in. Rules may read later "
            "visits."
        ),
        (
            "visits:\n  SCR: {title: Screening}\n  D0: {title: Treatment}\n"
            "schedule:\n  columns: SCR D0\n  base: . X\n  x: X .\n---\n"
        )
        + example_form("a: {label: Why?, show_when: base.n > 5}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "nothing-previous",
        "{name} is never known: no visit before {own} has the form {form}.",
        "Name the visit that you mean, or leave the brackets out.",
        (
            "`previous` looks for the last earlier visit where the form has a value. At "
            "the first visit of a form there is none."
        ),
        (
            "visits:\n  SCR: {title: Screening}\n  D0: {title: Treatment}\n"
            "schedule:\n  columns: SCR D0\n  base: . X\n  x: X .\n---\n"
        )
        + example_form("a: {label: Why?, show_when: 'base[previous].n > 5'}"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "units-differ",
        "A value in {unit} is compared with, added to or subtracted from one in {other}.",
        "Convert one of them, or correct its unit.",
        (
            "85 g/L is less than 9 g/dL, though 85 is more than 9. `check` compares the "
            "unit of a field, the unit that you write behind `in`, and the unit of a "
            "parameter. A number whose unit is chosen is `rule-bare-unit`."
        ),
        example_form(
            "a: {label: First, type: decimal, unit: g/dL}",
            "b: {label: Second, type: decimal, unit: g/L}",
            "c: {label: Why?, show_when: a < b}",
        ),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "answer-not-forbidden",
        "“{name}” may also be answered where “{value}” is not true.",
        "Write at {name}: show_when: {value}. Or add a rule with when: not ({value}) and "
        "assert: {name} is not known.",
        (
            "The dictionary demands an answer in one case and forbids it in no other, so "
            "a date of an event can stand beside “No”. `check` looks at answers after a "
            "Yes that are no texts, and at texts that say which “other” is meant. It says "
            "nothing if a rule, range or condition names both fields."
        ),
        example_form(
            "a: {label: Does the subject smoke?, type: yes_no}",
            "b: {label: Cigarettes a day, type: integer, required: a = 'Y'}",
        ),
    ),
    warn(
        "difference-one-way",
        "“{value}” is also true where {last} is long before {first}.",
        "Add a rule with assert: {last} >= {first}. Or, if {last} may be the earlier "
        "one, limit abs(days_between({first}, {last})).",
        (
            "Days before a date count as a negative number of days after it, which is "
            "below every limit. `check` says nothing if anything else of the form may "
            "put the two dates in order."
        ),
        example_form("a: {label: Begun, type: date}", "b: {label: Told, type: date}")
        + "---\nrules:\n  C1: {message: Late, assert: 'days_between(a, b) <= 7', "
        "severity: query, on: [x.b]}\n",
    ),
    warn(
        "asks-if-begun",
        "“{value}” is UNKNOWN until somebody begins the form, so it is never {never}.",
        "Write: {instead}",
        (
            "Nothing is known of a form that the schedule expects and nobody has begun. "
            "`begun(form)` is never UNKNOWN. A rule that needs the form to be there says "
            "nothing without it."
        ),
        example_form("a: {label: Why?, show_when: count(base) > 0}"),
    ),
    warn(
        "true-without-rows",
        "“{value}” is also true while {name} has no row.",
        "If you do not want this without rows, write: count({name}) > 0 and {value}",
        (
            "Without a row there is none that breaks the condition, so `every` is true. "
            "The section may be complete without rows. In `assert` this is as it should "
            "be. Here it shows a question, requires it, or lets somebody in."
        ),
        "form: x\ntitle: X\ngroups:\n"
        "  own:\n    title: Own\n    fields:\n"
        "      a: {label: A, show_when: every(r where n > 1)}\n"
        "  r:\n    title: Rows\n    rows: {min: 0, max: 3}\n    fields:\n"
        "      n: {label: N, type: integer}\n",
    ),
    warn(
        "no-such-place",
        'The study has no {what} "{value}".',
        "{near} Correct the name.",
        "A comparison with a visit or site that the study does not have is never true.",
        (
            "derivations:\n"
            "  early: {label: Early, value: \"visitid in ('SCREEN', 'D0')\"}\n"
        ),
        follows=PossibleCause.MEANING,
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = _ALONE + _HIDDEN + _RULES + _RESULTS + _VISITS
