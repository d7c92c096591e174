"""Codes of the dictionary checker: names, codes, visits and the study itself."""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import (
    CatalogueEntry,
    PossibleCause,
    example_form,
    refuse,
    warn,
)


def _study(
    keys: str = "", subject: str = r"{pattern: '\d{2}-\d{3}', example: 01-007}"
) -> str:
    day_zero = "" if "day_zero" in keys else "day_zero: base.d\n"
    return f"study: T1\ntitle: Example\nsubject: {subject}\n{day_zero}{keys}"


def _visits(schedule: str = "", conditions: str = "", visits: str = "") -> str:
    grid = schedule or "  columns: SCR D0\n  base: X X\n"
    extra = f"conditions:\n{conditions}" if conditions else ""
    known = "  SCR: {title: Screening}\n  D0: {title: Treatment, target: day 0}\n"
    return f"visits:\n{known}{visits}schedule:\n{grid}{extra}"


_FILES: tuple[CatalogueEntry, ...] = (
    refuse(
        "no-study",
        "No file describes the study",
        "Add a file that begins with study:, title: and subject:",
        "Exactly one file of the folder has the top-level key `study`.",
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "second-study",
        "A second file begins with study: (the first is {first})",
        "Keep one of them",
        "A folder contains one study, and one file describes it.",
        _study() + "---\n" + _study(),
    ),
    refuse(
        "unknown-file",
        'No top-level key says what the file contains. It begins with "{key}"',
        "{near} Begin it with study, codelists, visits, form, rules, derivations, "
        "reference_ranges "
        "eligibility or roles",
        "The top-level key says what a file contains. The file name does not matter.",
        "forms: x\ntitle: Example\n",
    ),
    refuse(
        "file-not-mapping",
        "The file is a list or a single text",
        "Begin it with study, codelists, visits, form, rules, derivations, "
        "reference_ranges or "
        "eligibility, roles, followed by a colon",
        "A dictionary file consists of keys and values.",
        "- form: x\n",
    ),
)

_TEMPLATE = example_form("a: {label: A}")

