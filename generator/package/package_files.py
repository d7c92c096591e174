"""Which files of a folder belong to the package in it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from generator.tables.layout import DESCRIPTOR, DICTIONARY

OURS = "crfsmith:study"
"""A descriptor that has it belongs to a study's package."""
LARGEST_TEXT = 64 * 2**20
_NAMES = ("path", "extrapaths", "schema", "dialect", "profile")


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
        is_folder = os.path.isdir(
            root / name
        )  # False, too, for a name that no file can have
        yield from _below(root, root / name) if is_folder else [name]


def _below(root: Path, folder: Path) -> Iterator[str]:
    """Every file below a folder; links are not followed, and given as they are."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in links
        )
        shown = (name for name in links if not name.startswith("."))
        for name in sorted([*files, *shown]):
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
    resources = descriptor.get("resources")
    for holder in (descriptor, *(resources if isinstance(resources, list) else [])):
        given = holder if isinstance(holder, dict) else {"path": holder}
        for key in _NAMES:
            text = given.get(key)
            for item in text if isinstance(text, list) else [text]:
                if (
                    isinstance(item, str)
                    and item
                    and is_safe(item)
                    and "://" not in item
                ):
                    yield PurePosixPath(item).as_posix()


def is_safe(name: str) -> bool:
    """True for a relative path that stays below its folder on every operating system."""
    parts = name.split("/")
    drive = len(name) > 1 and name[0].isascii() and name[0].isalpha() and name[1] == ":"

    return not (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or drive
        or ".." in parts
        or "" in parts[:-1]
    )
