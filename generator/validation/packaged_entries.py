"""Second entries of forms in a package, and what was decided between the two: each can
have been done, and the changes make up the versions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from forms_spec.findings.catalogue import finding
from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import CapturedEntryAct, EntryAct
from generator.tables import layout
from generator.validation.opened_package import OpenPackage
from generator.validation.query_threads import MOST_DIGITS, ReadTable
from generator.validation.report.report import Reported
from generator.validation.version_history import (
    CHANGE_COLUMNS,
    LONGEST_NAME,
    PackagedVersion,
    PackageHistory,
    fault_of_versions,
    numbered_rows,
)

COLUMNS: Final = layout.SYSTEM_COLUMNS[layout.ENTRY_ACTS]
ACTS: Final = frozenset(act.value for act in EntryAct)
Cells = Mapping[str, str]


class PackagedEntries:
    """The second entries of an open package. Lives no longer than the package is open."""

    def __init__(self, opened: OpenPackage) -> None:
        self._opened = opened
        self._history = PackageHistory(opened, layout.SECOND_ENTRIES)

    def close(self) -> None:
        self._history.close()

    def people(self) -> list[str]:
        """Everybody who typed or decided."""
        deciders = {act.acted_by for act in self.acts()}
        return sorted({*self._history.people(), *deciders})

    def versions(
        self,
    ) -> Iterator[tuple[str, Mapping[FormKey, tuple[PackagedVersion, ...]]]]:
        """Each subject with the second entries of its forms."""
        for subject in self._history.subjects():
            yield subject, self._history.forms(subject)

    def acts(self) -> Iterator[CapturedEntryAct]:
        """Every act. ``ValueError`` for one in which ``check_entries`` finds an error."""
        for _, cells in numbered_rows(self._opened, layout.ENTRY_ACTS, COLUMNS):
            yield _act(dict(zip(COLUMNS, cells, strict=True)))

    def count(self) -> int:
        """How many acts there are."""
        rows = numbered_rows(self._opened, layout.ENTRY_ACTS, ("number",))
        return sum(1 for _ in rows)


def _act(cells: Cells) -> CapturedEntryAct:
    return CapturedEntryAct(
        site=cells[layout.SITE],
        subject=cells[layout.SUBJECT],
        key=FormKey(cells[layout.FORM], cells[layout.VISIT], int(cells[layout.UNSNO])),
        number=int(cells["number"]),
        act=EntryAct(cells["act"]),
        first_version=int(cells["first_version"]),
        second_version=int(cells["second_version"]),
        version=int(cells["version"]),
        acted_by=cells["acted_by"],
        acted_at=datetime.fromisoformat(cells["acted_at"]),
        choices=json.loads(cells["choices"] or "{}"),
        text=cells["text"],
    )


def check_entries(opened: OpenPackage, read: ReadTable | None = None) -> None:
    """Reports what nobody can have typed as a second entry, or decided; nothing where
    the package has none.

    ``read`` reads its tables where they are not one file each.
    """
    if layout.ENTRY_ACTS not in opened.resources or opened.study is None:
        return

    read = read or partial(numbered_rows, opened)
    seen: set[str] = set()
    for line, texts in read(layout.ENTRY_ACTS, COLUMNS):
        cells = dict(zip(COLUMNS, texts, strict=True))
        if cells["act"] not in ACTS:
            # The reader has said that it is none.
            continue
        if why := _fault(cells, seen):
            _report(opened, layout.ENTRY_ACTS, line, cells["act"], why)
        seen.add(cells["number"])

    for line, form, why in _torn_entries(read):
        _report(opened, layout.SECOND_ENTRIES, line, f"second entry of {form}", why)


def _fault(cells: Cells, seen: set[str]) -> str:
    """Why nobody can have done this; blank where somebody can."""
    numbers = ("number", "first_version", "second_version", "version", layout.UNSNO)
    if not all(_is_number(cells[name]) for name in numbers):
        return "its numbers are missing"
    if cells["number"] in seen:
        return f"its number {cells['number']} stands here twice"
    if not _has_moment(cells["acted_at"]):
        return "it has no time with a time zone"
    if not 0 < len(cells["acted_by"]) <= LONGEST_NAME:
        return "nobody did it"
    if not _has_choices(cells["choices"]):
        return "what was chosen cannot be read"
    return ""


def _torn_entries(read: ReadTable) -> Iterator[tuple[int, str, str]]:
    """The first line of each second entry whose changes do not fit, its form, and why."""
    wanted = (layout.SUBJECT, *CHANGE_COLUMNS)
    entries: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    lines: dict[tuple[str, ...], int] = {}
    for line, cells in read(layout.SECOND_ENTRIES, wanted):
        place = cells[:4]
        lines.setdefault(place, line)
        entries[place].append(cells[1:])

    for place, changes in entries.items():
        if why := fault_of_versions(place[-1], changes):
            yield lines[place], place[-1], why


def _report(opened: OpenPackage, table: str, line: int, value: str, why: str) -> None:
    path = next(item.path for item in opened.plans if item.name == table)
    opened.collector.add(
        Reported(
            finding=finding("review-act-impossible", value=value, why=why),
            file=path,
            table=table,
            row=line,
        )
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _has_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _has_choices(text: str) -> bool:
    """Whether a cell is blank, or a JSON object of texts."""
    try:
        choices = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return False
    if not isinstance(choices, dict):
        return False
    return all(isinstance(choice, str) for choice in choices.values())
