"""Codes of the dictionary checker: fields, and the groups and forms that hold them."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import Entry
from forms_spec.findings.finding import Severity

THIRTY = ", ".join(f"C{number}" for number in range(30))


def _refuse(code: str, message: str, remedy: str, explanation: str, example: str = "") -> Entry:
    return Entry(
        code=code,
        severity=Severity.REFUSE,
        message=message,
        remedy=remedy,
        explanation=explanation,
        example=example,
    )


def _warn(code: str, message: str, remedy: str, explanation: str, example: str = "") -> Entry:
    return Entry(
        code=code,
        severity=Severity.WARNING,
        message=message,
        remedy=remedy,
        explanation=explanation,
        example=example,
    )


def _form(*fields: str, more: str = "") -> str:
    lines = "".join(f"  {field}\n" for field in fields)
    return f"form: x\ntitle: Example\n{more}fields:\n{lines}"


_FIELDS: tuple[Entry, ...] = (
    _refuse(
        "label-missing",
        'The field "{name}" has no label',
        "Add label: the question as it is asked",
        "The label is what stands on the page, in the codebook and in the schemas.",
        _form("a: {type: integer}"),
    ),
    _refuse(
        "facet-not-allowed",
        'A {type} field has no "{key}"',
        "Take it out, or choose another type; {type} knows: {keys}",
        "Each type has the keys that mean something for its answers.",
        _form("a: {label: A, type: yes_no, places: 1}"),
    ),
    _refuse(
        "control-not-allowed",
        'A {type} field cannot be asked with the control "{name}"',
        "Choose one of {controls}, or take the key out",
        "`control` replaces the control that the type has of itself.",
        _form("a: {label: A, type: yes_no, control: textarea}"),
    ),
    _refuse(
        "codes-missing",
        'The {type} field "{name}" has no codes',
        "Add codes: a codelist's name, or codes in place",
        "Without codes there is nothing to choose from.",
        _form("a: {label: A, type: choice}"),
    ),
    _refuse(
        "value-missing",
        'The calculated field "{name}" has no value',
        "Add value: the formula",
        "A calculated field is what its formula gives.",
        _form("a: {label: A, type: calculated}"),
    ),
    _refuse(
        "length-reversed",
        "The least length {least} is more than the most {most}",
        "Swap the two",
        "`length: [least, most]`. No text could have both.",
        _form("a: {label: A, length: [20, 2]}"),
    ),
    _refuse(
        "too-many-decimal-places",
        "A number has at most {most} decimal places",
        "Write {most} or fewer",
        "Arithmetic is exact to 9 decimal places.",
        _form("a: {label: A, type: decimal, places: 12}"),
    ),
    _refuse(
        "pattern-refused",
        "The pattern cannot be used: {why}",
        "Write it with what docs/dictionary.md lists under patterns",
        "A pattern has to mean the same to Python, JavaScript and the database engines, and must not take "
        "forever on a hostile text.",
        _form("a: {label: A, pattern: '(?=x)x'}"),
    ),
    _refuse(
        "default-refused",
        'The default "{value}" is no answer of this field: {why}',
        "Change the default, or take it out",
        "A default is held to what an answer is held to.",
        _form("a: {label: A, type: integer, default: none}"),
    ),
    _refuse(
        "default-out-of-range",
        'The default "{value}" lies outside the range {range}',
        "Change the default, or the range",
        "A new form would begin with a finding.",
        _form("a: {label: A, type: integer, range: [1, 9], default: '10'}"),
    ),
    _refuse(
        "range-reversed",
        'No value lies in the range "{key}": {low} is not below {high}',
        "Swap the two ends",
        "The low end stands first. With an excluded end both ends cannot be the same.",
        _form("a: {label: A, type: integer, range: [260, 60]}"),
    ),
    _refuse(
        "expected-outside-range",
        "The end {end} of {key} lies outside the {outer} {range}",
        "Widen the {outer}, or move the end of {key} inside",
        "`expected` and `alert` warn inside the hard limits of `range`; outside them the value is refused "
        "anyway. `expected` lies inside `alert`.",
        _form("a: {label: A, type: integer, range: [60, 260], expected: [50, 160]}"),
    ),
    _refuse(
        "range-without-units",
        'The unit of "{name}" is chosen, so "{key}" needs one range for each unit',
        "Write {{{units}}} with a range each",
        "33 to 43 are right for °C and wrong for °F.",
        _form(
            "a: {label: A, type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * 5 / 9}}, range: "
            "[33, 43]}"
        ),
    ),
    _refuse(
        "range-unknown-unit",
        'The field "{name}" has no unit "{unit}" to choose',
        "{near} Write one range without units, or name the units of the field",
        "Ranges by unit belong to a chosen unit.",
        _form("a: {label: A, type: decimal, unit: kg, range: {kg: [30, 300]}}"),
    ),
    _warn(
        "range-lacks-unit",
        'In the unit "{unit}" the field "{name}" has no "{key}": any number passes',
        "Write the range for {unit} too",
        "A range in one unit holds in the others where they convert by a straight line, such as "
        "(value - 32) * 5 / 9. Where the formula is no such line, each unit needs its own range.",
        _form("a: {label: A, type: decimal, unit: {k: {}, r: {to: k, as: 1 / value}}, range: {k: [1, 10]}}"),
    ),
    _refuse(
        "unit-conversion",
        'The unit "{unit}" does not convert: {why}',
        "Write to: and as: for every unit but the one that all convert into",
        "Rules compare values in one unit. One unit has no `to`; every other converts into it, directly or "
        "by way of another.",
        _form("a: {label: A, type: decimal, unit: {C: {}, F: {to: C}}}"),
    ),
    _refuse(
        "cycle",
        "These fields wait for each other: {names}",
        "Break the circle: one of them must not depend on the next",
        "A field depends on what its `value`, `show_when` and `required` read, and on its "
        "group's `show_when`. In a "
        "circle nobody can begin.",
        _form(
            "a: {label: A, type: calculated, value: b + 1}", "b: {label: B, type: calculated, value: a + 1}"
        ),
    ),
    _warn(
        "never-shown",
        'The field "{name}" is never shown',
        "Take the field out, or correct the condition",
        "Its condition is `false` whatever is answered.",
        _form("a: {label: A, required: true, show_when: 1 = 2}"),
    ),
)

_ROWS: tuple[Entry, ...] = (
    _refuse(
        "fixed-not-choice",
        'The rows are made from the codes of "{name}", which is {what}',
        "Name choice fields of this group",
        "`fixed: [lev, side]` gives one row for each pair of codes of these two fields.",
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {fixed: [a]}\n    fields:\n      a: "
        "{label: A}\n",
    ),
    _refuse(
        "fixed-too-many",
        "The codes give {count} fixed rows, more than {most}",
        "Name fewer fields in `fixed`, or shorter codelists",
        "There is one row for each combination of codes, and every page of the form shows them all.",
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {fixed: [a, b]}\n    fields:\n"
        + "".join(f"      {name}: {{label: {name}, type: choice, codes: [{THIRTY}]}}\n" for name in "ab"),
    ),
    _refuse(
        "fixed-with-count",
        'Fixed rows have no "{key}"',
        "Take it out: the codes say how many rows there are",
        "The number of rows is the number of pairs of codes.",
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {fixed: [a], max: 3}\n    fields:\n"
        "      a: {label: A, type: yes_no}\n",
    ),
    _refuse(
        "rows-reversed",
        "The least number of rows {least} is more than the most {most}",
        "Swap the two",
        "No form could have both.",
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {min: 5, max: 3}\n    fields:\n      a: "
        "{label: A}\n",
    ),
    _refuse(
        "grid-codelists",
        'The fields of a grid share one codelist, and "{name}" has another',
        "Give the group defaults: {{codes: ...}}, or take layout: grid out",
        "A grid has one column for each code.",
        "form: x\ntitle: Example\ngroups:\n  g:\n    layout: grid\n    fields:\n"
        "      a: {label: A, type: yes_no}\n      b: {label: B, type: integer}\n",
    ),
    _refuse(
        "no-fields",
        'The {what} "{name}" has no fields',
        "Add fields, or take it out",
        "A form has `fields`, `groups` or both.",
        "form: x\ntitle: Example\n",
    ),
)

_ASKING: tuple[Entry, ...] = (
    _refuse(
        "prefill-not-possible",
        'A {type} field cannot be filled with "{name}" when a form is opened',
        "Choose one of {allowed}",
        "A date can be filled with `today`, a time and a date with time with `now`, a text with `today`, "
        "`now` or the name of the `user`.",
        _form("a: {label: A, type: date, prefill: now}"),
    ),
    _refuse(
        "two-starts",
        "The field has a default and a prefill",
        "Take one of them out",
        "A new form starts with one text.",
        _form("a: {label: A, type: date, default: 2024-01-01, prefill: today}"),
    ),
    _refuse(
        "not-offered-unknown",
        'The list has no code "{name}" that could be kept from being chosen',
        "{near} Name codes of the list",
        "`retired` names codes that stay valid where they are stored, and cannot be chosen any more.",
        _form("a: {label: A, type: choice, codes: [L, R], retired: [B]}"),
    ),
    _refuse(
        "no-answer-allowed",
        "No answer may be chosen",
        "Write how many may be chosen, 1 at least",
        "`max_choices` is how many answers a field of several may have.",
        _form("a: {label: A, type: multiple_choice, codes: [L, R], max_choices: 0}"),
    ),
    _warn(
        "never-answered",
        'The field "{name}" is required, and nobody can answer it on the page',
        "Take required out, give it a default or a prefill, or let it be typed",
        "A field that is hidden or for reading only gets its answer from a default, or with data that are "
        "imported. A form could not be completed otherwise.",
        _form("a: {label: A, entry: hidden, required: true}"),
    ),
)

ENTRIES: tuple[Entry, ...] = _FIELDS + _ASKING + _ROWS
