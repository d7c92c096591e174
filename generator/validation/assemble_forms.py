"""Rows of one subject become its forms again; keys that do not fit are reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from forms_spec.findings.catalogue import finding
from forms_spec.model.captured_data import LOG, CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm
from generator.package.row_order import form_order
from generator.tables import layout
from generator.validation.report.report import Collector, Reported
from generator.validation.row_store import DataLine, FormLine, KeptLine, Store
from generator.validation.table_plan import TablePlan

if TYPE_CHECKING:  # packages of others do without
    from forms_spec.model.fields import Form
    from forms_spec.model.study import Study

RowPlace = tuple[str, int | None]
"""A table, and the row's number in a repeating group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StagedForm:
    """A form out of a package.

    ``lines`` gives the physical line of each of its rows.
    """

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

    if read.tzinfo is None:
        return read.replace(tzinfo=UTC)

    return read


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
        heads, moved = self._heads(subject, sites)
        rows = self._rows(subject, sites, heads)
        kept = self._kept(subject, heads, moved)
        forms: list[StagedForm] = []

        for key in sorted(heads, key=self._order):
            form = self._form(key, heads[key], rows[key], kept[key])
            if form is not None:
                forms.append(form)

        return forms

    def _sites(self, subject: str) -> frozenset[str]:
        lines = self.store.subjects(subject)
        for line in lines[1:]:
            self._report(
                "repeated-row", layout.SUBJECTS, line.line, line, first=lines[0].line
            )

        return frozenset(line.site for line in lines)

    def _heads(
        self, subject: str, sites: frozenset[str]
    ) -> tuple[dict[FormKey, FormLine], frozenset[FormKey]]:
        """The subject's forms, and those that nobody can judge where they were
        captured: they were moved.
        """
        heads: dict[FormKey, FormLine] = {}
        moved: set[FormKey] = set()

        for line in self.store.forms(subject):
            key = FormKey(line.form, line.visit, line.unsno)
            self._compare_site(layout.FORMS, line, sites)
            if key in heads:
                self._report(
                    "repeated-row", layout.FORMS, line.line, line, first=heads[key].line
                )
                continue

            fault = self._place_fault(key)
            if fault:
                code, name, value = fault
                self._report(
                    code, layout.FORMS, line.line, line, name=name, value=value, visit=line.visit,
                    form=line.form, subject=line.subject,
                )  # fmt: skip

            if fault and fault[0] == "form-retired":
                moved.add(key)
            else:
                heads[key] = line

        return heads, frozenset(moved)

    def _place_fault(self, key: FormKey) -> tuple[str, str, str] | None:
        """What is wrong with the place of a form: the code, the column and its text."""
        form, visit = self.study.forms[key.form], self.study.visits.get(key.visit)
        is_of_log = key.visit == LOG
        if form.log != is_of_log:
            if self._was_moved(key):
                return "form-retired", layout.FORM, key.form

            return "wrong-visit", layout.VISIT, key.visit

        repeats = visit is not None and visit.repeats
        if repeats != bool(key.unsno):
            is_of_past = self._was_moved(key)
            if repeats:
                code = "visit-repeats-now" if is_of_past else "visit-not-numbered"
            else:
                code = "visit-repeated" if is_of_past else "visit-does-not-repeat"

            return code, layout.UNSNO, str(key.unsno)

        # A log form is expected of every subject, at no visit.
        is_scheduled = form.log or (key.form, key.visit) in self.study.expectations
        if not is_scheduled:
            return "form-not-in-schedule", layout.FORM, key.form

        return None

    def _was_moved(self, key: FormKey) -> bool:
        """Whether an earlier dictionary of the study had a form where it was captured."""
        for plan in self.plans:
            # All plans of a study know the same past.
            if plan.known:
                return plan.known.was_moved(key.form, key.visit, key.unsno)

        return False

    def _compare_site(
        self, table: str, line: FormLine | DataLine, sites: frozenset[str]
    ) -> None:
        """The subject of a row is known, at the site of the row."""
        if not sites:
            self._report("unknown-subject", table, line.line, line, value=line.subject)
        elif line.site not in sites:
            there = ", ".join(sorted(sites))
            self._report(
                "other-site",
                table,
                line.line,
                line,
                value=line.subject,
                here=line.site,
                there=there,
            )

    def _rows(
        self, subject: str, sites: frozenset[str], heads: Mapping[FormKey, FormLine]
    ) -> dict[FormKey, dict[RowPlace, DataLine]]:
        rows: dict[FormKey, dict[RowPlace, DataLine]] = {key: {} for key in heads}
        for line in self.store.data(subject):
            table = self.plans[line.at].table
            assert table is not None, line.at
            key, place = (
                FormKey(table.form.name, line.visit, line.unsno),
                (table.name, line.rowno),
            )
            self._compare_site(table.name, line, sites)
            if key not in rows:
                self._report(
                    "row-without-form",
                    table.name,
                    line.line,
                    line,
                    form=table.form.name,
                )
            elif place in rows[key]:
                self._report(
                    "repeated-row",
                    table.name,
                    line.line,
                    line,
                    first=rows[key][place].line,
                )
            else:
                rows[key][place] = line

        return rows

    def _kept(
        self, subject: str, heads: Mapping[FormKey, FormLine], moved: frozenset[FormKey]
    ) -> dict[FormKey, list[KeptLine]]:
        kept: dict[FormKey, list[KeptLine]] = {key: [] for key in heads}
        for line in self.store.kept(subject):
            key = FormKey(line.form, line.visit, line.unsno)
            if key in kept:
                kept[key].append(line)
                continue

            # Of a form that was moved, the warnings went with it.
            if key in moved:
                continue

            self._report(
                "row-without-form", layout.QUERIES, line.line, line, form=line.form
            )

        return kept

    def _form(
        self,
        key: FormKey,
        head: FormLine,
        rows: Mapping[RowPlace, DataLine],
        kept: Iterable[KeptLine],
    ) -> StagedForm:
        form = self.study.forms[key.form]
        own = self.study.tables.get(form.name)
        if own and own.group is None and (form.name, None) not in rows:
            self._report(
                "form-without-row",
                layout.FORMS,
                head.line,
                head,
                name="form",
                value=form.name,
                of=form.name,
            )

        texts: dict[str, str] = {}
        groups: dict[str, tuple[Row, ...]] = {}

        for (table, number), line in sorted(
            rows.items(), key=lambda item: (item[0][0], item[0][1] or 0)
        ):
            cells = line.texts(
                [entry.name for entry in self.study.tables[table].fields]
            )
            if number is None:
                texts = cells
            else:
                groups[table] = (
                    *groups.get(table, ()),
                    Row(number=number, texts=cells),
                )

        reasons = {
            (CellKey(entry.table, entry.rowno, entry.field), entry.code): entry.reason
            for entry in kept
        }

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

        result = finding(code, value=value, table=table, **words)
        path = next((plan.path for plan in self.plans if plan.name == table), None)
        self.collector.add(
            Reported(
                finding=result,
                file=path,
                table=table,
                row=row,
                field=name,
                key=key,
                of=of,
            )
        )
