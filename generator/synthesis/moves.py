"""Changes that may take a finding away: other answers and other rows where it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from forms_spec.evaluation.form_plan import FieldPlan, plan_of
from forms_spec.evaluation.read_trace import AnswerSource
from forms_spec.model.captured_data import CellKey, FormKey, Record
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visits import Expectation
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.reads import references
from forms_spec.rules.semantics.types import Type
from forms_spec.schedule.visit_status import VisitKey
from generator.synthesis.casebook import Evaluator, Records, State
from generator.synthesis.draw_form import FormDrawer, crossed_rows
from generator.synthesis.draw_text import takes
from generator.synthesis.expected_forms import ExpectedForms
from generator.synthesis.record_changes import (
    rows_instead,
    with_other_text,
    with_text,
)

DAYS_MOVED = (0, 1, -1)
"""Days beside that of the visit to which all its dates are moved."""
MOST_RECODINGS = 12
"""So many codes are changed into another in all cells at once."""
Day = Callable[[FormKey], date]
_CARRIERS: StudyCache[tuple[()], Mapping[str, list[tuple[str, str]]]] = StudyCache()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mover:
    """Proposes casebooks that differ in one place. ``day`` says when a form was filled."""

    study: Study
    evaluator: Evaluator
    drawer: FormDrawer
    day: Day
    expected: ExpectedForms | None = None
    """None: the subject keeps its forms, whatever the answers ask for."""
    reached: list[VisitKey] = field(default_factory=list)
    """The visits that the subject has come to, whether it has forms there or not."""

    def moves(self, state: State, sources: list[AnswerSource]) -> Iterator[Records]:
        """Casebooks in which one source is another, the likeliest first."""
        if not sources:
            return

        first, *others = sources
        self.drawer.random.shuffle(others)
        peers = [source.text for source in sources if source.text]
        yield from self._together(state, [first])
        yield from self._together(state, sources)
        yield from self._visit_moved(state.records, first)
        for source in (first, *others):
            if source.key in state.records or self.study.forms[source.key.form].log:
                yield from self._of(state, source, peers)

    def _together(self, state: State, sources: list[AnswerSource]) -> Iterator[Records]:
        """Casebooks in which several sources change at once: blanks are answered, and
        one code becomes another wherever it stands.
        """
        cells = [
            source
            for source in sources
            if source.field is not None and source.key in state.records
            if self._plan(source).value is None
            and source.field not in _fixed(self.study, source.table)
        ]
        blanks = [source for source in cells if source.text == ""]
        filled = state.records
        if blanks:
            filled = self._all_drawn(filled, blanks)
            yield filled

        if len(cells) < 2:
            return

        for before, after in self._recodings(cells):
            yield self._recoded(filled, cells, before, after)

    def _visit_moved(self, records: Records, source: AnswerSource) -> Iterator[Records]:
        """Casebooks in which all dates of a visit that are that of the source become
        another one together: most forms of a visit have its day.
        """
        is_date = source.field is not None and self._plan(source).type is Type.DATE
        if not is_date or not source.text or source.key not in records:
            return

        day = self.day(source.key)
        for distance in DAYS_MOVED:
            after = (day + timedelta(days=distance)).isoformat()
            moved = records
            for key in records:
                is_there = (key.visit, key.unsno) == (
                    source.key.visit,
                    source.key.unsno,
                )
                # A form may have gone because of those that were moved before it.
                if is_there and key in moved and after != source.text:
                    record = with_other_text(moved[key], source.text, after)
                    moved = self.settled(moved, key, record)

            yield moved

    def _plan(self, source: AnswerSource) -> FieldPlan:
        plan = plan_of(self.study, self.study.forms[source.key.form])
        return plan.fields[source.table, source.field or ""]

    def _all_drawn(self, records: Records, cells: list[AnswerSource]) -> Records:
        """The casebook with an answer in each of these cells that is shown."""
        for source in cells:
            in_rows = source.row is None and source.table != source.key.form
            captured = self.evaluator.evaluated(records).form(source.key)
            if captured is None or in_rows:
                continue

            plan = self._plan(source)
            text = self.drawer.draw.usual(
                plan, captured.frames(source.row), self.day(source.key)
            )
            cell = CellKey(source.table, source.row, plan.field.name)
            if text:
                records = self.changed(records, source.key, cell, text)

        return records

    def _recodings(self, cells: list[AnswerSource]) -> list[tuple[str | None, str]]:
        """Codes that stand in several cells, each with another that they all take, and
        codes that every cell which takes them may get (None).
        """
        present: dict[str, set[str]] = {}
        takers: Counter[str] = Counter()
        for source in cells:
            own = self._codes(source)
            takers.update(own)
            if source.text and own:
                known = present.setdefault(source.text, set(own))
                known &= set(own)

        pairs: list[tuple[str | None, str]] = []
        for before, codes in present.items():
            pairs += [(before, after) for after in sorted(codes - {before})]

        pairs += [(None, code) for code, count in takers.items() if count > 1]
        self.drawer.random.shuffle(pairs)
        return pairs[:MOST_RECODINGS]

    def _codes(self, source: AnswerSource) -> list[str]:
        field = self._plan(source).field
        if field.kind.name != "choice":
            return []

        return [code.code for code in field.offered]

    def _recoded(
        self,
        records: Records,
        cells: list[AnswerSource],
        before: str | None,
        after: str,
    ) -> Records:
        changed: dict[FormKey, Record] = {}
        for source in cells:
            is_meant = source.text == before if before else after in self._codes(source)
            if is_meant and source.field is not None:
                cell = CellKey(source.table, source.row, source.field)
                record = changed.get(source.key, records[source.key])
                changed[source.key] = with_text(record, source.key, cell, after)

        for key, record in changed.items():
            if key in records:
                records = self.settled(records, key, record)

        return records

    def _of(
        self, state: State, source: AnswerSource, peers: list[str]
    ) -> Iterator[Records]:
        group = self.study.tables[source.table].group
        if source.field is not None:
            yield from self._other_texts(state, source, peers)

        if group is not None and not group.laid_down:
            yield from self._other_rows(state, source)

    def _other_texts(
        self, state: State, source: AnswerSource, peers: list[str]
    ) -> Iterator[Records]:
        assert source.field is not None
        plan = plan_of(self.study, self.study.forms[source.key.form]).fields[
            source.table, source.field
        ]
        record = state.records.get(source.key)
        in_rows = source.row is None and source.table != source.key.form
        is_fixed = source.field in _fixed(self.study, source.table)
        if plan.value is not None or record is None or in_rows or is_fixed:
            return

        captured = self.evaluator.evaluated(state.records).form(source.key)
        assert captured is not None
        frames = captured.frames(source.row)
        options = self.drawer.draw.options(plan, frames, self.day(source.key))
        alike = [*peers, *_same_field(state.records, source)]
        texts = [text for text in dict.fromkeys(alike) if takes(plan.field, text)]
        cell = CellKey(source.table, source.row, source.field)

        for text in dict.fromkeys((*texts, *options)):
            if text != source.text:
                yield self.changed(state.records, source.key, cell, text)

        # A blank one is drawn again by whoever has to answer it.
        yield self.changed(state.records, source.key, cell, "")

    def _other_rows(self, state: State, source: AnswerSource) -> Iterator[Records]:
        record = state.records.get(source.key, Record())
        group = self.study.tables[source.table].group
        assert group is not None
        assert group.rows is not None
        rows = record.rows.get(group.name, ())

        for other in rows_instead(rows, crossed_rows(group), group.rows.maximum):
            if len(other) >= group.rows.minimum:
                changed = replace(record, rows={**record.rows, group.name: other})
                yield self.settled(state.records, source.key, changed)

    def changed(
        self, records: Records, key: FormKey, cell: CellKey, text: str
    ) -> Records:
        """The casebook with another text in one cell, and what follows in its form."""
        return self.settled(records, key, with_text(records[key], key, cell, text))

    def settled(self, records: Records, key: FormKey, record: Record) -> Records:
        """The casebook with a form that follows its own conditions, and with the forms
        that its rows are carried to.
        """
        before = records.get(key, Record())
        is_new = key not in records
        records = self._settled_alone(records, key, record)
        for form, table in _carriers(self.study).get(key.form, ()):
            if _numbers(before, table) == _numbers(records[key], table):
                continue

            for other in [item for item in records if item.form == form]:
                records = self._settled_alone(records, other, records[other])

        decides = self.expected is not None and key.form in self.expected.deciding
        if decides and (is_new or records[key] != before):
            records = self.as_expected(records, self.reached)

        return records

    def as_expected(self, records: Records, times: Iterable[VisitKey]) -> Records:
        """The casebook with the forms that its answers ask for at these visits, and
        without those that they leave out.
        """
        assert self.expected is not None
        subject = self.evaluator.evaluated(records)
        for key in list(self.expected.misplaced(subject, records, times)):
            if key in records:
                records = {own: records[own] for own in records if own != key}
            else:
                records = self._settled_alone(records, key, Record())

        return records

    def without_optional(self, records: Records, rule: str) -> Iterator[Records]:
        """Casebooks without one of the forms that nobody asks for and a rule reads."""
        for form in self._forms_read(rule):
            for key in [item for item in records if item.form == form]:
                scheduled = self.study.expectations.get((form, key.visit))
                if scheduled and scheduled.expectation is Expectation.OPTIONAL:
                    yield {own: records[own] for own in records if own != key}

    def _forms_read(self, name: str) -> list[str]:
        rule = self.study.rules.get(name)
        if rule is None:
            return []

        table = self.study.tables[rule.on[0][0]]
        home = Home(form=table.form, group=table.group)
        forms: dict[str, None] = {}
        for expression in rule.expressions:
            for read in references(expression, self.study, home):
                if read.table is not None:
                    forms[self.study.tables[read.table].form.name] = None

        return list(forms)

    def _settled_alone(self, records: Records, key: FormKey, record: Record) -> Records:
        subject = self.evaluator.evaluated(records)
        record = self.drawer.settled(subject, key, record, self.day(key))
        return {**records, key: record}


@dataclass(frozen=True, kw_only=True, slots=True)
class FormMover(Mover):
    """Proposes changes of one form, and leaves the subject's other answers alone."""

    only: FormKey

    def moves(self, state: State, sources: list[AnswerSource]) -> Iterator[Records]:
        """Casebooks in which a source on the form is another."""
        own = [source for source in sources if source.key == self.only]
        return Mover.moves(self, state, own)


def _carriers(study: Study) -> Mapping[str, list[tuple[str, str]]]:
    """By form: the forms that rows of it are carried to, each with the table that they
    come from.
    """
    return _CARRIERS.get(study, (), lambda: _carriers_by_form(study))


def _carriers_by_form(study: Study) -> Mapping[str, list[tuple[str, str]]]:
    carriers: dict[str, list[tuple[str, str]]] = {}
    for form in study.forms.values():
        for group in form.row_groups:
            if group.carried is not None:
                source = study.tables[group.carried.table].form.name
                carriers.setdefault(source, []).append((form.name, group.carried.table))

    return carriers


def _numbers(record: Record, table: str) -> list[int]:
    return [row.number for row in record.rows.get(table, ())]


def _fixed(study: Study, table: str) -> tuple[str, ...]:
    group = study.tables[table].group
    return () if group is None else group.fixed


def _same_field(records: Records, source: AnswerSource) -> Iterator[str]:
    """What stands in the same field of other rows and visits."""
    assert source.field is not None
    for key, record in records.items():
        if key.form != source.key.form:
            continue

        if source.table == key.form:
            yield record.texts.get(source.field, "")

        for row in record.rows.get(source.table, ()):
            yield row.texts.get(source.field, "")
