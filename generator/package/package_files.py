"""Which files of a folder belong to the package in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from generator.tables.layout import DESCRIPTOR, DICTIONARY

OURS = "crfsmith:study"
"""A descriptor that has it belongs to a study's package."""
LARGEST_TEXT = 64 * 2**20
_NAMES = ("path", "extrapaths", "schema", "dialect", "profile")
_DRIVE = re.compile(r"[A-Za-z]:")


def package_files(root: Path, *, whole: bool) -> Iterator[str]:
    """The names of the files that are the package's, as far as anybody may know before
    reading it.

    A study's package, or any if ``whole``, is all of its folder but for hidden folders
    such as ``.venv``. A package of others is what its descriptor names; nothing else is
    looked at.
    """
    descriptor = _descriptor(root / DESCRIPTOR)
    if whole or OURS in descriptor or (root / DICTIONARY).is_dir():
        yield from _below(root, root)
        return

    yield DESCRIPTOR
    for name in sorted(set(_named(descriptor))):
        # Unlike ``Path.is_dir``, it is False for a name that no file can have.
        if os.path.isdir(root / name):
            yield from _below(root, root / name)
        else:
            yield name


def _below(root: Path, folder: Path) -> Iterator[str]:
    """Every file below a folder; links are not followed, and given as they are."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        shown = {name for name in folders if not name.startswith(".")}
        links = {name for name in shown if (here / name).is_symlink()}

        # ``os.walk`` goes on into what this list holds, in its order.
        folders[:] = sorted(shown - links)

        for name in sorted([*files, *links]):
            yield (here / name).relative_to(root).as_posix()


def _descriptor(path: Path) -> Mapping[str, Any]:
    """The descriptor, empty where it cannot be read: whoever reads it says why."""
    try:
        if path.stat().st_size > LARGEST_TEXT:
            return {}
        read = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}

    return read if isinstance(read, dict) else {}


def _named(descriptor: Mapping[str, Any]) -> Iterator[str]:
    """The relative paths that a descriptor names and that stay below its folder."""
    for value in _stated_paths(descriptor):
        if isinstance(value, str) and _is_local(value):
            yield PurePosixPath(value).as_posix()


def _stated_paths(descriptor: Mapping[str, Any]) -> Iterator[Any]:
    """What stands where a path may stand, in the package and in its resources."""
    resources = descriptor.get("resources")
    holders: list[Any] = [descriptor]
    if isinstance(resources, list):
        holders += resources

    for holder in holders:
        # A resource may be given as its path alone.
        given = holder if isinstance(holder, dict) else {"path": holder}
        for key in _NAMES:
            yield from _listed(given.get(key))


def _listed(value: Any) -> list[Any]:
    """A list as it is, and a single value as the only one of a list."""
    return value if isinstance(value, list) else [value]


def _is_local(path: str) -> bool:
    if path == "":
        return False

    return "://" not in path and is_safe(path)


def is_safe(name: str) -> bool:
    """True for a relative path that stays below its folder on every operating system."""
    if "\\" in name or "\0" in name:
        return False
    if _DRIVE.match(name):
        return False

    # An empty part is the root at the beginning, and nowhere a name.
    *folders, last = name.split("/")
    if "" in folders:
        return False

    return ".." not in (*folders, last)
