"""Packages of others: any Data Package, without a dictionary of ours.

CSV tables with a Table Schema are judged here, by either engine. What is written in a
way that these do not read is handed to Frictionless itself, and the report says so. The
verdict is Frictionless's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forms_spec.findings.catalogue import finding
from generator.heavy_libraries import frictionless
from generator.package.csv_records import WideLine, holds, wide_line
from generator.package.package_files import is_safe
from generator.tables import layout
from generator.validation.foreign.descriptor_faults import Faults, fault
from generator.validation.foreign.unreadable_limits import without_unreadable
from generator.validation.foreign.valid_descriptors import is_plain_file, sound_schemas
from generator.validation.limited_patterns import LimitedPattern, limit_pattern
from generator.validation.report.report import Reported
from generator.validation.table_plan import TablePlan

SAID = frozenset({"rewritten-by-program", "constraint-ignored"})
"""What is only said: of findings that count, and of what Frictionless passes over."""
TOLERATED = SAID | {"byte-order-mark", "bad-quoting", "nul-character"}
"""Faults of a file that Frictionless reads over; with ``strict`` they count."""
_CONTROL = {
    "quote_char": '"',
    "double_quote": True,
    "escape_char": None,
    "skip_initial_space": False,
}
_WRITING = ("name", "path", "scheme", "format", "encoding", "dialect")
_UTF_8 = {"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}
MOST_ERRORS = 100_000
SAMPLE = 200
"""Lines that Frictionless may read to learn how a file is written."""
_PIECE = 1 << 20
LONGEST_WORDS = 200
_REMOTE = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_OTHER_DIALECT = "its dialect is different"
_STATED = ("hash", "bytes")
_DESCRIBED = frozenset({
    "metadata-error", "package-error", "resource-error", "schema-error", "field-error",
    "dialect-error", "control-error", "encoding-error",
})  # fmt: skip
"""Frictionless's errors that are about a description, and not about a row."""
_PATHS = ("path", "url", "extrapaths", "schema", "dialect")


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """What is to be done with each resource.

    ``handed`` are Frictionless's own, with the reason.
    """

    plans: tuple[TablePlan, ...] = ()
    handed: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Reported, ...] = ()
    package: Any = None
    profiles: tuple[str, ...] = ()
    faults: Faults | None = None
    patterns: Mapping[str, tuple[str, LimitedPattern]] = field(default_factory=dict)

    def stopped(self) -> Iterator[Reported]:
        """The patterns that had to be given up while tables were read, by their paths."""
        for index, (table, pattern) in self.patterns.items():
            if pattern.stopped:
                yield fault(
                    "pattern-too-slow", index, table, value=pattern.pattern
                ).reported

    def close(self) -> None:
        """Ends what matches patterns."""
        for _, pattern in self.patterns.values():
            pattern.close()

    def notes(self) -> tuple[str, ...]:
        """What the reader of the report has to know."""
        handed = (
            (
                f"{name} was validated by Frictionless itself: "
                f"{_without_root(why, self.faults)}."
            )
            for name, why in self.handed.items()
        )
        return (
            *handed,
            *(
                f"The profile {profile} was not fetched, and not validated against."
                for profile in self.profiles
            ),
        )

    def judged_by_frictionless(self) -> Iterator[Reported]:
        """The findings on the resources that were handed over."""
        for name in self.handed:
            assert self.faults is not None
            yield from _judged(self.package.get_resource(name), self.faults)


def foreign_plan(
    descriptor: Mapping[str, Any], root: Path, *, strict: bool = False
) -> Foreign:
    """Reads a descriptor as Frictionless does; ``root`` is the folder that its paths
    are relative to.

    Nothing is fetched from elsewhere: such paths are findings. ``strict``: single
    carriage returns are left to the engines, which refuse them.
    """
    local = deepcopy(dict(descriptor))
    profiles = _without_remote_profiles(local)
    if outside := list(_outside(local)):
        return Foreign(findings=tuple(outside))
    faults = Faults(descriptor=local, root=root)
    ignored = tuple(faults.ignored())
    if plans := _sound_plans(local, root, strict=strict):
        return Foreign(plans=plans, profiles=profiles, findings=ignored)
    plan = _read_plan(faults, profiles, range(len(local["resources"])), strict=strict)
    if plan.package is None:
        plan = _with_sound_tables(plan, faults, profiles, strict=strict)
    return replace(plan, findings=(*plan.findings, *ignored))


