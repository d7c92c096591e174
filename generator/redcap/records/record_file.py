"""What was read of a file of records, and how much its dictionary says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import CellKey, FormKey
from forms_spec.model.captured_forms import CapturedForm
from generator.redcap.reading.csv_sheet import CsvSheet

EAV_RECORD, EAV_FIELD, EAV_VALUE = "record", "field_name", "value"

CellAddress = tuple[str, FormKey, CellKey]
"""Subject, form and cell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValuePlace:
    """Where a value stands in the file, and what stands there."""

    row: int
    column: str
    text: str


@dataclass(kw_only=True)
class RecordFile:
    """What a file of records holds. ``places`` finds a value's cell, ``rows`` the first
    row of a form.

    ``unread`` are cells that have a finding of the reader already, ``left_out`` the
    rows without a place of their own. ``least`` counts the forms whose instances are
    not equally far: the least of them stands for the form. ``empty`` are records
    without an answer and without a form further than incomplete. ``strange`` are events
    and instances that are judged although the dictionary says nothing of them.
    ``habits`` is all that the program is known to do that saved the file.
    """

    sheet: CsvSheet
    forms: list[CapturedForm] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    places: dict[CellAddress, ValuePlace] = field(default_factory=dict)
    rows: dict[tuple[str, FormKey], int] = field(default_factory=dict)
    unread: set[CellAddress] = field(default_factory=set)
    left_out: list[int] = field(default_factory=list)
    least: int = 0
    empty: list[str] = field(default_factory=list)
    strange: dict[str, None] = field(default_factory=dict)
    habits: frozenset[str] = frozenset()
    _reported: set[tuple[str, str]] = field(default_factory=set)

    def say(
        self,
        code: str,
        row: int,
        column: str,
        value: str,
        *,
        once: str = "",
        **words: Any,
    ) -> None:
        """A finding at a cell; of those that are ``once`` alike only the first."""
        if once:
            if (code, once) in self._reported:
                return

            self._reported.add((code, once))

        place = self.sheet.place(row, column)
        self.findings.append(finding(code, text=place, value=value, **words))


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownStructure:
    """What a dictionary says: which events there are, and what repeats.

    REDCap's data dictionary alone says neither, so records that know more are taken as
    they are.
    """

    events: bool = True
    repeats: bool = True


EVERYTHING = KnownStructure()


def said_by(originals: Mapping[str, bytes]) -> KnownStructure:
    """What a dictionary says that was made from these files of REDCap."""
    if "dictionary" not in originals:
        return EVERYTHING

    return KnownStructure(
        events="events" in originals or "forms" in originals,
        repeats="repeating" in originals,
    )
