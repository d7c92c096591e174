"""The days other than day 0 that visits count from."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.subject import date_field
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.study import Study
from forms_spec.model.visits import Visit, VisitType
from forms_spec.rule_syntax.syntax_tree import Reference
from forms_spec.rules.semantics.name_lookup import references_in
from forms_spec.schedule.visit_dating import dating_plan


def check_anchors(loaded: LoadedStudy) -> Iterator[Finding]:
    """An anchor has a name of its own, and is a date that one form has."""
    study, file = loaded.study, loaded.parts.study
    if file is None:
        return

    for anchor, fields in study.anchors.items():
        spot = file.at("anchors", anchor)
        if anchor in study.visits:
            first = study.visits[anchor].place
            yield finding(
                "duplicate-name",
                text=spot.key,
                related=(first,),
                what="visit",
                name=anchor,
                first=first,
            )

        for index, name in enumerate(fields):
            is_list = isinstance(spot.data, list)
            place = spot.at(index).place if is_list else spot.place
            yield from date_field(name, study, place, key="anchors")


def check_targets(loaded: LoadedStudy) -> Iterator[Finding]:
    """The target of every visit counts from a day that can be known."""
    study = loaded.study
    for visit in study.visits.values():
        anchor = visit.anchor
        if anchor is None:
            continue

        place = _key_place(loaded, visit, "target", "repeats")
        if anchor in study.visits:
            yield from _from_visit(study, visit, anchor, place)
        elif anchor not in study.anchors:
            near = did_you_mean(anchor, (*study.visits, *study.anchors))
            yield finding("unknown-target-anchor", text=place, name=anchor, near=near)


def check_ends(loaded: LoadedStudy) -> Iterator[Finding]:
    """A visit that ends with another one, or with an anchor, ends on a known day."""
    study = loaded.study
    for visit in study.visits.values():
        end = visit.until
        if end is None:
            continue

        place = _key_place(loaded, visit, "until")
        if visit.type is not VisitType.SCHEDULED:
            yield finding("until-not-scheduled", text=place, type=visit.type.value)
        elif end in study.visits:
            if dating_plan(study).of(end).date is None:
                yield finding("until-without-date", text=place, name=end)
        elif end not in study.anchors:
            near = did_you_mean(end, (*study.visits, *study.anchors))
            yield finding("unknown-until", text=place, name=end, near=near)


def _from_visit(
    study: Study, visit: Visit, anchor: str, place: TextPlace
) -> Iterator[Finding]:
    """Faults of a target that counts from the date of another visit."""
    circle = _circle(study, visit)
    if circle:
        yield finding("target-in-circle", text=place, circle=" -> ".join(circle))
    elif visit.cycles is not None and study.visits[anchor].repeats:
        yield finding("cycles-of-repeating", text=place, name=anchor)
    elif dating_plan(study).of(anchor).date is None:
        yield finding("target-without-date", text=place, name=anchor)


def _circle(study: Study, visit: Visit) -> list[str]:
    """The visits from one back to itself, each counting from the next; empty where
    there is no way back.
    """
    path = [visit.name]
    current = visit
    while current.anchor is not None:
        following = study.visits.get(current.anchor)
        if following is None:
            break

        current = following
        if current is visit:
            return [*path, visit.name]
        # A circle that this visit only leads to is said of the visits in it.
        if current.name in path:
            return []

        path.append(current.name)

    return []


def _key_place(loaded: LoadedStudy, visit: Visit, *keys: str) -> TextPlace:
    """Where the first of some keys of a visit is written."""
    for file in loaded.parts.visits:
        spot = file.at("visits", visit.name)
        if spot.has and spot.key == visit.place:
            return next(spot.at(key).place for key in keys if spot.at(key).has)

    return visit.place


def check_visit_conditions(loaded: LoadedStudy) -> Iterator[Finding]:
    """No condition of a visit waits for a form of that visit, which nobody begins."""
    study = loaded.study
    for visit in study.visits.values():
        if visit.when is None:
            continue

        for reference in references_in(visit.when.tree):
            if _is_of_visit(study, reference, visit.name):
                yield finding(
                    "visit-decides-itself",
                    text=visit.when.place,
                    visit=visit.name,
                    form=reference.table,
                )
                break


def _is_of_visit(study: Study, reference: Reference, visit: str) -> bool:
    """Whether a name means the form of a visit itself."""
    table = study.tables.get(reference.table or "")
    if table is None or (table.form.name, visit) not in study.expectations:
        return False

    return reference.selector in (None, "this", visit)