def _with_sound_tables(
    refused: Foreign, faults: Faults, profiles: tuple[str, ...], *, strict: bool
) -> Foreign:
    """The tables of a refused package that nothing is wrong with, judged as if it had
    no others.
    """
    resources, broken = faults.descriptor["resources"], faults.refused()
    sound = [place for place in range(len(resources)) if place not in broken]
    names = {resources[place]["name"] for place in sound}
    sound = [place for place in sound if _reads_only(resources[place], names)]
    plan = _read_plan(faults, profiles, sound, strict=strict) if sound else refused
    if plan.package is None:
        return refused
    return replace(plan, findings=(*refused.findings, *plan.findings))


def _reads_only(resource: Mapping[str, Any], names: Collection[str]) -> bool:
    """Whether the foreign keys of a table name only these tables and itself."""
    schema = resource.get("schema")
    keys = schema.get("foreignKeys", ()) if isinstance(schema, dict) else ()
    return all(
        (key["reference"].get("resource") or resource["name"]) in names for key in keys
    )


def _sound_plans(
    descriptor: Mapping[str, Any], root: Path, *, strict: bool
) -> tuple[TablePlan, ...]:
    """The plans of a package that is right beyond doubt; none where Frictionless has to
    read it.
    """
    plans = []
    for item, schema in zip(
        descriptor["resources"], sound_schemas(descriptor) or (), strict=False
    ):
        file, delimiter = root / item["path"], item["dialect"]["delimiter"]
        if not is_plain_file(file, len(schema.fields), delimiter) or wide_line(file):
            return ()
        if not strict and _has_single_returns(file):
            return ()
        plans.append(
            TablePlan(
                name=item["name"],
                path=Path(item["path"]).as_posix(),
                columns=tuple(field.name for field in schema.fields),
                schema=item["schema"],
                table=None,
                delimiter=delimiter,
                read=schema,
            )
        )

    return tuple(plans)


def _read_plan(
    faults: Faults, profiles: tuple[str, ...], places: Sequence[int], *, strict: bool
) -> Foreign:
    """The same as Frictionless reads the descriptor, of the resources at some places."""
    resources = faults.descriptor["resources"]
    local = {**faults.descriptor} if len(places) == len(resources) else {}
    local["resources"] = [resources[place] for place in places]

    try:
        package = frictionless.Package.from_descriptor(
            deepcopy(local), basepath=str(faults.root)
        )
    except frictionless.FrictionlessException as error:
        return Foreign(findings=tuple(_refused(error.to_errors(), None, faults)))
    except Exception as error:
        return Foreign(
            findings=tuple(faults.found()) or (_stumbled(error, None, faults),)
        )

    plans: dict[str, TablePlan] = {}
    handed: dict[str, str] = {}
    broken: list[Reported] = []
    patterns: dict[str, tuple[str, LimitedPattern]] = {}

    for index, resource in zip(places, package.resources, strict=True):
        broken += _unreadable_limits(resource, index)
        wide = _wide_line(resource)
        if undivided := faults.marks(index) or _too_wide(resource, wide, SAMPLE):
            broken += undivided
            continue

        plan = _plan(resource, faults, strict=strict)
        if isinstance(plan, str) and (result := _too_wide(resource, wide)):
            broken += result
            continue

        limited = _limited_patterns(resource, index)
        if isinstance(plan, TablePlan):
            patterns |= limited
        else:
            broken += [
                _not_tried(place, *item, resource) for place, item in limited.items()
            ]

        if isinstance(plan, list):
            broken += plan
        elif isinstance(plan, TablePlan):
            plans[plan.name] = plan
        else:
            handed[str(resource.name)] = plan

    for name in _depending(plans):
        handed[name] = "its foreign key refers to a table that is not read here"
        del plans[name]

    return Foreign(
        plans=tuple(plans.values()),
        handed=handed,
        findings=tuple(broken),
        package=package,
        profiles=profiles,
        faults=faults,
        patterns=patterns,
    )


def _unreadable_limits(resource: Any, position: int) -> list[Reported]:
    """What the fields of a resource cannot read of their own schema, which is then
    without it.
    """
    try:
        schema = resource.schema
    except Exception:  # whoever reads the resource says why
        return []

    if schema is None:
        return []
    return [
        item.reported
        for item in without_unreadable(
            schema, f"resources[{position}].schema", str(resource.name)
        )
    ]


def _limited_patterns(
    resource: Any, position: int
) -> dict[str, tuple[str, LimitedPattern]]:
    """The patterns of a resource that may take long, by their paths: they are matched
    within limits.
    """
    try:
        fields = resource.schema.fields if resource.schema else []
    except Exception:  # whoever reads the resource says why
        return {}

    built = ((place, limit_pattern(item)) for place, item in enumerate(fields))
    within = f"resources[{position}].schema.fields"

    return {
        f"{within}[{place}].constraints.pattern": (str(resource.name), item)
        for place, item in built
        if item
    }


