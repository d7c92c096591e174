"""Every form and visit has its place in time."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.loading.visits import WEEK
from forms_spec.model.study import Study
from forms_spec.model.visits import Offset, Visit, VisitType, Window


def check_schedule(loaded: LoadedStudy) -> Iterator[Finding]:
    """Forms that nobody fills in and visits at which nothing is done."""
    study = loaded.study
    used_forms = {scheduled.form for scheduled in study.schedule}
    used_visits = {scheduled.visit for scheduled in study.schedule}

    for form in study.forms.values():
        # A log is open all the time, without a visit.
        has_place = form.log or form.name in used_forms
        if has_place or _has_row(loaded, form.name):
            continue

        yield finding("form-never-scheduled", text=form.place, name=form.name)

    for visit in study.visits.values():
        if visit.name not in used_visits:
            yield finding("visit-without-forms", text=visit.place, name=visit.name)


def _has_row(loaded: LoadedStudy, form: str) -> bool:
    """True when the schedule has a row that could not be read: that is a finding of its
    own.
    """
    for spot in loaded.parts.visits:
        row = spot.at("schedule", form).text
        marks = set(row.split()) if row else set()
        if marks - {"."}:
            return True

    return False


def check_visits(loaded: LoadedStudy) -> Iterator[Finding]:
    """Targets and windows that fit each other."""
    for visit in loaded.study.visits.values():
        spot = visit_spot(loaded, visit)
        if spot is None:
            continue

        if visit.type is VisitType.SCHEDULED:
            yield from _scheduled(loaded.study, visit, spot)
        else:
            yield from _unscheduled(visit, spot)

    yield from _missing_day_zero(loaded)


def check_visit_order(loaded: LoadedStudy) -> Iterator[Finding]:
    """Visits in the order of their days: which one is earlier is told by their order.

    A month has 28 to 31 days; only what is sure is a finding.
    """
    latest: dict[str | None, Visit] = {}
    for visit in loaded.study.visits.values():
        if visit.type is not VisitType.SCHEDULED or visit.target is None:
            continue

        # Days that count from different dates cannot be compared.
        anchor = visit.target.anchor
        before = latest.get(anchor)
        # After a visit out of order, the next is compared with the one before it.
        if before is not None and _is_surely_before(visit, before):
            yield _out_of_order(loaded, visit, before)
            continue

        latest[anchor] = visit

    yield from _anchors_out_of_order(loaded)


def _anchors_out_of_order(loaded: LoadedStudy) -> Iterator[Finding]:
    """Visits that count from another visit and stand on the wrong side of it."""
    places = {name: index for index, name in enumerate(loaded.study.visits)}
    for visit in loaded.study.visits.values():
        target = visit.target
        if target is None or target.anchor not in places:
            continue

        anchor = loaded.study.visits[target.anchor]
        stands_after = places[visit.name] > places[anchor.name]
        if target.count > 0 and not stands_after and anchor is not visit:
            yield _out_of_order(loaded, anchor, visit)
        elif target.count < 0 and stands_after:
            yield _out_of_order(loaded, visit, anchor)


def _is_surely_before(visit: Visit, latest: Visit) -> bool:
    """Whether the target of a visit is earlier than that of the visit above it."""
    if visit.target is None or latest.target is None:
        return False

    least, _ = _days(latest.target)
    _, most = _days(visit.target)
    return most < least


def _out_of_order(loaded: LoadedStudy, visit: Visit, latest: Visit) -> Finding:
    spot = visit_spot(loaded, visit)
    place = visit.place
    if spot is not None and spot.at("target").has:
        place = spot.at("target").place

    return finding(
        "visits-out-of-order",
        text=place,
        related=(latest.place,),
        name=visit.name,
        other=latest.name,
    )


def _days(target: Offset) -> tuple[int, int]:
    """The fewest and the most days that a target is away from its anchor."""
    exact = _exact_days(target)
    if exact is not None:
        return exact, exact

    ends = (28 * target.count, 31 * target.count)
    return min(ends), max(ends)


def _exact_days(target: Offset) -> int | None:
    """The days that a target is away from its anchor; None for calendar months."""
    days = {"day": 1, "week": WEEK}.get(target.unit)
    if days is None:
        return None

    return target.count * days


def visit_spot(loaded: LoadedStudy, visit: Visit) -> SourceNode | None:
    """The text of a visit: of two with one name, that which became the visit."""
    for file in loaded.parts.visits:
        spot = file.at("visits", visit.name)
        if spot.has and spot.key == visit.place:
            return spot

    return None


def _unscheduled(visit: Visit, spot: SourceNode) -> Iterator[Finding]:
    """Times that a visit outside the plan cannot have."""
    for key in ("target", "window"):
        if spot.at(key).has:
            yield finding(
                "target-of-unscheduled",
                text=spot.at(key).key,
                type=visit.type.value,
                key=key,
            )


def _scheduled(study: Study, visit: Visit, spot: SourceNode) -> Iterator[Finding]:
    target, window = visit.target, visit.window
    if visit.cycles is not None:
        yield from _cycles(visit, spot)
        return

    if target is not None and _shares_target(study, visit, target):
        yield finding("target-of-repeating", text=spot.at("target").place)

    if window is None:
        return

    place = spot.at("window")
    if not window.around:
        yield from _window_from_day_zero(window, target, place)
        return

    # "3 days before to 3 after" needs a day to be before and after.
    if target is None:
        yield finding("window-without-target", text=place.key)


def _cycles(visit: Visit, spot: SourceNode) -> Iterator[Finding]:
    """Days that a visit with days for each number cannot have."""
    if visit.target is not None:
        yield finding("cycles-with-one-day", text=spot.at("target").key, key="target")

    if visit.window is not None and not visit.window.around:
        yield finding("cycles-with-one-day", text=spot.at("window").key, key="window")


def _shares_target(study: Study, visit: Visit, target: Offset) -> bool:
    """Whether a visit repeats, and all its instances count from the same day."""
    if not visit.repeats:
        return False

    anchor = study.visits.get(target.anchor or "")
    return anchor is None or not anchor.repeats


def _window_from_day_zero(
    window: Window, target: Offset | None, spot: SourceNode
) -> Iterator[Finding]:
    """Faults of a window whose two days count from the same day as the target."""
    if window.first > window.last:
        first, last = f"day {window.first}", f"day {window.last}"
        yield finding(
            "window-reversed",
            text=spot.place,
            first=first,
            last=last,
        )
        return

    # Months have no fixed number of days, so they cannot be compared.
    days = _exact_days(target) if target is not None else None
    if days is not None and not window.first <= days <= window.last:
        yield finding("target-outside-window", text=spot.place)


def _missing_day_zero(loaded: LoadedStudy) -> Iterator[Finding]:
    """One finding for all targets, which count from a day that the study does not name."""
    file = loaded.parts.study
    # A day 0 that could not be read is a finding of its own.
    is_written = file is not None and file.at("day_zero").has
    if loaded.study.day_zero or is_written:
        return

    for visit in loaded.study.visits.values():
        if visit.target_of(1) is not None and visit.anchor is None:
            # All other targets count from the same day, so one finding is enough.
            yield finding("window-without-day-zero", text=visit.place)
            return
