"""A package from disk: its descriptor, its dictionary, its tables, and everything wrong with them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms_spec.findings.catalogue import finding
from generator.package.package_files import LARGEST_TEXT, OURS, is_safe
from generator.package.source import BrokenFile, Source, Unreadable, open_source
from generator.tables import layout
from generator.tables.retired import read_retired
from generator.validation.audit_trail import Column, PlainTrail, Trail
from generator.validation.dependencies import Links
from generator.validation.foreign.plan import SAID, TOLERATED, foreign_plan
from generator.validation.opened_package import OpenPackage
from generator.validation.read_tables import Progress, Staging
from generator.validation.report.report import LIMIT, Collector, Reported
from generator.validation.row_store import Store
from generator.validation.table_plan import TablePlan, descriptor_plan, has_entries, study_plan

if TYPE_CHECKING:  # packages of others do without
    from forms_spec.model.fields import Table
    from forms_spec.model.study import Study

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
    """Reads a package into scratch space. Raises ``Unreadable`` when nothing of it can be read.

    ``dictionary`` is the text of another dictionary, by file name, to judge the package with. ``strict``
    counts what Frictionless tolerates in packages of others. A package of so many bytes is ``large``: its
    casebooks are judged all at once.
    """
    with open_source(path, whole=dictionary is not None) as source, ExitStack() as stack:
        judged = dictionary is not None or _has_dictionary(source)
        at_once = judged and engine is Engine.EMBEDDED and _size_of_tables(source) >= large
        store = stack.enter_context(_spooling_store() if at_once else Store())
        opened = plan_package(
            path, source, store, stack, dictionary=dictionary, collector=Collector(limit=limit), strict=strict
        )
        planned = opened.collector.fork()
        small = not at_once and _is_small(opened)
        differing = _stage(opened, engine, small=small, on_progress=on_progress)
        if opened.study and _as_they_were(opened, planned, differing, stack):
            opened.store = stack.enter_context(_spooling_store() if at_once else Store())
            store.close()
            _stage(opened, engine, small=small, on_progress=on_progress)
            _settle_lost(opened)
        elif opened.study is None:
            _name_programs(opened)
        yield opened


def _stage(
    opened: OpenPackage, engine: Engine, *, small: bool, on_progress: Progress | None
) -> frozenset[Column] | None:
    """Reads all tables. Gives the columns that are not what the audit trail says, None without a trail."""
    trail = _trail(engine, small=small) if opened.study else None
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
    for found in opened.stopped():
        opened.collector.add(found)
    return trail.differing() if trail else None


def _name_programs(opened: OpenPackage) -> None:
    """Says what rewrote cells that are refused, where there is no dictionary that says what they were."""
    if any(one.code in ODD for one in opened.collector.causes):
        from generator.validation.returned.foreign_programs import name_programs

        name_programs(opened)


def _settle_lost(opened: OpenPackage) -> None:
    from generator.validation.returned import lost_cells

    for damage in lost_cells(opened):
        opened.store.add(damage)
        opened.store.settle(damage.at, damage.line, damage.field)
    opened.store.flush()


def _as_they_were(
    opened: OpenPackage, planned: Collector, differing: frozenset[Column] | None, stack: ExitStack
) -> bool:
    """Restores what other programs did to the tables; True where they are to be read once more.

    ``planned`` has the findings of before they were read.
    """
    from generator.validation.returned import restore

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crfsmith-")))
    return restore(opened, planned, differing, folder)


def _is_small(opened: OpenPackage) -> bool:
    """True where reading in blocks would not pay for what has to be loaded for it."""
    sizes = {plan.name: opened.source.sizes.get(plan.path, 0) for plan in opened.plans}
    trail = sizes.pop(layout.AUDIT, 0) if opened.study else 0
    return sum(sizes.values()) < SMALL and trail < SMALL_TRAIL


def _size_of_tables(source: Source) -> int:
    return sum(size for name, size in source.sizes.items() if name.endswith(".csv"))


def _has_dictionary(source: Source) -> bool:
    return any(name.startswith(layout.DICTIONARY) for name in source.sizes)


def _spooling_store() -> Store:
    from generator.validation.columnar.forms.spooling_store import SpoolingStore

    return SpoolingStore()


def plan_package(
    path: Path,
    source: Source,
    store: Store,
    stack: ExitStack,
    *,
    dictionary: Mapping[str, str] | None,
    collector: Collector,
    strict: bool,
) -> OpenPackage:
    """A package of which only descriptor and dictionary have been read. Raises ``Unreadable``."""
    opened = OpenPackage(
        path=path, source=source, store=store, collector=collector, descriptor=_descriptor(source)
    )
    of_others = dictionary is None and _of_others(opened)
    if of_others:
        collector.tolerated = SAID if strict else TOLERATED
    for found in source.findings:
        collector.add(Reported(finding=found, file=found.value))
    if of_others:
        _plan_foreign(opened, stack, strict=strict)
    else:
        opened.resources = _resources(opened)
        _plan_ours(opened, opened.resources, dictionary)
    collector.links = Links(plans=opened.plans, study=opened.study)
    return opened


def _of_others(opened: OpenPackage) -> bool:
    return OURS not in opened.descriptor and not _has_dictionary(opened.source)


def _plan_ours(
    opened: OpenPackage, resources: Mapping[str, Mapping[str, Any]], dictionary: Mapping[str, str] | None
) -> None:
    opened.study = _study(opened, dictionary)
    opened.plans = _plans(opened, resources)
    if opened.study:
        _compare_descriptor(opened, opened.study, resources)
    _unlisted(opened)


def _plan_foreign(opened: OpenPackage, stack: ExitStack, *, strict: bool) -> None:
    folder = stack.enter_context(opened.source.folder())
    foreign = foreign_plan(opened.descriptor, folder, strict=strict)
    for one in (*foreign.findings, *foreign.judged_by_frictionless()):
        opened.collector.add(one)
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
    from generator.validation.columnar.tables.block_reader import BlockReading
    from generator.validation.columnar.tables.parent_keys import parent_hashes

    return {"reading": BlockReading, "parent_keys": parent_hashes}


def _trail(engine: Engine, *, small: bool) -> Trail:
    """What compares the tables with the audit trail on the way."""
    if engine is Engine.REFERENCE or small:
        return PlainTrail()
    from generator.validation.columnar.tables.audit_trail import BlockTrail

    return BlockTrail()


def read_text(source: Source, name: str) -> str:
    """A whole text file of a package. Raises ``BrokenFile``."""
    if source.sizes[name] > LARGEST_TEXT:
        raise BrokenFile(f"it is larger than {LARGEST_TEXT // 2**20} MB")
    with source.open(name) as stream:
        try:
            return stream.read(LARGEST_TEXT + 1).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BrokenFile(f"it is not UTF-8 at byte {error.start}") from error


def _descriptor(source: Source) -> Mapping[str, Any]:
    if layout.DESCRIPTOR not in source.sizes:
        raise Unreadable(finding("no-descriptor"))
    try:
        read = json.loads(read_text(source, layout.DESCRIPTOR))
    except (BrokenFile, ValueError, RecursionError) as error:
        raise Unreadable(finding("broken-descriptor", why=str(error) or "it is nested too deep")) from error
    if not isinstance(read, dict) or not isinstance(read.get("resources"), list):
        raise Unreadable(finding("broken-descriptor", why="it has no list of resources"))
    return read


def _resources(opened: OpenPackage) -> dict[str, Mapping[str, Any]]:
    """The descriptor's resources by name, those with an unsafe path left out and reported."""
    found: dict[str, Mapping[str, Any]] = {}
    for one in opened.descriptor["resources"]:
        name, path = (one.get("name"), one.get("path")) if isinstance(one, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(path, str):
            opened.collector.add(Reported(finding=finding("broken-resource", value=str(one)[:80])))
        elif not is_safe(path):
            opened.collector.add(Reported(finding=finding("unsafe-path", value=path), table=name))
        elif name in found:
            opened.collector.add(Reported(finding=finding("repeated-resource", value=name), table=name))
        else:
            found[name] = one
    return found


def _study(opened: OpenPackage, dictionary: Mapping[str, str] | None) -> Study | None:
    from forms_spec import load_study  # packages of others do without

    files = dictionary if dictionary is not None else _packaged_dictionary(opened)
    if not files:
        opened.collector.add(Reported(finding=finding("dictionary-missing")))
        return None
    loaded = load_study(files)
    for found in loaded.findings:
        place = found.text
        file, line = (layout.DICTIONARY + place.file, place.line) if place else (None, None)
        opened.collector.add(Reported(finding=found, file=file, row=line))
    said = opened.descriptor.get("crfsmith:dictionary")
    if loaded.study and said != loaded.study.hash:
        differs = finding("dictionary-differs", value=str(said), used=loaded.study.hash)
        opened.collector.add(Reported(finding=differs))
    return loaded.study


def _packaged_dictionary(opened: OpenPackage) -> dict[str, str]:
    files: dict[str, str] = {}
    for name in sorted(opened.source.sizes):
        if name.startswith(layout.DICTIONARY):
            try:
                files[name.removeprefix(layout.DICTIONARY)] = read_text(opened.source, name)
            except BrokenFile as error:
                broken = finding("broken-file", value=name, path=name, why=str(error))
                opened.collector.add(Reported(finding=broken, file=name))
    return files


def _plans(opened: OpenPackage, resources: Mapping[str, Mapping[str, Any]]) -> tuple[TablePlan, ...]:
    plans: list[TablePlan] = []
    if opened.study:
        paths = {name: str(one["path"]) for name, one in resources.items()}
        entries = has_entries(resources.get(layout.SUBJECTS, {}))
        plans += study_plan(opened.study, paths, read_retired(opened.descriptor), entries=entries)
    taken = {plan.name for plan in plans}
    for name, resource in resources.items():
        if name in taken:
            continue
        made = descriptor_plan(resource)
        if isinstance(made, TablePlan):
            plans.append(made)
        else:
            skipped = finding("resource-not-judged", value=name, why=made)
            opened.collector.add(Reported(finding=skipped, file=layout.DESCRIPTOR, table=name))
    return tuple(plans)


def _compare_descriptor(
    opened: OpenPackage, study: Study, resources: Mapping[str, Mapping[str, Any]]
) -> None:
    """The descriptor of a package says what its dictionary says, or a reader without us is misled."""
    from generator.tables.descriptor import Past, descriptor

    entries = has_entries(resources.get(layout.SUBJECTS, {}))
    past = Past(retired=read_retired(opened.descriptor), entries=entries)
    described = descriptor(study, past=past)["resources"]
    for wanted in described:
        name = wanted["name"]
        if name not in resources:
            found = finding("resource-missing", value=name)
        elif not _says(resources[name].get("schema"), wanted["schema"], opened, study.tables.get(name)):
            found = finding("schema-differs", value=name)
        else:
            continue
        opened.collector.add(Reported(finding=found, file=layout.DESCRIPTOR, table=name))
    known = {wanted["name"] for wanted in described}
    for name in resources:
        if name not in known:
            extra = finding("unknown-table", value=name)
            opened.collector.add(Reported(finding=extra, file=layout.DESCRIPTOR, table=name))


def _says(schema: Any, wanted: Any, opened: OpenPackage, table: Table | None) -> bool:
    """True where a schema is the dictionary's, as it was written when the package was."""
    if schema == json.loads(json.dumps(wanted)):
        return True
    if table is None or opened.study is None or opened.descriptor.get("crfsmith:format") != 1:
        return False
    from generator.tables.format_1 import schema_of_format_1

    return bool(schema == json.loads(json.dumps(schema_of_format_1(opened.study, table))))


def _unlisted(opened: OpenPackage) -> None:
    """Files beside the tables that nobody would read."""
    planned = {plan.path for plan in opened.plans}
    for name in sorted(opened.source.sizes):
        if (
            name.endswith(".csv")
            and name not in planned
            and not name.startswith((layout.FILES, layout.DICTIONARY))
        ):
            opened.collector.add(Reported(finding=finding("unlisted-file", value=name), file=name))
