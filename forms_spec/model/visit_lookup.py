"""The order of the visits, and which of them has the form that is meant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

_VISIT_ORDERS: StudyCache[tuple[()], Mapping[str, int]] = StudyCache()
_NEAREST_VISITS: StudyCache[tuple[str, str], str | None] = StudyCache()


def visit_order(study: Study) -> Mapping[str, int]:
    """The position of each visit in the dictionary."""
    return _VISIT_ORDERS.get(
        study, (), lambda: {name: index for index, name in enumerate(study.visits)}
    )


def nearest_visit(study: Study, form: str, visit: str) -> str | None:
    """The visit whose form is meant where none is named.

    The visit itself when the form is scheduled there, else the last visit before it
    where it is, else the first. None when the form is scheduled nowhere.
    """
    return _NEAREST_VISITS.get(
        study, (form, visit), lambda: _nearest(study, form, visit)
    )


def _nearest(study: Study, form: str, visit: str) -> str | None:
    order = visit_order(study)
    with_form = {item.visit for item in study.schedule if item.form == form}
    if not with_form:
        return None
    if visit in with_form:
        return visit

    # A visit that the dictionary does not know lies before all others.
    here = order.get(visit, -1)
    visits = sorted(with_form, key=order.__getitem__)
    place = bisect_left(visits, here, key=order.__getitem__)

    # Before the first visit with the form, that one is the nearest.
    return visits[max(place - 1, 0)]
