"""Where a reading stands: which instance of which form, and which row of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from forms_spec.model.captured_data import LOG
from forms_spec.model.study import Study
from forms_spec.model.visit_lookup import nearest_visit

HERE, VISIT, LOGGED = "here", "at", "log"
NEAR, SOME, EARLIER = "near", "some", "before"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An instance of a form.

    ``kind`` is ``here`` (the judged visit), ``at`` (the visit of that ``name``),
    ``log``, ``near`` (the one that is meant from another place, which ``name`` says),
    ``some`` (one of all, by number) or ``before`` (an earlier one). Two places may turn
    out to be the same instance; nothing says that they are not.
    """

    form: str
    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.form}[{self.kind} {self.name}]"


RowPlace: TypeAlias = tuple[str, int] | None
"""The table and the position of a row, from 0."""
FramePlace: TypeAlias = tuple[Occurrence, RowPlace]
FramePlaces: TypeAlias = tuple[FramePlace, ...]


class Visits:
    """The visits at which the forms of a study are expected, seen from one form."""

    def __init__(self, study: Study, form: str) -> None:
        self.study = study
        self.form = form
        self.of_home = self.of(form)
        self.home = self._home()

    def of(self, form: str) -> tuple[str, ...]:
        """The visits of a form, in their order."""
        if self.study.forms[form].log:
            return (LOG,)

        scheduled = {item.visit for item in self.study.schedule if item.form == form}
        return tuple(visit for visit in self.study.visits if visit in scheduled)

    def _home(self) -> Occurrence:
        if self.study.forms[self.form].log:
            return Occurrence(self.form, LOGGED)
        if len(self.of_home) == 1 and not self.repeats(self.of_home[0]):
            return Occurrence(self.form, VISIT, self.of_home[0])

        return Occurrence(self.form, HERE)

    def repeats(self, visit: str) -> bool:
        return visit in self.study.visits and self.study.visits[visit].repeats

    def possible(self, place: Occurrence) -> tuple[str, ...]:
        """The visits that a place may be."""
        if place.kind == VISIT:
            return (place.name,)
        if place.kind == HERE:
            return self.of_home

        return self.of(place.form)

    def meant(self, form: str, seen_from: Occurrence) -> Occurrence | None:
        """The instance that ``form.field`` means, seen from another; None where there
        never is one.
        """
        if self.study.forms[form].log:
            return Occurrence(form, LOGGED)

        seen = self.possible(seen_from)
        nearest = {visit: nearest_visit(self.study, form, visit) for visit in seen}
        if set(nearest.values()) <= {None}:
            return None
        if seen_from.kind == HERE and all(nearest[visit] == visit for visit in seen):
            return Occurrence(form, HERE)

        targets = set(nearest.values())
        if seen_from.kind in (HERE, VISIT, LOGGED) and len(targets) == 1:
            (target,) = targets
            if target is not None and not self.repeats(target):
                return Occurrence(form, VISIT, target)

        return Occurrence(form, NEAR, str(seen_from))
