"""What the events of a study are called in REDCap, and what repeats there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from generator.redcap.names import slug, unused

CLASSIC = "event_1_arm_1"
"""What REDCap itself calls the only event of a project without events."""

UNIQUE = re.compile(r"[a-z0-9_]+_arm_([0-9]+)[a-z]?", re.ASCII)
"""The unique name of an event, with the number of its arm."""

_EVENT_NAMES: StudyCache[tuple[()], Mapping[str, str]] = StudyCache()


def event_names(study: Study) -> Mapping[str, str]:
    """The unique name of each visit's event: its own, where that is one of REDCap's."""
    return _EVENT_NAMES.get(study, (), lambda: _names(study))


def longitudinal(study: Study) -> bool:
    """Whether the project has a list of events; that of a project without one is called
    as REDCap does.
    """
    return list(event_names(study).values()) != [CLASSIC]


def log_visit(study: Study) -> str:
    """The visit at whose event the forms stand that belong to no visit: the first that
    does not repeat. Empty for a study without visits.
    """
    for visit in study.visits.values():
        if not visit.repeats:
            return visit.name

    return next(iter(study.visits), "")


def visits_of(study: Study, form: Form) -> list[str]:
    """The visits at whose events a form stands, in their order."""
    if form.log:
        visit = log_visit(study)
        return [visit] if visit else []

    expected = []
    for visit in study.visits:
        if (form.name, visit) in study.expectations:
            expected.append(visit)

    return expected


def repeats_at(study: Study, group: Group, visit: str) -> bool:
    """Whether the instrument of a group's rows has instances of its own at a visit's
    event.

    It has none where the whole event repeats, nor where the project lets it stand once
    (``redcap: {once}``).
    """
    if study.visits[visit].repeats:
        return False

    once = group.redcap.get("once", "").split()
    return event_names(study)[visit] not in once


def _names(study: Study) -> dict[str, str]:
    wanted = {visit.name: visit.redcap or visit.name for visit in study.visits.values()}
    kept = set(filter(UNIQUE.fullmatch, wanted.values()))
    names: dict[str, str] = {}

    for visit, name in wanted.items():
        # Two visits may want the same name, of which the first one gets it.
        is_free = name not in names.values()
        if is_free and name in kept:
            names[visit] = name
            continue

        # All new names get the same arm, so what stands before it has to be free.
        used = (*kept, *names.values())
        taken = {other.partition("_arm_")[0] for other in used}
        free = unused(slug(name) or "event", taken)
        names[visit] = f"{free}_arm_1"

    return names
