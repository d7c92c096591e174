"""Packages of others: their cells are judged as they are, and the program that rewrote
them is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from generator.package.source import BrokenFile
from generator.rewritings import Expected
from generator.validation.report.root_causes import FindingKind
from generator.validation.returned.causes import cause_of_others
from generator.validation.returned.examination import tally_columns
from generator.validation.returned_table import TableReturn
from generator.validation.table_plan import (
    TablePlan,
    cell_readers,
    frictionless_schema,
    missing_values,
)

if TYPE_CHECKING:
    from generator.validation.opened_package import OpenPackage

_REFUSED = frozenset({"cell-constraint", "cell-type"})
_KINDS: Mapping[str, str] = {
    "integer": "integer",
    "year": "integer",
    "number": "decimal",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
}


def name_programs(opened: OpenPackage) -> None:
    """Adds the causes of refused cells.

    Nothing is restored: the verdict is Frictionless's.
    """
    causes = opened.collector.causes
    refused = {
        (cause.table, cause.field)
        for cause in causes
        if cause.code in _REFUSED and cause.field
    }
    numbered = {cause.table for cause in causes if cause.code == "unknown-column"}
    tables = []

    for plan in opened.plans:
        fields = {field for table, field in refused if table == plan.name and field}
        if (fields or plan.name in numbered) and (
            table := _looked_at(opened, plan, fields)
        ):
            tables.append(table)

    result = list(cause_of_others(tables))
    for item in result:
        opened.collector.add(item)

    if result:
        opened.collector.explained |= {
            alike for table in tables for alike in _explained(table)
        }


def _looked_at(
    opened: OpenPackage, plan: TablePlan, fields: set[str]
) -> TableReturn | None:
    table = TableReturn(plan=plan, source=opened.source, changed=False)
    try:
        table.scan(_expectations(plan, fields))
    except (ValueError, BrokenFile):
        return None

    tally_columns(table)

    return None if table.broken or not table.is_rewritten else table


def _expectations(plan: TablePlan, fields: set[str]) -> dict[str, Expected]:
    schema = frictionless_schema(plan)
    readers = cell_readers(schema)

    return {
        field.name: _expected(field, read)
        for field, read in zip(schema.fields, readers, strict=True)
        if field.name in fields
    }


def _expected(item: Any, read: Any) -> Expected:
    codes = item.constraints.get("enum") or ()

    return Expected(
        accepts=lambda text: not read(text)[1],
        kind=_KINDS.get(item.type, "text"),
        texts=tuple(str(code) for code in codes)
        if isinstance(codes, list | tuple)
        else (),
        missing=tuple(text for text in missing_values(item) if text),
        seconds="%" not in str(item.format) or "%S" in str(item.format),
    )


def _explained(table: TableReturn) -> Iterator[FindingKind]:
    """The findings that have this one reason: those of columns in which every refused
    cell is explained.
    """
    for name, habits in table.habits.items():
        if habits.failing and not habits.unexplained:
            yield from (FindingKind(code, table.plan.name, name) for code in _REFUSED)

    if table.row_numbers is not None:
        yield FindingKind("unknown-column", table.plan.name, table.row_numbers)
