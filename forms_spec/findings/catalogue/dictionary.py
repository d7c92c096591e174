"""Codes of the dictionary checker: names, codes, visits and the study itself."""

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


def _study(keys: str = "", subject: str = r"{pattern: '\d{2}-\d{3}', example: 01-007}") -> str:
    day_zero = "" if "day_zero" in keys else "day_zero: base.d\n"
    return f"study: T1\ntitle: Example\nsubject: {subject}\n{day_zero}{keys}"


def _visits(schedule: str = "", conditions: str = "", visits: str = "") -> str:
    grid = schedule or "  columns: SCR D0\n  base: X X\n"
    extra = f"conditions:\n{conditions}" if conditions else ""
    known = "  SCR: {title: Screening}\n  D0: {title: Treatment, target: day 0}\n"
    return f"visits:\n{known}{visits}schedule:\n{grid}{extra}"


_FILES: tuple[Entry, ...] = (
    _refuse(
        "no-study",
        "No file says which study this is",
        "Add a file that begins with study:, title: and subject:",
        "One file of the folder has the top key `study`.",
    ),
    _refuse(
        "second-study",
        "A second file begins with study; the first is {first}",
        "Keep one of them",
        "A folder holds one study, and one file describes it.",
        _study() + "---\n" + _study(),
    ),
    _refuse(
        "unknown-file",
        'No key says what the file holds; it begins with "{key}"',
        "{near} Begin it with study, codelists, visits, form, rules, derivations, reference_ranges "
        "or eligibility",
        "The top key says what a file holds, whatever the file is called.",
        "forms: x\ntitle: Example\n",
    ),
    _refuse(
        "file-not-mapping",
        "The file is a list or a single text",
        "Begin it with study, codelists, visits, form, rules, derivations, reference_ranges or eligibility, "
        "each with a colon",
        "A file of a dictionary has keys.",
        "- form: x\n",
    ),
)

_NAMES: tuple[Entry, ...] = (
    _refuse(
        "duplicate-name",
        'There is already a {what} "{name}" ({first})',
        "Give one of them another name",
        "Codelists, visits and forms, also of different files, and tables have names of their own. A field's "
        "name is unique in its form and in its rows; the unit's companion field counts too.",
        _form("a: {label: First}") + "---\n" + _form("a: {label: Second}"),
    ),
    _refuse(
        "bad-name",
        '"{name}" cannot be the name of a {what}',
        "Use small letters, digits and _, beginning with a letter, at most 64 characters",
        "Names become columns of tables and words of rules. Visits, codelists, parameters and rules may have "
        "capitals.",
        _form("Pain-Now: {label: A}"),
    ),
    _refuse(
        "reserved-name",
        '"{name}" is {why} and cannot be the name of a {what}',
        "Choose another name, for example {name}1",
        "The words of the rule language, the key columns of the tables and the tables that every package has "
        "cannot be names.",
        _form("visitid: {label: A}"),
    ),
    _refuse(
        "unknown-type",
        'There is no field type "{name}"',
        "{near} docs/dictionary.md lists the types",
        "The type says what an answer looks like and how it is asked.",
        _form("a: {label: A, type: number}"),
    ),
    _refuse(
        "unknown-codelist",
        'There is no codelist "{name}"',
        "{near} Write it into a file of codelists, or the codes in place",
        "`codes` names a codelist, or holds codes: `{Y: Yes, N: No}`.",
        _form("a: {label: A, type: choice, codes: SIDES}"),
    ),
    _refuse(
        "unknown-missing-code",
        'The study has no missing code "{name}"',
        "{near} Add it to missing in the study's file",
        "The missing codes of a study are listed once, in its file.",
        _form("a: {label: A, missing: [NOTDONE]}"),
    ),
    _refuse(
        "unknown-form",
        'There is no form "{name}"',
        "{near} A form's file begins with form: {name}",
        "The schedule and the conditions name forms.",
        _visits("  columns: SCR D0\n  base: X X\n  bass: X .\n"),
    ),
    _refuse(
        "unknown-visit",
        'There is no visit "{name}"',
        "{near} Add it to visits",
        "The columns of the schedule and the conditions name visits.",
        _visits("  columns: SCR D1\n  base: X X\n"),
    ),
    _refuse(
        "unknown-field",
        'There is no field "{name}"',
        "{near} Write it as form.field",
        "`day_zero` and the `on` of a rule name fields with their form or repeating group.",
        _study("day_zero: base.dd\n"),
    ),
    _refuse(
        "day-zero-of-a-visit",
        "day_zero names a field, not a visit",
        "Write {named}. Where several visits have the form, the first date counts",
        "Day 0 is one day: the date at the first visit, in the study's order, that has one.",
        _study("day_zero: 'base[D0].d'\n"),
    ),
    _refuse(
        "unknown-timezone",
        'There is no time zone "{name}"',
        "{near} Write its name in the IANA database, such as Europe/Berlin or America/New_York",
        "The time zone says which day it is in the study. A name knows when clocks change; an offset such as "
        "`+02:00` or a short name such as `CEST` does not.",
        _study("timezone: Europe/Gent\n"),
    ),
    _refuse(
        "derivation-name",
        '"{name}" is no name of a derivation',
        "Write a name, or a name with arguments: ix(level)",
        "A derivation has a name like a field, and may take arguments in parentheses.",
        "derivations:\n  ix level: base.n > 1\n",
    ),
)

