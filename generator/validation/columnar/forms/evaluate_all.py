"""Judges a large package lot by lot: everything is counted over columns, the judge says
what is listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey, InMemoryCasebook
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.study import Study
from generator.validation.columnar.forms.casebooks import Casebooks
from generator.validation.columnar.forms.cell_checks import RelationChecks
from generator.validation.columnar.forms.field_readers import Readers
from generator.validation.columnar.forms.finding_columns import (
    FindingColumns,
    LotFindings,
)
from generator.validation.columnar.forms.missing_forms import MissingForms
from generator.validation.columnar.forms.needed_columns import (
    Needs,
    NotVectorizable,
    needs_of,
)
from generator.validation.columnar.forms.row_keys import (
    FormOf,
    Keys,
    Structure,
    structure,
    visit_numbers,
)
from generator.validation.columnar.forms.spooling_store import SpoolingStore
from generator.validation.columnar.forms.uploaded_files import NamedFiles
from generator.validation.columnar.forms.value_columns import Array
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.evaluate_forms import judge_forms, report_form
from generator.validation.opened_package import OpenPackage
from generator.validation.read_tables import Progress
from generator.validation.report.report import Reported
from generator.validation.uploads import UploadFaults

ROWS = 2_000_000
"""So many rows are brought into memory together."""
Lot = tuple[Sequence[str], Future[Structure]]
"""Some subjects, and their rows when they have been put together."""
States = Mapping[tuple[str, str, str], Counter[str]]
"""By table, field and visit."""
BATCH = 500
"""So many subjects are brought before the judge together."""


def judge_all(
    opened: OpenPackage,
    study: Study,
    missing: MissingnessCounter,
    uploads: UploadFaults,
    *,
    on_progress: Progress | None = None,
) -> None:
    """Reports what ``judge_forms`` would report, and counts what it would count."""
    assert isinstance(opened.store, SpoolingStore)
    _ColumnarEvaluation(opened, opened.store, study, missing, uploads).run(
        on_progress or _silent
    )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody waits."""


class _LotResult(NamedTuple):
    """What was found of a lot.

    ``to_count`` are subjects whose unbegun forms the judge counts.
    """

    columns: FindingColumns
    counts: tuple[States, States]
    to_count: frozenset[str]
    files: NamedFiles


def _cut(names: Sequence[str], size: int) -> list[Sequence[str]]:
    return [names[index : index + size] for index in range(0, len(names), size)]


