"""Counts why there is no answer, cell by cell, while a package is evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from forms_spec.evaluation import CellState, Judgement, expected
from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.life_cycle import visits_of
from forms_spec.model.captured_data import Casebook, Context, FormKey
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled
from forms_spec.schedule.visit_status import (
    FormExpectation,
    VisitState,
    VisitStatus,
    expectation,
    visit_states,
)
from generator.validation.completeness import (
    ANSWERED,
    BLANK,
    DUE,
    HIDDEN,
    INVALID,
    MISSED,
    MISSING,
    NOT_DUE,
    OPTIONAL,
    OVERDUE,
    Missingness,
    in_order,
)

STATES = {
    CellState.ANSWERED: ANSWERED,
    CellState.INVALID: INVALID,
    CellState.HIDDEN: HIDDEN,
}
OPEN = {
    VisitStatus.DONE: BLANK,
    VisitStatus.MISSED: MISSED,
    VisitStatus.DUE: DUE,
    VisitStatus.OVERDUE: OVERDUE,
    VisitStatus.NOT_DUE: NOT_DUE,
}


@dataclass(kw_only=True)
class MissingnessCounter:
    """Counts cell by cell while a package is judged."""

    study: Study
    today: date
    _counts: dict[tuple[str, str, str], Counter[str]] = field(default_factory=dict)
    _unbegun: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def counts(self) -> Mapping[tuple[str, str, str], Counter[str]]:
        """By table, field and visit."""
        for (form, visit, state), count in self._unbegun.items():
            for one in self.study.forms[form].fields:
                self._count(form, one.name, visit, state, count)

        self._unbegun.clear()

        return self._counts

    def add(self, counts: Mapping[tuple[str, str, str], Counter[str]]) -> None:
        """What was counted elsewhere."""
        for place, states in counts.items():
            self._counts.setdefault(place, Counter()).update(states)

    def form(self, key: FormKey, judged: Judgement) -> None:
        """Every cell of a captured form."""
        for place, cell in judged.cells.items():
            state = STATES.get(cell.state)
            if state is None and cell.state is CellState.MISSING:
                state = f"{MISSING}{cell.text}"

            # What has no state of its own is blank.
            if not state:
                state = BLANK if cell.required else OPTIONAL

            self._count(place.table, place.field, key.visit, state)

    def subject(
        self, name: str, casebook: Casebook, captured: Iterable[FormKey]
    ) -> None:
        """The forms that a subject's visits ask for and that nobody began.

        After the subject has left, as the pages say it, its visits ask for nothing.
        """
        begun = frozenset(captured)
        subject = EvaluatedSubject(self.study, casebook, self.today, name)
        visits = visits_of(subject, casebook, begun)

        for state in visit_states(self.study, visits, self.today):
            if state.status not in OPEN:
                continue

            visit = state.visit.name
            for form in self._asked(name, casebook, state):
                if FormKey(form, visit, state.unsno) not in begun:
                    self.unbegun(form, visit, OPEN[state.status])

    def unbegun(self, form: str, visit: str, state: str, count: int = 1) -> None:
        """Forms that a visit asks for and nobody began; each counts for each of its own
        fields.
        """
        self._unbegun[form, visit, state] += count

    def _asked(self, name: str, casebook: Casebook, state: VisitState) -> Iterator[str]:
        visit = state.visit.name
        context = Context(
            today=self.today,
            subject=name,
            visit=visit,
            unsno=state.unsno,
            casebook=casebook,
        )

        def holds(scheduled: Scheduled) -> bool | None:
            return expected(self.study, scheduled, context)

        for form, at in self.study.expectations:
            if (
                at == visit
                and expectation(self.study, form, visit, holds)
                is FormExpectation.REQUIRED
            ):
                yield form

    def _count(
        self, table: str, name: str, visit: str, state: str, count: int = 1
    ) -> None:
        self._counts.setdefault((table, name, visit), Counter())[state] += count

    def table(self) -> tuple[Missingness, ...]:
        """One line for each field and visit, in the study's order."""
        fields = [
            (table.name, one.name)
            for table in self.study.tables.values()
            for one in table.fields
        ]
        places = {place: at for at, place in enumerate(fields)}
        visits = {name: at for at, name in enumerate(self.study.visits)}
        counts = self.counts
        keys = sorted(
            counts,
            key=lambda key: (places.get(key[:2], -1), visits.get(key[2], -1), key),
        )

        return tuple(
            Missingness(
                table=table,
                field=name,
                visit=visit,
                states=in_order(counts[table, name, visit]),
            )
            for table, name, visit in keys
        )
