"""Codes of the rule language."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import (
    CatalogueEntry,
    PossibleCause,
    refuse,
    warn,
)

SYNTAX = (
    refuse(
        "rule-empty",
        "The expression is empty.",
        "Write a condition or a formula, or leave the key out.",
        (
            "A key such as required, show_when or value needs a text. Example: "
            "show_when: vsperf = 'Y'"
        ),
    ),
    refuse(
        "rule-too-long",
        "The expression is longer than {most} characters.",
        "Split it into calculated fields or derivations.",
        "The length is limited so that no dictionary can exhaust the machine.",
    ),
    refuse(
        "rule-too-deep",
        "The expression is nested more than {most} levels deep.",
        "Split it into calculated fields or derivations.",
        (
            "Parentheses and calls can be nested only this deep. Chains of and, or "
            "and + do not count."
        ),
    ),
    refuse(
        "rule-too-large",
        "The expression has more than {most} parts after its derivations are expanded.",
        "Split it into calculated fields.",
        "A derivation is expanded wherever it is used, so derivations that use each "
        "other can become "
        "very large.",
    ),
    refuse(
        "rule-open-text",
        "A text begins with ' but does not end.",
        "End it with a single quote. Write a quote inside a text twice: 'don''t'.",
        "Example: ptres = 'POS",
    ),
    refuse(
        "rule-bad-number",
        '"{name}" is not a number, date or time.',
        "Numbers have at most 15 digits before and 9 after the decimal point. Dates "
        "look like "
        "2024-01-31, times like 09:30.",
        "Examples: 1e3, 1.2.3, 2024-1-31 and 9:30 are refused.",
    ),
    refuse(
        "rule-bad-moment",
        '"{name}" does not exist in the calendar.',
        "Write a day or time that exists: 2024-02-29, 09:30, date '2024-02'.",
        "Example: visdat > 2024-02-30",
    ),
    refuse(
        "rule-foreign-sign",
        '"{name}" is not part of the rule language.',
        "Write {near}",
        (
            "Rules read like SQL. Examples: != is written <>, == is written =, && is "
            "written and."
        ),
    ),
    refuse(
        "rule-stray-character",
        '"{name}" is not part of the rule language.',
        "Remove it, or put the text in single quotes.",
        "Example: weight > 80 # heavy",
    ),
    refuse(
        "rule-unexpected",
        '"{name}" is not expected here.',
        "Expected here: {wanted}.",
        (
            "The expression is read from left to right. It stops making sense at this "
            "word."
        ),
    ),
    refuse(
        "rule-decimal-comma",
        '"{name}" has a decimal comma.',
        "Write it with a point: {better}.",
        "A number has a decimal point. A comma separates the items of a list.",
    ),
    refuse(
        "rule-ends-early",
        "The expression ends too early.",
        "Expected next: {wanted}.",
        "Example: vsperf =",
    ),
)

_NAMES = (
    refuse(
        "rule-unknown-name",
        'The form "{form}" has no field "{name}".',
        (
            "{near} Write form.field for a field of another form, and put codes and "
            "texts in single quotes."
        ),
        (
            "A name alone is a field of the row or form, or a derivation. Example: "
            "sysbp > vistdat"
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-field",
        '"{table}" has no field "{name}".',
        "{near} Correct the name.",
        "Example: vs.weigth > 100",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-table",
        'There is no form or group "{name}".',
        "{near} Correct the name before the point.",
        "Example: vitals.weight > 100",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-parameter",
        'The study has no parameter "{name}".',
        "{near} Correct the name, or add it to the study's parameters.",
        "Example: bmi > $bmi_maximum",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-function",
        'There is no function "{name}".',
        "{near} docs/rules.md lists all functions.",
        "Example: rounded(bmi, 1)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-visit",
        'There is no visit "{name}".',
        "{near} Inside the brackets, write a visit, previous, all or this.",
        "Example: vs[SCREEN].bmi",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-this-elsewhere",
        '"{name}[this]" can only be rows of the form of the rule, not of {form}.',
        "Leave out [this]: {form}.field is the field at the same visit. For several "
        "visits name one, or write previous or all.",
        "Example: first(vs[this].weight) on another form",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-missing",
        'The study has no missing code "{name}".',
        "{near} Use one of the study's missing codes.",
        "Example: weight is missing('NOT DONE')",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-code",
        'The codelist {codelist} has no code "{name}".',
        "{near} It has: {codes}.",
        (
            "A comparison with a code that is not in the list is never true. Example: "
            "ptres = 'POSITIVE'"
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-reference",
        "{name} has no reference range here.",
        (
            "Name a field of this form with the key lab_test. The study's ranges are "
            "in reference_ranges."
        ),
        "Example: in_reference(hgb) where hgb has `lab_test: hgb`.",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-unknown-unit",
        'The field "{field}" has no unit "{name}".',
        "{near} It has: {units}.",
        "Example: in_unit(temp, 'K')",
        follows=PossibleCause.NAME,
    ),
    warn(
        "rule-bare-unit",
        "{name} has a chosen unit ({units}), but its number is used here without one.",
        "Say which unit you mean: {name} in {unit}. The value is then converted with "
        "the formula of its "
        "unit.",
        "The number 180 means one thing in pounds and another in kilograms. `weight "
        "in kg` and "
        "in_unit(weight, 'kg') convert. known, missing and entered do not depend on "
        "the unit. Example: "
        "instead of wt / power(ht / 100, 2) write wt in kg / power(ht in cm / 100, 2)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-not-scheduled",
        'The form "{form}" is not collected at the visit {visit}.',
        "It is collected at: {visits}.",
        "Example: icf[M3].rficdat",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-name-the-visit",
        (
            'The form "{form}" is collected at several visits, but this form does not '
            "belong to a visit."
        ),
        "Name the visit, as in {form}[{visit}], or use all of them: max({form}.field).",
        "A log form belongs to the subject, so it has no current visit.",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-repeating-visit",
        "The visit {visit} repeats, so {form}[{visit}] means several forms.",
        "Combine them with any, every, count, sum, min or max.",
        "Example: vs[UNS].weight",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-log-has-no-visit",
        'The form "{form}" is a log form and does not belong to a visit.',
        "Remove the brackets.",
        "Example: ae[SCR].aeyn",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-rows-need-aggregate",
        '"{name}" has a value in each row of {table}.',
        (
            "Combine the rows with any, every, count, sum, min or max: any({table} "
            "where ...)."
        ),
        "Example: instead of pt.ptres = 'POS' write any(pt where ptres = 'POS')",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-table-is-no-value",
        '"{name}" is a table and does not have a value of its own.',
        "Write {name}.field, or any({name} where ...).",
        "Example: pt = 'POS'",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-circular-derivation",
        "The derivation uses itself: {name}.",
        "Break the circle.",
        (
            "A derivation is expanded wherever it is used, so it cannot lead back to "
            "itself."
        ),
        follows=PossibleCause.NAME,
    ),
)

_TYPES = (
    refuse(
        "rule-wrong-type",
        "{name} is {found}, but {expected} is needed.",
        "Compare it, convert it, or use another field.",
        "Examples: required: weight; length(visdat); 'a' + 1",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-compare-types",
        "{left} cannot be compared with {right}.",
        "{near} Compare values of one type.",
        (
            "Examples: grade >= 3 where grade is a choice; visdat > '2024-01-31'; "
            "lbpref = 'GROIN'"
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-order",
        "{found} has no order.",
        "Use = or <>. If the codes stand for numbers, write number_of(field) >= 3.",
        "Example: meyer >= '3'",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-argument-count",
        "The arguments of {name} are wrong.",
        "Write {says}.",
        "Example: round(bmi)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-places",
        "{name} is not a number of decimal places.",
        "Write a whole number from 0 to {most}.",
        "Example: round(bmi, 1.5)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-stray-duration",
        "The duration {name} cannot be used alone.",
        "Add it to a date (visdat + 14 days), compare it with a field of type duration, or "
        "use it in within(...) or since(...).",
        "Example: instead of days_between(a, b) > 3 days write days_between(a, b) > 3",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-needs-duration",
        "{name} is not a duration.",
        "Write {says}.",
        "Example: within(prstdat, today, 3)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-date-arithmetic",
        "{name} cannot be added to or subtracted from a date.",
        (
            "Write a duration: + 14 days, - 3 months. For the days between two dates, "
            "write later - earlier."
        ),
        "Example: visdat + 14",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-not-a-field",
        "{name} is not a field.",
        "Only a field can have missing codes and units.",
        "Example: (a + b) is missing",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-needs-form",
        "{name} is not a form.",
        "{near} Name a form of the study, as in begun(rp) or begun(pt[SCR]).",
        "Example: begun(dm.sex)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-numbers",
        "No code of {name} stands for a number.",
        "Give the codes a number: {{BID: {{label: Twice a day, number: 2}}}}.",
        "Example: number_of(sex)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-comparator",
        "{name} is not a field with a comparator.",
        "Name a field that has the key comparator.",
        (
            "For <0.3, limit_of(crp) is 0.3 and comparator_of(crp) is <. Example: "
            "limit_of(weight)"
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-conversion",
        'The field "{field}" has no formula from {left} to {right}.',
        "Add a formula to the unit, or ask for another unit.",
        (
            "A unit says how it converts into another: {F: {to: C, as: (value - 32) * "
            "5 / 9}}"
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-listed-code",
        "{name} is not a code.",
        "Write the codes in single quotes: ('A', 'B').",
        "Example: lbpref has any (groin, thigh)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-stray-list",
        "The list {name} cannot be used alone.",
        "Use a list after in, has any, has all, within or overlaps.",
        "Example: sex = ('M', 'F')",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-rows",
        "{name} does not name any rows.",
        "Write {function}(table where condition), or a field as table.field.",
        "Example: sum(3)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-lookup-table",
        "{name} is not a column of a table for look-ups.",
        "{near} Write lookup(table.column, key, ...) with a table of study.yaml.",
        "Example: lookup(agrade, 'ANC')",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-no-lookup-column",
        "The table of {name} does not have such a column.",
        "Its columns are {columns}.",
        "Only what study.yaml lists below columns can be read.",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-alias-taken",
        "The name {name} behind as is taken.",
        "Choose a name that no table and no other row has.",
        "Example: any(op as op where op.opmme > 90)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-row-place",
        "{name} is not the place of a row.",
        "Write a whole number: 2 for the second row, -2 for the second from the end.",
        "Example: nth(op.opmme, 0)",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "rule-wrong-aggregate",
        "{function} does not accept {name}.",
        "Write any(table where ..), every(table where ..), count(table where ..), "
        "count(distinct table.field), sum(table.field), min(table.field), "
        "max(table.field), first(table.field), last(table.field) or nth(table.field, "
        "2).",
        "Example: sum(op)",
        follows=PossibleCause.NAME,
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = (*SYNTAX, *_NAMES, *_TYPES)
