"""Forms that visits ask for and nobody began, of all subjects: the same counts as for one subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from forms_spec.model import Study
from forms_spec.record import FormKey, Record, Records
from forms_spec.rules import core
from forms_spec.rules.expression import Home
from forms_spec.rules.types import Type
from forms_spec.schedule import Expectation, Scheduled
from forms_spec.timeline import END_OF_STUDY, NOT_DONE_REASON, VISIT_DATE, field_named, sources, timeline
from forms_spec.visits import Timeline, VisitStatus, visit_state
from generator.casebooks.names import COMPLETE, FAULTY, FORMS, ROW_ID, SUBJECT_NUMBER, SUBJECTS, VISIT_NUMBER
from generator.casebooks.reads import Shape, nodes, resolved
from generator.casebooks.scene_sql import Scene
from generator.casebooks.store import SpoolingStore, text_view
from generator.casebooks.structure import visit_numbers
from generator.package.missingness import OPEN, MissingnessCounter
from generator.package.order import form_order
from generator.sql.names import quoted, text_literal
from generator.sql.relations import ORDER, VISIT_STEP, relation

VIRTUAL = "forms not begun"


class Lacked(NamedTuple):
    """What the schedule asks for and a subject lacks, at the visit's first time."""

    scheduled: Scheduled
    certain: bool


