"""Which visit of a subject comes next: worked out anew whenever one of its forms has
changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app

from forms_spec.model.captured_data import FormKey, Record
from forms_spec.schedule.timeline import VISIT_DATE, field_named, sources, timeline
from forms_spec.schedule.visit_status import VisitState, next_visit, visit_states
from webapp.services import services
from webapp.storage import SubjectSummary, texts_of, visit_order

REMEMBERED = "crfsmith visits"
MOST_NAMED = 500
"""So many subjects are asked for by name; for more, all are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visits:
    """``next`` is None when none is to come; it rests on so many saves (``changes``)
    and on the day.
    """

    changes: int
    today: date
    next: VisitState | None
    ended: bool


class FewForms:
    """The casebook of a list, in the order of the visits: the few answers that say when
    they took place.
    """

    def __init__(
        self, texts: Mapping[FormKey, Mapping[str, str]], visits: Sequence[str]
    ) -> None:
        self._records = {
            key: Record(texts=texts[key])
            for key in sorted(texts, key=visit_order(visits))
        }

    def record(self, key: FormKey) -> Record | None:
        return self._records.get(key)

    def keys(self, form: str) -> list[FormKey]:
        return [key for key in self._records if key.form == form]


def visits_of(lines: Sequence[SubjectSummary]) -> Mapping[str, Visits]:
    """By subject.

    One query reads what was saved since the last time, and of it the visits' dates
    only.
    """
    app = services()
    today, known = app.today(), _memory()
    old = [
        line
        for line in lines
        if not _stands(known.get(line.subject.subjid), line, today)
    ]
    if old:
        # In a study whose visits have no date of their own, every form tells that its
        # visit took place.
        forms = sources(app.study) if field_named(app.study, VISIT_DATE) else None
        names = (
            [line.subject.subjid for line in old] if len(old) <= MOST_NAMED else None
        )
        texts = texts_of(app.database, forms, names)

        for line in old:
            captured = texts.get(line.subject.subjid, {})
            when = timeline(
                app.study, FewForms(captured, tuple(app.study.visits)), captured
            )
            states = visit_states(app.study, when, today)
            known[line.subject.subjid] = Visits(
                changes=line.changes,
                today=today,
                next=next_visit(states),
                ended=when.ended is not None,
            )

    return known


def _stands(visits: Visits | None, line: SubjectSummary, today: date) -> bool:
    return visits is not None and (visits.changes, visits.today) == (
        line.changes,
        today,
    )


def _memory() -> dict[str, Visits]:
    visits: dict[str, Visits] = current_app.extensions.setdefault(REMEMBERED, {})
    return visits
