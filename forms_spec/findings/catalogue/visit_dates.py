"""Codes about what says when a visit took place, whether it was missed, and when a
subject left.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import (
    CatalogueEntry,
    PossibleCause,
    refuse,
    warn,
)

_SUBJECT = r"{pattern: '\d{2}-\d{3}', example: 01-007}"
_SV = (
    "form: sv\ntitle: Visit\nfields:\n"
    "  visdat: {label: Date, type: date}\n"
    "  done: {label: Did it take place?, type: yes_no}\n"
)


def _study(keys: str, sv: str = _SV, visit: str = "") -> str:
    """A study with a form for the visit; ``visit`` are keys of the visit D0."""
    return (
        f"study: T1\ntitle: Example\nsubject: {_SUBJECT}\n{keys}---\n{sv}---\n"
        "visits:\n  SCR: {title: Screening}\n"
        f"  D0: {{title: Treatment{visit}}}\n"
        "schedule:\n  columns: SCR D0\n  base: X X\n  sv: X .\n"
    )


ENTRIES: tuple[CatalogueEntry, ...] = (
    warn(
        "decided-by-cdash-name",
        'Only its CDASH name {cdash} makes "{name}" {what}',
        "Write `{line}` in the study file. `crfsmith check --fix` does it",
        "The study file says when a visit took place, whether it was missed, and on "
        "which day a subject left. Where it does not, the CDASH names `VISDAT`, "
        "`SVREASOC` and `DSSTDAT` still say it, as they always did. `last_day: []` and "
        "`visit: {{}}` say that nothing does.",
        _study("", sv=_SV.replace("type: date", "type: date, cdash: VISDAT")),
        follows=PossibleCause.MEANING,
    ),
    refuse(
        "not-a-missed-answer",
        '"{key}" must be a field, or one answer of it',
        "Write it as sv.svreas or as sv.svdone = 'N'",
        "`missed: sv.svreas` means that a visit was missed as soon as that field has an "
        "answer. With `= 'N'` only this answer means so.",
        _study("visit: {date: sv.visdat, missed: sv.done <> 'Y'}\n"),
    ),
    refuse(
        "missed-unknown-answer",
        'The field "{name}" has no answer "{code}"',
        "{near} Write one of its codes",
        "A visit was missed if the field has this answer.",
        _study("visit: {date: sv.visdat, missed: sv.done = 'M'}\n"),
        follows=PossibleCause.NAME,
    ),
    refuse(
        "missed-by-any-answer",
        'Any answer of "{name}" would mean that the visit was missed',
        "Say which answer means it, as {name} = 'N', or name the field with the reason",
        "The field is also answered if the visit takes place: it is always required, or "
        "a question with yes and no.",
        _study("visit: {date: sv.visdat, missed: sv.done}\n"),
    ),
    refuse(
        "missed-without-date",
        "This visit can be missed, but nothing says when it took place",
        "Add date: with the date field of the visit",
        "A visit that has a date took place, whatever the other field contains.",
        _study("visit: {missed: sv.done = 'N'}\n"),
    ),
    refuse(
        "visit-date-not-collected",
        'The form "{form}" is not collected at {where}',
        "Name a field of a form that is, or add the form to the schedule",
        "A visit is dated by a form of the visit itself. A log form belongs to no visit.",
        _study("visit: {date: sv.visdat}\n", visit=", date: sv.visdat"),
        follows=PossibleCause.MEANING,
    ),
)
