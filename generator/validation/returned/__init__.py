"""A package that came back from another program: what happened to its cells, and what
they were before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
    changed = set(_tables_with(opened.collector, {_CHANGED}))
    differing = _with_parted(opened, differing)
    differing_tables = {table_of(column) for column in differing or ()}
    suspects = changed | _odd_tables(opened.collector) | differing_tables
    if not suspects:
        return False

    if differing:
        suspects.add(layout.FORMS)

    assert opened.study is not None
    stated = {name: _stated(resource) for name, resource in opened.resources.items()}
    examination = Examination(
        study=opened.study,
        source=opened.source,
        plans=[plan for plan in opened.plans if plan.path in opened.source.sizes],
        suspects=suspects,
        changed=changed,
        differing=differing,
        stated=stated,
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


def _tables_with(collector: Collector, codes: Collection[str]) -> Iterator[str]:
    """The tables that a finding with one of these codes is about."""
    for cause in collector.causes:
        if cause.table and cause.code in codes:
            yield cause.table


def _odd_tables(collector: Collector) -> set[str]:
    """Tables whose keys are refused, or that have a column more."""
    tables = set(_tables_with(collector, _WHOLE))
    for cause in collector.causes:
        if not cause.table:
            continue

        # A refused answer is one cell; a refused key may be the work of a program.
        if cause.code in _REFUSED and cause.field in _KEYS:
            tables.add(cause.table)

    return tables


def _with_parted(
    opened: OpenPackage, differing: frozenset[Column] | None
) -> frozenset[Column] | None:
    """Tables whose cells other signs part have not been compared yet; nor any table
    where it is the trail.
    """
    parted = set(_tables_with(opened.collector, {OTHER_DELIMITER}))
    # Without its trail, nothing has been compared.
    has_unread_trail = layout.AUDIT in parted
    if differing is None and not has_unread_trail:
        return None

    columns = set(differing or ())
    for plan in opened.plans:
        if has_unread_trail or plan.name in parted:
            columns |= {(plan.name, name) for name in compared(plan)}

        if plan.table and (has_unread_trail or layout.FORMS in parted):
            columns.add((plan.table.form.name, STATUS))

    return frozenset(columns)


def _stated(resource: Mapping[str, Any]) -> str:
    algorithm, _, digest = str(resource.get(_HASH, "")).partition(":")
    # Data Package allows others, which say nothing here.
    if algorithm != "sha256":
        return ""

    return digest


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
    without: dict[str, Mapping[str, Any]] = {}

    for table in tables:
        name = table.plan.name
        if table.broken or name not in resources:
            continue
        if table.changed and not table.is_explained:
            continue

        resource = dict(resources[name])
        resource.pop(_HASH, None)
        without[name] = resource

    return without


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
