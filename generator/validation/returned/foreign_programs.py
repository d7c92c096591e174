"""Packages of others: their cells are judged as they are, and the program that rewrote
them is named.
"""

from __future__ import annotations

from collections import defaultdict
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
    refused: defaultdict[str | None, set[str]] = defaultdict(set)
    numbered: set[str | None] = set()

    for cause in opened.collector.causes:
        if cause.code == "unknown-column":
            numbered.add(cause.table)
        elif cause.code in _REFUSED and cause.field:
            refused[cause.table].add(cause.field)

    tables: list[TableReturn] = []
    for plan in opened.plans:
        if plan.name not in refused and plan.name not in numbered:
            continue

        table = _looked_at(opened, plan, refused[plan.name])
        if table:
            tables.append(table)

    programs = list(cause_of_others(tables))
    for program in programs:
        opened.collector.add(program)

    # Without a program that does all of it, the cells keep their own findings.
    if programs:
        for table in tables:
            opened.collector.explained.update(_explained(table))


def _looked_at(
    opened: OpenPackage, plan: TablePlan, fields: set[str]
) -> TableReturn | None:
    table = TableReturn(plan=plan, source=opened.source, changed=False)
    try:
        table.scan(_expectations(plan, fields))
    except (ValueError, BrokenFile):
        return None

    tally_columns(table)
    if table.broken or not table.is_rewritten:
        return None

    return table


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
    texts: tuple[str, ...] = ()
    if isinstance(codes, list | tuple):
        texts = tuple(map(str, codes))

    format_ = str(item.format)

    return Expected(
        accepts=lambda text: not read(text)[1],
        kind=_KINDS.get(item.type, "text"),
        texts=texts,
        missing=tuple(filter(None, missing_values(item))),
        seconds="%" not in format_ or "%S" in format_,
    )


def _explained(table: TableReturn) -> Iterator[FindingKind]:
    """The findings that have this one reason: those of columns in which every refused
    cell is explained.
    """
    for name, habits in table.habits.items():
        if not habits.failing or habits.unexplained:
            continue

        for code in _REFUSED:
            yield FindingKind(code, table.plan.name, name)

    if table.row_numbers is not None:
        yield FindingKind("unknown-column", table.plan.name, table.row_numbers)
