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
from generator.package.csv_records import WideLine, wide_line
from generator.package.package_files import is_safe
from generator.validation.foreign.descriptor_faults import DescriptorFaults
from generator.validation.foreign.descriptor_path import DescriptorPath, fault
from generator.validation.foreign.frictionless_errors import (
    error_findings,
    stopped_at,
    validated_by_frictionless,
    without_root,
)
from generator.validation.foreign.resource_plan import (
    has_single_returns,
    is_single_file,
    resource_plan,
)
from generator.validation.foreign.unreadable_limits import without_unreadable
from generator.validation.foreign.valid_descriptors import is_plain_file, sound_schemas
from generator.validation.foreign.written_schema import WrittenSchema
from generator.validation.limited_patterns import LimitedPattern, limit_pattern
from generator.validation.report.report import Reported
from generator.validation.table_plan import TablePlan

SAID = frozenset({"rewritten-by-program", "constraint-ignored"})
"""What is only said: of findings that count, and of what Frictionless passes over."""
TOLERATED = SAID | {"byte-order-mark", "bad-quoting", "nul-character"}
"""Faults of a file that Frictionless reads over; with ``strict`` they count."""
SAMPLE = 200
"""Lines that Frictionless may read to learn how a file is written."""
_REMOTE = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")
_PATHS = ("path", "url", "extrapaths", "schema", "dialect")


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreign:
    """What is to be done with each resource.

    ``handed`` are Frictionless's own, with the reason. ``patterns`` are those that are
    matched within limits.
    """

    plans: tuple[TablePlan, ...] = ()
    handed: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Reported, ...] = ()
    package: Any = None
    profiles: tuple[str, ...] = ()
    faults: DescriptorFaults | None = None
    patterns: Mapping[DescriptorPath, LimitedPattern] = field(default_factory=dict)

    def stopped(self) -> Iterator[Reported]:
        """The patterns that had to be given up while tables were read."""
        for path, pattern in self.patterns.items():
            if pattern.stopped:
                yield _too_slow(path, pattern)

    def close(self) -> None:
        """Ends what matches patterns."""
        for pattern in self.patterns.values():
            pattern.close()

    def notes(self) -> tuple[str, ...]:
        """What the reader of the report has to know."""
        handed = [
            f"{name} was validated by Frictionless itself: "
            f"{without_root(why, self.faults)}."
            for name, why in self.handed.items()
        ]
        profiles = [
            f"The profile {profile} was not fetched, and not validated against."
            for profile in self.profiles
        ]

        return (*handed, *profiles)

    def judged_by_frictionless(self) -> Iterator[Reported]:
        """The findings on the resources that were handed over."""
        for name in self.handed:
            assert self.faults is not None
            resource = self.package.get_resource(name)
            yield from validated_by_frictionless(resource, self.faults)


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

    faults = DescriptorFaults(descriptor=local, root=root)
    ignored = tuple(faults.ignored())
    if plans := _sound_plans(local, root, strict=strict):
        return Foreign(plans=plans, profiles=profiles, findings=ignored)

    plan = _read_plan(faults, profiles, range(len(local["resources"])), strict=strict)
    if plan.package is None:
        plan = _with_sound_tables(plan, faults, profiles, strict=strict)

    return replace(plan, findings=(*plan.findings, *ignored))


def _without_remote_profiles(descriptor: dict[str, Any]) -> tuple[str, ...]:
    """Takes out the profiles that would have to be fetched, and names them."""
    remote: list[str] = []
    for part in (descriptor, *descriptor["resources"]):
        if not isinstance(part, dict):
            continue

        # Validation asks no other machine, and the same package gets the same verdict.
        profile = part.get("profile")
        if isinstance(profile, str) and _REMOTE.match(profile):
            remote.append(part.pop("profile"))

    return tuple(dict.fromkeys(remote))


def _outside(descriptor: Mapping[str, Any]) -> Iterator[Reported]:
    """Paths that lead out of the package, to another machine or another folder."""
    for resource in descriptor["resources"]:
        # A resource may also be the path of a file that describes it.
        properties = resource if isinstance(resource, dict) else {"path": resource}
        name = properties.get("name")
        table = name if isinstance(name, str) else None

        for path in _named_paths(properties):
            is_inside = is_safe(path) and not _REMOTE.match(path)
            if is_inside:
                continue

            unsafe = finding("unsafe-path", value=path)
            yield Reported(finding=unsafe, table=table)