_CODES: tuple[Entry, ...] = (
    _refuse(
        "bad-code",
        'The code "{code}" {why}',
        "Choose another code; the label may say anything",
        "Codes stand in the data. Several are joined by `;`, so none holds one.",
        "codelists:\n  SPEC: {'A;B': Both}\n",
    ),
    _refuse(
        "missing-code-is-answer",
        '"{code}" is a missing code of the study and an answer of this list',
        "Give the answer or the missing code another name",
        "In the data nobody could tell whether the value is missing.",
        "codelists:\n  SPEC: {ND: No difference, D: Difference}\n",
    ),
    _refuse(
        "missing-code-is-value",
        'The missing code "{code}" is also {what}',
        "Choose capital letters that no answer looks like, for example ND",
        "In the data nobody could tell the reason from a value.",
        _study("missing: {'99': Not done}\n"),
    ),
    _warn(
        "unused-codelist",
        'No field uses the codelist "{name}"',
        "Delete it, or name it in codes",
        "Often a slip of the pen in the name, or a field that was deleted.",
        "codelists:\n  LEVEL: {L3: L3-L4, L4: L4-L5}\n",
    ),
    _warn(
        "unused-parameter",
        'No rule reads the parameter "${name}"',
        "Delete it, use it as ${name}, or give it a label for the codebook",
        "A threshold that no rule uses has no effect. One with a label is a fact of the study, which the "
        "codebook shows.",
        _study("parameters:\n  age_min: 40\n"),
    ),
    _refuse(
        "parameter-value",
        '"{value}" is no {kind}: {why}',
        "Correct the value of {name}, or its kind",
        "A parameter is held to its kind: `integer`, `decimal`, `date` or `text`.",
        _study("parameters:\n  cut_date: {value: 2024-02-30, kind: date}\n"),
    ),
    _refuse(
        "ambiguous-synonym",
        'The synonym "{synonym}" of "{code}" also names "{other}"',
        "Delete it from one of the two",
        "A synonym is typed instead of a code, so it names one answer of its codelist, and no missing code. "
        "Upper and lower case count as the same.",
        _form("a: {label: A, type: choice, codes: {BID: {label: Twice a day, synonyms: [two]}, 2D: Two}}"),
    ),
    _warn(
        "label-twice",
        'The answer "{label}" is there twice, as {other} and as {code}',
        "Give the two answers different labels, or take one of them out",
        "On the page the two look alike, and who types the label means either. Upper and lower case count as "
        "the same.",
        _form("a: {label: A, type: choice, codes: {1: Other, 2: Pain, 3: Other}}"),
    ),
    _warn(
        "label-is-code",
        'The label "{label}" of {code} is the code of another answer, {other}',
        "Give the answer another label, or the other one another code",
        "Who types it may mean either. Upper and lower case count as the same.",
        _form("a: {label: A, type: choice, codes: {C5: Drug 5, X3: C5}}"),
    ),
    _warn(
        "exclusive-in-single",
        'The code "{code}" is exclusive, and the field takes one answer only',
        "Take exclusive out, or make the field a multiple_choice",
        "In a single choice no answer stands beside another.",
        _form("a: {label: A, type: choice, codes: {NONE: {label: None, exclusive: true}, L: Left}}"),
    ),
)

