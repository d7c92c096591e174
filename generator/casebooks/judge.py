"""Judges a large package: counts of everything by SQL, words by the judge for what is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np

from forms_spec.files import is_file
from forms_spec.findings import Finding
from forms_spec.judge.verdict import judge_captured
from forms_spec.judge.world import Subject
from forms_spec.kinds.file import named_file
from forms_spec.model import Study
from forms_spec.record import FormKey, Records
from generator.casebooks.columns import NotSetWise, needs_of
from generator.casebooks.found import Columns, Found
from generator.casebooks.names import FAULTY, LINE
from generator.casebooks.reads import Shape, shapes
from generator.casebooks.relations import Relations
from generator.casebooks.store import SpoolingStore, text_view
from generator.casebooks.structure import create_forms, visit_numbers
from generator.casebooks.unbegun import Unbegun
from generator.package.captured import FormStatus
from generator.package.missingness import MissingnessCounter
from generator.package.reader import OpenPackage
from generator.package.report import Reported
from generator.package.stage import Progress
from generator.package.uploads import Uploads
from generator.package.validate import judge_forms, report_form
from generator.sql.names import quoted
from generator.sql.relations import VISIT_STEP
from generator.tables import layout

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
    _AtOnce(opened, opened.store, study, missing, uploads, on_progress or _silent).run()


def _words(error: Exception) -> str:
    """The first line of what went wrong."""
    return str(error).partition("\n")[0][:200]


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody waits."""


