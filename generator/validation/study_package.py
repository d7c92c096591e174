"""A package of a study: its dictionary, the tables that it should have, and those that
were rewritten.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from forms_spec import load_study
from forms_spec.findings.catalogue import finding
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from generator.package.package_files import is_safe
from generator.package.source import BrokenFile
from generator.tables import layout
from generator.tables.descriptor import Past, descriptor
from generator.tables.format_1 import schema_of_format_1
from generator.tables.retired import read_retired
from generator.validation.audit_trail import Column
from generator.validation.json_parts import object_of
from generator.validation.opened_package import OpenPackage, read_text
from generator.validation.packaged_entries import check_entries
from generator.validation.packaged_review import check_review
from generator.validation.query_threads import check_threads
from generator.validation.report.report import Collector, Reported
from generator.validation.returned import lost_cells, restore
from generator.validation.study_plan import descriptor_plan, has_entries, study_plan
from generator.validation.table_plan import TablePlan


def plan_study(opened: OpenPackage, dictionary: Mapping[str, str] | None) -> None:
    """Loads the dictionary, the given one or the package's own, and plans which tables
    there should be.
    """
    resources = _resources(opened)
    opened.resources = resources
    opened.study = _study(opened, dictionary)
    opened.plans = _plans(opened, resources)
    if opened.study:
        _compare_descriptor(opened, opened.study, resources)

    _unlisted(opened)


def _resources(opened: OpenPackage) -> dict[str, Mapping[str, Any]]:
    """The descriptor's resources by name, those with an unsafe path left out and
    reported.
    """
    resources: dict[str, Mapping[str, Any]] = {}

    def refuse(code: str, value: str, table: str | None = None) -> None:
        refused = finding(code, value=value)
        opened.collector.add(Reported(finding=refused, table=table))

    for resource in opened.descriptor["resources"]:
        name = object_of(resource).get("name")
        path = object_of(resource).get("path")
        if not isinstance(name, str) or not isinstance(path, str):
            refuse("broken-resource", str(resource)[:80])
        elif not is_safe(path):
            refuse("unsafe-path", path, name)
        elif name in resources:
            refuse("repeated-resource", name, name)
        else:
            resources[name] = resource

    return resources


def _study(opened: OpenPackage, dictionary: Mapping[str, str] | None) -> Study | None:
    files = dictionary
    if files is None:
        files = _packaged_dictionary(opened)
    if not files:
        opened.collector.add(Reported(finding=finding("dictionary-missing")))
        return None

    loaded = load_study(files)

    for fault in loaded.findings:
        file, line = None, None
        if fault.text:
            file = layout.DICTIONARY + fault.text.file
            line = fault.text.line

        opened.collector.add(Reported(finding=fault, file=file, row=line))

    stated = opened.descriptor.get("crfsmith:dictionary")
    if loaded.study and stated != loaded.study.hash:
        used = loaded.study.hash
        differs = finding("dictionary-differs", value=str(stated), used=used)
        opened.collector.add(Reported(finding=differs))

    return loaded.study


def _packaged_dictionary(opened: OpenPackage) -> dict[str, str]:
    files: dict[str, str] = {}
    for name in sorted(opened.source.sizes):
        if not name.startswith(layout.DICTIONARY):
            continue

        own_name = name.removeprefix(layout.DICTIONARY)
        try:
            files[own_name] = read_text(opened.source, name)
        except BrokenFile as error:
            broken = finding("broken-file", value=name, path=name, why=str(error))
            opened.collector.add(Reported(finding=broken, file=name))

    return files


def _plans(
    opened: OpenPackage, resources: Mapping[str, Mapping[str, Any]]
) -> tuple[TablePlan, ...]:
    plans: list[TablePlan] = []
    if opened.study:
        paths = {name: str(item["path"]) for name, item in resources.items()}
        entries = has_entries(resources.get(layout.SUBJECTS, {}))
        plans += study_plan(
            opened.study, paths, read_retired(opened.descriptor), entries=entries
        )

    planned = {plan.name for plan in plans}

    for name, resource in resources.items():
        if name in planned:
            continue

        # A package may have tables beside those of its study.
        plan = descriptor_plan(resource)
        if isinstance(plan, TablePlan):
            plans.append(plan)
            continue

        skipped = finding("resource-not-judged", value=name, why=plan)
        opened.collector.add(
            Reported(finding=skipped, file=layout.DESCRIPTOR, table=name)
        )

    return tuple(plans)


def _compare_descriptor(
    opened: OpenPackage, study: Study, resources: Mapping[str, Mapping[str, Any]]
) -> None:
    """The descriptor of a package says what its dictionary says, or a reader without us
    is misled.
    """
    entries = has_entries(resources.get(layout.SUBJECTS, {}))
    past = Past(
        retired=read_retired(opened.descriptor),
        entries=entries,
        companions=layout.companions_of(resources),
    )
    described = descriptor(study, past=past)["resources"]

    for wanted in described:
        name = wanted["name"]
        if name not in resources:
            found = finding("resource-missing", value=name)
        elif not _says(
            resources[name].get("schema"),
            wanted["schema"],
            opened,
            study.tables.get(name),
        ):
            found = finding("schema-differs", value=name)
        else:
            continue

        opened.collector.add(
            Reported(finding=found, file=layout.DESCRIPTOR, table=name)
        )

    known = {wanted["name"] for wanted in described}

    for name in resources:
        if name not in known:
            extra = finding("unknown-table", value=name)
            opened.collector.add(
                Reported(finding=extra, file=layout.DESCRIPTOR, table=name)
            )


def _says(schema: Any, wanted: Any, opened: OpenPackage, table: Table | None) -> bool:
    """True where a schema is the dictionary's, as it was written when the package was."""
    if schema == _as_json(wanted):
        return True

    if table is None or opened.study is None:
        return False
    if opened.descriptor.get("crfsmith:format") != 1:
        return False

    return bool(schema == _as_json(schema_of_format_1(opened.study, table)))


def _as_json(written: Any) -> Any:
    """As it is read from a file: tuples are lists there."""
    return json.loads(json.dumps(written))


def _unlisted(opened: OpenPackage) -> None:
    """Files beside the tables that nobody would read."""
    planned = {plan.path for plan in opened.plans}
    tables = {name for name in opened.source.sizes if name.endswith(".csv")}

    for name in sorted(tables - planned):
        # An uploaded file may well be a CSV file.
        if name.startswith((layout.FILES, layout.DICTIONARY)):
            continue

        unlisted = finding("unlisted-file", value=name)
        opened.collector.add(Reported(finding=unlisted, file=name))


def restore_tables(
    opened: OpenPackage,
    planned: Collector,
    differing: frozenset[Column] | None,
    stack: ExitStack,
) -> bool:
    """Restores what other programs did to the tables; True where they are to be read
    once more.

    ``planned`` has the findings of before they were read.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crfsmith-")))
    return restore(opened, planned, differing, folder)


def compare_rows(opened: OpenPackage) -> None:
    """What the rows of one table say of each other, once all tables are read."""
    check_threads(opened)
    check_review(opened)
    check_entries(opened)


def settle_lost_cells(opened: OpenPackage) -> None:
    """Takes the cells that a program lost out of the store, so that nothing else is
    said of them.
    """
    for damage in lost_cells(opened):
        opened.store.add(damage)
        opened.store.settle(damage.at, damage.line, damage.field)

    opened.store.flush()
