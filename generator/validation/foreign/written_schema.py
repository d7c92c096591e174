"""The Table Schema of a resource, in the descriptor or in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from generator.heavy_libraries import frictionless
from generator.package.package_files import LARGEST_TEXT, is_safe
from generator.validation.foreign.descriptor_path import DescriptorPath
from generator.validation.json_parts import list_of, object_of


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenSchema:
    """A schema as somebody wrote it, right or wrong."""

    path: DescriptorPath
    content: Mapping[str, Any]

    def fields(self) -> Iterator[tuple[DescriptorPath, Mapping[str, Any]]]:
        """Each field that is an object, with its path."""
        for index, field in enumerate(list_of(self.content.get("fields"))):
            if isinstance(field, dict):
                yield self.path.child("fields").element(index), field


def written_schema(
    path: DescriptorPath, resource: Any, root: Path
) -> WrittenSchema | None:
    """The schema of a resource; None where it has none, or one that nobody can read.

    ``path`` is the resource's, ``root`` the folder of the package.
    """
    schema = object_of(resource).get("schema")
    if isinstance(schema, dict):
        return WrittenSchema(path=path.child("schema"), content=schema)
    if not isinstance(schema, str):
        return None

    content = _content_of(schema, root)
    if content is None:
        return None

    # A fault in the file is told by the file's name.
    file = PurePosixPath(schema).as_posix()
    place = DescriptorPath(table=path.table, file=file)

    return WrittenSchema(path=place, content=content)


def has_file(path: str, root: Path) -> bool:
    """Whether a path that the descriptor names is a file of the package."""
    try:
        return is_safe(path) and (root / path).is_file()
    except OSError:  # a name that is longer than the file system allows
        return False


def _content_of(path: str, root: Path) -> Mapping[str, Any] | None:
    """What Frictionless reads from a schema file, which may be JSON or YAML."""
    if not has_file(path, root):
        return None

    file = root / path
    leads_out = not file.resolve().is_relative_to(root.resolve())
    if leads_out or file.stat().st_size > LARGEST_TEXT:
        return None

    try:
        content: Mapping[str, Any] = frictionless.Schema.metadata_retrieve(str(file))
    except Exception:  # Frictionless reads the file again, and says what is wrong
        return None

    return content