@dataclass
class _AtOnce:
    opened: OpenPackage
    store: SpoolingStore
    study: Study
    missing: MissingnessCounter
    uploads: Uploads
    on_progress: Progress
    found: Found = field(default_factory=Found)
    names: Sequence[str] = ()
    total: int = 0

    def run(self) -> None:
        self.names = self.store.all_names()
        self.total = self.store.counted()[0]
        try:
            faulty, left = self._by_sql()
        except (NotSetWise, duckdb.Error) as error:
            self.opened.notes = (*self.opened.notes, f"Subject by subject was judged, since {_words(error)}.")
            self._judge(dict.fromkeys(self.names))
            return
        self.missing.add(self._states())
        self._files()
        columns = self.found.columns()
        listed = self._listed(columns)
        forms = self._forms(columns.where(np.isin(columns.subject, listed)))
        self._judge({**forms, **dict.fromkeys(faulty)}, left)
        self._count(columns.where(~np.isin(columns.subject, listed)))

    def _by_sql(self) -> tuple[list[str], list[str]]:
        """Fills ``found``; gives the subjects whose rows do not fit, and those to be counted by the judge."""
        needs = needs_of(self.study)
        faulty = create_forms(self.study, self.store, self.names)
        relations = Relations(study=self.study, store=self.store, needs=needs, today=self.missing.today)
        relations.create()
        self._progress(1)
        counted = MissingnessCounter(study=self.study, today=self.missing.today)
        unbegun = Unbegun(study=self.study, store=self.store, today=self.missing.today, missing=counted)
        unbegun.read()
        every = shapes(self.study)
        with ThreadPoolExecutor(max_workers=1) as beside:
            counting = beside.submit(unbegun.count)
            for at, shape in enumerate(every):
                self.found.judge(shape, relations)
                self._progress(1 + at / len(every))
            counting.result()
        self.missing.add(counted.counts)
        return faulty, unbegun.left

    def _progress(self, thirds: float) -> None:
        self.on_progress("judging", int(self.total * thirds / 3), self.total)

    def _states(self) -> Mapping[tuple[str, str, str], Counter[str]]:
        visits = [*visit_numbers(self.study)]
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        for (table, name, visit, state), count in self.found.states.items():
            counts.setdefault((table, name, visits[visit]), Counter())[state] += count
        return counts

    # What is listed

    def _listed(self, columns: Columns) -> Any:
        """The numbers of the subjects with findings that may be listed, or that the judge is asked about."""
        kinds: dict[tuple[str, str, str | None], list[int]] = {}
        for at, one in enumerate(self.found.constraints):
            kinds.setdefault((one.code, one.table, one.field), []).append(at)
        wanted = [columns.subject[(columns.constraint < 0) | self._special(columns)]]
        for places in kinds.values():
            subjects = np.sort(columns.subject[np.isin(columns.constraint, places)])
            wanted.append(subjects[: self.opened.collector.limit])
        return np.unique(np.concatenate(wanted))

    def _special(self, columns: Columns) -> Any:
        """Findings of forms with warnings that were kept, or with cells that the reader has told of."""
        numbers = {name: at for at, name in enumerate(self.names)}
        visits = visit_numbers(self.study)
        forms = {name: at for at, name in enumerate(self.found.forms)}
        keys = [
            self._key(numbers[subject], forms[form], visits[visit], unsno)
            for subject, visit, unsno, form in self._told_forms()
            if form in forms and visit in visits and subject in numbers
        ]
        mine = self._key(columns.subject, columns.form, columns.visit, columns.unsno)
        return np.isin(mine, np.array(keys, np.int64))

    def _key(self, subject: Any, form: Any, visit: Any, unsno: Any) -> Any:
        return ((subject * len(self.found.forms) + form) * 10_000 + visit) * VISIT_STEP + unsno

    def _told_forms(self) -> Iterator[tuple[str, str, int, str]]:
        yield from zip(*self.store.kept_forms(), strict=True)
        for at, lines in self.store.damaged_lines().items():
            plan = self.opened.plans[at]
            if plan.table is not None:
                found = self.store.sql.execute(
                    f"SELECT subjid, visitid, unsno FROM {quoted(text_view(plan.name))} "
                    f"WHERE {quoted(LINE)} IN ({', '.join(map(str, lines))})"
                )
                yield from ((*row, plan.table.form.name) for row in found.fetchall())

    def _forms(self, columns: Columns) -> dict[str, frozenset[FormKey]]:
        visits = [*visit_numbers(self.study)]
        forms: dict[str, set[FormKey]] = {}
        keys = (columns.subject, columns.form, columns.visit, columns.unsno)
        for subject, form, visit, unsno in set(zip(*(key.tolist() for key in keys), strict=True)):
            forms.setdefault(self.names[subject], set()).add(
                FormKey(self.found.forms[form], visits[visit], unsno)
            )
        return {name: frozenset(held) for name, held in forms.items()}

    # What is counted

    def _count(self, columns: Columns) -> None:
        doubts = self.store.doubted()
        places = {plan.name: at for at, plan in enumerate(self.opened.plans)}
        counts = np.bincount(columns.constraint, minlength=len(self.found.constraints))
        for at, one in enumerate(self.found.constraints):
            if not counts[at]:
                continue
            said = Finding(code=one.code, severity=one.severity, message="", remedy="", rule=one.rule)
            self.opened.collector.more(
                Reported(finding=said, table=one.table, field=one.field), int(counts[at])
            )
            doubted = doubts.get((places[one.table], one.field or ""))
            if doubted:
                lines = columns.line[columns.constraint == at].tolist()
                for line in doubted.intersection(lines):
                    self.store.settle(places[one.table], line, one.field or "")

    # What the judge says

    def _judge(self, subjects: Mapping[str, frozenset[FormKey] | None], to_count: Iterable[str] = ()) -> None:
        """Goes through these subjects in order: all of each, or these forms only."""
        uncounted = set(to_count)
        names = sorted({*subjects, *uncounted})
        for start in range(0, len(names), BATCH):
            self.store.load(names[start : start + BATCH])
            self._batch(subjects, uncounted)
            self.on_progress("judging", min(start + BATCH, len(names)), len(names))

    def _batch(self, subjects: Mapping[str, frozenset[FormKey] | None], uncounted: set[str]) -> None:
        places = {plan.name: at for at, plan in enumerate(self.opened.plans)}
        for name, forms in self.opened.staged():
            some = subjects.get(name, frozenset())
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

    def _files(self) -> None:
        """Uploaded files that cells name, of all subjects but those that are judged as a whole."""
        for shape in shapes(self.study):
            for one in shape.fields:
                if is_file(one) and shape.has_file:
                    self._files_of(shape, one.name)

    def _files_of(self, shape: Shape, name: str) -> None:
        text = f"t.{quoted(name)}"
        found = self.store.sql.execute(
            f"SELECT t.siteid, t.subjid, t.visitid, t.unsno, t.rowno, t.{quoted(LINE)}, {text} "
            f"FROM {quoted(text_view(shape.name))} t WHERE {text} <> '' "
            f"AND t.subjid NOT IN (SELECT subjid FROM {quoted(FAULTY)}) ORDER BY t.{quoted(LINE)}"
        )
        for site, subject, visit, unsno, row, line, said in found.fetchall():
            fault = self.uploads.fault(said) if named_file(said) else None
            if fault is None:
                continue
            key = {layout.SITE: site, layout.SUBJECT: subject, layout.VISIT: visit, layout.UNSNO: unsno}
            key |= {layout.ROW: row} if row is not None else {}
            path = layout.table_path(shape.name)
            self.opened.collector.add(
                Reported(finding=fault, file=path, table=shape.name, row=line, field=name, key=key)
            )
