"""A package from disk: its descriptor, its dictionary, its tables, and everything wrong
with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms_spec.findings.catalogue import finding
from generator.package.package_files import OURS
from generator.package.source import BrokenFile, PackageSource, Unreadable, open_source
from generator.tables import layout
from generator.validation.audit_trail import (
    Column,
    PlainTrail,
    Trail,
    compared_columns,
)
from generator.validation.dependencies import Links
from generator.validation.json_parts import object_of
from generator.validation.opened_package import OpenPackage, read_text
from generator.validation.read_tables import Progress, Staging
from generator.validation.report.report import LIMIT, Collector, Reported
from generator.validation.row_store import Store
from generator.validation.table_plan import TablePlan

if TYPE_CHECKING:
    from generator.validation.columnar.embedded import Embedded

SMALL = 2**20
"""Tables of so few bytes are read before what reads blocks is even loaded."""
SMALL_TRAIL = 2**22
"""The same of the audit trail of a study, whose cells are the same again and again."""
LARGE = 32 * 10**6
"""Below so many bytes of tables the judge is as fast by itself."""

ODD = frozenset({"cell-constraint", "cell-type", "unknown-column"})
"""What programs that save tables leave behind."""


class Engine(StrEnum):
    """How tables are read: record by record, or in blocks. Both find the same."""

    REFERENCE = "reference"
    EMBEDDED = "embedded"


@contextmanager
def open_package(
    path: Path,
    *,
    dictionary: Mapping[str, str] | None = None,
    limit: int = LIMIT,
    engine: Engine = Engine.REFERENCE,
    strict: bool = False,
    large: int = LARGE,
    on_progress: Progress | None = None,
) -> Iterator[OpenPackage]:
    """Reads a package into scratch space. Raises ``Unreadable`` when nothing of it can
    be read.

    ``dictionary`` is the text of another dictionary, by file name, to judge the package
    with. ``strict`` counts what Frictionless tolerates in packages of others. A package
    of so many bytes is ``large``: its casebooks are judged all at once.
    """
    with (
        open_source(path, whole=dictionary is not None) as source,
        ExitStack() as stack,
    ):
        judged = dictionary is not None or _has_dictionary(source)
        at_once = (
            judged and engine is Engine.EMBEDDED and _size_of_tables(source) >= large
        )
        store = stack.enter_context(_spooling_store() if at_once else Store())
        opened = plan_package(
            path,
            source,
            store,
            stack,
            dictionary=dictionary,
            collector=Collector(limit=limit),
            strict=strict,
        )
        planned = opened.collector.fork()
        small = not at_once and _is_small(opened)
        differing = _stage(opened, engine, small=small, on_progress=on_progress)
        if opened.study is None:
            _name_programs(opened)
            yield opened
            return

        # Packages without a study do without the model, the rules and the habits of
        # programs.
        from generator.validation import study_package

        if study_package.restore_tables(opened, planned, differing, stack):
            opened.store = stack.enter_context(
                _spooling_store() if at_once else Store()
            )
            store.close()
            _stage(opened, engine, small=small, on_progress=on_progress)
            study_package.settle_lost_cells(opened)

        study_package.compare_rows(opened)
        yield opened


def _stage(
    opened: OpenPackage, engine: Engine, *, small: bool, on_progress: Progress | None
) -> frozenset[Column] | None:
    """Reads all tables.

    Gives the columns that are not what the audit trail says, None without a trail.
    """
    trail = _trail(opened.plans, engine, small=small) if opened.study else None
    staging = Staging(
        **_engine(engine, small=small),
        dictionary=opened.study is not None,
        ours=opened.ours,
        source=opened.source,
        store=opened.store,
        collector=opened.collector,
        expected=opened.resources,
        on_progress=on_progress,
        trail=trail,
    )
    opened.store.plans = opened.plans
    staging.read(opened.plans)
    opened.rows = staging.rows
    for result in opened.stopped():
        opened.collector.add(result)

    if trail is None:
        return None

    there = [plan for plan in opened.plans if plan.path in opened.source.sizes]

    return trail.differing(frozenset(compared_columns(there)))


def _name_programs(opened: OpenPackage) -> None:
    """Says what rewrote cells that are refused, where there is no dictionary that says
    what they were.
    """
    codes = {cause.code for cause in opened.collector.causes}
    if codes.isdisjoint(ODD):
        return

    # The habits of all programs, which a sound package has no need of.
    from generator.validation.returned.foreign_programs import name_programs

    name_programs(opened)


def _is_small(opened: OpenPackage) -> bool:
    """True where reading in blocks would not pay for what has to be loaded for it."""
    sizes = {plan.name: opened.source.sizes.get(plan.path, 0) for plan in opened.plans}
    trail = 0
    if opened.study:
        trail = sizes.pop(layout.AUDIT, 0)

    return sum(sizes.values()) < SMALL and trail < SMALL_TRAIL


def _size_of_tables(source: PackageSource) -> int:
    return sum(size for name, size in source.sizes.items() if name.endswith(".csv"))


def _has_dictionary(source: PackageSource) -> bool:
    return any(name.startswith(layout.DICTIONARY) for name in source.sizes)


def _spooling_store() -> Store:
    # The forms of all subjects at once, which only large packages of a study have.
    from generator.validation.columnar.forms.spooling_store import SpoolingStore

    return SpoolingStore()


def plan_package(
    path: Path,
    source: PackageSource,
    store: Store,
    stack: ExitStack,
    *,
    dictionary: Mapping[str, str] | None,
    collector: Collector,
    strict: bool,
) -> OpenPackage:
    """A package of which only descriptor and dictionary have been read.

    Raises ``Unreadable``.
    """
    opened = OpenPackage(
        path=path,
        source=source,
        store=store,
        collector=collector,
        descriptor=_descriptor(source),
    )
    if dictionary is None and _of_others(opened):
        _plan_foreign(opened, stack, strict=strict)
    else:
        _report_damage(opened)
        # As above: the model and the rules.
        from generator.validation.study_package import plan_study

        plan_study(opened, dictionary)

    collector.links = Links(plans=opened.plans, study=opened.study)

    return opened


def _of_others(opened: OpenPackage) -> bool:
    return OURS not in opened.descriptor and not _has_dictionary(opened.source)


def _report_damage(opened: OpenPackage) -> None:
    """What is wrong with the files of a package, whatever they hold."""
    for result in opened.source.findings:
        opened.collector.add(Reported(finding=result, file=result.value))


def _plan_foreign(opened: OpenPackage, stack: ExitStack, *, strict: bool) -> None:
    # Everything about descriptors, which our own packages have written themselves.
    from generator.validation.foreign.plan import SAID, TOLERATED, foreign_plan

    opened.collector.tolerated = SAID if strict else TOLERATED
    _report_damage(opened)
    folder = stack.enter_context(opened.source.folder())
    foreign = foreign_plan(opened.descriptor, folder, strict=strict)
    for item in (*foreign.findings, *foreign.judged_by_frictionless()):
        opened.collector.add(item)

    opened.plans = foreign.plans
    opened.resources = {plan.name: dict(plan.stated) for plan in foreign.plans}
    opened.notes = foreign.notes()
    opened.handed = len(foreign.handed)
    opened.stopped = foreign.stopped
    stack.callback(foreign.close)


def _engine(engine: Engine, *, small: bool) -> dict[str, Any]:
    """How ``Staging`` reads tables."""
    if engine is Engine.REFERENCE:
        return {}
    if small:
        return {"plainly": True}

    embedded = _embedded()

    return {"reading": embedded.reading, "parent_keys": embedded.parent_keys}


def _trail(plans: Iterable[TablePlan], engine: Engine, *, small: bool) -> Trail:
    """What compares the tables with the audit trail on the way."""
    columns = frozenset(compared_columns(plans))
    if engine is Engine.REFERENCE or small:
        return PlainTrail(columns)

    return _embedded().trail(columns)


def _embedded() -> Embedded:
    # Polars and NumPy: a small package is read before they would be loaded.
    from generator.validation.columnar.embedded import EMBEDDED

    return EMBEDDED


def _descriptor(source: PackageSource) -> Mapping[str, Any]:
    if layout.DESCRIPTOR not in source.sizes:
        raise Unreadable(finding("no-descriptor"))

    try:
        read = json.loads(read_text(source, layout.DESCRIPTOR))
    except (BrokenFile, ValueError, RecursionError) as error:
        # Python says nothing of what is nested too deep.
        why = str(error) or "it is nested too deep"
        raise Unreadable(finding("broken-descriptor", why=why)) from error

    resources = object_of(read).get("resources")
    if not isinstance(resources, list):
        why = "it has no list of resources"
        raise Unreadable(finding("broken-descriptor", why=why))

    descriptor: Mapping[str, Any] = read

    return descriptor
