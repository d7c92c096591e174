"""What the events of a study are called in REDCap, and what repeats there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms_spec.model.fields import Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from generator.redcap.names import slug, unused

CLASSIC = "event_1_arm_1"
"""What REDCap itself calls the only event of a project without events."""


_EVENT_NAMES: StudyCache[tuple[()], Mapping[str, str]] = StudyCache()
UNIQUE = re.compile(r"[a-z0-9_]+_arm_([0-9]+)[a-z]?", re.ASCII)


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
    does not repeat.
    """
    once = (visit.name for visit in study.visits.values() if not visit.repeats)
    return next(once, next(iter(study.visits), ""))


def repeats_at(study: Study, group: Group, visit: str) -> bool:
    """Whether the instrument of a group's rows has instances of its own at a visit's
    event.

    It has none where the whole event repeats, nor where the project lets it stand once
    (``redcap: {once}``).
    """
    names = event_names(study)
    return (
        not study.visits[visit].repeats
        and names[visit] not in group.redcap.get("once", "").split()
    )


def _names(study: Study) -> dict[str, str]:
    texts: dict[str, str] = {}
    own = {visit.redcap or visit.name for visit in study.visits.values()}
    kept = {name for name in own if UNIQUE.fullmatch(name)}

    for visit in study.visits.values():
        name = visit.redcap or visit.name
        if name not in kept or name in texts.values():
            name = unused(
                slug(name) or "event",
                {item.partition("_arm_")[0] for item in (*kept, *texts.values())},
            )
            name = f"{name}_arm_1"

        texts[visit.name] = name

    return texts