_SCHEDULE: tuple[Entry, ...] = (
    _refuse(
        "schedule-without-columns",
        "The schedule has no columns",
        "Add columns: with the names of the visits, apart by blanks",
        "The rows of the schedule say for each form what is done at each visit, in the order of `columns`.",
        _visits("  base: X X\n"),
    ),
    _refuse(
        "column-twice",
        'The visit "{name}" stands twice in the columns',
        "Take one of them out",
        "Each visit has one column.",
        _visits("  columns: SCR SCR\n  base: X X\n"),
    ),
    _refuse(
        "schedule-row-length",
        'The row "{name}" has {given} marks for {needed} visits',
        "Give it one mark for each visit: X, C, o or .",
        "One mark for each column, apart by blanks.",
        _visits("  columns: SCR D0\n  base: X\n"),
    ),
    _refuse(
        "schedule-mark",
        '"{mark}" is no mark of the schedule',
        "Write X required, C conditional, o optional, or . not expected",
        "Capital X and C, small o, and a point.",
        _visits("  columns: SCR D0\n  base: X Y\n"),
    ),
    _refuse(
        "log-in-schedule",
        'The form "{name}" is a log form and belongs to no visit',
        "Take the row out, or take log: true out of the form",
        "A log form belongs to the subject: it is open from the first visit to the last.",
        _visits("  columns: SCR D0\n  base: X X\n  lg: X X\n") + "---\nform: lg\ntitle: Log\nlog: true\n"
        "fields:\n  e: {label: Event}\n",
    ),
    _refuse(
        "conditional-without-condition",
        "{form} is conditional at {visit}, and no condition says when",
        "Add conditions: with {form} and when it is asked for",
        "A mark C needs the condition that decides.",
        _visits("  columns: SCR D0\n  base: X C\n"),
    ),
    _warn(
        "condition-without-conditional",
        "There is a condition for {form}{at}, and no mark C for it",
        "Mark the form C in the schedule, or take the condition out",
        "A condition without a mark C has no effect.",
        _visits(conditions="  base: base.n > 1\n"),
    ),
    _warn(
        "form-never-scheduled",
        'The form "{name}" is expected at no visit',
        "Add a row for it to the schedule, or log: true to the form",
        "Nobody would ever be asked to fill it in.",
        _visits("  columns: SCR D0\n  base: . .\n"),
    ),
    _warn(
        "visit-without-forms",
        'No form is expected at the visit "{name}"',
        "Add the visit to the columns of the schedule, or delete it",
        "A visit at which nothing is captured.",
        _visits(visits="  M3: {title: Month 3, target: month 3}\n"),
    ),
    _refuse(
        "window-reversed",
        "The window ends on {last}, before it begins on {first}",
        "Swap the two",
        "`window: {from: day -60, to: day -1}`.",
        _visits(visits="  M3: {title: Month 3, target: day 90, window: {from: day 95, to: day 85}}\n"),
    ),
    _warn(
        "target-outside-window",
        "The target day lies outside the window",
        "Move the target or the window",
        "A visit on its target day would be out of its window.",
        _visits(visits="  M3: {title: Month 3, target: day 90, window: {from: day 95, to: day 99}}\n"),
    ),
    _refuse(
        "window-without-target",
        "A window around the target needs a target",
        "Add target, or write the window as {{from: day -60, to: day -1}}",
        "`window: 3 days` counts from the target.",
        _visits(visits="  M3: {title: Month 3, window: 3 days}\n"),
    ),
    _refuse(
        "target-of-unscheduled",
        'An {type} visit has no "{key}"',
        "Take it out",
        "An unscheduled visit or an early end happens when it happens.",
        _visits(visits="  UNS: {title: Unscheduled, type: unscheduled, target: day 3}\n"),
    ),
    _warn(
        "target-of-repeating",
        "The visit repeats and has a target, so every instance is due on the same day",
        "Make each a visit of its own with its own target, or take target or repeats out",
        "Instances of a visit that `repeats` have one target and window. Cycles with days of their own are "
        "visits of their own: C1D1, C2D1.",
        _visits(
            visits="  C1: {title: Cycle, target: day 21, repeats: true}\n",
            schedule="  columns: SCR D0 C1\n  base: X X X\n",
        ),
    ),
    _refuse(
        "window-without-day-zero",
        "The targets count from day 0, and the study has no day_zero",
        "Add day_zero: the date field of the first treatment, as form.field",
        "A target such as `day 14` counts from the date in the field that `day_zero` names.",
        "study: T1\ntitle: Example\nsubject: {pattern: '[0-9]{3}', example: '007'}\n---\n" + _visits(),
    ),
)

