"""REDCap's three lists of a study: its events, the forms of each, and what repeats."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from forms_spec.model import Group, Study
from forms_spec.schedule import Expectation, Visit, VisitType
from forms_spec.study_cache import StudyCache
from generator.redcap.events import CLASSIC
from generator.redcap.losses import Loss
from generator.redcap.names import slug, unused

_EVENT_NAMES: StudyCache[tuple[()], Mapping[str, str]] = StudyCache()
_UNIQUE = re.compile(r"[a-z0-9_]+_arm_([0-9]+)[a-z]?", re.ASCII)
_EVENTS = (
    "event_name", "arm_num", "day_offset", "offset_min", "offset_max", "unique_event_name",
    "custom_event_label",
)  # fmt: skip


@dataclass(kw_only=True)
class Lists:
    """The three files by what they are (``events``, ``forms``, ``repeating``); those that say nothing are
    left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)


def event_names(study: Study) -> Mapping[str, str]:
    """The unique name of each visit's event: its own, where that is one of REDCap's."""
    return _EVENT_NAMES.get(study, (), lambda: _names(study))


def longitudinal(study: Study) -> bool:
    """Whether the project has a list of events; that of a project without one is called as REDCap does."""
    return list(event_names(study).values()) != [CLASSIC]


def log_visit(study: Study) -> str:
    """The visit at whose event the forms stand that belong to no visit: the first that does not repeat."""
    once = (visit.name for visit in study.visits.values() if not visit.repeats)
    return next(once, next(iter(study.visits), ""))


def repeats_at(study: Study, group: Group, visit: str) -> bool:
    """Whether the instrument of a group's rows has instances of its own at a visit's event.

    It has none where the whole event repeats, nor where the project lets it stand once (``redcap: {once}``).
    """
    names = event_names(study)
    return not study.visits[visit].repeats and names[visit] not in group.redcap.get("once", "").split()


def _names(study: Study) -> dict[str, str]:
    found: dict[str, str] = {}
    own = {visit.redcap or visit.name for visit in study.visits.values()}
    kept = {name for name in own if _UNIQUE.fullmatch(name)}
    for visit in study.visits.values():
        name = visit.redcap or visit.name
        if name not in kept or name in found.values():
            name = unused(
                slug(name) or "event", {one.partition("_arm_")[0] for one in (*kept, *found.values())}
            )
            name = f"{name}_arm_1"
        found[visit.name] = name
    return found


def write_events(study: Study) -> Lists:
    """The lists of a study. What they cannot say of its visits is listed."""
    found = Lists()
    names = event_names(study)
    if longitudinal(study):
        rows = [_event(visit, names[visit.name], found) for visit in study.visits.values()]
        found.files["events"] = _csv(_EVENTS, rows)
        found.files["forms"] = _csv(("arm_num", "unique_event_name", "form"), _designated(study, found))
    repeating = list(_repeating(study))
    if repeating:
        found.files["repeating"] = _csv(("event_name", "form_name", "custom_form_label"), repeating)
    if study.day_zero:
        fields = ", ".join(study.day_zero)
        _say(found, "day-zero", "*", fields, "REDCap's calendar asks for the day from which days count")
    return found


def _say(found: Lists, kind: str, name: str, original: str, why: str) -> None:
    found.losses.append(Loss(kind=kind, row=0, field=name, column="", original=original, why=why))


def _event(visit: Visit, name: str, found: Lists) -> tuple[str, ...]:
    match = _UNIQUE.fullmatch(name)
    day, before, after = _timing(visit, found)
    if visit.type is VisitType.TERMINATION or (visit.type is VisitType.UNSCHEDULED and not visit.repeats):
        _say(found, "visit-type", visit.name, visit.type.value, "REDCap's events are all alike")
    return visit.title, match[1] if match else "1", day, before, after, name, ""


def _timing(visit: Visit, found: Lists) -> tuple[str, str, str]:
    target, window = visit.target, visit.window
    if target is None or target.unit != "day":
        if target is not None or window is not None:
            said = f"{target.unit} {target.count}" if target else "a window without a day"
            _say(found, "timing", visit.name, said, "REDCap's events have a day, and days around it")
        return "", "", ""
    if window is None:
        return str(target.count), "0", "0"
    first, last = window.first, window.last
    if not window.around:
        first, last = first - target.count, last - target.count
    if first > 0 or last < 0:
        _say(found, "timing", visit.name, f"{first} to {last}", "the window does not hold the day itself")
    return str(target.count), str(max(-first, 0)), str(max(last, 0))


def _designated(study: Study, found: Lists) -> Iterator[tuple[str, ...]]:
    """The instruments of each event: a form's own, and one for each of its repeating groups."""
    names = event_names(study)
    for visit, name in names.items():
        match = _UNIQUE.fullmatch(name)
        for form in study.forms.values():
            at = study.expectations.get((form.name, visit))
            log = form.log and visit == log_visit(study)
            if at is None and not log:
                continue
            if log:
                _say(found, "log", form.name, "log: true", f"a form of no visit stands at {name}")
            elif at is not None and at.expectation is not Expectation.REQUIRED:
                why = "the forms of REDCap's events are not conditional or optional"
                _say(found, "expectation", form.name, f"{at.expectation.value} at {visit}", why)
            for table in study.tables.values():
                if table.form is form:
                    yield match[1] if match else "1", name, table.name


def _repeating(study: Study) -> Iterator[tuple[str, ...]]:
    names = event_names(study)
    for visit in study.visits.values():
        if visit.repeats:
            yield names[visit.name], "", ""
    for table in study.tables.values():
        if table.group is None:
            continue
        visits = [visit for visit in names if (table.form.name, visit) in study.expectations]
        for at in [log_visit(study)] if table.form.log else visits:
            if at and repeats_at(study, table.group, at):
                yield names[at] if longitudinal(study) else "", table.name, ""


def _csv(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8", errors="surrogatepass")
