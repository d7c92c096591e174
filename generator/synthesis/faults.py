"""Faults that are seeded on purpose: one in a subject, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from forms_spec.evaluation.form_plan import FieldPlan, plan_of
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import CellKey, FormKey, all_cells, text_at
from forms_spec.model.study import Study
from forms_spec.rules.runtime.environment import Frames
from generator.synthesis.casebook import State
from generator.synthesis.draw_form import FormDrawer
from generator.synthesis.draw_text import spans_of, written
from generator.synthesis.moves import Mover
from generator.synthesis.record_changes import with_text

WORDS = {"required": "required-blank", "hidden": "hidden-with-value"}
"""What people write for codes of the catalogue."""
MOST_TRIED = 400
BEYOND = (1, 10, 1000, 30000)
"""Steps beyond a limit."""
BAD_TEXTS = ("x", "?", "1.2.3", "2024-02-30", "-")


@dataclass(frozen=True, kw_only=True, slots=True)
class SeededFault:
    """What was changed in a subject, and what is found because of it."""

    subject: str
    fault: str
    key: FormKey
    cell: CellKey
    old: str
    new: str
    finding: Finding


def known_faults(study: Study) -> tuple[str, ...]:
    """All that can be asked for: codes of the catalogue, rules and protocol checks."""
    checks = (rule.check for rule in study.rules.values())
    return tuple(dict.fromkeys(chain(WORDS, CATALOGUE, study.rules, checks)))


def usual_faults(study: Study) -> tuple[str, ...]:
    """What somebody would choose from: slips in the answers of which the study has a
    place, and its rules.
    """
    fields = [field for table in study.tables.values() for field in table.fields]
    places = {
        "required": any(field.required is not False for field in fields),
        "below-range": any(field.ranges for field in fields),
        "above-range": any(field.ranges for field in fields),
        "below-expected": any(field.expected for field in fields),
        "above-expected": any(field.expected for field in fields),
    }
    slips = [code for code, has_place in places.items() if has_place]
    return (*slips, *study.rules)


@dataclass(frozen=True, slots=True)
class Seeder:
    """Seeds faults into valid casebooks."""

    study: Study
    mover: Mover

    @property
    def drawer(self) -> FormDrawer:
        return self.mover.drawer

    def seeded(
        self, state: State, fault: str, subject: str
    ) -> tuple[State, SeededFault] | None:
        """The casebook with one fault; None where no single change leads to it."""
        code = WORDS.get(fault, fault)
        cells = list(self._cells(state, code))
        self.drawer.random.shuffle(cells)

        changes = self._changes(state, cells, code)
        for key, cell, new in islice(changes, MOST_TRIED):
            record = with_text(state.records[key], key, cell, new)
            other = self.mover.evaluator.state({**state.records, key: record}, state)
            if len(other.findings) == 1 and _is(other.findings[0], code):
                old = text_at(state.records[key], cell)
                return other, SeededFault(
                    subject=subject,
                    fault=fault,
                    key=key,
                    cell=cell,
                    old=old,
                    new=new,
                    finding=other.findings[0],
                )

        return None

    def _cells(self, state: State, code: str) -> Iterator[tuple[FormKey, CellKey]]:
        """The cells in which the fault may be seeded."""
        names: set[tuple[str, str]] = set()
        for rule in self.study.rules.values():
            if code in (rule.name, rule.check):
                names.update(rule.on)

        for key, record in state.records.items():
            for cell, _ in all_cells(key.form, record):
                if not names or (cell.table, cell.field) in names:
                    yield key, cell

    def _changes(
        self, state: State, cells: list[tuple[FormKey, CellKey]], code: str
    ) -> Iterator[tuple[FormKey, CellKey, str]]:
        """Other texts for each of the cells, the likeliest to be the fault first."""
        subject = self.mover.evaluator.evaluated(state.records)
        for key, cell in cells:
            plan = plan_of(self.study, self.study.forms[key.form])
            field = plan.fields[cell.table, cell.field]
            captured = subject.form(key)
            if captured is None or field.value is not None:
                continue

            old = text_at(state.records[key], cell)
            frames = captured.frames(cell.row)
            if code == "required-blank":
                texts: Iterable[str] = [""]
            elif code.startswith(("below-", "above-")):
                texts = beyond(field, frames)
            elif code in CATALOGUE:
                texts = [*BAD_TEXTS, "", *beyond(field, frames)]
            else:
                day = self.mover.day(key)
                texts = [*self.drawer.draw.options(field, frames, day), ""]

            for text in dict.fromkeys(texts):
                if text != old:
                    yield key, cell, text


def beyond(plan: FieldPlan, frames: Frames) -> Iterator[str]:
    """Texts one step, and far, beyond each limit of a field."""
    for _, span in spans_of(plan, frames):
        for end, outwards in ((span.low, -1), (span.high, 1)):
            if end is None:
                continue

            for steps in BEYOND:
                yield written(plan.field, end + outwards * steps)


def _is(finding: Finding, code: str) -> bool:
    return code in (finding.code, finding.rule)
