"""Judges a large package lot by lot: everything is counted over columns, the judge says what is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from forms_spec.files import is_file
from forms_spec.findings import Finding
from forms_spec.judge.verdict import judge_captured
from forms_spec.judge.world import Subject
from forms_spec.kinds.file import named_file
from forms_spec.model import Field, Study
from forms_spec.record import FormKey, Records
from generator.casebooks.book import Books, Readers
from generator.casebooks.column import Array
from generator.casebooks.columns import Needs, NotSetWise, needs_of
from generator.casebooks.found import Columns, Found
from generator.casebooks.keys import FormOf, Keys, Structure, structure, visit_numbers
from generator.casebooks.relation import Relation
from generator.casebooks.store import SpoolingStore
from generator.casebooks.unbegun import Unbegun
from generator.casebooks.verdicts import Verdicts
from generator.package.captured import FormStatus
from generator.package.missingness import MissingnessCounter
from generator.package.reader import OpenPackage
from generator.package.report import Reported
from generator.package.stage import Progress
from generator.package.uploads import Uploads
from generator.package.validate import judge_forms, report_form
from generator.tables import layout

ROWS = 2_000_000
"""So many rows are brought into memory together."""
BATCH = 500
"""So many subjects are brought before the judge together."""


def judge_all(
    opened: OpenPackage,
    study: Study,
    missing: MissingnessCounter,
    uploads: Uploads,
    *,
    on_progress: Progress | None = None,
) -> None:
    """Reports what ``judge_forms`` would report, and counts what it would count."""
    assert isinstance(opened.store, SpoolingStore)
    _AtOnce(opened, opened.store, study, missing, uploads).run(on_progress or _silent)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody waits."""