def _named_paths(properties: Mapping[str, Any]) -> Iterator[str]:
    for key in _PATHS:
        written = properties.get(key)
        paths = written if isinstance(written, list) else [written]
        for path in paths:
            if isinstance(path, str):
                yield path


def _sound_plans(
    descriptor: Mapping[str, Any], root: Path, *, strict: bool
) -> tuple[TablePlan, ...]:
    """The plans of a package that is right beyond doubt; none where Frictionless has to
    read it.
    """
    schemas = sound_schemas(descriptor)
    if schemas is None:
        return ()

    plans: list[TablePlan] = []
    for resource, schema in zip(descriptor["resources"], schemas, strict=True):
        file, delimiter = root / resource["path"], resource["dialect"]["delimiter"]
        if not is_plain_file(file, len(schema.fields), delimiter):
            return ()
        if wide_line(file):
            return ()
        if not strict and has_single_returns(file):
            return ()

        plans.append(
            TablePlan(
                name=resource["name"],
                path=Path(resource["path"]).as_posix(),
                columns=tuple(field.name for field in schema.fields),
                schema=resource["schema"],
                table=None,
                delimiter=delimiter,
                read=schema,
            )
        )

    return tuple(plans)


def _with_sound_tables(
    refused: Foreign,
    faults: DescriptorFaults,
    profiles: tuple[str, ...],
    *,
    strict: bool,
) -> Foreign:
    """The tables of a refused package that nothing is wrong with, judged as if it had
    no others.
    """
    resources = faults.resources
    right = set(range(len(resources))) - faults.refused()
    names = {resources[index]["name"] for index in right}

    # A table whose keys refer to a refused one cannot be judged without it.
    sound: list[int] = []
    for index in sorted(right):
        name, schema = resources[index]["name"], faults.schemas[index]
        if _reads_only(name, schema, names):
            sound.append(index)

    if not sound:
        return refused

    plan = _read_plan(faults, profiles, sound, strict=strict)
    if plan.package is None:
        return refused

    return replace(plan, findings=(*refused.findings, *plan.findings))


def _reads_only(
    name: str, schema: WrittenSchema | None, names: Collection[str]
) -> bool:
    """Whether the foreign keys of a table name only these tables and itself."""
    if schema is None:
        return True

    for key in schema.content.get("foreignKeys", ()):
        # An empty name is the table itself.
        target = key["reference"].get("resource") or name
        if target not in names:
            return False

    return True


def _read_plan(
    faults: DescriptorFaults,
    profiles: tuple[str, ...],
    places: Sequence[int],
    *,
    strict: bool,
) -> Foreign:
    """The same as Frictionless reads the descriptor, of the resources at some places."""
    whole = len(places) == len(faults.resources)
    local = {**faults.descriptor} if whole else {}
    local["resources"] = [faults.resources[index] for index in places]

    try:
        package = frictionless.Package.from_descriptor(
            deepcopy(local), basepath=str(faults.root)
        )
    except frictionless.FrictionlessException as error:
        return Foreign(findings=tuple(error_findings(error.to_errors(), None, faults)))
    except Exception as error:
        known = tuple(faults.findings())
        return Foreign(findings=known or (stopped_at(error, None, faults),))

    reading = _Reading(faults=faults, strict=strict)
    for index, resource in zip(places, package.resources, strict=True):
        reading.add(index, resource)

    reading.hand_over_dependent()

    return Foreign(
        plans=tuple(reading.plans.values()),
        handed=reading.handed,
        findings=tuple(reading.findings),
        package=package,
        profiles=profiles,
        faults=faults,
        patterns=reading.patterns,
    )


