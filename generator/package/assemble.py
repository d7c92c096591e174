"""Rows of one subject become its forms again; keys that do not fit are reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from forms_spec.catalogue import finding
from forms_spec.model import Form, Study
from forms_spec.record import LOG, CellKey, FormKey, Record, Row
from generator.package.captured import CapturedForm
from generator.package.order import form_order
from generator.package.plan import TablePlan
from generator.package.report import Collector, Reported
from generator.package.store import DataLine, FormLine, KeptLine, Store
from generator.tables import layout

RowPlace = tuple[str, int | None]
"""A table, and the row's number in a repeating group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StagedForm:
    """A form out of a package. ``lines`` gives the physical line of each of its rows."""

    form: Form
    key: FormKey
    head: FormLine
    record: Record
    lines: Mapping[RowPlace, int]

    def captured(self) -> CapturedForm:
        """The same form as it was written into the package."""
        head = self.head
        return CapturedForm(
            site=head.site,
            subject=head.subject,
            key=self.key,
            status=head.status,
            version=head.version,
            record=self.record,
            saved_by=head.saved_by,
            saved_at=moment(head.saved_at),
        )


def moment(text: str) -> datetime:
    """A time stamp of a package; the beginning of time when it is none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@dataclass(kw_only=True)
class Assembly:
    """Puts the forms of one subject after another together."""

    study: Study
    plans: Sequence[TablePlan]
    store: Store
    collector: Collector
    _order: Callable[[FormKey], Any] = field(init=False)

    def __post_init__(self) -> None:
        self._order = form_order(self.study)

    def subjects(self) -> Iterator[tuple[str, list[StagedForm]]]:
        """Each subject and its forms, in the package's order."""
        for subject in self.store.names():
            yield subject, self._forms(subject)

    def _forms(self, subject: str) -> list[StagedForm]:
        sites = self._sites(subject)
        heads = self._heads(subject, sites)
        rows = self._rows(subject, sites, heads)
        kept = self._kept(subject, heads)
        made = [self._form(key, heads[key], rows[key], kept[key]) for key in sorted(heads, key=self._order)]
        return [form for form in made if form is not None]

    def _sites(self, subject: str) -> frozenset[str]:
        lines = self.store.subjects(subject)
        for line in lines[1:]:
            self._report("repeated-row", layout.SUBJECTS, line.line, line, first=lines[0].line)
        return frozenset(line.site for line in lines)

    def _heads(self, subject: str, sites: frozenset[str]) -> dict[FormKey, FormLine]:
        heads: dict[FormKey, FormLine] = {}
        for line in self.store.forms(subject):
            key = FormKey(line.form, line.visit, line.unsno)
            self._compare_site(layout.FORMS, line, sites)
            if key in heads:
                self._report("repeated-row", layout.FORMS, line.line, line, first=heads[key].line)
                continue
            heads[key] = line
            form = self.study.forms[line.form]
            if form.log != (line.visit == LOG):
                self._report(
                    "wrong-visit", layout.FORMS, line.line, line, name=layout.VISIT, value=line.visit
                )
            elif line.unsno and not (
                line.visit in self.study.visits and self.study.visits[line.visit].repeats
            ):
                self._report(
                    "visit-does-not-repeat",
                    layout.FORMS,
                    line.line,
                    line,
                    name=layout.UNSNO,
                    value=str(line.unsno),
                    visit=line.visit,
                )
            elif not form.log and (line.form, line.visit) not in self.study.expectations:
                self._report(
                    "form-not-in-schedule", layout.FORMS, line.line, line, name="form", value=line.form
                )
        return heads

    def _compare_site(self, table: str, line: FormLine | DataLine, sites: frozenset[str]) -> None:
        """The subject of a row is known, at the site of the row."""
        if not sites:
            self._report("unknown-subject", table, line.line, line, value=line.subject)
        elif line.site not in sites:
            there = ", ".join(sorted(sites))
            self._report(
                "other-site", table, line.line, line, value=line.subject, here=line.site, there=there
            )

    def _rows(
        self, subject: str, sites: frozenset[str], heads: Mapping[FormKey, FormLine]
    ) -> dict[FormKey, dict[RowPlace, DataLine]]:
        rows: dict[FormKey, dict[RowPlace, DataLine]] = {key: {} for key in heads}
        for line in self.store.data(subject):
            table = self.plans[line.at].table
            assert table is not None, line.at
            key, place = FormKey(table.form.name, line.visit, line.unsno), (table.name, line.rowno)
            self._compare_site(table.name, line, sites)
            if key not in rows:
                self._report("row-without-form", table.name, line.line, line, form=table.form.name)
            elif place in rows[key]:
                self._report("repeated-row", table.name, line.line, line, first=rows[key][place].line)
            else:
                rows[key][place] = line
        return rows

    def _kept(self, subject: str, heads: Mapping[FormKey, FormLine]) -> dict[FormKey, list[KeptLine]]:
        kept: dict[FormKey, list[KeptLine]] = {key: [] for key in heads}
        for line in self.store.kept(subject):
            key = FormKey(line.form, line.visit, line.unsno)
            if key in kept:
                kept[key].append(line)
            else:
                self._report("row-without-form", layout.QUERIES, line.line, line, form=line.form)
        return kept

    def _form(
        self, key: FormKey, head: FormLine, rows: Mapping[RowPlace, DataLine], kept: Iterable[KeptLine]
    ) -> StagedForm:
        form = self.study.forms[key.form]
        own = self.study.tables.get(form.name)
        if own and own.group is None and (form.name, None) not in rows:
            self._report(
                "form-without-row", layout.FORMS, head.line, head, name="form", value=form.name, of=form.name
            )
        texts: dict[str, str] = {}
        groups: dict[str, tuple[Row, ...]] = {}
        for (table, number), line in sorted(rows.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
            cells = line.texts([one.name for one in self.study.tables[table].fields])
            if number is None:
                texts = cells
            else:
                groups[table] = (*groups.get(table, ()), Row(number=number, texts=cells))
        reasons = {(CellKey(one.table, one.rowno, one.field), one.code): one.reason for one in kept}
        return StagedForm(
            form=form,
            key=key,
            head=head,
            record=Record(texts=texts, rows=groups, kept=reasons),
            lines={place: line.line for place, line in rows.items()},
        )

    def _report(self, code: str, table: str, row: int, line: Any, *, name: str | None = None,
                value: str | None = None, of: str | None = None, **words: Any) -> None:  # fmt: skip
        key = {layout.SUBJECT: line.subject}
        if hasattr(line, "visit"):
            key |= {layout.VISIT: line.visit, layout.UNSNO: line.unsno}
        if getattr(line, "rowno", None) is not None:
            key[layout.ROW] = line.rowno
        found = finding(code, value=value, table=table, **words)
        path = next((plan.path for plan in self.plans if plan.name == table), None)
        self.collector.add(
            Reported(finding=found, file=path, table=table, row=row, field=name, key=key, of=of)
        )
