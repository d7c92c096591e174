"""The list of targets. A line is the name of a file in this room, which has ``TARGET``.

The command of one purpose imports the targets of that purpose only.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TypeVar

from generator.targets.target import (
    DictionaryTarget,
    DocumentationTarget,
    RecordsTarget,
    Target,
)

DOCUMENTATION = (
    "codebook_html",
    "codebook_csv",
)
DICTIONARIES = ("redcap_dictionary", "workbook")
RECORDS = (
    "package",
    "spreadsheet",
    "redcap_records",
    "redcap_records_eav",
)
"""The first target of each purpose is the one that a command writes by default."""

Kind = TypeVar("Kind", bound=Target)


def documentation_targets() -> dict[str, DocumentationTarget]:
    """What ``crfsmith codebook`` writes, by name."""
    return _by_name(DOCUMENTATION, DocumentationTarget)


def dictionary_targets() -> dict[str, DictionaryTarget]:
    """What ``crfsmith convert`` reads and writes, by name."""
    return _by_name(DICTIONARIES, DictionaryTarget)


def records_targets() -> dict[str, RecordsTarget]:
    """What ``crfsmith export`` writes, by name."""
    return _by_name(RECORDS, RecordsTarget)


def summaries(targets: Iterable[Target]) -> str:
    """What each of the targets writes, for the help of an option."""
    listed = "; ".join(f"{target.name}: {target.summary}" for target in targets)
    return f"What to write. {listed}."


def file_names(targets: Iterable[Target]) -> str:
    """``FILE.html or FILE.csv``: how the files of the targets are named."""
    names = dict.fromkeys(f"FILE{target.suffix}" for target in targets)
    return " or ".join(names)


def _by_name(files: tuple[str, ...], kind: type[Kind]) -> dict[str, Kind]:
    """Raises ``ImportError`` if a file has no such target, or two have one name."""
    targets: dict[str, Kind] = {}
    for file in files:
        # Not at the top: a command needs the targets of its own purpose only.
        target = import_module(f"generator.targets.{file}").TARGET
        if not isinstance(target, kind):
            raise ImportError(f"generator/targets/{file}.py has no {kind.__name__}")
        if target.name in targets:
            raise ImportError(f"two targets have the name {target.name}")

        targets[target.name] = target

    return targets