_NAMES: tuple[CatalogueEntry, ...] = (
    refuse(
        "duplicate-name",
        'The {what} "{name}" already exists ({first})',
        "Rename one of them",
        "Each codelist, visit, form and table needs its own name, even across files. "
        "A field's name is "
        "unique in its form and its rows. The field that stores a chosen unit counts "
        "too.",
        example_form("a: {label: First}")
        + "---\n"
        + example_form("a: {label: Second}"),
        defines=True,
    ),
    refuse(
        "copy-of-copy",
        'The form "{name}" is itself like another form',
        "Name the form that it is like",
        "A form that others are like has its own text.",
        f"{_TEMPLATE}---\nform: y\ntitle: Y\nlike: x\n"
        "---\nform: z\ntitle: Z\nlike: y\n",
    ),
    refuse(
        "copy-not-there",
        'The form "{like}" has no {what} "{name}"',
        "{near} A form that is like another one has the same fields and groups",
        "A form with `like` may say something else of the fields and groups that the "
        "other form has. It adds none.",
        f"{_TEMPLATE}---\nform: y\ntitle: Y\nlike: x\nfields: {{b: Pain}}\n",
        follows=PossibleCause.USE,
    ),
    refuse(
        "names-without-like",
        "The key names needs the key like",
        "Add like with the name of a form, or remove names",
        "`names` renames the repeating groups of a form that is like another one.",
        f"{_TEMPLATE}names: {{rows1: rows2}}\n",
    ),
    refuse(
        "bad-name",
        '"{name}" is not a valid name for a {what}',
        (
            "Use lower-case letters, digits and _. Begin with a letter and use at "
            "most 64 characters"
        ),
        "Names become table columns and words in rules. Visits, codelists, parameters "
        "and rules may use "
        "capital letters.",
        example_form("Pain-Now: {label: A}"),
        defines=True,
    ),
    refuse(
        "reserved-name",
        '"{name}" is {why} and cannot be the name of a {what}',
        "Choose another name, for example {name}1",
        "You cannot use words of the rule language, key columns of the tables, or "
        "names of tables that "
        "every package has.",
        example_form("visitid: {label: A}"),
    ),
    refuse(
        "unknown-type",
        'There is no field type "{name}"',
        "{near} docs/dictionary.md lists the types",
        "The type says what an answer looks like and how the page asks for it.",
        example_form("a: {label: A, type: number}"),
        defines=True,
    ),
    refuse(
        "unknown-codelist",
        'There is no codelist "{name}"',
        "{near} Add it to a file of codelists, or write the codes here",
        "`codes` names a codelist, or lists codes: `{Y: Yes, N: No}`.",
        example_form("a: {label: A, type: choice, codes: SIDES}"),
        follows=PossibleCause.NAME,
        defines=True,
    ),
    refuse(
        "unknown-missing-code",
        'The study has no missing code "{name}"',
        "{near} Add it under missing in the study's file",
        "The missing codes of a study are listed once, in its file.",
        example_form("a: {label: A, missing: [NOTDONE]}"),
        follows=PossibleCause.NAME,
        defines=True,
    ),
    refuse(
        "unknown-form",
        'There is no form "{name}"',
        "{near} A form's file begins with form: {name}",
        "The schedule and its conditions refer to forms.",
        _visits("  columns: SCR D0\n  base: X X\n  bass: X .\n"),
        follows=PossibleCause.NAME,
        defines=True,
    ),
    refuse(
        "unknown-visit",
        'There is no visit "{name}"',
        "{near} Add it to visits",
        "The columns of the schedule and its conditions refer to visits.",
        _visits("  columns: SCR D1\n  base: X X\n"),
        follows=PossibleCause.NAME,
        defines=True,
    ),
    refuse(
        "unknown-field",
        'There is no field "{name}"',
        "{near} Write it as form.field",
        (
            "`day_zero` and the `on` of a rule refer to fields as form.field or "
            "group.field."
        ),
        _study("day_zero: base.dd\n"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "day-zero-of-a-visit",
        "{key} names a visit, but takes a field only",
        "Write {named}. If several visits have the form, the first date counts",
        (
            "Day 0 is a single day: the date at the first visit, in study order, that "
            "has one."
        ),
        _study("day_zero: 'base[D0].d'\n"),
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "unknown-timezone",
        'There is no time zone "{name}"',
        (
            "{near} Write a name from the IANA database, such as Europe/Berlin or "
            "America/New_York"
        ),
        "The time zone determines today's date in the study. A full name includes the "
        "change to summer "
        "time. An offset such as `+02:00` or a short name such as `CEST` does not.",
        _study("timezone: Europe/Gent\n"),
    ),
    refuse(
        "derivation-name",
        '"{name}" is not a valid name for a derivation',
        "Write a name, or a name with arguments: ix(level)",
        "A derivation has a name like a field, and can take arguments in parentheses.",
        "derivations:\n  ix level: base.n > 1\n",
    ),
)

_CODES: tuple[CatalogueEntry, ...] = (
    refuse(
        "bad-code",
        'The code "{code}" {why}',
        "Choose another code. The label can be any text",
        (
            "Codes are stored in the data. Several codes are joined by `;`, so a code "
            "cannot contain one."
        ),
        "codelists:\n  SPEC: {'A;B': Both}\n",
    ),
    refuse(
        "missing-code-is-answer",
        '"{code}" is both a missing code of the study and an answer of this list',
        "Rename the answer or the missing code",
        "Otherwise nobody can see in the data whether the value is missing.",
        "codelists:\n  SPEC: {ND: No difference, D: Difference}\n",
    ),
    refuse(
        "missing-code-is-value",
        'The missing code "{code}" is also {what}',
        "Choose capital letters that do not look like an answer, for example ND",
        "Otherwise nobody can distinguish the reason from a value in the data.",
        _study("missing: {'99': Not done}\n"),
    ),
    warn(
        "unused-codelist",
        'No field uses the codelist "{name}"',
        "Delete it, or use it in codes",
        "The name may be misspelt, or the field may have been deleted.",
        "codelists:\n  LEVEL: {L3: L3-L4, L4: L4-L5}\n",
        follows=PossibleCause.USE,
    ),
    warn(
        "unused-parameter",
        'No rule uses the parameter "${name}"',
        "Delete it, use it as ${name}, or give it a label for the codebook",
        "A parameter that no rule uses has no effect. With a label, it is a fact of "
        "the study, and the "
        "codebook shows it.",
        _study("parameters:\n  age_min: 40\n"),
        follows=PossibleCause.USE,
    ),
    warn(
        "unused-derivation",
        'Nothing uses the derivation "{name}"',
        "Delete it, use it by its name, or give it a label",
        "A derivation is evaluated only where an expression names it. With a label, it is "
        "kept as a part of the study's documentation.",
        "derivations:\n  late: base.n > 5\n",
        follows=PossibleCause.USE,
    ),
    refuse(
        "unknown-site",
        'The study has no site "{name}"',
        "{near} Correct the number of the site, or add it to the study's sites.",
        "A value that is given for a site counts for the subjects of that site.",
        _study(
            "sites: {'01': Ghent}\nparameters:\n"
            "  limit: {value: 5, label: Limit, sites: {'02': 7}}\n"
        ),
    ),
    refuse(
        "parameter-value",
        '"{value}" is not a valid {kind}: {why}',
        "Correct the value of {name}, or its kind",
        (
            "The value of a parameter must match its kind: `integer`, `decimal`, "
            "`date` or `text`."
        ),
        _study("parameters:\n  cut_date: {value: 2024-02-30, kind: date}\n"),
    ),
    refuse(
        "ambiguous-synonym",
        'The synonym "{synonym}" of "{code}" also means "{other}"',
        "Delete it from one of the two",
        "You can type a synonym instead of a code. It must mean one answer of its "
        "codelist and cannot "
        "be a missing code. Upper and lower case are the same.",
        example_form(
            "a: {label: A, type: choice, codes: {BID: {label: Twice a day, "
            "synonyms: [two]}, 2D: Two}}"
        ),
    ),
    warn(
        "label-twice",
        'The answers {other} and {code} have the same label "{label}"',
        "Give them different labels, or remove one of them",
        "On the page the two look the same, and typing the label could mean either. "
        "Upper and lower "
        "case are the same.",
        example_form(
            "a: {label: A, type: choice, codes: {1: Other, 2: Pain, 3: Other}}"
        ),
    ),
    warn(
        "field-label-twice",
        'The fields {other} and {name} have the same label "{label}"',
        "Give them labels that tell them apart",
        (
            "Both questions stand in one section and are always asked. Nobody can tell "
            "them apart there, in a finding or in a list of values. Upper and lower case "
            "are the same."
        ),
        example_form("a: {label: Result}", "b: {label: result, type: integer}"),
    ),
    warn(
        "label-is-code",
        'The label "{label}" of {code} is also the code of another answer, {other}',
        "Change the label, or the code of the other answer",
        "Typing it could mean either answer. Upper and lower case are the same.",
        example_form("a: {label: A, type: choice, codes: {C5: Drug 5, X3: C5}}"),
    ),
    warn(
        "exclusive-in-single",
        'The code "{code}" is exclusive, but the field accepts only one answer',
        "Remove exclusive, or make the field a multiple_choice",
        "In a single choice no answer can be combined with another.",
        example_form(
            "a: {label: A, type: choice, codes: {NONE: {label: None, exclusive: "
            "true}, L: Left}}"
        ),
    ),
)

_SCHEDULE: tuple[CatalogueEntry, ...] = (
    refuse(
        "schedule-without-columns",
        "The schedule has no columns",
        "Add columns: with the names of the visits, separated by spaces",
        (
            "Each row of the schedule says what is done with a form at each visit, in "
            "the order of `columns`."
        ),
        _visits("  base: X X\n"),
    ),
    refuse(
        "column-twice",
        'The visit "{name}" appears twice in the columns',
        "{near} Name each visit once",
        "Each visit has a single column.",
        _visits("  columns: SCR SCR\n  base: X X\n"),
        defines=True,
    ),
    refuse(
        "schedule-row-length",
        'The row "{name}" has {given} marks for {needed} visits',
        "Give it one mark for each visit: X, C, o or .",
        "Write one mark for each column, separated by spaces.",
        _visits("  columns: SCR D0\n  base: X\n"),
    ),
    refuse(
        "schedule-mark",
        '"{mark}" is not a mark of the schedule',
        "Write X (required), C (conditional), o (optional) or . (not expected)",
        "X and C are capital letters, o is a small letter.",
        _visits("  columns: SCR D0\n  base: X Y\n"),
    ),
    refuse(
        "log-in-schedule",
        'The form "{name}" is a log form and does not belong to a visit',
        "Remove the row, or remove log: true from the form",
        (
            "A log form belongs to the subject. It is open from the first visit to "
            "the last."
        ),
        _visits("  columns: SCR D0\n  base: X X\n  lg: X X\n")
        + "---\nform: lg\ntitle: Log\nlog: true\n"
        "fields:\n  e: {label: Event}\n",
    ),
    refuse(
        "conditional-without-condition",
        "{form} is conditional at {visit}, but no condition says when",
        "Add {form} under conditions:, with the condition that asks for it",
        "A mark C needs a condition that decides.",
        _visits("  columns: SCR D0\n  base: X C\n"),
        follows=PossibleCause.USE,
    ),
    warn(
        "condition-without-conditional",
        "There is a condition for {form}{at}, but no mark C",
        "Mark the form C in the schedule, or remove the condition",
        "A condition without a mark C has no effect.",
        _visits(conditions="  base: base.n > 1\n"),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "form-never-scheduled",
        'The form "{name}" is not expected at any visit',
        "Add a row for it to the schedule, or log: true to the form",
        "Nobody would ever be asked to complete it.",
        _visits("  columns: SCR D0\n  base: . .\n"),
        follows=PossibleCause.USE,
    ),
    warn(
        "visit-without-forms",
        'No form is expected at the visit "{name}"',
        "Mark a form for it in its column of the schedule, or delete it",
        "No data are captured at this visit.",
        _visits(visits="  M3: {title: Month 3, target: month 3}\n"),
        follows=PossibleCause.USE,
    ),
    refuse(
        "window-reversed",
        "The window ends on {last}, before it begins on {first}",
        "Swap the two",
        "`window: {from: day -60, to: day -1}`.",
        _visits(
            visits=(
                "  M3: {title: Month 3, target: day 90, window: {from: day 95, to: "
                "day 85}}\n"
            )
        ),
    ),
    warn(
        "visits-out-of-order",
        'The visit "{name}" stands after "{other}", but its target is earlier',
        "Put the visits in the order of their days, or correct the target",
        (
            "Rules take the visits in the order of the dictionary: `previous` and a name "
            "without a visit look for the last visit before."
        ),
        (
            "visits:\n  D1: {title: Day 1, target: day 1}\n"
            "  SCR: {title: Screening, target: day -14}\n"
            "schedule:\n  columns: D1 SCR\n  base: X X\n"
        ),
        follows=PossibleCause.MEANING,
    ),
    warn(
        "target-outside-window",
        "The target day is outside the window",
        "Move the target or the window",
        "A visit on its target day would be outside its window.",
        _visits(
            visits=(
                "  M3: {title: Month 3, target: day 90, window: {from: day 95, to: "
                "day 99}}\n"
            )
        ),
    ),
    refuse(
        "window-without-target",
        "A window around the target needs a target",
        "Add target, or write the window as {{from: day -60, to: day -1}}",
        "`window: 3 days` counts from the target.",
        _visits(visits="  M3: {title: Month 3, window: 3 days}\n"),
    ),
    refuse(
        "target-of-unscheduled",
        'An {type} visit cannot have "{key}"',
        "Remove it",
        "An unscheduled visit or an early termination has no planned day.",
        _visits(
            visits="  UNS: {title: Unscheduled, type: unscheduled, target: day 3}\n"
        ),
    ),
    warn(
        "target-of-repeating",
        "The visit repeats and has a target, so every instance is due on the same day",
        (
            "Make each one a separate visit with its own target, or remove target or "
            "repeats"
        ),
        "All instances of a visit that `repeats` share one target and window. If "
        "cycles have their own "
        "days, define them as separate visits: C1D1, C2D1.",
        _visits(
            visits="  C1: {title: Cycle, target: day 21, repeats: true}\n",
            schedule="  columns: SCR D0 C1\n  base: X X X\n",
        ),
    ),
    refuse(
        "unknown-target-anchor",
        'There is no visit and no anchor "{name}" to count from',
        "{near} Name a visit, or a name below anchors: in the study file",
        "`C1D1 + 21 days` counts from the date of the visit C1D1. Below `anchors`, the "
        "study file gives a name to a date field.",
        _visits(
            visits="  M3: {title: Month 3, target: D1 + 21 days}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "unknown-until",
        'There is no visit and no anchor "{name}" that the visit could end with',
        "{near} Name a visit, or a name below anchors: in the study file",
        "A visit with `until: EOT` is no longer due after the date of the visit EOT.",
        _visits(
            visits="  M3: {title: Month 3, target: day 90, until: END}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "until-without-date",
        'The visit ends with "{name}", but no field has the date of that visit',
        "Write visit: {{date: sv.visdat}} in the study file with the date field of the "
        "visit, or name a date field below anchors:",
        "The date of a visit is the answer of the field that the study file names below "
        "`visit`, or the visit itself with `date`.",
        _visits(
            visits="  M3: {title: Month 3, target: day 90, until: D0}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "until-not-scheduled",
        "An {type} visit is never due, so it cannot have until",
        "Remove it",
        "`until` ends the time in which a planned visit is due.",
        _visits(visits="  UNS: {title: Unscheduled, type: unscheduled, until: D0}\n"),
    ),
    refuse(
        "target-in-circle",
        "The visits count from each other: {circle}",
        "Let one of them count from day 0 or from a date field",
        "A visit is due so long after another one. In a circle no visit has a day.",
        _visits(
            visits="  M3: {title: Month 3, target: M3 + 21 days}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
    ),
    refuse(
        "target-without-date",
        'The target counts from the date of "{name}", but no field has that date',
        "Write visit: {{date: sv.visdat}} in the study file with the date field of the "
        "visit, or name a date field below anchors:",
        "The date of a visit is the answer of the field that the study file names below "
        "`visit`, or the visit itself with `date`.",
        _visits(
            visits="  M3: {title: Month 3, target: D0 + 21 days}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "cycles-with-one-day",
        'Numbered cycles have a day each, so the visit cannot have this "{key}"',
        "Remove target, or write the window as a length of time, such as 3 days",
        "`repeats: {{every: 21 days}}` gives each number its own target.",
        _visits(
            visits="  M3: {title: Cycle, target: day 3, repeats: {every: 21 days}}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
    ),
    refuse(
        "cycles-of-repeating",
        'The cycles count from "{name}", which repeats',
        "Count them from a visit that takes place once, or from a date field",
        "Number n is due n times `every` after one date.",
        _visits(
            visits=(
                "  M1: {title: Extra, type: unscheduled, repeats: true}\n"
                "  M3: {title: Cycle, repeats: {every: 21 days, from: M1}}\n"
            ),
            schedule="  columns: SCR D0 M1 M3\n  base: X X X X\n",
        ),
    ),
    refuse(
        "unknown-arm",
        'The study has no arm "{name}"',
        "{near} List the arms below arms: in the study file",
        "`arms: {{by: rand.arm, names: {{A: Drug, B: Placebo}}}}` in the study file names "
        "the arms, and the field that gives the arm of a subject.",
        _visits(
            visits="  M3: {title: Month 3, arms: [A]}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "visit-decides-itself",
        'The condition of the visit "{visit}" reads the form "{form}" of the same visit',
        "Name another visit, as form[VISIT].field",
        "Nobody would begin a form of a visit before it is known that there is such a "
        "visit. Without a visit in brackets, a form is that of the same visit.",
        _visits(
            visits="  M3: {title: Month 3, when: base.n > 1}\n",
            schedule="  columns: SCR D0 M3\n  base: X X X\n",
        ),
    ),
    refuse(
        "window-without-day-zero",
        "The targets count from day 0, but the study has no day_zero",
        "Add day_zero: with the date field of the first treatment, as form.field",
        (
            "A target such as `day 14` counts from the date in the field that "
            "`day_zero` names."
        ),
        (
            "study: T1\ntitle: Example\nsubject: {pattern: '[0-9]{3}', example: "
            "'007'}\n---\n"
        )
        + _visits(),
        follows=PossibleCause.MEANING,
    ),
)

_SUBJECT: tuple[CatalogueEntry, ...] = (
    refuse(
        "subject-example",
        'The example "{value}" does not match the pattern {pattern}',
        "Correct one of the two",
        "The example appears beside the box where you enter a subject number.",
        _study(subject=r"{pattern: '\d{2}-\d{3}', example: 1-7}"),
    ),
    refuse(
        "subject-not-in-address",
        "The pattern for subject numbers allows {signs}",
        (
            "Say which letters, digits and signs a number consists of, for example "
            "`[A-Z0-9-]{{3,20}}`"
        ),
        (
            "A subject number is part of the address of its pages, where `/ \\ ? # %` "
            "have another meaning."
        ),
        _study(subject="{pattern: '.{3,9}', example: 01-007}"),
    ),
    refuse(
        "site-not-in-subject",
        'The example "{example}" does not begin with a site: {sites}',
        "Begin both the example and the pattern with a site",
        "A subject number begins with the number of its site.",
        _study("sites: {'02': Site two}\n"),
    ),
    refuse(
        "day-zero-not-a-date",
        '"{name}" has the type {type}, but {key} needs a date',
        "Name a field of type date",
        "Visit days are counted from that date.",
        _study("day_zero: base.n\n"),
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "verification-share",
        "A share of {value} percent is more than all subjects",
        "Write a whole number from 0 to 100",
        "`share` is the percentage of subjects of whom everything is verified.",
        _study("verification: {share: 120}\n"),
    ),
    refuse(
        "verification-seed",
        "A share of the subjects needs a seed",
        "Add seed: with any text, and never change it again",
        "Subjects are drawn by a hash of the seed and their number. The same seed draws "
        "the same subjects, on every machine and whoever is added later.",
        _study("verification: {share: 20}\n"),
    ),
    refuse(
        "verification-unknown",
        'There is no "{name}" to verify',
        "{near} Write a form, a repeating group, or form.field",
        "`critical` lists what is verified of every subject: all of a form or a group, "
        "or single fields.",
        _study("verification: {critical: [base.nn]}\n"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "signature-meaning-long",
        "The meaning of a signature has more than {most} characters",
        "Write one or two short sentences",
        "Who signs chooses one of these meanings. It stands beside the printed name on "
        "the form, in the casebook and on paper.",
        _study(f'signature_meanings: ["{"I approve. " * 20}"]\n'),
    ),
    refuse(
        "double-entry-unknown",
        'There is no form "{name}" to enter twice',
        "{near} Write the name of a form",
        "`forms` below `double_entry` lists whole forms. A group or a field is not "
        "entered twice by itself.",
        _study("double_entry: {forms: [bose]}\n"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "double-entry-file",
        'The form "{name}" has a question for a file',
        "Leave the form out, or move the file to another form",
        "A file is not typed, so it cannot be typed twice and compared.",
        _study("double_entry: {forms: [scan]}\n")
        + "---\nform: scan\ntitle: Scan\nfields:\n"
        "  picture: {label: Picture, type: file, accept: [png]}\n",
    ),
    refuse(
        "double-entry-nobody-decides",
        'No role decides where the two entries of "{name}" differ',
        "Let a role that sees all of the form adjudicate it",
        "Two people type the same paper differently from time to time. Then somebody with "
        "`adjudicate` looks at the paper and decides.",
        _study("double_entry: {forms: [base]}\n")
        + "---\nroles:\n  nurse: {may: [see, enter, complete]}\n",
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "double-entry-nobody-enters",
        'No role can enter all of "{name}" a second time',
        "Let a role see, enter and complete the whole form",
        "One person types the whole form again. A role that sees a part of it cannot.",
        _study("double_entry: {forms: [base]}\n")
        + "---\nroles:\n  typist: {may: [see, enter]}\n"
        "  closer: {may: [see, complete, adjudicate]}\n",
        follows=PossibleCause.MEANING,
    ),
    warn(
        "verification-of-nothing",
        "The plan verifies nothing",
        "Give a share above 0 or critical fields, or remove verification",
        "Without a plan monitors can verify what they like, and nothing is counted as "
        "missing.",
        _study("verification: {share: 0}\n"),
        follows=PossibleCause.MEANING,
    ),
)

_RULES: tuple[CatalogueEntry, ...] = (
    refuse(
        "rule-on-nothing",
        'The rule "{name}" does not refer to any field',
        "Add on: with the fields where its finding is shown, as form.field",
        (
            "Without `on`, the finding is shown at the fields that `assert` names "
            "with their form."
        ),
        "rules:\n  C1: {message: Wrong, assert: 1 < 2, severity: query}\n",
        follows=PossibleCause.NAME | PossibleCause.MEANING,
    ),
    refuse(
        "warnings-share-a-check",
        (
            'The warnings "{name}" and "{other}" are the same check {check} on the '
            "same field"
        ),
        "Change the field or the check of one of them",
        "The reason for a confirmed warning belongs to a field and a check. If you "
        "confirm one of these "
        "warnings, you also confirm the other.",
        "rules:\n"
        "  C1_a: {check: C1, message: Small, assert: base.n < 9, severity: warning}\n"
        "  C1_b: {check: C1, message: Large, assert: base.n > 0, severity: warning}\n",
    ),
)

ENTRIES: tuple[CatalogueEntry, ...] = (
    _FILES + _NAMES + _CODES + _SCHEDULE + _SUBJECT + _RULES
)
