"""A package that came back from another program: what happened to its cells, and what they were before."""

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
from generator.validation.row_store import Damage

if TYPE_CHECKING:
    from generator.validation.opened_package import OpenPackage

_CHANGED = "file-changed"
_WHOLE = frozenset({"unknown-column", OTHER_DELIMITER})
_REFUSED = frozenset({"cell-constraint", "cell-type", "bad-key-number"})
_KEYS = frozenset({*layout.FORM_KEY, layout.ROW, "formstat", "version", "saved_at"})
_HASH = "hash"


def restore(
    opened: OpenPackage, planned: Collector, differing: frozenset[Column] | None, folder: Path
) -> bool:
    """Looks at the tables that are not as they were exported. True where it found anything.

    Then ``opened`` has a source whose tables are as they were, as far as that is beyond doubt, and a
    collector with the causes in place of what was found before. ``differing`` are the columns that are not
    what the audit trail says, None without one.
    """
    changed = {one.table for one in opened.collector.causes if one.code == _CHANGED and one.table}
    differing = _with_parted(opened, differing)
    suspects = changed | _odd_tables(opened.collector) | {table_of(one) for one in differing or ()}
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
        stated={name: _stated(one) for name, one in opened.resources.items()},
        folder=folder,
        patterns=read_retired(opened.descriptor).subjects,
        collector=planned,
    )
    opened.returned = examination.run()
    for found in causes(opened.returned):
        planned.add(found)
    opened.collector = planned
    opened.source = RestoredSource(opened.source, restored_files(opened.returned))
    opened.resources = {**opened.resources, **_without_hashes(opened.resources, opened.returned)}
    return True


def _odd_tables(collector: Collector) -> set[str]:
    """Tables whose keys are refused, or that have a column more."""
    return {
        one.table
        for one in collector.causes
        if one.table and (one.code in _WHOLE or (one.code in _REFUSED and one.field in _KEYS))
    }


def _with_parted(opened: OpenPackage, differing: frozenset[Column] | None) -> frozenset[Column] | None:
    """Tables whose cells other signs part have not been compared yet; nor any table where it is the trail."""
    parted = {one.table for one in opened.collector.causes if one.code == OTHER_DELIMITER}
    every = layout.AUDIT in parted
    if differing is None and not every:
        return None
    more = {(one.name, name) for one in opened.plans if every or one.name in parted for name in compared(one)}
    if every or layout.FORMS in parted:
        more |= {(one.table.form.name, STATUS) for one in opened.plans if one.table}
    return (differing or frozenset()) | more


def _stated(resource: Mapping[str, Any]) -> str:
    algorithm, _, digest = str(resource.get(_HASH, "")).partition(":")
    return digest if algorithm == "sha256" else ""


def restored_files(tables: tuple[TableReturn, ...]) -> dict[str, Path]:
    """The tables as they were, by the paths of those that were rewritten."""
    return {one.plan.path: one.sure for one in tables if one.sure is not None and one.is_rewritten}


def _without_hashes(
    resources: Mapping[str, Mapping[str, Any]], tables: tuple[TableReturn, ...]
) -> dict[str, Mapping[str, Any]]:
    """Resources of which every difference is known: their hash says nothing more."""
    known = [one for one in tables if not one.broken and (not one.changed or one.is_explained)]
    return {
        one.plan.name: {key: said for key, said in resources[one.plan.name].items() if key != _HASH}
        for one in known
        if one.plan.name in resources
    }


def lost_cells(opened: OpenPackage) -> Iterator[Damage]:
    """The cells that a program is said to have lost: no one else has to speak of them."""
    places = {plan.name: at for at, plan in enumerate(opened.plans)}
    for table in opened.returned:
        if table.lost is None:
            continue
        with table.lost.open(encoding="utf-8") as lines:
            for line in lines:
                row, field = line.rstrip("\n").split("\t")
                yield Damage(places[table.plan.name], int(row), field)
