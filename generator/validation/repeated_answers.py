"""Answers that may stand once only, over all subjects of a package.

No subject has to be evaluated for it: the columns are compared as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from forms_spec.evaluation.unique_values import (
    MOST_NAMED,
    Holder,
    UniqueAnswer,
    UniqueColumn,
    compared_names,
    compared_values,
    repeated_answer,
    unique_fields,
)
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Field, Table
from forms_spec.model.study import Study
from generator.tables import layout
from generator.validation.opened_package import OpenPackage
from generator.validation.report.report import Reported
from generator.validation.row_store import DataLine

ONE_TEXT = frozenset({"text", "integer", "date", "choice", "boolean"})
"""The kinds of which two texts are never one value, so that texts can be compared."""


class ComparedRow(NamedTuple):
    """The answer of a row that may stand once only: ``position`` and ``line`` are the
    table in the plan and the line in its file, ``text`` is what stands there.
    """

    position: int
    line: int
    field: str
    text: str
    values: tuple[str, ...]
    holder: Holder


def repeated_rows(
    opened: OpenPackage, study: Study, *, some: bool = False
) -> Iterator[ComparedRow]:
    """Every row whose answer may stand once only. Of a large package, only those of which
    the text is in another row too, as far as texts can tell, unless there are but
    ``some`` of the rows here.
    """
    for position, table, fields in _unique_columns(opened, study):
        kinds = {field.name: field.kind.name for field in table.fields}
        for field in fields:
            names = [name for name in compared_names(field) if kinds[name] in ONE_TEXT]
            lines = opened.store.table(position, repeated=() if some else names)
            yield from _compared(study, table, field, lines)


def _unique_columns(
    opened: OpenPackage, study: Study
) -> Iterator[tuple[int, Table, list[Field]]]:
    """The tables with answers that may stand once only, by their place in the plan."""
    by_table: dict[str, list[Field]] = {}
    for columns in unique_fields(study).values():
        for table, field in columns:
            by_table.setdefault(table.name, []).append(field)

    for position, plan in enumerate(opened.plans):
        if plan.table is not None and plan.name in by_table:
            yield position, study.tables[plan.name], by_table[plan.name]


def _compared(
    study: Study, table: Table, field: Field, lines: Iterable[DataLine]
) -> Iterator[ComparedRow]:
    """What is compared of the rows of a table in one of its fields."""
    names = [item.name for item in table.fields]
    for line in lines:
        texts = line.texts(names)
        values = compared_values(study, table, field, texts)
        if values is None:
            continue

        key = FormKey(table.form.name, line.visit, line.unsno)
        yield ComparedRow(
            position=line.at,
            line=line.line,
            field=field.name,
            text=texts[field.name],
            values=values,
            holder=Holder(line.site, line.subject, key, line.rowno),
        )


def report_repeated(
    opened: OpenPackage, study: Study, rows: Iterable[ComparedRow]
) -> None:
    """Reports every answer that another row has, too, where it may stand once only."""
    for row, fault in repeated(opened, study, rows):
        # The reader has said what is wrong with a cell that cannot be read.
        if row.field in opened.store.damaged(row.position, row.line):
            continue

        opened.store.settle(row.position, row.line, row.field)
        opened.collector.add(reported_row(opened, row, fault))


def reported_row(opened: OpenPackage, row: ComparedRow, fault: Finding) -> Reported:
    """The finding at the line of its row."""
    plan = opened.plans[row.position]
    return Reported(
        finding=fault,
        file=plan.path,
        table=plan.name,
        row=row.line,
        field=row.field,
        key=_key(row.holder),
    )


def repeated(
    opened: OpenPackage, study: Study, rows: Iterable[ComparedRow]
) -> Iterator[tuple[ComparedRow, Finding]]:
    """Each row whose answer another row has, too, in the order of the files."""
    groups: dict[tuple[UniqueColumn, str, tuple[str, ...]], dict[Holder, ComparedRow]]
    groups = {}
    for row in rows:
        table = study.tables[opened.plans[row.position].name]
        field = study.field(table.name, row.field)
        assert field is not None
        assert field.unique is not None
        within = _within(field.unique.over, row.holder)
        key = (UniqueColumn(table.name, field.name), within, row.values)
        # Of a row that stands twice, the first one counts: that has a finding.
        groups.setdefault(key, {}).setdefault(row.holder, row)

    faults = []
    for (column, _, _), group in groups.items():
        table = study.tables[column.table]
        field = study.field(column.table, column.field)
        assert field is not None
        if len(group) > 1:
            faults += [
                (row, _fault(study, table, field, row, group)) for row in group.values()
            ]

    yield from sorted(faults, key=lambda fault: (fault[0].position, fault[0].line))


def _within(over: str, holder: Holder) -> str:
    """The site or the subject in which the answer has to be unique; blank for all."""
    if over == "subject":
        return holder.subject
    if over == "site":
        return holder.site

    return ""


def _fault(
    study: Study,
    table: Table,
    field: Field,
    row: ComparedRow,
    group: dict[Holder, ComparedRow],
) -> Finding:
    """The finding of one row. Whoever has a package sees all subjects in it."""
    answer = UniqueAnswer(
        table=table,
        field=field,
        row=row.holder.row,
        text=row.text,
        values=row.values,
    )
    # So many rows may be equal that each can look at a few of the others only.
    others = (other for other in group if other != row.holder)
    first = sorted(islice(others, MOST_NAMED))
    more = len(group) - 1 - len(first)
    return repeated_answer(study, row.holder, answer, first, lambda _: True, more=more)


def _key(holder: Holder) -> dict[str, str | int]:
    key: dict[str, str | int] = {
        layout.SITE: holder.site,
        layout.SUBJECT: holder.subject,
        layout.VISIT: holder.key.visit,
        layout.UNSNO: holder.key.unsno,
    }
    if holder.row is not None:
        key[layout.ROW] = holder.row

    return key
