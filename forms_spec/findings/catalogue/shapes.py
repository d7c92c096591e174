"""Codes of values that have not the shape which their key wants."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import CatalogueEntry, refuse
from forms_spec.findings.finding import Severity


def _with(keys: str) -> str:
    """A form of one field with these keys."""
    return f"form: x\ntitle: Example\nfields:\n  a: {{label: A, {keys}}}\n"


def _study(keys: str) -> str:
    return (
        "study: T1\ntitle: Example\nsubject: {pattern: '\\d{2}-\\d{3}', example: "
        "01-007}\n"
    ) + keys


def _visit(keys: str) -> str:
    return f"visits:\n  SCR: {{title: Screening, {keys}}}\n"


ENTRIES: tuple[CatalogueEntry, ...] = (
    refuse(
        "check-without-facet",
        '"{key}" cannot have a check here',
        "Name a key that the field has. Possible here: {keys}",
        "`checks` says which check of the protocol a key of the field implements. The "
        "field must have "
        "that key.",
        _with("type: integer, checks: {range: C34}"),
    ),
    refuse(
        "check-ends",
        "Two checks need a range with two ends",
        "Write one check, or two for `range` and `expected`: [lower end, upper end]",
        (
            "Each end of a range can have its own check: `checks: {range: [C63, "
            "C02]}`. `null` leaves one out."
        ),
        _with("type: integer, required: true, checks: {required: [C74, C35]}"),
    ),
    refuse(
        "unknown-key",
        'There is no key "{key}" here',
        "{near} docs/dictionary.md lists the keys",
        (
            "A key that nobody reads is usually a typing error, and its content would "
            "be lost."
        ),
        _with("typ: integer"),
    ),
    refuse(
        "unknown-key-without-value",
        'There is no key "{key}" here, and it has no value',
        "Put the text before it in quotes: inside {{ }} a comma ends a text",
        "Inside `{ }` a comma separates two keys, so `{label: Pain now, at rest}` has "
        "the label `Pain "
        "now` and a key `at rest`. Write `{label: 'Pain now, at rest'}`.",
        "form: x\ntitle: Example\nfields:\n  a: {label: Pain now, at rest}\n",
    ),
    refuse(
        "comma-in-number",
        'The comma before "{key}" ends the text',
        "Write a decimal number with a point: 0.5. If the comma belongs to a text, put "
        "the whole text in quotes",
        "Inside `{ }` a comma separates two keys. In rules and in data a number has a "
        "decimal point and no comma.",
        _with("type: decimal, show_when: b < 0,5") + "  b: {label: B, type: decimal}\n",
    ),
    CatalogueEntry(
        code="old-key",
        severity=Severity.WARNING,
        message='"{old}" is now called "{new}"{times}',
        remedy="Write {new}, or run `crfsmith check --fix`",
        explanation="The key has been renamed. The old name still works and means the "
        "same. `crfsmith "
        "check --fix DIR` renames all old keys and changes nothing else in the files.",
        example="form: x\ntitle: Example\nfields:\n  a: {label: A, type: integer, "
        "shown: b > 1}\n"
        "  b: {label: B, type: integer}\n",
    ),
    CatalogueEntry(
        code="old-type",
        severity=Severity.WARNING,
        message='The field type "{old}" is now called "{new}"{times}',
        remedy="Write {new}, or run `crfsmith check --fix`",
        explanation="The type has been renamed. The old name still works and means "
        "the same. `crfsmith "
        "check --fix DIR` renames all old types and changes nothing else in the files.",
        example=_with("type: tick"),
    ),
    CatalogueEntry(
        code="old-severity",
        severity=Severity.WARNING,
        message='The severity "{old}" is now called "{new}"{times}',
        remedy="Write {new}, or run `crfsmith check --fix`",
        explanation="Severities have the same names everywhere: error, query and "
        "warning. The old name still works and means the same.",
        example="form: x\ntitle: Example\nfields:\n  a: {label: A, type: integer}\n"
        "---\nrules:\n  R1:\n    message: A is too large.\n    assert: x.a < 5\n"
        "    severity: refuse\n",
    ),
    refuse(
        "missing-key",
        'The key "{key}" is missing',
        "Add it",
        "Some keys are required, such as the title of a form or the label of a field.",
        "form: x\nfields:\n  a: {label: A}\n",
    ),
    refuse(
        "empty-value",
        '"{key}" has no value',
        "Add one, or remove the key",
        (
            "`null`, `~`, nothing at all and spaces are not a value. In quotes they "
            "are text: `'null'`."
        ),
        _with("help: ''"),
    ),
    refuse(
        "not-a-mapping",
        '"{key}" must contain keys',
        "Write the keys below it, indented, each with a colon and a value",
        "There is a list or a text where keys and values are expected.",
        "form: x\ntitle: Example\nfields: [a, b]\n",
    ),
    refuse(
        "not-text",
        '"{key}" must be a single text',
        "Remove the brackets, or put the whole text in quotes",
        "There is a list or a mapping where a text is expected. A text that begins "
        "with a bracket needs "
        "quotes.",
        _with("help: [one, two]"),
    ),
    refuse(
        "not-a-list",
        '"{key}" must be a list',
        "Put it in brackets, for example [{value}]",
        "Write a list in brackets, or one line with a dash for each item.",
        (
            "form: x\ntitle: Example\nfields:\n  a: {label: A, type: scale, anchors: "
            "No pain}\n"
        ),
    ),
    refuse(
        "list-length",
        "The list has {given} items, but needs {least} to {most}",
        "Change the number of items",
        (
            "`anchors` has the words at both ends of a scale. `on`, `fixed` and "
            "`accept` need at least one item."
        ),
        (
            "form: x\ntitle: Example\nfields:\n  a: {label: A, type: scale, anchors: "
            "[No pain]}\n"
        ),
    ),
    refuse(
        "listed-twice",
        '"{value}" appears twice in the list',
        "Remove one of them",
        "Each item can appear only once in a list.",
        "codelists:\n  SPEC: [SERUM, URINE, SERUM]\n",
    ),
    refuse(
        "not-true-or-false",
        '"{key}" must be true or false',
        "Write true or false in lower case, without quotes",
        "This key is a switch. It does not accept `yes`, `1` or `True`.",
        _with("identifier: yes"),
    ),
    refuse(
        "not-whole",
        '"{key}" must be a whole number',
        "Write digits only, for example 3",
        "This is a number of places, characters or rows. It is 0 or more.",
        _with("type: decimal, places: 1.5"),
    ),
    refuse(
        "not-numeric",
        '"{key}" must be a number',
        "Write digits, with a decimal point if needed, for example 0.5",
        (
            "The number of a code has at most 15 digits before the decimal point and "
            "9 after it."
        ),
        "codelists:\n  DOSE:\n    LOW: {label: Low, number: five}\n",
    ),
    refuse(
        "not-one-of",
        '"{key}" must be one of: {words}',
        "{near} Write one of these words",
        "This key accepts only a few words.",
        _visit("type: termnation"),
    ),
    refuse(
        "not-a-size",
        '"{key}" must be a file size',
        "Write it as 500 kB or 10 MB",
        (
            "Write a whole number followed by kB, MB or GB. Without a unit it is a "
            "number of bytes."
        ),
        _with("type: file, size: big"),
    ),
    refuse(
        "not-a-range",
        '"{key}" must be a range',
        "Write it as [60, 260]. Use null for an open end",
        "`[60, 260]` includes both ends. `(0, 100]`, written as text, excludes the "
        "first. If the unit "
        "is chosen, write one range for each unit: `{C: [33, 43], F: [91.4, 109.4]}`.",
        _with("type: integer, range: 60 to 260"),
    ),
    refuse(
        "range-ends",
        "A range has two ends, but this one has {given}",
        "Write both ends, and null for an open one. If an end contains a comma, put "
        "the whole range in "
        "quotes",
        "`[60, 260]`, `[0, null]`. Inside `[ ]` every comma separates two ends, so "
        "`'[add_days(icf.rficdat, -3), today]'` needs its quotes.",
        _with("type: integer, range: [60]"),
    ),
    refuse(
        "not-a-length",
        (
            '"{key}" must be a number of characters, or a list of the minimum and the '
            "maximum"
        ),
        "Write 200, or [2, 200]",
        "The minimum and maximum number of characters of a text.",
        _with("length: [1, 2, 3]"),
    ),
    refuse(
        "not-codes",
        '"{key}" must be a codelist',
        "Write {{Y: Yes, N: No}}, or [SERUM, URINE]",
        "Write codes with their labels, or a list of codes that are their own labels.",
        "codelists:\n  YN: Yes\n",
    ),
    refuse(
        "no-codes",
        '"{key}" has no codes',
        "Write at least one",
        "Without codes there is nothing to choose.",
        "codelists:\n  YN: {}\n",
    ),
    refuse(
        "missing-not-a-list",
        '"{key}" must be a list of missing codes, or the word all',
        "Write [{name}]",
        "`missing: [ND, UNK]` allows two of the study's missing codes, `missing: all` "
        "allows all of "
        "them, and `missing: []` allows none.",
        _with("missing: ND"),
    ),
    refuse(
        "field-only-text",
        'The field "{name}" is only a text',
        (
            "Write {{label: {value}}}, or add defaults to the group with the keys its "
            "fields share"
        ),
        (
            "In a group with `defaults`, a text is the label of a field. Elsewhere a "
            "field has keys."
        ),
        "form: x\ntitle: Example\nfields:\n  a: How are you\n",
    ),
    refuse(
        "not-a-target",
        '"{key}" must be a time from day 0, from another visit or from an anchor',
        "Write it as day -14, week 6, month 3 or C1D1 + 21 days",
        "Day 0 is the study's `day_zero`. Months are calendar months. Other anchors are "
        "visits, and the names below the study's `anchors`.",
        _visit("target: two weeks"),
    ),
    refuse(
        "hours-not-whole-days",
        '"{key}" is {hours} hours, which is not a number of whole days',
        "Write 24, 48 or 72 hours. Check the hours inside a day by a rule over two "
        "fields of type datetime",
        "A visit has a date without a time of day, so no window can be narrower than a "
        "day.",
        _visit("target: day 1, window: 6 hours"),
    ),
    refuse(
        "not-days",
        '"{key}" must be a number of days or weeks',
        "Write it as 3 days or 2 weeks",
        "`window: 3 days` allows three days before and three days after the target.",
        _visit("target: day 1, window: 3"),
    ),
    refuse(
        "not-a-day",
        '"{key}" must be a day or a week, counted from the same day as the target',
        "Write it as day -60",
        "`window: {from: day -60, to: day -1}` counts from day 0, unless the target has "
        "another anchor.",
        _visit("target: day -14, window: {from: -60, to: day -1}"),
    ),
)
