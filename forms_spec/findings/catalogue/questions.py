"""Codes of the dictionary checker: fields, and the groups and forms that hold them."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import (
    CatalogueEntry,
    PossibleCause,
    example_form,
    refuse,
    warn,
)

THIRTY = ", ".join(f"C{number}" for number in range(30))


_FIELDS: tuple[CatalogueEntry, ...] = (
    refuse(
        "label-missing",
        'The field "{name}" has no label',
        "Add label: the question as it is asked",
        "The label appears on the page, in the codebook and in the schemas.",
        example_form("a: {type: integer}"),
    ),
    refuse(
        "facet-not-allowed",
        'Fields of type {type} cannot have "{key}"',
        "Remove it, or choose another type. Keys of {type}: {keys}",
        "Each type accepts the keys that make sense for its answers.",
        example_form("a: {label: A, type: yes_no, places: 1}"),
    ),
    refuse(
        "control-not-allowed",
        'Fields of type {type} cannot use the control "{name}"',
        "Choose one of {controls}, or remove the key",
        "`control` replaces the default control of the type.",
        example_form("a: {label: A, type: yes_no, control: textarea}"),
    ),
    refuse(
        "codes-missing",
        'The {type} field "{name}" has no codes',
        "Add codes: with the name of a codelist, or with the codes themselves",
        "Without codes there is nothing to choose from.",
        example_form("a: {label: A, type: choice}"),
    ),
    refuse(
        "value-missing",
        'The calculated field "{name}" has no value',
        "Add value: the formula",
        "The formula produces the value of a calculated field.",
        example_form("a: {label: A, type: calculated}"),
    ),
    refuse(
        "length-reversed",
        "The minimum length {least} is more than the maximum {most}",
        "Swap the two",
        "`length: [minimum, maximum]`. No text could satisfy both.",
        example_form("a: {label: A, length: [20, 2]}"),
    ),
    refuse(
        "too-many-decimal-places",
        "A number can have at most {most} decimal places",
        "Write {most} or fewer",
        "Arithmetic is exact to 9 decimal places.",
        example_form("a: {label: A, type: decimal, places: 12}"),
    ),
    refuse(
        "pattern-refused",
        "The pattern cannot be used: {why}",
        "Use only what docs/dictionary.md lists under patterns",
        "A pattern must mean the same in Python, JavaScript and the database engines, "
        "and must not take "
        "forever on a hostile text.",
        example_form("a: {label: A, pattern: '(?=x)x'}"),
    ),
    refuse(
        "default-refused",
        'The default "{value}" is not a valid answer for this field: {why}',
        "Change the default, or remove it",
        "A default must be a valid answer.",
        example_form("a: {label: A, type: integer, default: none}"),
    ),
    refuse(
        "default-out-of-range",
        'The default "{value}" is outside the range {range}',
        "Change the default or the range",
        "A new form would start with a finding.",
        example_form("a: {label: A, type: integer, range: [1, 9], default: '10'}"),
    ),
    refuse(
        "range-reversed",
        'No value fits the range "{key}": {low} is not below {high}',
        "Swap the two ends",
        "Write the low end first. If an end is excluded, the two ends cannot be equal.",
        example_form("a: {label: A, type: integer, range: [260, 60]}"),
    ),
    refuse(
        "expected-outside-range",
        "The end {end} of {key} is outside the {outer} {range}",
        "Widen the {outer}, or move the end of {key} inside",
        "`expected` and `alert` give warnings inside the hard limits of `range`. "
        "Values outside those "
        "limits are refused anyway. `expected` must be inside `alert`.",
        example_form(
            "a: {label: A, type: integer, range: [60, 260], expected: [50, 160]}"
        ),
    ),
    refuse(
        "range-without-units",
        'The unit of "{name}" is chosen, so "{key}" needs a range for each unit',
        "Write {{{units}}} with one range each",
        "33 to 43 is right for °C and wrong for °F.",
        example_form(
            "a: {label: A, type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * "
            "5 / 9}}, range: "
            "[33, 43]}"
        ),
    ),
    refuse(
        "range-unknown-unit",
        'The field "{name}" does not offer the unit "{unit}"',
        "{near} Write a single range without units, or use the units of the field",
        "Only a field with a chosen unit can have a range for each unit.",
        example_form("a: {label: A, type: decimal, unit: kg, range: {kg: [30, 300]}}"),
    ),
    warn(
        "range-lacks-unit",
        (
            'In the unit "{unit}" the field "{name}" has no "{key}", so any number is '
            "accepted"
        ),
        "Write the range for {unit} too",
        "A range in one unit also applies to the others if they convert linearly, "
        "such as (value - 32) "
        "* 5 / 9. If the formula is not linear, each unit needs its own range.",
        example_form(
            "a: {label: A, type: decimal, unit: {k: {}, r: {to: k, as: 1 / "
            "value}}, range: {k: [1, 10]}}"
        ),
    ),
    warn(
        "range-units-apart",
        (
            'The "{key}" of {name} in {other} shares no value with the one in {unit}, '
            "once it is converted"
        ),
        "Correct one of the two, or leave one out: it follows from the other",
        "The ranges of two units mean the same values. 34 to 42 is right for °C, but "
        "34 to 42 °F is 1.1 to 5.6 °C.",
        example_form(
            "a: {label: A, type: decimal, unit: {C: {}, F: {to: C, as: (value - 32) * "
            "5 / 9}}, range: {C: [34, 42], F: [34, 42]}}"
        ),
    ),
    refuse(
        "unit-conversion",
        'The unit "{unit}" does not convert: {why}',
        "Write to: and as: for every unit except the base unit",
        "Rules compare values in a single unit. One unit, the base unit, has no `to`. "
        "Every other unit "
        "converts into it, directly or through another unit.",
        example_form("a: {label: A, type: decimal, unit: {C: {}, F: {to: C}}}"),
    ),
    refuse(
        "cycle",
        "These fields depend on each other in a circle: {names}",
        "Break the circle: one of them must not depend on the next",
        "A field depends on what its `value`, `show_when` and `required` read, and on "
        "the `show_when` "
        "of its group. In a circle there is no field to start with.",
        example_form(
            "a: {label: A, type: calculated, value: b + 1}",
            "b: {label: B, type: calculated, value: a + 1}",
        ),
    ),
    warn(
        "never-shown",
        'The field "{name}" is never shown',
        "Remove the field, or correct the condition",
        "Its condition is always `false`, whatever you answer.",
        example_form("a: {label: A, required: true, show_when: 1 = 2}"),
    ),
)

_ROWS: tuple[CatalogueEntry, ...] = (
    refuse(
        "fixed-not-choice",
        'The rows are made from the codes of "{name}", which is {what}',
        "Name choice fields of this group",
        (
            "`fixed: [lev, side]` gives one row for each pair of codes of these two "
            "fields."
        ),
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {fixed: [a]}\n    "
        "fields:\n      a: "
        "{label: A}\n",
    ),
    refuse(
        "fixed-too-many",
        "The codes give {count} fixed rows, more than {most}",
        "Name fewer fields in `fixed`, or shorter codelists",
        (
            "There is one row for each combination of codes, and every page of the "
            "form shows all of them."
        ),
        (
            "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {fixed: [a, b]}\n  "
            "  fields:\n"
        )
        + "".join(
            f"      {name}: {{label: {name}, type: choice, codes: [{THIRTY}]}}\n"
            for name in "ab"
        ),
    ),
    refuse(
        "fixed-with-count",
        'Fixed rows cannot have "{key}"',
        "Remove it. The codes determine the number of rows",
        "There is one row for each combination of codes.",
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {fixed: [a], max: 3}\n "
        "   fields:\n"
        "      a: {label: A, type: yes_no}\n",
    ),
    refuse(
        "rows-not-carried",
        "The rows of {name} cannot be carried to this group: {why}",
        "{near} Name a repeating group of another form, with the visit: target[SCR]",
        (
            "`from` names the repeating group of another form whose rows are shown here "
            "again. A log has no visit."
        ),
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {from: 'target[SCR]'}\n"
        "    fields:\n      a: {label: A}\n",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "field-not-carried",
        'The field "{name}" cannot be carried: {why}',
        "{near} Name fields of the other group that are numbers, texts, dates or choices",
        "The fields in `carry` are read-only here and come from the row with the same "
        "number.",
        "form: x\ntitle: Example\nlog: true\ngroups:\n  old:\n    rows: {}\n    "
        "fields:\n      a: {label: A, type: time}\n---\n"
        "form: z\ntitle: Later\nlog: true\ngroups:\n  new:\n    "
        "rows: {from: old, carry: [a]}\n    fields:\n      b: {label: B}\n",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "carry-from-nowhere",
        "Nothing says which rows the fields are carried from",
        "Add `from: target[SCR]` with the group and the visit, or remove `carry`",
        "`carry` names fields of the group that `from` names.",
        "form: x\ntitle: Example\nlog: true\ngroups:\n  new:\n    "
        "rows: {carry: [a]}\n    fields:\n      b: {label: B}\n",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "carried-with-count",
        'Carried rows cannot have "{key}"',
        "Remove it. The other form determines the number of rows",
        "There is one row for each row of the other form.",
        "form: x\ntitle: Example\nlog: true\ngroups:\n  old:\n    rows: {}\n    "
        "fields:\n      a: {label: A}\n---\n"
        "form: z\ntitle: Later\nlog: true\ngroups:\n  new:\n    "
        "rows: {from: old, max: 3}\n    fields:\n      b: {label: B}\n",
    ),
    refuse(
        "rows-not-offered",
        "The rows of {name} cannot be offered to this field: {why}",
        "{near} Name a repeating group of another form, with the visit unless it is a log",
        "`row_of` names the repeating group whose rows the field offers. Its answer is the "
        "number of a row.",
        "form: x\ntitle: Example\nfields:\n"
        "  a: {label: A, type: integer, row_of: nothing}\n",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "row-label-unknown",
        '"{table}" has no field "{name}"',
        "{near} Name fields of the rows that are offered",
        "`row_label` names the fields of a row by which people know it.",
        "form: x\ntitle: Example\nlog: true\ngroups:\n  old:\n    rows: {}\n    "
        "fields:\n      a: {label: A}\n---\nform: z\ntitle: Later\nfields:\n"
        "  b: {label: B, type: integer, row_of: old, row_label: [c]}\n",
        follows=PossibleCause.NAME,
    ),
    refuse(
        "row-label-alone",
        "Nothing says whose rows row_label describes",
        "Add row_of with the name of a repeating group, or remove row_label",
        "`row_label` names fields of the rows that `row_of` names.",
        "form: x\ntitle: Example\nfields:\n"
        "  a: {label: A, type: integer, row_label: [b]}\n",
    ),
    refuse(
        "unique-with-unknown",
        'The form or row has no field "{name}" that could be unique with this one',
        "{near} Name fields of the same form, or of the same rows",
        "`with` names fields whose answers count together with this one.",
        "form: x\ntitle: Example\nfields:\n"
        "  a: {label: A, unique: {over: study, with: [b]}}\n",
    ),
    refuse(
        "not-made-unique",
        'The answers of "{name}" cannot be unique: {why}',
        "Remove unique here, or name another field",
        "`unique` compares answers that somebody gives one by one.",
        "form: x\ntitle: Example\nfields:\n"
        "  a: {label: A, default: K1, unique: study}\n",
    ),
    refuse(
        "not-proposed",
        "No answer can be proposed here: {why}",
        "Read another form or an earlier visit in the same unit, or remove propose",
        "`propose` gives an answer of another form or of an earlier visit. The page offers "
        "it, the same in each row of a group, and somebody takes it.",
        "form: x\ntitle: Example\nfields:\n"
        "  a: {label: A}\n  b: {label: B, propose: a}\n",
    ),
    refuse(
        "rows-reversed",
        "The minimum number of rows {least} is more than the maximum {most}",
        "Swap the two",
        "No form could satisfy both.",
        "form: x\ntitle: Example\ngroups:\n  rows1:\n    rows: {min: 5, max: 3}\n    "
        "fields:\n      a: "
        "{label: A}\n",
    ),
    refuse(
        "grid-codelists",
        'The fields of a grid share one codelist, but "{name}" has another',
        "Give the group defaults: {{codes: ...}}, or remove layout: grid",
        "A grid has one column for each code.",
        "form: x\ntitle: Example\ngroups:\n  g:\n    layout: grid\n    fields:\n"
        "      a: {label: A, type: yes_no}\n      b: {label: B, type: integer}\n",
    ),
    refuse(
        "no-fields",
        'The {what} "{name}" has no fields',
        "Add fields, or remove it",
        "A form has `fields`, `groups` or both.",
        "form: x\ntitle: Example\n",
    ),
)

_ASKING: tuple[CatalogueEntry, ...] = (
    refuse(
        "prefill-not-possible",
        'Fields of type {type} cannot be prefilled with "{name}"',
        "Choose one of {allowed}",
        "You can prefill a date with `today`, a time or a date with time with `now`, "
        "and a text with "
        "`today`, `now` or the name of the `user`.",
        example_form("a: {label: A, type: date, prefill: now}"),
    ),
    refuse(
        "two-starts",
        "The field has both a default and a prefill",
        "Remove one of them",
        "A new form can start with one value only.",
        example_form("a: {label: A, type: date, default: 2024-01-01, prefill: today}"),
    ),
    refuse(
        "offered-to-nobody",
        'The codes of "{name}" cannot have a condition, because {why}',
        "Give the field a codelist without `when`",
        (
            "`when` says under which condition a code is offered to somebody who "
            "chooses. Nobody chooses the answer of a calculated field, nor the codes "
            "of fixed rows."
        ),
        example_form(
            "a: {label: A, type: integer}",
            "b: {label: B, type: calculated, gives: choice, value: case when a > 1 "
            "then 'X' else 'Y' end, codes: {X: {label: X, when: a > 2}, Y: Y}}",
        ),
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "not-offered-unknown",
        'The list has no code "{name}" to retire',
        "{near} Name codes of the list",
        (
            "`retired` names codes that remain valid where they are stored but can no "
            "longer be chosen."
        ),
        example_form("a: {label: A, type: choice, codes: [L, R], retired: [B]}"),
    ),
    refuse(
        "no-answer-allowed",
        "The field does not allow any answers",
        "Set how many answers can be chosen: at least 1",
        "`max_choices` limits the number of answers of a multiple choice.",
        example_form(
            "a: {label: A, type: multiple_choice, codes: [L, R], max_choices: 0}"
        ),
    ),
    warn(
        "never-answered",
        'The field "{name}" is required, but nobody can answer it on the page',
        "Remove required, add a default or a prefill, or make the field editable",
        "A hidden or read-only field gets its answer from a default or from imported "
        "data. Otherwise "
        "nobody could complete the form.",
        example_form("a: {label: A, entry: hidden, required: true}"),
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = _FIELDS + _ASKING + _ROWS
