"""A package that came back from another program: what happened to its cells, and what
they were before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.tables import layout
from generator.tables.retired import read_retired
from generator.validation.audit_trail import STATUS, Column, compared, table_of
from generator.validation.report.report import Collector
from generator.validation.returned.causes import causes
from generator.validation.returned.examination import Examination
from generator.validation.returned.restored_source import RestoredSource
from generator.validation.returned_table import OTHER_DELIMITER, TableReturn
from generator.validation.row_store import UnreadableCell

if TYPE_CHECKING:
    from generator.validation.opened_package import OpenPackage

_CHANGED = "file-changed"
_WHOLE = frozenset({"unknown-column", OTHER_DELIMITER})
_REFUSED = frozenset({"cell-constraint", "cell-type", "bad-key-number"})
_KEYS = frozenset({*layout.FORM_KEY, layout.ROW, "formstat", "version", "saved_at"})
_HASH = "hash"


def restore(
    opened: OpenPackage,
    planned: Collector,
    differing: frozenset[Column] | None,
    folder: Path,
) -> bool:
    """Looks at the tables that are not as they were exported. True where it found
    anything.

    Then ``opened`` has a source whose tables are as they were, as far as that is beyond
    doubt, and a collector with the causes in place of what was found before.
    ``differing`` are the columns that are not what the audit trail says, None without
    one.
    """
    changed = {
        item.table
        for item in opened.collector.causes
        if item.code == _CHANGED and item.table
    }
    differing = _with_parted(opened, differing)
    suspects = (
        changed
        | _odd_tables(opened.collector)
        | {table_of(item) for item in differing or ()}
    )
    if not suspects:
        return False
    if differing:
        suspects.add(layout.FORMS)

    assert opened.study is not None
    examination = Examination(
        study=opened.study,
        source=opened.source,
        plans=[plan for plan in opened.plans if plan.path in opened.source.sizes],
        suspects=suspects,
        changed=changed,
        differing=differing,
        stated={name: _stated(resource) for name, resource in opened.resources.items()},
        folder=folder,
        patterns=read_retired(opened.descriptor).subjects,
        collector=planned,
    )
    opened.returned = examination.run()
    for cause in causes(opened.returned):
        planned.add(cause)

    opened.collector = planned
    opened.source = RestoredSource(opened.source, restored_files(opened.returned))
    opened.resources = {
        **opened.resources,
        **_without_hashes(opened.resources, opened.returned),
    }

    return True


def _odd_tables(collector: Collector) -> set[str]:
    """Tables whose keys are refused, or that have a column more."""
    return {
        cause.table
        for cause in collector.causes
        if cause.table
        and (cause.code in _WHOLE or (cause.code in _REFUSED and cause.field in _KEYS))
    }


def _with_parted(
    opened: OpenPackage, differing: frozenset[Column] | None
) -> frozenset[Column] | None:
    """Tables whose cells other signs part have not been compared yet; nor any table
    where it is the trail.
    """
    parted = {
        cause.table
        for cause in opened.collector.causes
        if cause.code == OTHER_DELIMITER
    }
    every = layout.AUDIT in parted
    if differing is None and not every:
        return None

    more = set()
    for plan in opened.plans:
        if every or plan.name in parted:
            more |= {(plan.name, name) for name in compared(plan)}

    if every or layout.FORMS in parted:
        more |= {(plan.table.form.name, STATUS) for plan in opened.plans if plan.table}

    return (differing or frozenset()) | more


def _stated(resource: Mapping[str, Any]) -> str:
    algorithm, _, digest = str(resource.get(_HASH, "")).partition(":")
    return digest if algorithm == "sha256" else ""


def restored_files(tables: tuple[TableReturn, ...]) -> dict[str, Path]:
    """The tables as they were, by the paths of those that were rewritten."""
    return {
        table.plan.path: table.sure
        for table in tables
        if table.sure is not None and table.is_rewritten
    }


def _without_hashes(
    resources: Mapping[str, Mapping[str, Any]], tables: tuple[TableReturn, ...]
) -> dict[str, Mapping[str, Any]]:
    """Resources of which every difference is known: their hash says nothing more."""
    known = [
        table
        for table in tables
        if not table.broken and (not table.changed or table.is_explained)
    ]

    return {
        item.plan.name: {
            key: resource
            for key, resource in resources[item.plan.name].items()
            if key != _HASH
        }
        for item in known
        if item.plan.name in resources
    }


def lost_cells(opened: OpenPackage) -> Iterator[UnreadableCell]:
    """The cells that a program is said to have lost: no one else has to speak of them."""
    places = {plan.name: index for index, plan in enumerate(opened.plans)}
    for table in opened.returned:
        if table.lost is None:
            continue

        with table.lost.open(encoding="utf-8") as lines:
            for line in lines:
                row, field = line.rstrip("\n").split("\t")
                yield UnreadableCell(places[table.plan.name], int(row), field)
