"""Validates an export of REDCap's records by a dictionary: one report, its places in
the export.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from forms_spec.evaluation import CellState, Judgement, judge
from forms_spec.evaluation.calculated import without_calculated
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import (
    CellKey,
    Context,
    FormKey,
    InMemoryCasebook,
    Record,
    text_at,
)
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from generator.redcap.records.columns import EVENT, INSTANCE
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_cells import without_documents
from generator.redcap.records.record_file import EVERYTHING, KnownStructure, RecordFile
from generator.redcap.records.record_notes import record_notes
from generator.validation.report.report import LIMIT, Collector, Report, Reported

CLOSE = Decimal("1e-6")
"""REDCap computes in binary fractions: a result as near as this, in proportion, is the
same.
"""


def validate_records(
    file: str,
    content: bytes,
    study: Study,
    *,
    today: date,
    structure: KnownStructure = EVERYTHING,
    limit: int = LIMIT,
    subjects: Collection[str] = (),
) -> Report:
    """The report on an export. Never raises for what it says.

    ``structure`` and ``subjects`` are those of ``read_records``.
    """
    records = read_records(file, content, study, structure=structure, subjects=subjects)
    collector = Collector(limit=limit)
    for found in records.findings:
        row = found.text.line if found.text else None
        collector.add(Reported(finding=found, file=file, row=row))

    by_subject: defaultdict[str, list[CapturedForm]] = defaultdict(list)
    for form in records.forms:
        by_subject[form.subject].append(form)

    validation = _Validation(
        study=study, today=today, file=records, compared=_compared_fields(study)
    )

    for forms in by_subject.values():
        for reported in validation.subject(forms):
            collector.add(reported)

    return collector.report(
        source=file,
        study=study.name,
        readable=bool(records.sheet.places) or not content.strip(),
        rows={"records": len(records.sheet.rows)},
        forms=len(records.forms),
        subjects=len(by_subject),
        notes=tuple(record_notes(records)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Validation:
    """``compared`` are the calculated fields, by table and name, whose results in the
    export are compared with the formula's.
    """

    study: Study
    today: date
    file: RecordFile
    compared: Mapping[tuple[str, str], Field]

    def subject(self, forms: list[CapturedForm]) -> Iterator[Reported]:
        """Everything wrong with the forms of one subject."""
        given = {form.key: without_documents(self.study, form) for form in forms}
        # Rules read what is calculated here, not what the export says.
        records = {
            key: without_calculated(self.study.forms[key.form], record)
            for key, record in given.items()
        }
        casebook = InMemoryCasebook(records)

        for form in forms:
            context = Context(
                today=self.today,
                subject=form.subject,
                visit=form.key.visit,
                unsno=form.key.unsno,
                casebook=casebook,
            )
            judged = judge(
                self.study,
                self.study.forms[form.key.form],
                records[form.key],
                context,
                completing=form.status == FormStatus.COMPLETE,
            )

            calculated = self._calculated(form.key, given[form.key], judged)
            for found in (*judged.findings, *calculated):
                if not (_is_named_file(found, form) or self._is_unread(found, form)):
                    yield self._reported(found, form)

    def _calculated(
        self, key: FormKey, given: Record, judged: Judgement
    ) -> Iterator[Finding]:
        """Results of REDCap that are not what the formula gives."""
        for cell, state in judged.cells.items():
            field = self.compared.get((cell.table, cell.field))
            if field is None or state.state is CellState.HIDDEN:
                continue

            text = text_at(given, cell)
            if not text or _is_close(text, state.text):
                continue

            place = DataPlace(
                table=cell.table, field=cell.field, row=cell.row, visit=key.visit
            )
            yield finding(
                "calculated-differs" if state.text else "calculated-unknown",
                text=field.place,
                data=place,
                value=text,
                label=field.label,
                given=text,
                answer=state.text,
            )

    def _is_unread(self, found: Finding, form: CapturedForm) -> bool:
        """Whether the reader has a finding at this cell already."""
        cell = _cell_of(found)
        if cell is None:
            return False

        return (form.subject, form.key, cell) in self.file.unread

    def _reported(self, found: Finding, form: CapturedForm) -> Reported:
        """The finding at its cell of the export."""
        row = self.file.rows.get((form.subject, form.key))
        cell = _cell_of(found)
        if cell is not None:
            place = self.file.places.get((form.subject, form.key, cell))
            row = place.row if place else row

        data = found.data
        key: dict[str, str | int] = {"record": form.subject, EVENT: form.key.visit}
        instance = form.key.unsno

        if data is not None and data.row is not None:
            instance = data.row
        if instance:
            key[INSTANCE] = instance

        return Reported(
            finding=found,
            file=self.file.sheet.file,
            table=data.table if data else form.key.form,
            row=row,
            field=data.field if data else None,
            key=key,
        )


def _cell_of(found: Finding) -> CellKey | None:
    """The cell of a finding; None for one of a form, a table or a row."""
    data = found.data
    if data is None or data.field is None:
        return None

    return CellKey(data.table, data.row, data.field)


def _is_named_file(found: Finding, form: CapturedForm) -> bool:
    """Whether a finding asks for a file of which the export has the name."""
    cell = _cell_of(found)
    if found.code != "required-blank" or cell is None:
        return False

    return text_at(form.record, cell) != ""


# Calculated fields


def _compared_fields(study: Study) -> dict[tuple[str, str], Field]:
    """The calculated fields that are compared, by table and name.

    A formula that asks for today's date gives another result every day, and the
    subject's id is the record's name.
    """
    compared = {}
    for table in study.tables.values():
        for field in table.fields:
            formula = field.value
            if formula is None or formula.text == "subjid":
                continue

            if not _asks_today(formula.tree):
                compared[table.name, field.name] = field

    return compared


def _asks_today(tree: syntax_tree.Node) -> bool:
    return any(isinstance(node, syntax_tree.Today) for node in _nodes(tree))


def _nodes(node: object) -> Iterator[object]:
    """A syntax tree's nodes and what they hold, depth first."""
    yield node

    parts: tuple[object, ...] = ()
    if isinstance(node, tuple):
        parts = node
    elif isinstance(node, syntax_tree.Node):
        parts = tuple(getattr(node, name) for name in node.__dataclass_fields__)

    for part in parts:
        yield from _nodes(part)


def _is_close(given: str, computed: str) -> bool:
    """Whether two results are the same but for REDCap's rounding."""
    try:
        first = Decimal(given.strip().replace(",", "."))
        second = Decimal(computed)
    except InvalidOperation:
        return given.strip() == computed

    return abs(first - second) <= CLOSE * max(abs(first), abs(second), Decimal(1))