@dataclass
class _ColumnarEvaluation:
    opened: OpenPackage
    store: SpoolingStore
    study: Study
    missing: MissingnessCounter
    uploads: UploadFaults
    found: LotFindings = field(default_factory=LotFindings)
    counted: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    """Findings of each code, table and field in the lots before."""

    def run(self, on_progress: Progress) -> None:
        """Lot after lot, in the order of the subjects."""
        names, total = self.store.all_names(), self.store.counted()[0]
        done = 0
        for lot in self._judged(names):
            done += len(lot)
            on_progress("evaluating", total * done // len(names), total)

    def _judged(self, names: Sequence[str]) -> Iterator[Sequence[str]]:
        """Judges some subjects after others, and gives those that are done."""
        try:
            needs = needs_of(self.study)
        except NotVectorizable as error:
            for lot in _cut(names, BATCH):
                self._one_by_one(lot, error)
                yield lot

            return

        size = max(1, len(names) * ROWS // max(self.store.rows, 1))
        with closing(self._structures(_cut(names, size))) as lots:
            for lot, coming in lots:
                self._lot(lot, coming, needs)
                yield lot

    def _structures(self, lots: Sequence[Sequence[str]]) -> Generator[Lot]:
        """The rows of the next lot are put together in a second thread while one is
        judged.
        """
        kept = self._all_kept
        with ThreadPoolExecutor(max_workers=1) as beside:
            coming: list[Lot] = []
            for names in lots:
                keys = Keys(study=self.study, names=names)
                read = self.store.reading(names[0], names[-1])
                forms: list[FormOf] = []
                for name in names:
                    forms += kept.get(name, ())

                coming.append((names, beside.submit(structure, keys, read, forms)))
                if len(coming) > 1:
                    yield coming.pop(0)

            yield from coming

    @cached_property
    def readers(self) -> Readers:
        return Readers(study=self.study, today=self.missing.today)

    def _lot(
        self, names: Sequence[str], coming: Future[Structure], needs: Needs
    ) -> None:
        """Nothing is reported before all has been worked out; what fails is left to the
        judge.
        """
        try:
            result = coming.result()
            worked = self._worked_out(result, needs)
        except Exception as error:
            # Whatever fails over columns, the judge can go through subject by subject.
            self._one_by_one(names, error)
        else:
            self._report(result, worked)

    def _one_by_one(self, names: Sequence[str], why: Exception) -> None:
        words = (
            str(why)
            if isinstance(why, NotVectorizable)
            else f"{type(why).__name__}: {why}"[:200]
        )
        note = f"Subjects were validated one at a time, because {words}."
        self.opened.notes = tuple(dict.fromkeys((*self.opened.notes, note)))
        self.found.forget()
        self._judge(dict.fromkeys(names))

    def _worked_out(self, value: Structure, needs: Needs) -> _LotResult:
        with closing(Casebooks(value, needs, self.readers)) as books:
            for shape in books.shapes:
                RelationChecks(books, books.relation(shape), self.found).judge()

            unbegun = MissingnessCounter(study=self.study, today=self.missing.today)
            left = MissingForms(
                books=books, subjects=~value.faulty, missing=unbegun
            ).count()
            files = NamedFiles(books, value.sites)

        to_count = frozenset(value.keys.names[index] for index in left.tolist())

        return _LotResult(
            self.found.columns(), (unbegun.counts, self._states()), to_count, files
        )

    @cached_property
    def _all_kept(self) -> Mapping[str, Sequence[FormOf]]:
        by_form: dict[str, list[FormOf]] = {}
        for kept_form in self.store.kept_forms():
            by_form.setdefault(kept_form[0], []).append(kept_form)

        return by_form

    @cached_property
    def _damaged(self) -> Mapping[int, Sequence[int]]:
        return self.store.damaged_lines()

    def _states(self) -> States:
        visits = [*visit_numbers(self.study)]
        counts: dict[tuple[str, str, str], Counter[str]] = {}
        for (table, name, visit, state), count in self.found.states.items():
            counts.setdefault((table, name, visits[visit]), Counter())[state] += count

        return counts

    def _report(self, value: Structure, worked: _LotResult) -> None:
        """The judge speaks of faulty subjects, of what is listed or asked of it; the
        rest is counted.
        """
        keys, columns = value.keys, worked.columns
        self.found.forget()
        for counts in worked.counts:
            self.missing.add(counts)

        subject = keys.subject(columns.key)
        # Findings are listed in the judge's words, so that it has to see their subjects.
        asked = subject[(columns.constraint < 0) | self._special(value, columns)]
        sure = ~np.isin(subject, asked)
        listed = np.isin(
            subject, np.union1d(asked, self._first(columns.where(sure), subject[sure]))
        )
        wanted: dict[str, frozenset[FormKey] | None] = {
            **self._forms(keys, columns.where(listed))
        }
        wanted.update(
            dict.fromkeys(
                keys.names[index] for index in np.flatnonzero(value.faulty).tolist()
            )
        )
        self._judge(wanted, worked.to_count, worked.files)
        self._count(columns.where(~listed))

    # What is listed

    def _first(self, columns: FindingColumns, subject: Array) -> Array:
        """The subjects of the first findings of each kind, as many as are listed.

        Of subjects that the judge is asked about, some may be no findings: they are
        listed in any case.
        """
        kinds: dict[tuple[str, str, str | None], list[int]] = {}
        for item, constraint in self.found.constraints.items():
            kinds.setdefault((item.code, item.table, item.field), []).append(constraint)

        wanted = [subject[:0]]

        for kind, places in kinds.items():
            result = np.sort(subject[np.isin(columns.constraint, places)])
            wanted.append(
                result[: max(self.opened.collector.limit - self.counted[kind], 0)]
            )
            self.counted[kind] += len(result)

        return np.concatenate(wanted)

    def _special(self, value: Structure, columns: FindingColumns) -> Array:
        """Findings of forms with warnings that were kept, or with cells that the reader
        has told of.
        """
        forms: dict[str, list[Array]] = {}
        for subject, visit, unsno, form in value.kept:
            forms.setdefault(form, []).append(value.keys.one(subject, visit, unsno))

        for index, lines in self._damaged.items():
            table = self.opened.plans[index].table
            if table is not None:
                rows = value.tables[table.name]
                forms.setdefault(table.form.name, []).append(
                    rows.key[np.isin(rows.line, lines)]
                )

        zeros = np.zeros(len(columns.key), bool)

        for form, parts in forms.items():
            if form in self.found.forms:
                mine = columns.form == self.found.forms[form]
                zeros |= mine & np.isin(columns.key, np.concatenate(parts))

        return zeros

    def _forms(
        self, keys: Keys, columns: FindingColumns
    ) -> dict[str, frozenset[FormKey]]:
        visits, names = [*visit_numbers(self.study)], [*self.found.forms]
        forms: dict[str, set[FormKey]] = {}
        for key, form in set(
            zip(columns.key.tolist(), columns.form.tolist(), strict=True)
        ):
            subject, visit, unsno = keys.parts(key)
            form_key = FormKey(names[form], visits[visit], unsno)
            forms.setdefault(keys.names[subject], set()).add(form_key)

        return {name: frozenset(value) for name, value in forms.items()}

    # What is counted

    def _count(self, columns: FindingColumns) -> None:
        places = {plan.name: index for index, plan in enumerate(self.opened.plans)}
        counts = np.bincount(columns.constraint, minlength=len(self.found.constraints))

        for item, constraint in self.found.constraints.items():
            if not counts[constraint]:
                continue

            # Counted, not listed: nobody reads the words of these.
            finding = Finding(
                code=item.code,
                severity=item.severity,
                message="",
                remedy="",
                rule=item.rule,
            )
            self.opened.collector.more(
                Reported(finding=finding, table=item.table, field=item.field),
                int(counts[constraint]),
            )

            place, name = places[item.table], item.field or ""
            doubted = self._doubted.get((place, name))
            if doubted:
                lines = columns.line[columns.constraint == constraint].tolist()
                for line in doubted.intersection(lines):
                    self.store.settle(place, line, name)

    @cached_property
    def _doubted(self) -> Mapping[tuple[int, str], set[int]]:
        return self.store.doubted()

    # What the judge says

    def _judge(
        self,
        wanted: Mapping[str, frozenset[FormKey] | None],
        to_count: frozenset[str] = frozenset(),
        files: NamedFiles | None = None,
    ) -> None:
        """Goes through these subjects in order: all forms of each, where they are None,
        or some only.

        ``files`` are told of on the way, those of subjects in between too.
        """
        names = sorted({*wanted, *to_count})
        for start in range(0, len(names), BATCH):
            self.store.load(names[start : start + BATCH])
            self._batch(wanted, to_count, files)

        self._files(files)

    def _files(self, files: NamedFiles | None, until: str | None = None) -> None:
        if not files:
            return

        for reported in files.faults(self.uploads, until):
            self.opened.collector.add(reported)

    def _batch(
        self,
        wanted: Mapping[str, frozenset[FormKey] | None],
        to_count: frozenset[str],
        files: NamedFiles | None,
    ) -> None:
        places = {plan.name: index for index, plan in enumerate(self.opened.plans)}
        for name, forms in self.opened.staged():
            some = wanted.get(name, frozenset())
            # The judge has to look at all of such a subject, and counts it as well.
            if some is None:
                self._files(files, name)
                judge_forms(
                    self.opened,
                    self.study,
                    self.missing,
                    self.uploads,
                    subjects=[(name, forms)],
                )
                continue

            casebook = InMemoryCasebook({form.key: form.record for form in forms})
            whole = EvaluatedSubject(self.study, casebook, self.missing.today, name)

            for form in forms:
                if form.key not in some:
                    continue

                captured = whole.form(form.key)
                if captured is None:
                    continue

                is_complete = form.head.status == FormStatus.COMPLETE
                judged = judge_captured(captured, completing=is_complete)
                report_form(self.opened, places, form, judged)

            self._files(files, name)
            if name in to_count:
                self.missing.subject(name, casebook, [form.key for form in forms])
