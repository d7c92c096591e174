"""A package as a job: what of it can be read, and which keys are to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from forms_spec.findings.catalogue import finding
from generator.tables import layout
from generator.tables.retired import read_retired
from generator.validation.cluster import code_version
from generator.validation.cluster.job import Job, NamedKey, TableText, named_keys
from generator.validation.cluster.part_files import PartSource
from generator.validation.columnar.tables.audit_trail import new_seeds
from generator.validation.json_parts import object_of
from generator.validation.opened_package import OpenPackage
from generator.validation.report.report import Reported
from generator.validation.returned import lost_cells
from generator.validation.row_keys import table_keys
from generator.validation.study_plan import has_entries
from generator.validation.table_plan import TablePlan, cell_readers, frictionless_schema


def plan_job(opened: OpenPackage, part_source: PartSource, *, large: int) -> Job:
    """The package as text. Tables that cannot be read are reported, and left out.

    Subjects of a package of ``large`` bytes are judged all at once.
    """
    # The tables of the dictionary come first in the plans.
    own = _own_tables(opened)
    size = 0
    readable: list[int] = []
    stated: dict[str, Mapping[str, Any]] = {}

    for index, plan in enumerate(opened.plans):
        size += part_source.sizes.get(plan.path, 0)
        stated[plan.path] = _stated(opened.resources.get(plan.name, {}))
        if _readable(opened, part_source, plan):
            readable.append(index)

    return Job(
        code=code_version.fingerprint(),
        dictionary=dict(opened.study.files) if opened.study else {},
        paths={plan.name: plan.path for plan in opened.plans},
        others=tuple(_text(opened, part_source, plan) for plan in opened.plans[own:]),
        tables=tuple(readable),
        keys=_keys(opened, own),
        stated=stated,
        ours=opened.ours,
        seeds=new_seeds(),
        lost=tuple(lost_cells(opened)) if opened.returned else (),
        retired=read_retired(opened.descriptor),
        entries=has_entries(opened.resources.get(layout.SUBJECTS, {})),
        at_once=opened.study is not None and size >= large,
        limit=opened.collector.limit,
    )


def _own_tables(opened: OpenPackage) -> int:
    """How many tables the dictionary asks for; none in a package of others."""
    if opened.study is None:
        return 0

    companions = layout.companions_of(opened.resources)
    return len(layout.all_columns(opened.study, companions=companions))


def _text(opened: OpenPackage, part_source: PartSource, plan: TablePlan) -> TableText:
    delimiter = plan.delimiter
    if plan.path in part_source.parts and plan.read is not None:
        delimiter = _stated_delimiter(opened, plan) or delimiter

    return TableText(
        name=plan.name,
        path=plan.path,
        columns=plan.columns,
        schema=plan.schema,
        delimiter=delimiter,
        foreign=plan.read is not None,
    )


def _stated(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: resource[name] for name in ("hash", "bytes") if name in resource}


def _stated_delimiter(opened: OpenPackage, plan: TablePlan) -> str | None:
    """What a descriptor says; Frictionless itself opens only single files."""
    dialects: dict[Any, Any] = {}
    for resource in opened.descriptor["resources"]:
        dialects[resource.get("name")] = resource.get("dialect")

    dialect = object_of(dialects.get(plan.name))
    # Frictionless itself writes it below ``csv``.
    if "delimiter" not in dialect:
        dialect = object_of(dialect.get("csv"))

    delimiter = dialect.get("delimiter")
    if not isinstance(delimiter, str):
        return None

    is_single = len(delimiter) == 1 and delimiter.isascii()

    return delimiter if is_single else None


def _readable(opened: OpenPackage, part_source: PartSource, plan: TablePlan) -> bool:
    if plan.path not in part_source.sizes:
        _note(opened, plan, "missing-file", value=plan.path)
        return False

    opened.rows = {**opened.rows, plan.name: 0}
    try:
        schema = frictionless_schema(plan)
        cell_readers(schema)
        _keys_of(opened, plan, schema)
    except ValueError as error:
        _note(opened, plan, "broken-schema", value=plan.name, why=str(error))
        return False

    return True


def _note(
    opened: OpenPackage, plan: TablePlan, note: str, *, value: str, **words: Any
) -> None:
    result = finding(
        note, value=value, table=plan.name, field=None, path=plan.path, **words
    )
    opened.collector.add(Reported(finding=result, file=plan.path, table=plan.name))


def _keys(opened: OpenPackage, own: int) -> tuple[NamedKey, ...]:
    """The keys of all tables of others; those of a study's own are compared subject by
    subject.
    """
    result: dict[str, NamedKey] = {}
    for plan in opened.plans[own:]:
        # What is wrong with its schema has been reported.
        with suppress(ValueError):
            for key in _keys_of(opened, plan, frictionless_schema(plan)):
                result[key.name] = key

    return tuple(result.values())


def _keys_of(opened: OpenPackage, plan: TablePlan, schema: Any) -> list[NamedKey]:
    """Raises ``ValueError`` when a foreign key names a table that is not there."""
    ours = plan.table is not None or plan.name in layout.SYSTEM_COLUMNS
    if opened.study and ours:
        return []

    places = {item.name: index for index, item in enumerate(opened.plans)}

    return named_keys(places[plan.name], table_keys(schema, plan.name), places)