@dataclass
class _AtOnce:
    opened: OpenPackage
    store: SpoolingStore
    study: Study
    missing: MissingnessCounter
    uploads: Uploads
    found: Found = field(default_factory=Found)
    counted: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    """Findings of each code, table and field in the lots before."""

    def run(self, on_progress: Progress) -> None:
        """Lot after lot, in the order of the subjects."""
        names, total = self.store.all_names(), self.store.counted()[0]
        size = max(1, len(names) * ROWS // max(self.store.rows, 1))
        done = 0
        for held in self._structures([names[at : at + size] for at in range(0, len(names), size)]):
            try:
                self._lot(held)
            except (NotSetWise, RecursionError) as error:
                self._one_by_one(held.keys.names, error)
            done += len(held.keys.names)
            on_progress("judging", total * done // len(names), total)

    def _structures(self, lots: Sequence[Sequence[str]]) -> Iterator[Structure]:
        """The rows of the next lot are put together in a second thread while one is judged."""
        kept = self._all_kept
        with ThreadPoolExecutor(max_workers=1) as beside:
            coming = None
            for names in lots:
                keys, read = Keys(study=self.study, names=names), self.store.reading(names[0], names[-1])
                forms = [one for name in names for one in kept.get(name, ())]
                last, coming = coming, beside.submit(structure, keys, read, forms)
                if last is not None:
                    yield last.result()
            if coming is not None:
                yield coming.result()

    def _one_by_one(self, names: Sequence[str], why: Exception) -> None:
        note = f"Subject by subject was judged, since {why}."
        self.opened.notes = tuple(dict.fromkeys((*self.opened.notes, note)))
        self.found.forget()
        self._judge(dict.fromkeys(names))

    @cached_property
    def needs(self) -> Needs:
        return needs_of(self.study)

    @cached_property
    def readers(self) -> Readers:
        return Readers(study=self.study, today=self.missing.today)

    def _lot(self, held: Structure) -> None:
        """Nothing is reported before all has been worked out."""
        names = held.keys.names
        with closing(Books(held, self.needs, self.readers)) as books:
            for shape in books.shapes:
                Verdicts(books, books.relation(shape), self.found).judge()
            unbegun = MissingnessCounter(study=self.study, today=self.missing.today)
            left = Unbegun(books=books, subjects=~held.faulty, missing=unbegun).count()
            self.missing.add(unbegun.counts)
            self.missing.add(self._states())
            self._files(books, held.sites)
        self._report(held, [names[at] for at in left])

    @cached_property
    def _all_kept(self) -> Mapping[str, Sequence[FormOf]]:
        found: dict[str, list[FormOf]] = {}
        for one in self.store.kept_forms():
            found.setdefault(one[0], []).append(one)
        return found

    @cached_property
    def _damaged(self) -> Mapping[int, Sequence[int]]:
        return self.store.damaged_lines()

    def _states(self) -> Mapping[tuple[str, str, str], Counter[str]]:
        visits = [*visit_numbers(self.study)]
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        for (table, name, visit, state), count in self.found.states.items():
            counts.setdefault((table, name, visits[visit]), Counter())[state] += count
        return counts

    def _report(self, held: Structure, to_count: Sequence[str]) -> None:
        """The judge speaks of faulty subjects, of what is listed or asked of it; the rest is counted."""
        keys, columns = held.keys, self.found.columns()
        self.found.forget()
        subject = keys.subject(columns.key)
        asked = (columns.constraint < 0) | self._special(held, columns)
        listed = np.isin(subject, np.union1d(subject[asked], self._first(columns, subject)))
        wanted: dict[str, frozenset[FormKey] | None] = {**self._forms(keys, columns.where(listed))}
        wanted.update(dict.fromkeys(keys.names[at] for at in np.flatnonzero(held.faulty).tolist()))
        self._judge(wanted, to_count)
        self._count(columns.where(~listed))

    # What is listed

    def _first(self, columns: Columns, subject: Array) -> Array:
        """The subjects of the first findings of each kind, as many as are listed."""
        kinds: dict[tuple[str, str, str | None], list[int]] = {}
        for one, at in self.found.constraints.items():
            kinds.setdefault((one.code, one.table, one.field), []).append(at)
        wanted = [subject[:0]]
        for kind, places in kinds.items():
            found = np.sort(subject[np.isin(columns.constraint, places)])
            wanted.append(found[: max(self.opened.collector.limit - self.counted[kind], 0)])
            self.counted[kind] += len(found)
        return np.concatenate(wanted)

    def _special(self, held: Structure, columns: Columns) -> Array:
        """Findings of forms with warnings that were kept, or with cells that the reader has told of."""
        forms: dict[str, list[Array]] = {}
        for subject, visit, unsno, form in held.kept:
            forms.setdefault(form, []).append(held.keys.one(subject, visit, unsno))
        for at, lines in self._damaged.items():
            table = self.opened.plans[at].table
            if table is not None:
                rows = held.tables[table.name]
                forms.setdefault(table.form.name, []).append(rows.key[np.isin(rows.line, lines)])
        found = np.zeros(len(columns.key), bool)
        for form, parts in forms.items():
            if form in self.found.forms:
                mine = columns.form == self.found.forms[form]
                found |= mine & np.isin(columns.key, np.concatenate(parts))
        return found

    def _forms(self, keys: Keys, columns: Columns) -> dict[str, frozenset[FormKey]]:
        visits, names = [*visit_numbers(self.study)], [*self.found.forms]
        forms: dict[str, set[FormKey]] = {}
        for key, form in set(zip(columns.key.tolist(), columns.form.tolist(), strict=True)):
            subject, visit, unsno = keys.parts(key)
            held = FormKey(names[form], visits[visit], unsno)
            forms.setdefault(keys.names[subject], set()).add(held)
        return {name: frozenset(held) for name, held in forms.items()}

    # What is counted

    def _count(self, columns: Columns) -> None:
        places = {plan.name: at for at, plan in enumerate(self.opened.plans)}
        counts = np.bincount(columns.constraint, minlength=len(self.found.constraints))
        for one, at in self.found.constraints.items():
            if not counts[at]:
                continue
            said = Finding(code=one.code, severity=one.severity, message="", remedy="", rule=one.rule)
            self.opened.collector.more(
                Reported(finding=said, table=one.table, field=one.field), int(counts[at])
            )
            doubted = self._doubted.get((places[one.table], one.field or ""))
            if doubted:
                lines = columns.line[columns.constraint == at].tolist()
                for line in doubted.intersection(lines):
                    self.store.settle(places[one.table], line, one.field or "")

    @cached_property
    def _doubted(self) -> Mapping[tuple[int, str], set[int]]:
        return self.store.doubted()

    # What the judge says

    def _judge(self, wanted: Mapping[str, frozenset[FormKey] | None], to_count: Sequence[str] = ()) -> None:
        """Goes through these subjects in order: all forms of each, where they are None, or some only."""
        uncounted = set(to_count)
        names = sorted({*wanted, *uncounted})
        for start in range(0, len(names), BATCH):
            self.store.load(names[start : start + BATCH])
            self._batch(wanted, uncounted)

    def _batch(self, wanted: Mapping[str, frozenset[FormKey] | None], uncounted: set[str]) -> None:
        places = {plan.name: at for at, plan in enumerate(self.opened.plans)}
        for name, forms in self.opened.staged():
            some = wanted.get(name, frozenset())
            if some is None:
                judge_forms(self.opened, self.study, self.missing, self.uploads, subjects=[(name, forms)])
                continue
            casebook = Records({form.key: form.record for form in forms})
            whole = Subject(self.study, casebook, self.missing.today, name)
            for form in forms:
                captured = whole.form(form.key) if form.key in some else None
                if captured is not None:
                    complete = form.head.status == FormStatus.COMPLETE
                    report_form(self.opened, places, form, judge_captured(captured, completing=complete))
            if name in uncounted:
                self.missing.subject(name, casebook, [form.key for form in forms])

    # Files

    def _files(self, books: Books, sites: Sequence[str]) -> None:
        """Uploaded files that cells name, of all subjects but those that are judged as a whole."""
        for shape in books.shapes:
            for one in shape.fields:
                if is_file(one) and shape.has_file:
                    for reported in self._files_of(books.relation(shape), one, sites):
                        self.opened.collector.add(reported)

    def _files_of(self, relation: Relation, one: Field, sites: Sequence[str]) -> Iterator[Reported]:
        codes, texts = relation.text(one)
        for line in np.flatnonzero(relation.has_text(one)).tolist():
            said = texts[int(codes[line])]
            fault = self.uploads.fault(said) if named_file(said) else None
            if fault is not None:
                yield Reported(
                    finding=fault,
                    file=layout.table_path(relation.shape.name),
                    table=relation.shape.name,
                    row=int(relation.line[line]),
                    field=one.name,
                    key=self._key(relation, line, sites),
                )

    def _key(self, relation: Relation, line: int, sites: Sequence[str]) -> dict[str, str | int]:
        subject, visit, unsno = relation.keys.parts(int(relation.key[line]))
        key: dict[str, str | int] = {
            layout.SITE: sites[subject],
            layout.SUBJECT: relation.keys.names[subject],
            layout.VISIT: [*visit_numbers(self.study)][visit],
            layout.UNSNO: unsno,
        }
        return key if relation.rowno is None else key | {layout.ROW: int(relation.rowno[line])}
