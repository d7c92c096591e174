"""Packages of others: any Data Package, without a dictionary of ours.

CSV tables with a Table Schema are judged here, by either engine. What is written in a way that these do
not read is handed to Frictionless itself, and the report says so. The verdict is Frictionless's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forms_spec.catalogue import finding
from generator.package.plan import TablePlan
from generator.package.report import Reported
from generator.tables import layout

TOLERATED = frozenset({"byte-order-mark", "bad-quoting", "bare-carriage-return", "nul-character"})
"""Faults of a file that Frictionless reads over; with ``strict`` they count."""
_CONTROL = {"quote_char": '"', "double_quote": True, "escape_char": None, "skip_initial_space": False}
_WRITING = ("name", "path", "scheme", "format", "encoding", "dialect")
_UTF_8 = {"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """What is to be done with each resource. ``handed`` are Frictionless's own, with the reason."""

    plans: tuple[TablePlan, ...] = ()
    handed: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Reported, ...] = ()
    package: Any = None

    def notes(self) -> tuple[str, ...]:
        """What the reader of the report has to know."""
        return tuple(f"{name} was judged by Frictionless itself: {why}." for name, why in self.handed.items())

    def judged_by_frictionless(self) -> Iterator[Reported]:
        """The findings on the resources that were handed over."""
        for name in self.handed:
            for error in _errors(self.package.get_resource(name)):
                yield _reported(error, name)


def foreign_plan(descriptor: Mapping[str, Any], root: Path) -> Foreign:
    """Reads a descriptor as Frictionless does; ``root`` is the folder that its paths are relative to."""
    from frictionless import Package
    from frictionless.exception import FrictionlessException

    try:
        package = Package.from_descriptor(dict(descriptor), basepath=str(root))
    except FrictionlessException as error:
        return Foreign(findings=tuple(_reported(one, None) for one in error.to_errors()))
    plans: dict[str, TablePlan] = {}
    handed: dict[str, str] = {}
    for resource in package.resources:
        made = _plan(resource)
        if isinstance(made, TablePlan):
            plans[made.name] = made
        else:
            handed[str(resource.name)] = made
    for name in _depending(plans):
        handed[name] = "its foreign key names a table that is not read here"
        del plans[name]
    return Foreign(plans=tuple(plans.values()), handed=handed, package=package)


def _depending(plans: Mapping[str, TablePlan]) -> list[str]:
    return [
        name
        for name, plan in plans.items()
        if any((key["reference"]["resource"] or name) not in plans for key in plan.read.foreign_keys)
    ]


def _plan(resource: Any) -> TablePlan | str:
    """How a resource is read here, or why it is not."""
    schema = resource.schema
    if why := _unlike_ours(resource):
        return why
    there = Path(resource.basepath, resource.path).is_file()
    delimiter = _delimiter(resource) if there else ","
    if len(delimiter) != 1 or not delimiter.isascii():
        return delimiter
    return TablePlan(
        name=resource.name,
        path=Path(resource.path).as_posix(),
        columns=tuple(one.name for one in schema.fields),
        schema=schema.to_descriptor(),
        table=None,
        delimiter=delimiter,
        read=schema,
    )


def _unlike_ours(resource: Any) -> str | None:
    if resource.tabular is not True or resource.format not in ("csv", "tsv"):
        return "it is no CSV table"
    if resource.path is None or resource.remote or resource.extrapaths or resource.compression:
        return "it is no single file of the package"
    schema = resource.schema
    if schema is None or not schema.fields:
        return "it has no schema"
    if schema.has_defined("fields_match"):
        return "its schema says how columns are matched"
    return None


def _delimiter(resource: Any) -> str:
    """The character between cells, or why the file is not read here."""
    from frictionless.exception import FrictionlessException
    from frictionless.formats import CsvControl
    from frictionless.resources import TableResource

    said = resource.to_descriptor()
    described = {"type": "table", **{name: said[name] for name in _WRITING if name in said}}
    try:
        with TableResource.from_descriptor(described, basepath=resource.basepath) as opened:
            dialect, encoding = opened.dialect, str(opened.encoding).lower()
            control = CsvControl.from_dialect(dialect)
    except FrictionlessException as error:
        return str(error.error.note)
    if encoding not in _UTF_8:
        return f"its encoding is {encoding}"
    usual = dialect.header and dialect.header_rows == [1] and not dialect.comment_rows
    usual = usual and not dialect.comment_char and not dialect.skip_blank_rows and dialect.header_case
    if not usual or control.null_sequence or any(getattr(control, n) != v for n, v in _CONTROL.items()):
        return "its dialect is another one"
    return str(control.delimiter)


def _errors(resource: Any) -> list[Any]:
    report = resource.validate()
    return [*report.errors, *(error for task in report.tasks for error in task.errors)]


def _reported(error: Any, name: str | None) -> Reported:
    """One of Frictionless's errors as a finding. Its rows are counted without blank lines in cells."""
    cell = getattr(error, "cell", None)
    said = finding("frictionless-error", value=cell, kind=error.type, says=str(error.note or error.message))
    row, column = getattr(error, "row_number", None), getattr(error, "field_name", None)
    return Reported(finding=said, file=None if name else layout.DESCRIPTOR, table=name, row=row, field=column)
