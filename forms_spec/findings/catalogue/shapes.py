"""Codes of values that have not the shape which their key wants."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity


def _refuse(code: str, message: str, remedy: str, explanation: str, example: str = "") -> Entry:
    return Entry(
        code=code,
        severity=Severity.REFUSE,
        message=message,
        remedy=remedy,
        explanation=explanation,
        example=example,
    )


def _with(keys: str) -> str:
    """A form of one field with these keys."""
    return f"form: x\ntitle: Example\nfields:\n  a: {{label: A, {keys}}}\n"


def _study(keys: str) -> str:
    return "study: T1\ntitle: Example\nsubject: {pattern: '\\d{2}-\\d{3}', example: 01-007}\n" + keys


def _visit(keys: str) -> str:
    return f"visits:\n  SCR: {{title: Screening, {keys}}}\n"


ENTRIES: tuple[Entry, ...] = (
    _refuse(
        "check-without-facet",
        '"{key}" has no check of its own here',
        "Name a facet that is there; here these may stand: {keys}",
        "`checks` says which check of the protocol a key of the field implements; the key has to be there.",
        _with("type: integer, checks: {range: C34}"),
    ),
    _refuse(
        "check-ends",
        "Two checks are for the two ends of a range",
        "Write one check, or for `range` and `expected` two: [lower end, upper end]",
        "Each end of a range may be its own check: `checks: {range: [C63, C02]}`; `null` leaves one out.",
        _with("type: integer, required: true, checks: {required: [C74, C35]}"),
    ),
    _refuse(
        "unknown-key",
        'There is no key "{key}" here',
        "{near} docs/dictionary.md lists the keys",
        "A key that nobody reads is most often a slip of the pen, and what it says would be lost.",
        _with("typ: integer"),
    ),
    _refuse(
        "unknown-key-without-value",
        'There is no key "{key}" here, and it has no value',
        "Put the text before it in quotes: inside {{ }} a comma ends a text",
        "Inside `{ }` a comma parts two keys, so `{label: Pain now, at rest}` has the label `Pain now` and a "
        "key `at rest`. Write `{label: 'Pain now, at rest'}`.",
        "form: x\ntitle: Example\nfields:\n  a: {label: Pain now, at rest}\n",
    ),
    Entry(
        code="old-key",
        severity=Severity.WARNING,
        message='"{old}" is now called "{new}"{times}',
        remedy="Write {new}, or let `crfsmith check --fix` write it",
        explanation="The key has been renamed. The old name still works and means the same. "
        "`crfsmith check --fix DIR` renames all old keys and leaves everything else in the files as it is.",
        example="form: x\ntitle: Example\nfields:\n  a: {label: A, type: integer, shown: b > 1}\n"
        "  b: {label: B, type: integer}\n",
    ),
    Entry(
        code="old-type",
        severity=Severity.WARNING,
        message='The field type "{old}" is now called "{new}"{times}',
        remedy="Write {new}, or let `crfsmith check --fix` write it",
        explanation="The type has been renamed. The old name still works and means the same. "
        "`crfsmith check --fix DIR` renames all old types and leaves everything else in the files as it is.",
        example=_with("type: tick"),
    ),
    _refuse(
        "missing-key",
        'The key "{key}" is missing',
        "Add it",
        "Some keys have to be there: the title of a form, the label of a field.",
        "form: x\nfields:\n  a: {label: A}\n",
    ),
    _refuse(
        "empty-value",
        '"{key}" has no value',
        "Write one, or take the key out",
        "`null`, `~`, nothing at all and blanks are no value. In quotes they are text: `'null'`.",
        _with("help: ''"),
    ),
    _refuse(
        "not-a-mapping",
        '"{key}" has keys of its own',
        "Write them below it, indented, each with a colon and its value",
        "A list or a text stands where a mapping belongs.",
        "form: x\ntitle: Example\nfields: [a, b]\n",
    ),
    _refuse(
        "not-text",
        '"{key}" is one text',
        "Take the brackets out, or put the whole text in quotes",
        "A list or a mapping stands where a text belongs. A text that begins with a bracket needs quotes.",
        _with("help: [one, two]"),
    ),
    _refuse(
        "not-a-list",
        '"{key}" is a list',
        "Put it in brackets, for example [{value}]",
        "A list has brackets, or one line with a dash for each item.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A, type: scale, anchors: No pain}\n",
    ),
    _refuse(
        "list-length",
        "The list has {given} items, not {least} to {most}",
        "Give it the number that is wanted",
        "`anchors` has the words at both ends of a scale; `on`, `fixed` and `accept` have at least one item.",
        "form: x\ntitle: Example\nfields:\n  a: {label: A, type: scale, anchors: [No pain]}\n",
    ),
    _refuse(
        "listed-twice",
        '"{value}" stands twice in the list',
        "Take one of them out",
        "Each item of a list stands once.",
        "codelists:\n  SPEC: [SERUM, URINE, SERUM]\n",
    ),
    _refuse(
        "not-true-or-false",
        '"{key}" is true or false',
        "Write true or false, without quotes and in small letters",
        "A switch. `yes`, `1` and `True` are other texts.",
        _with("identifier: yes"),
    ),
    _refuse(
        "not-whole",
        '"{key}" is a whole number',
        "Write digits only, for example 3",
        "A number of places, characters or rows, from 0.",
        _with("type: decimal, places: 1.5"),
    ),
    _refuse(
        "not-numeric",
        '"{key}" is a number',
        "Write digits, with a point before the decimals, for example 0.5",
        "The number that a code stands for has at most 15 digits before the point and 9 after it.",
        "codelists:\n  DOSE:\n    LOW: {label: Low, number: five}\n",
    ),
    _refuse(
        "not-one-of",
        '"{key}" is one of: {words}',
        "{near} Write one of these words",
        "Few words are known here.",
        _visit("type: termnation"),
    ),
    _refuse(
        "not-a-size",
        '"{key}" is a size of a file',
        "Write it as 500 kB or 10 MB",
        "A whole number with kB, MB or GB after it; without, it counts bytes.",
        _with("type: file, size: big"),
    ),
    _refuse(
        "not-a-range",
        '"{key}" is a range',
        "Write it as [60, 260], with null for an open end",
        "`[60, 260]` includes both ends, `(0, 100]` as text excludes the first. A chosen unit has one range "
        "for each unit: `{C: [33, 43], F: [91.4, 109.4]}`.",
        _with("type: integer, range: 60 to 260"),
    ),
    _refuse(
        "range-ends",
        "A range has two ends, and this has {given}",
        "Write both, null for an open one; an end with a comma in it needs the whole range in quotes",
        "`[60, 260]`, `[0, null]`. Inside `[ ]` every comma parts two ends; `'[add_days(icf.rficdat, -3), "
        "today]'` needs its quotes.",
        _with("type: integer, range: [60]"),
    ),
    _refuse(
        "not-a-length",
        '"{key}" is a number of characters, or a list of the least and the most',
        "Write 200, or [2, 200]",
        "The least and the most characters of a text.",
        _with("length: [1, 2, 3]"),
    ),
    _refuse(
        "not-codes",
        '"{key}" is a codelist',
        "Write {{Y: Yes, N: No}}, or [SERUM, URINE]",
        "Codes with their labels, or a list of codes that are their own labels.",
        "codelists:\n  YN: Yes\n",
    ),
    _refuse(
        "no-codes",
        '"{key}" has no codes',
        "Write at least one",
        "Nothing could be answered.",
        "codelists:\n  YN: {}\n",
    ),
    _refuse(
        "missing-not-a-list",
        '"{key}" is a list of missing codes, or the word all',
        "Write [{name}]",
        "`missing: [ND, UNK]` allows two of the study's missing codes, `missing: all` every one, `missing: "
        "[]` none.",
        _with("missing: ND"),
    ),
    _refuse(
        "field-only-text",
        'The field "{name}" is only a text',
        "Write {{label: {value}}}, or give the group defaults with what its fields share",
        "In a group with `defaults` a text is the label of a field. Elsewhere a field has keys.",
        "form: x\ntitle: Example\nfields:\n  a: How are you\n",
    ),
    _refuse(
        "not-a-target",
        '"{key}" is a day or a month counted from day 0',
        "Write it as day -14 or month 3",
        "Day 0 is the study's `day_zero`; months are calendar months.",
        _visit("target: week 2"),
    ),
    _refuse(
        "not-days",
        '"{key}" is a number of days',
        "Write it as 3 days",
        "`window: 3 days` allows three days before the target and three after it.",
        _visit("target: day 1, window: 3"),
    ),
    _refuse(
        "not-a-day",
        '"{key}" is a day counted from day 0',
        "Write it as day -60",
        "`window: {from: day -60, to: day -1}` counts from day 0.",
        _visit("target: day -14, window: {from: -60, to: day -1}"),
    ),
)
