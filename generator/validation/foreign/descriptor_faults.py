"""What is wrong with a descriptor that Frictionless refuses: everything at once, each
with its path in it.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from generator.validation.foreign.descriptor_path import DescriptorPath, Fault, fault
from generator.validation.foreign.frictionless_faults import (
    FrictionlessFault,
    frictionless_faults,
)
from generator.validation.foreign.property_types import (
    DIALECT_TYPES,
    PACKAGE_TYPES,
    RESOURCE_TYPES,
    names_of,
    property_faults,
    repeated_names,
    type_fault,
)
from generator.validation.foreign.schema_faults import (
    ignored_constraints,
    schema_faults,
)
from generator.validation.foreign.written_schema import (
    WrittenSchema,
    has_file,
    written_schema,
)
from generator.validation.json_parts import object_of
from generator.validation.report.report import Reported

_MARKS = ("delimiter", "quoteChar", "escapeChar")


@dataclass(frozen=True, kw_only=True)
class DescriptorFaults:
    """Goes through a descriptor; ``root`` is the folder that its paths are relative to."""

    descriptor: Mapping[str, Any]
    root: Path

    @property
    def resources(self) -> Sequence[Any]:
        """The resources as they are written, whatever they are."""
        resources: Sequence[Any] = self.descriptor["resources"]
        return resources

    @cached_property
    def names(self) -> list[Any]:
        """The names of the resources as they are written, None where there is none."""
        return names_of(self.resources)

    @cached_property
    def paths(self) -> tuple[DescriptorPath, ...]:
        """The path of each resource."""
        paths: list[DescriptorPath] = []
        for index, name in enumerate(self.names):
            table = name if isinstance(name, str) else None
            paths.append(DescriptorPath(steps=f"resources[{index}]", table=table))

        return tuple(paths)

    @cached_property
    def schemas(self) -> tuple[WrittenSchema | None, ...]:
        """The schema of each resource, None where there is none to read."""
        pairs = zip(self.paths, self.resources, strict=True)
        return tuple(
            written_schema(path, resource, self.root) for path, resource in pairs
        )

    def schema_path(self, index: int) -> DescriptorPath:
        """Where the schema of a resource is written."""
        schema = self.schemas[index]
        if schema is None:
            return self.paths[index].child("schema")

        return schema.path

    def findings(self) -> Iterator[Reported]:
        """Everything that is wrong: in our words, or else in Frictionless's."""
        known: list[DescriptorPath] = []
        for own in self._own_faults():
            known.append(own.path)
            yield own.reported

        # Frictionless may say the same once more, of the part or of something inside.
        for other in self._frictionless_faults():
            if any(_overlap(other.path, earlier) for earlier in known):
                continue

            known.append(other.path)
            yield other.reported()

    def findings_on(self, table: str) -> list[Reported]:
        """What is wrong with one resource."""
        return [reported for reported in self.findings() if reported.table == table]

    def ignored(self) -> Iterator[Reported]:
        """Constraints that stand where they are none, of descriptors that nobody
        refuses for it.
        """
        for schema in self.schemas:
            if schema is not None:
                yield from ignored_constraints(schema)

    def refused(self) -> frozenset[int]:
        """The resources that something is wrong with, by their places."""
        faulty = [own.path for own in self._own_faults()]
        faulty += [other.path for other in self._frictionless_faults()]

        # A fault of the package itself refuses no table of its own.
        of_parts = [path for path in faulty if path.steps or path.table]
        broken_tables = {path.table for path in of_parts}
        refused: set[int] = set()

        for index, path in enumerate(self.paths):
            is_broken = path.table in broken_tables
            is_unclear = path.table is None or self.names.count(path.table) > 1
            if is_broken or is_unclear:
                refused.add(index)
                continue

            # The fault may be in something that has no name of its own.
            if any(map(path.contains, of_parts)):
                refused.add(index)

        return frozenset(refused)

    def path_of(self, table: str) -> DescriptorPath:
        """The path of a resource; the descriptor's where no resource has the name."""
        for path in self.paths:
            if path.table == table:
                return path

        return DescriptorPath(table=table)

    def unreadable_marks(self, index: int) -> list[Reported]:
        """Marks between and around cells that are not one character: nobody can read
        the file.
        """
        dialect = object_of(self.resources[index]).get("dialect")
        if not isinstance(dialect, dict):
            return []

        path = self.paths[index].child("dialect")
        wrong = list(_wrong_marks(path, dialect))

        # Frictionless 5 puts them below the name of the format.
        wrong += _wrong_marks(path.child("csv"), object_of(dialect.get("csv")))

        return [mark.reported for mark in wrong]

    def _frictionless_faults(self) -> Iterator[FrictionlessFault]:
        return frictionless_faults(self.descriptor, self.paths, self.schemas)

    def _own_faults(self) -> Iterator[Fault]:
        package = DescriptorPath()
        yield from property_faults(package, self.descriptor, PACKAGE_TYPES)
        profile = self.descriptor.get("profile")
        yield from self._missing_file(package.child("profile"), profile)

        yield from repeated_names(package.child("resources"), self.names)

        for path, resource, schema in zip(
            self.paths, self.resources, self.schemas, strict=True
        ):
            yield from self._resource_faults(path, resource)
            if schema is not None:
                yield from schema_faults(schema, self.names)

    def _resource_faults(self, path: DescriptorPath, resource: Any) -> Iterator[Fault]:
        if not isinstance(resource, dict):
            yield type_fault(path, resource, "an object")
            return

        yield from property_faults(path, resource, RESOURCE_TYPES)
        if resource.get("name") is None:
            yield fault("descriptor-lacks", path, name="name")

        # Data may also stand in the descriptor itself.
        if "path" not in resource and "data" not in resource:
            yield fault("descriptor-lacks", path, name="path")

        for name in ("schema", "dialect", "profile"):
            yield from self._missing_file(path.child(name), resource.get(name))

        encoding = resource.get("encoding")
        if isinstance(encoding, str) and not _is_encoding(encoding):
            yield fault("descriptor-encoding", path.child("encoding"), value=encoding)

        dialect = object_of(resource.get("dialect"))
        yield from property_faults(path.child("dialect"), dialect, DIALECT_TYPES)

    def _missing_file(self, path: DescriptorPath, written: Any) -> Iterator[Fault]:
        """A file that is named, and is to be read with the descriptor."""
        if not isinstance(written, str):
            return

        # A profile that is no file is the name of one that Frictionless knows.
        is_profile = path.steps.endswith("profile")
        if is_profile and not written.endswith(".json"):
            return
        if not has_file(written, self.root):
            yield fault("descriptor-no-file", path, value=written)


def _overlap(left: DescriptorPath, right: DescriptorPath) -> bool:
    """Whether one of two paths is the other, or leads to something inside it."""
    return left.contains(right) or right.contains(left)


def _wrong_marks(path: DescriptorPath, part: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _MARKS:
        mark = part.get(name)
        if isinstance(mark, str) and len(mark) != 1:
            yield type_fault(path.child(name), mark, "a text of one character")


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False

    return True