def _not_tried(
    text: str, table: str, pattern: LimitedPattern, resource: Any
) -> Reported:
    """Frictionless itself has no limits, so it judges the table without the pattern."""
    for item in resource.schema.fields:
        if item.constraints.get("pattern") == pattern.pattern:
            del item.constraints["pattern"]
            vars(item).pop("create_cell_reader", None)

    return fault("pattern-too-slow", text, table, value=pattern.pattern).reported


def _wide_line(resource: Any) -> WideLine | None:
    """A line that nobody should hold in memory, found without holding it."""
    if (
        resource.path is None
        or resource.remote
        or resource.extrapaths
        or resource.compression
    ):
        return None

    file = Path(resource.basepath or "", resource.path)

    return wide_line(file) if file.is_file() else None


def _too_wide(
    resource: Any, wide: WideLine | None, lines: int | None = None
) -> list[Reported]:
    """The finding on such a line where Frictionless would read it: among so many lines,
    or anywhere.
    """
    if wide is None or (lines is not None and wide.line > lines):
        return []
    path, name = Path(resource.path).as_posix(), str(resource.name)
    text = finding(wide.code, table=name, path=path, most=wide.most)
    return [Reported(finding=text, file=path, table=name, row=wide.line)]


def _without_remote_profiles(descriptor: dict[str, Any]) -> tuple[str, ...]:
    """Takes out the profiles that would have to be fetched, and names them."""
    resources = descriptor["resources"]
    holders = [
        descriptor,
        *(resource for resource in resources if isinstance(resource, dict)),
    ]
    remote = [
        holder
        for holder in holders
        if isinstance(holder.get("profile"), str) and _REMOTE.match(holder["profile"])
    ]

    return tuple(dict.fromkeys(item.pop("profile") for item in remote))


def _outside(descriptor: Mapping[str, Any]) -> Iterator[Reported]:
    """Paths that lead out of the package, to another machine or another folder."""
    for item in descriptor["resources"]:
        values = item if isinstance(item, dict) else {"path": item}
        for key in _PATHS:
            text = values.get(key)
            for path in text if isinstance(text, list) else [text]:
                if isinstance(path, str) and (_REMOTE.match(path) or not is_safe(path)):
                    name = values.get("name")
                    table = name if isinstance(name, str) else None
                    yield Reported(
                        finding=finding("unsafe-path", value=path), table=table
                    )


def _depending(plans: Mapping[str, TablePlan]) -> list[str]:
    return [
        name
        for name, plan in plans.items()
        if any(
            (key["reference"]["resource"] or name) not in plans
            for key in plan.read.foreign_keys
        )
    ]


def _plan(
    resource: Any, faults: Faults, *, strict: bool
) -> TablePlan | str | list[Reported]:
    """How a resource is read here, why it is not, or what is wrong with its
    description.
    """
    try:
        return _made_plan(resource, strict=strict)
    except frictionless.FrictionlessException as error:
        return list(_refused(error.to_errors(), str(resource.name), faults))
    except Exception as error:
        return faults.of(str(resource.name)) or [
            _stumbled(error, str(resource.name), faults)
        ]


def _made_plan(resource: Any, *, strict: bool) -> TablePlan | str:
    schema = resource.schema
    if why := _unlike_ours(resource):
        return why
    file = Path(resource.basepath, resource.path)
    if file.is_file() and not strict and _has_single_returns(file):
        return "it has carriage returns without line feeds"
    delimiter = _delimiter(resource) if file.is_file() else ","
    if len(delimiter) != 1:
        return delimiter
    return TablePlan(
        name=resource.name,
        path=Path(resource.path).as_posix(),
        columns=tuple(item.name for item in schema.fields),
        schema=schema.to_descriptor(),
        table=None,
        delimiter=delimiter,
        read=schema,
        stated={name: text for name in _STATED if (text := getattr(resource, name))},
    )


def _unlike_ours(resource: Any) -> str | None:
    if resource.tabular is not True or resource.format not in ("csv", "tsv"):
        return "it is not a CSV table"
    if (
        resource.path is None
        or resource.remote
        or resource.extrapaths
        or resource.compression
    ):
        return "it is not a single file of the package"

    schema = resource.schema
    if schema is None or not schema.fields:
        return "it has no schema"
    if resource.rows or resource.fields:
        return "its description says how many rows and fields there are"
    if schema.has_defined("fields_match"):
        return "its schema says how columns are matched"
    return None