_SUBJECT: tuple[Entry, ...] = (
    _refuse(
        "subject-example",
        'The example "{value}" does not match the pattern {pattern}',
        "Correct one of the two",
        "The example is shown beside the box where a subject's number is entered.",
        _study(subject=r"{pattern: '\d{2}-\d{3}', example: 1-7}"),
    ),
    _refuse(
        "subject-not-in-address",
        "The pattern of subject numbers allows {signs}",
        "Say which letters, digits and signs a number consists of, for example `[A-Z0-9-]{{3,20}}`",
        "A subject's number is part of the address of its pages, where `/ \\ ? # %` mean something else.",
        _study(subject="{pattern: '.{3,9}', example: 01-007}"),
    ),
    _refuse(
        "site-not-in-subject",
        'The example "{example}" begins with none of the sites: {sites}',
        "Begin the example, and the pattern, with a site",
        "The number of a subject begins with the number of its site.",
        _study("sites: {'02': Site two}\n"),
    ),
    _refuse(
        "day-zero-not-a-date",
        '"{name}" is a {type}, and day 0 needs a date',
        "Name a field of type date",
        "Visits count from that day.",
        _study("day_zero: base.n\n"),
    ),
)

_RULES: tuple[Entry, ...] = (
    _refuse(
        "rule-on-nothing",
        'The rule "{name}" hangs on no field',
        "Add on: with the fields where its finding is shown, as form.field",
        "Without `on` a rule hangs on the fields that `assert` names with their form.",
        "rules:\n  C1: {message: Wrong, assert: 1 < 2, severity: query}\n",
    ),
    _refuse(
        "warnings-share-a-check",
        'The warnings "{name}" and "{other}" are the same check {check} on the same field',
        "Give one of them another field, or another check",
        "A reason for keeping a warning belongs to a field and a check, so one would be kept with the other.",
        "rules:\n"
        "  C1_a: {check: C1, message: Small, assert: base.n < 9, severity: warning}\n"
        "  C1_b: {check: C1, message: Large, assert: base.n > 0, severity: warning}\n",
    ),
)

ENTRIES: tuple[Entry, ...] = _FILES + _NAMES + _CODES + _SCHEDULE + _SUBJECT + _RULES
