"""Codes of the rule language."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _entry(code: str, message: str, remedy: str, explanation: str) -> Entry:
    """Every fault in a rule refuses the dictionary: a rule that is not understood cannot be judged."""
    return Entry(code=code, severity=Severity.REFUSE, message=message, remedy=remedy, explanation=explanation)


def _warn(code: str, message: str, remedy: str, explanation: str) -> Entry:
    return Entry(
        code=code, severity=Severity.WARNING, message=message, remedy=remedy, explanation=explanation
    )


SYNTAX = (
    _entry(
        "rule-empty",
        "The expression is empty.",
        "Write a condition or a formula, or leave the key out.",
        "A key such as required, show_when or value has no text. Example: show_when: vsperf = 'Y'",
    ),
    _entry(
        "rule-too-long",
        "The expression is longer than {most} characters.",
        "Split it into calculated fields or derivations.",
        "Expressions are bounded so that no dictionary can exhaust the machine.",
    ),
    _entry(
        "rule-too-deep",
        "The expression is nested more than {most} levels deep.",
        "Split it into calculated fields or derivations.",
        "Brackets and calls may be nested at most that deep. Chains of and, or and + do not count.",
    ),
    _entry(
        "rule-too-large",
        "The expression has more than {most} parts once its derivations are written out.",
        "Split it into calculated fields.",
        "A derivation is read where it is used; derivations that use each other can grow very large.",
    ),
    _entry(
        "rule-open-text",
        "A text begins with ' and does not end.",
        "End it with a single quote; a quote inside a text is written twice: 'don''t'.",
        "Example: ptres = 'POS",
    ),
    _entry(
        "rule-bad-number",
        '"{name}" is no number, date or time.',
        "Numbers have at most 15 digits before and 9 after the point; dates are 2024-01-31, times 09:30.",
        "Examples: 1e3, 1.2.3, 2024-1-31 and 9:30 are refused.",
    ),
    _entry(
        "rule-bad-moment",
        '"{name}" is not in the calendar.',
        "Write a day or time that exists: 2024-02-29, 09:30, date '2024-02'.",
        "Example: visdat > 2024-02-30",
    ),
    _entry(
        "rule-foreign-sign",
        '"{name}" is not part of the rule language.',
        "Write {near}",
        "Rules read like SQL. Examples: != is written <>, == is written =, && is written and.",
    ),
    _entry(
        "rule-stray-character",
        '"{name}" is not part of the rule language.',
        "Remove it, or put texts in single quotes.",
        "Example: weight > 80 # heavy",
    ),
    _entry(
        "rule-unexpected",
        '"{name}" is not expected here.',
        "Expected here: {wanted}.",
        "The expression is read from left to right; at this word it stops making sense.",
    ),
    _entry(
        "rule-ends-early",
        "The expression ends too early.",
        "Expected next: {wanted}.",
        "Example: vsperf =",
    ),
)

_NAMES = (
    _entry(
        "rule-unknown-name",
        '"{name}" is no field of the form "{form}".',
        "{near} Write form.field for a field of another form, and put codes and texts in single quotes.",
        "A bare name is a field of the row, of the form, or a derivation. Example: sysbp > vistdat",
    ),
    _entry(
        "rule-unknown-field",
        '"{table}" has no field "{name}".',
        "{near} Correct the name.",
        "Example: vs.weigth > 100",
    ),
    _entry(
        "rule-unknown-table",
        'There is no form or group "{name}".',
        "{near} Correct the name before the point.",
        "Example: vitals.weight > 100",
    ),
    _entry(
        "rule-unknown-parameter",
        'The study has no parameter "{name}".',
        "{near} Correct the name, or add it to the study's parameters.",
        "Example: bmi > $bmi_maximum",
    ),
    _entry(
        "rule-unknown-function",
        'There is no function "{name}".',
        "{near} docs/rules.md lists all functions.",
        "Example: rounded(bmi, 1)",
    ),
    _entry(
        "rule-unknown-visit",
        'There is no visit "{name}".',
        "{near} In brackets stands a visit, previous, all or this.",
        "Example: vs[SCREEN].bmi",
    ),
    _entry(
        "rule-unknown-missing",
        'The study has no missing code "{name}".',
        "{near} Use one of the study's missing codes.",
        "Example: weight is missing('NOT DONE')",
    ),
    _entry(
        "rule-unknown-code",
        '"{name}" is no code of the codelist {codelist}.',
        "{near} It has: {codes}.",
        "A comparison with a code that the list lacks can never hold. Example: ptres = 'POSITIVE'",
    ),
    _entry(
        "rule-no-reference",
        "{name} has no reference range here.",
        "Name a field of this form that has the key reference; the study's table is in reference_ranges.",
        "Example: in_reference(hgb) where hgb has `lab_test: hgb`.",
    ),
    _entry(
        "rule-unknown-unit",
        'The field "{field}" has no unit "{name}".',
        "{near} It has: {units}.",
        "Example: in_unit(temp, 'K')",
    ),
    _warn(
        "rule-bare-unit",
        "The unit of {name} is chosen beside it ({units}), and its number is used here without one.",
        "Say in which unit it is meant: {name} in {unit}. The value is then converted by its unit's formula.",
        "180 means one thing in pounds and another in kilograms. `weight in kg` and in_unit(weight, 'kg') "
        "convert; known, missing and entered do not depend on the unit. "
        "Example: wt / power(ht / 100, 2) is written wt in kg / power(ht in cm / 100, 2)",
    ),
    _entry(
        "rule-not-scheduled",
        'The form "{form}" is not collected at the visit {visit}.',
        "It is collected at: {visits}.",
        "Example: icf[M3].rficdat",
    ),
    _entry(
        "rule-name-the-visit",
        'The form "{form}" is collected at several visits, and this form belongs to none.',
        "Name the visit, as in {form}[{visit}], or go over all of them: max({form}.field).",
        "A log form belongs to the subject, so that there is no same visit for it.",
    ),
    _entry(
        "rule-repeating-visit",
        "The visit {visit} repeats, so that {form}[{visit}] is more than one form.",
        "Go over them with any, every, count, sum, min or max.",
        "Example: vs[UNS].weight",
    ),
    _entry(
        "rule-log-has-no-visit",
        'The form "{form}" is a log and belongs to no visit.',
        "Leave the brackets out.",
        "Example: ae[SCR].aeyn",
    ),
    _entry(
        "rule-rows-need-aggregate",
        '"{name}" has a value in each row of {table}.',
        "Go over the rows with any, every, count, sum, min or max: any({table} where ...).",
        "Example: pt.ptres = 'POS' is written any(pt where ptres = 'POS')",
    ),
    _entry(
        "rule-table-is-no-value",
        '"{name}" is a table and has no value of its own.',
        "Write {name}.field, or any({name} where ...).",
        "Example: pt = 'POS'",
    ),
    _entry(
        "rule-circular-derivation",
        "The derivation uses itself: {name}.",
        "Break the circle.",
        "Derivations are read where they are used, so none may lead back to itself.",
    ),
)

_TYPES = (
    _entry(
        "rule-wrong-type",
        "{name} is {found}, where {expected} is needed.",
        "Compare it, convert it, or use another field.",
        "Examples: required: weight; length(visdat); 'a' + 1",
    ),
    _entry(
        "rule-compare-types",
        "{left} cannot be compared with {right}.",
        "{near} Compare values of one type.",
        "Examples: grade >= 3 where grade is a choice; visdat > '2024-01-31'; lbpref = 'GROIN'",
    ),
    _entry(
        "rule-no-order",
        "{found} has no order.",
        "Use = or <>; for codes that stand for numbers write number_of(field) >= 3.",
        "Example: meyer >= '3'",
    ),
    _entry(
        "rule-argument-count",
        "{name} is given the wrong arguments.",
        "Write {says}.",
        "Example: round(bmi)",
    ),
    _entry(
        "rule-places",
        "{name} is no number of decimal places.",
        "Write a whole number from 0 to {most}.",
        "Example: round(bmi, 1.5)",
    ),
    _entry(
        "rule-stray-duration",
        "The duration {name} stands alone.",
        "Add it to a date (visdat + 14 days), or give it to within(...) or since(...).",
        "Example: days_between(a, b) > 3 days is written days_between(a, b) > 3",
    ),
    _entry(
        "rule-needs-duration",
        "{name} is no duration.",
        "Write {says}.",
        "Example: within(prstdat, today, 3)",
    ),
    _entry(
        "rule-date-arithmetic",
        "{name} cannot be added to or subtracted from a date.",
        "Write a duration: + 14 days, - 3 months; or take the days between two dates: later - earlier.",
        "Example: visdat + 14",
    ),
    _entry(
        "rule-not-a-field",
        "{name} is not a field.",
        "Only a field has missing codes and units.",
        "Example: (a + b) is missing",
    ),
    _entry(
        "rule-no-numbers",
        "No code of {name} stands for a number.",
        "Give the codes a number: {{BID: {{label: Twice a day, number: 2}}}}.",
        "Example: number_of(sex)",
    ),
    _entry(
        "rule-no-comparator",
        "{name} is no field that takes a comparator.",
        "Name a field with the key comparator.",
        "limit_of(crp) is the number of <0.3, comparator_of(crp) its sign. Example: limit_of(weight)",
    ),
    _entry(
        "rule-no-conversion",
        'The field "{field}" has no formula from {left} to {right}.',
        "Add a formula to the unit, or ask for another unit.",
        "A unit says how it becomes another: {{F: {{to: C, as: (value - 32) * 5 / 9}}}}",
    ),
    _entry(
        "rule-listed-code",
        "{name} is no code.",
        "List codes in single quotes: ('A', 'B').",
        "Example: lbpref has any (groin, thigh)",
    ),
    _entry(
        "rule-stray-list",
        "The list {name} stands alone.",
        "Lists follow in, has any, has all, within or overlaps.",
        "Example: sex = ('M', 'F')",
    ),
    _entry(
        "rule-no-rows",
        "{name} names no rows to go over.",
        "Write {function}(table where condition), or a field as table.field.",
        "Example: sum(3)",
    ),
    _entry(
        "rule-wrong-aggregate",
        "{function} cannot be taken of {name}.",
        "Write any(table where ..), every(table where ..), count(table where ..), "
        "count(distinct table.field), sum(table.field), min(table.field) or max(table.field).",
        "Example: sum(op)",
    ),
)

ENTRIES: tuple[Entry, ...] = (*SYNTAX, *_NAMES, *_TYPES)