def _has_single_returns(file: Path) -> bool:
    """True where carriage returns may end lines; Frictionless then parts what the
    engines read as one.
    """
    if not holds(file, b"\r"):
        return False
    open_end = False
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            if open_end and not piece.startswith(b"\n"):
                return True
            open_end = piece.endswith(b"\r")
            if b"\r" in piece and piece.count(b"\r") - open_end != piece.count(b"\r\n"):
                return True

    return open_end


def _delimiter(resource: Any) -> str:
    """The character between cells, or why the file is not read here."""
    data = resource.to_descriptor()
    described = {
        "type": "table",
        **{name: data[name] for name in _WRITING if name in data},
    }
    any_type = frictionless.Detector(
        field_type="any"
    )  # else it would try every type on every column

    try:
        with frictionless.resources.TableResource.from_descriptor(
            described, basepath=resource.basepath, detector=any_type
        ) as opened:
            dialect, encoding = opened.dialect, str(opened.encoding).lower()
            control = frictionless.formats.CsvControl.from_dialect(dialect)
    except frictionless.FrictionlessException as error:
        return str(error.error.note)

    if encoding not in _UTF_8:
        return f"its encoding is {encoding}"
    usual = dialect.header and dialect.header_rows == [1] and not dialect.comment_rows
    usual = (
        usual
        and not dialect.comment_char
        and not dialect.skip_blank_rows
        and dialect.header_case
    )
    if (
        not usual
        or control.null_sequence
        or any(getattr(control, n) != v for n, v in _CONTROL.items())
    ):
        return _OTHER_DIALECT

    single = len(control.delimiter) == 1 and control.delimiter.isascii()

    return str(control.delimiter) if single else _OTHER_DIALECT


def _judged(resource: Any, faults: Faults) -> Iterator[Reported]:
    """Frictionless's own findings on a resource."""
    name = str(resource.name)
    try:
        report = resource.validate(limit_errors=MOST_ERRORS)
    except frictionless.FrictionlessException as error:
        yield from _refused(error.to_errors(), name, faults)
    except Exception as error:
        yield from faults.of(name) or [_stumbled(error, name, faults)]
    else:
        errors = [
            *report.errors,
            *(error for task in report.tasks for error in task.errors),
        ]
        yield from _refused(errors, name, faults)


def _refused(
    errors: Sequence[Any], name: str | None, faults: Faults
) -> Iterator[Reported]:
    """Frictionless's errors: those of the descriptor in our words where we know what is
    wrong.
    """
    described = [item for item in errors if item.type in _DESCRIBED]
    known = (
        (list(faults.found()) if name is None else faults.of(name)) if described else []
    )
    yield from known

    for error in errors:
        if error.type not in _DESCRIBED:
            yield _reported(error, name, faults)
        elif not known:
            yield _said_of_descriptor(
                error.type, str(error.note or error.message), name, faults
            )


def _said_of_descriptor(
    kind: str, says: str, name: str | None, faults: Faults
) -> Reported:
    DESCRIPTOR = layout.DESCRIPTOR if name is None else faults.path_of(name)
    result = finding(
        "descriptor-refused", at=DESCRIPTOR, kind=kind, says=_without_root(says, faults)
    )
    return Reported(finding=result, file=layout.DESCRIPTOR, table=name)


def _without_root(says: str, faults: Faults | None) -> str:
    """Words without the folder in which the package happens to be."""
    if faults is None:
        return says
    for root in {str(faults.root), str(faults.root.resolve())}:
        says = says.replace(f"{root}/", "").replace(root, "the package")
    return says[:LONGEST_WORDS]


def _stumbled(error: Exception, name: str | None, faults: Faults) -> Reported:
    """Frictionless stops with an error of its own, so nothing can be said of the rest."""
    return _said_of_descriptor(
        "error", f"it stops there, {_first_line(error)}", name, faults
    )


def _first_line(error: Exception) -> str:
    part = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {part}"


def _reported(error: Any, name: str | None, faults: Faults) -> Reported:
    """One of Frictionless's errors as a finding.

    Its rows are counted without blank lines in cells.
    """
    cell = getattr(error, "cell", None)
    says = _without_root(str(error.note or error.message), faults)
    text = finding("frictionless-error", value=cell, kind=error.type, says=says)
    row, column = getattr(error, "row_number", None), getattr(error, "field_name", None)

    return Reported(
        finding=text,
        file=None if name else layout.DESCRIPTOR,
        table=name,
        row=row,
        field=column,
    )
