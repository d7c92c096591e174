"""Every form and visit has its place in time."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.visits import Visit, VisitType


def check_schedule(draft: LoadedStudy) -> Iterator[Finding]:
    """Forms that nobody fills in and visits at which nothing is done."""
    study = draft.study
    forms = {item.form for item in study.schedule}
    visits = {item.visit for item in study.schedule}

    for form in study.forms.values():
        if not form.log and form.name not in forms and not _has_row(draft, form.name):
            yield finding("form-never-scheduled", text=form.place, name=form.name)

    for visit in study.visits.values():
        if visit.name not in visits:
            yield finding("visit-without-forms", text=visit.place, name=visit.name)


def check_visits(draft: LoadedStudy) -> Iterator[Finding]:
    """Targets and windows that fit each other."""
    for visit in draft.study.visits.values():
        spot = _spot(draft, visit)
        if spot is None:
            continue
        if visit.type is not VisitType.SCHEDULED:
            for key in ("target", "window"):
                if spot.at(key).has:
                    place = spot.at(key).key
                    yield finding(
                        "target-of-unscheduled",
                        text=place,
                        type=visit.type.value,
                        key=key,
                    )

            continue

        if visit.repeats and visit.target is not None:
            yield finding("target-of-repeating", text=spot.at("target").place)
        yield from _window(visit, spot)

    yield from _day_zero(draft)


def _has_row(draft: LoadedStudy, form: str) -> bool:
    """True when the schedule has a row that could not be read: that is a finding of its
    own.
    """
    rows = [spot.at("schedule", form).text for spot in draft.parts.visits]
    return any(row is not None and set(row.split()) - {"."} for row in rows)


def _spot(draft: LoadedStudy, visit: Visit) -> SourceNode | None:
    spots = (spot.at("visits", visit.name) for spot in draft.parts.visits)
    return next((spot for spot in spots if spot.has and spot.key == visit.place), None)


def _window(visit: Visit, spot: SourceNode) -> Iterator[Finding]:
    window, target = visit.window, visit.target
    if window is None:
        return
    here = spot.at("window")
    if window.around:
        if target is None:
            yield finding("window-without-target", text=here.key)
        return

    if window.first > window.last:
        first, last = f"day {window.first}", f"day {window.last}"
        yield finding("window-reversed", text=here.place, first=first, last=last)
    elif (
        target is not None
        and target.unit == "day"
        and not window.first <= target.count <= window.last
    ):
        yield finding("target-outside-window", text=here.place)


def _day_zero(draft: LoadedStudy) -> Iterator[Finding]:
    if draft.study.day_zero or (
        draft.parts.study and draft.parts.study.at("day_zero").has
    ):
        return

    for visit in draft.study.visits.values():
        if visit.target is not None:
            yield finding("window-without-day-zero", text=visit.place)
            return