@dataclass(kw_only=True)
class _Reading:
    """Resources as Frictionless has read them, one after another."""

    faults: DescriptorFaults
    strict: bool
    plans: dict[str, TablePlan] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)
    findings: list[Reported] = field(default_factory=list)
    patterns: dict[DescriptorPath, LimitedPattern] = field(default_factory=dict)

    def add(self, index: int, resource: Any) -> None:
        """Plans a resource, hands it over, or says why nobody can read it."""
        self._take_out_unreadable(index, resource)
        wide = _wide_line(resource)
        if undivided := self._undivided(index, resource, wide):
            self.findings += undivided
            return

        plan = self._plan(resource)
        handed = isinstance(plan, str)
        if handed and wide is not None:
            self.findings.append(_too_wide(resource, wide))
            return

        limited = self._limited_patterns(index, resource)
        if isinstance(plan, TablePlan):
            self.patterns |= limited
            self.plans[plan.name] = plan
            return

        for path, pattern in limited.items():
            _leave_out(pattern, resource)
            self.findings.append(_too_slow(path, pattern))

        if isinstance(plan, str):
            self.handed[str(resource.name)] = plan
        else:
            self.findings += plan

    def hand_over_dependent(self) -> None:
        """Hands over the tables whose foreign keys refer to one that is not read here."""
        why = "its foreign key refers to a table that is not read here"
        plans = list(self.plans.items())
        dependent = [name for name, plan in plans if not self._reads_targets(plan)]

        for name in dependent:
            del self.plans[name]
            self.handed[name] = why

    def _reads_targets(self, plan: TablePlan) -> bool:
        for key in plan.read.foreign_keys:
            target = key["reference"]["resource"] or plan.name
            if target not in self.plans:
                return False

        return True

    def _take_out_unreadable(self, index: int, resource: Any) -> None:
        """Limits that the fields of a resource cannot read; its schema is then without
        them.
        """
        try:
            schema = resource.schema
        except Exception:  # whoever reads the resource says why
            return

        if schema is None:
            return

        path = self.faults.schema_path(index)
        for limit in without_unreadable(schema, path):
            self.findings.append(limit.reported)

    def _undivided(
        self, index: int, resource: Any, wide: WideLine | None
    ) -> list[Reported]:
        """Why nobody can divide the lines of a table into cells."""
        marks = self.faults.unreadable_marks(index)
        if marks:
            return marks

        # Frictionless reads the first lines before it can be asked anything.
        if wide is not None and wide.line <= SAMPLE:
            return [_too_wide(resource, wide)]

        return []

    def _plan(self, resource: Any) -> TablePlan | str | list[Reported]:
        """How a resource is read here, why it is not, or what is wrong with its
        description.
        """
        table = str(resource.name)
        try:
            return resource_plan(resource, strict=self.strict)
        except frictionless.FrictionlessException as error:
            return list(error_findings(error.to_errors(), table, self.faults))
        except Exception as error:
            # It stops at what it does not expect in a descriptor.
            known = self.faults.findings_on(table)
            return known or [stopped_at(error, table, self.faults)]

    def _limited_patterns(
        self, index: int, resource: Any
    ) -> dict[DescriptorPath, LimitedPattern]:
        """The patterns of a resource that may take long: they are matched within
        limits.
        """
        try:
            fields = resource.schema.fields if resource.schema else []
        except Exception:  # whoever reads the resource says why
            return {}

        limited = {}
        fields_path = self.faults.schema_path(index).child("fields")

        for position, schema_field in enumerate(fields):
            pattern = limit_pattern(schema_field)
            if pattern:
                path = fields_path.element(position).child("constraints.pattern")
                limited[path] = pattern

        return limited


def _leave_out(pattern: LimitedPattern, resource: Any) -> None:
    """Frictionless itself has no limits, so it judges the table without the pattern."""
    # Frictionless itself has no limits, so it judges the table without the pattern.
    for schema_field in resource.schema.fields:
        if schema_field.constraints.get("pattern") != pattern.pattern:
            continue

        del schema_field.constraints["pattern"]
        vars(schema_field).pop("create_cell_reader", None)


def _too_slow(path: DescriptorPath, pattern: LimitedPattern) -> Reported:
    return fault("pattern-too-slow", path, value=pattern.pattern).reported


def _wide_line(resource: Any) -> WideLine | None:
    """A line that nobody should hold in memory, found without holding it."""
    if not is_single_file(resource):
        return None

    file = Path(resource.basepath or "", resource.path)
    if not file.is_file():
        return None

    return wide_line(file)


def _too_wide(resource: Any, wide: WideLine) -> Reported:
    path, name = Path(resource.path).as_posix(), str(resource.name)
    message = finding(wide.code, table=name, path=path, most=wide.most)
    return Reported(finding=message, file=path, table=name, row=wide.line)