@dataclass(kw_only=True)
class Unbegun:
    """Counts what is not begun; ``left`` are the subjects that the judge has to count."""

    study: Study
    store: SpoolingStore
    today: date
    missing: MissingnessCounter
    left: list[str] = field(default_factory=list)
    _held: Mapping[str, list[str]] = field(default_factory=dict)
    _awaited: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _visits: Mapping[str, dict[FormKey, Record]] = field(default_factory=dict)
    _statuses: dict[tuple[str, date | None, date | None], VisitStatus] = field(default_factory=dict)

    def read(self) -> None:
        """Takes what it needs out of the relations, so that ``count`` may run beside other queries."""
        self._held = self._groups()
        self._awaited = self._expected()
        self._visits = self._dated({name for group in self._held.values() for name in group})

    def count(self) -> None:
        """Counts the forms of every subject."""
        order = form_order(self.study)
        for signature, names in self._held.items():
            keys = sorted((_key(text) for text in signature.split("\n") if text), key=order)
            lacked = self._lacked(frozenset(keys))
            again = any(key.unsno for key in keys)
            if again or any(one.form not in _sql_forms(self.study) for one in _conditional(lacked)):
                self.left += names
                continue
            if lacked:
                self._subjects(names, keys, lacked)

    def _groups(self) -> Mapping[str, list[str]]:
        """The subjects by what was captured of them."""
        form = "form || chr(9) || visitid || chr(9) || unsno"
        query = (
            f"SELECT held, list(subjid) FROM (SELECT s.subjid, coalesce(string_agg({form}, chr(10) "
            f"ORDER BY form, visitid, f.unsno), '') AS held FROM {quoted(SUBJECTS)} s "
            f"LEFT JOIN {quoted(FORMS)} f USING (subjid) WHERE s.subjid NOT IN "
            f"(SELECT subjid FROM {quoted(FAULTY)}) GROUP BY s.subjid) GROUP BY held"
        )
        return dict(self.store.sql.execute(query).fetchall())

    def _lacked(self, held: frozenset[FormKey]) -> list[Lacked]:
        found = []
        for (form, visit), one in self.study.expectations.items():
            if one.expectation is Expectation.OPTIONAL or FormKey(form, visit, 0) in held:
                continue
            certain = one.expectation is Expectation.REQUIRED or one.when is None
            found.append(Lacked(one, certain))
        return found

    def _subjects(
        self,
        names: Iterable[str],
        keys: Sequence[FormKey],
        lacked: Sequence[Lacked],
    ) -> None:
        asked = frozenset(sources(self.study))
        visits = {one.scheduled.visit for one in lacked}
        telling = [key for key in keys if key.form in asked]
        for name in names:
            records = self._visits.get(name, {})
            casebook = Records({key: records.get(key, Record()) for key in telling})
            told = timeline(self.study, casebook, keys)
            states = {at: self._status(at, told) for at in visits}
            for one in lacked:
                at = one.scheduled.visit
                if states[at] in OPEN and (one.certain or name in self._awaited[one.scheduled.form, at]):
                    self.missing.unbegun(one.scheduled.form, at, OPEN[states[at]])

    def _status(self, visit: str, told: Timeline) -> VisitStatus:
        """The status of a visit; many subjects began on the same day."""
        if (visit, 0) in told.held:
            return visit_state(self.study.visits[visit], told, self.today).status
        key = (visit, told.day_zero, told.ended)
        if key not in self._statuses:
            self._statuses[key] = visit_state(self.study.visits[visit], told, self.today).status
        return self._statuses[key]

    def _dated(self, names: Iterable[str]) -> Mapping[str, dict[FormKey, Record]]:
        """The forms that say when a subject's visits were, of every subject."""
        found: dict[str, dict[FormKey, Record]] = {name: {} for name in names}
        told = {name.partition(".")[2] for name in self.study.day_zero}
        held = (field_named(self.study, one) for one in (VISIT_DATE, NOT_DONE_REASON, END_OF_STUDY))
        told |= {one.name for one in held if one is not None}
        for form in sources(self.study):
            table = self.study.tables.get(form)
            if table is None or table.group is not None:
                continue
            fields = [one.name for one in table.fields if one.name in told]
            columns = ", ".join(map(quoted, ("subjid", "visitid", "unsno", *fields)))
            query = f"SELECT {columns} FROM {quoted(text_view(form))}"
            for subject, visit, unsno, *texts in self.store.sql.execute(query).fetchall():
                if subject in found:
                    cells = {name: text for name, text in zip(fields, texts, strict=True) if text}
                    found[subject][FormKey(form, visit, unsno)] = Record(texts=cells)
        return found

    def _expected(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """The subjects of whom a form is expected, for every form and visit with a condition."""
        found = {}
        for (form, visit), one in self.study.expectations.items():
            if one.when is not None and form in _sql_forms(self.study):
                found[form, visit] = frozenset(self._expected_at(one))
        return found

    def _expected_at(self, one: Scheduled) -> Iterator[str]:
        """Evaluates a condition for a form without any answer, at its visit."""
        form, sql = self.study.forms[one.form], self.store.sql
        number = visit_numbers(self.study)[one.visit]
        name = quoted(relation(form.name, group=False))
        sql.execute(
            f"CREATE OR REPLACE TEMP TABLE {quoted(VIRTUAL)} AS SELECT * FROM {name} WHERE FALSE "
            f"UNION ALL BY NAME SELECT subjid, {text_literal(one.visit)} AS visitid, 0::BIGINT AS unsno, "
            f"{number * VISIT_STEP}::BIGINT AS {quoted(ORDER)}, number AS {quoted(SUBJECT_NUMBER)}, "
            f"{number} AS {quoted(VISIT_NUMBER)}, FALSE AS {quoted(COMPLETE)}, "
            f"row_number() OVER () AS {quoted(ROW_ID)} FROM {quoted(SUBJECTS)}"
        )
        scene = _Virtual(Shape(form=form, group=None, study=self.study), self.study, self.today)
        assert one.when is not None
        held = scene.node(resolved(one.when, self.study, Home(form=form), Type.CONDITION)).sql(
            "duckdb", copy=False
        )
        source = scene.source_sql()
        for statement in scene.statements():
            sql.execute(statement)
        rows = sql.execute(f"SELECT f0.subjid {source} WHERE ({held}) IS TRUE").fetchall()
        for statement in scene.leftovers():
            sql.execute(statement)
        yield from (subject for (subject,) in rows)


class _Virtual(Scene):
    """The scene of a form that was not captured."""

    def form_name(self) -> str:
        return VIRTUAL


def _conditional(lacked: Iterable[Lacked]) -> Iterator[Scheduled]:
    return (one.scheduled for one in lacked if not one.certain)


def _sql_forms(study: Study) -> frozenset[str]:
    """The conditional forms whose condition does not look at other instances of the form itself."""
    if "own conditions" not in study.memory:
        own = {one.form for one in study.schedule if one.when is not None and _looks_at_itself(study, one)}
        study.memory["own conditions"] = frozenset(study.forms) - own
    held: frozenset[str] = study.memory["own conditions"]
    return held


def _looks_at_itself(study: Study, one: Scheduled) -> bool:
    assert one.when is not None
    root = resolved(one.when, study, Home(form=study.forms[one.form]), Type.CONDITION)
    return any(
        (isinstance(node, core.Remote) and node.form == one.form)
        or (isinstance(node, core.Fold) and node.source.form == one.form)
        for node in nodes(root)
    )


def _key(text: str) -> FormKey:
    form, visit, unsno = text.split("\t")
    return FormKey(form, visit, int(unsno))
