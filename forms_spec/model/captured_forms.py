"""What goes into a package and comes out of one: captured forms and the changes that
made them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from forms_spec.model.captured_data import CellKey, FormKey, Record
from forms_spec.model.query_life import QueryAction


class FormStatus(IntEnum):
    """How far a form is; the numbers stand in the package as ``formstat``."""

    INCOMPLETE = 0
    UNVERIFIED = 1
    COMPLETE = 2


class Subject(NamedTuple):
    """A subject of the study, the site that it belongs to, and who entered it when,
    where that is known.
    """

    site: str
    subject: str
    added_by: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedForm:
    """One form of one subject in its newest version. ``saved_at`` has a time zone."""

    site: str
    subject: str
    key: FormKey
    status: int
    version: int
    record: Record
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedFile:
    """An uploaded file by the text of its cell.

    ``read`` gives the bytes when their turn comes.
    """

    name: str
    size: int
    sha256: str
    read: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """One line of the audit trail: a cell before and after a save. A save without
    changes has no ``field``.

    ``dictionary`` is the hash of the dictionary under which the version was saved.
    """

    site: str
    subject: str
    key: FormKey
    version: int
    table: str
    row: int | None
    field: str
    old: str
    new: str
    reason: str
    saved_by: str
    saved_at: datetime
    dictionary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedQueryEntry:
    """One entry of a query. ``acted_by`` is the person, ``rule`` the check that wrote it
    instead. ``acted_at`` has a time zone.
    """

    action: QueryAction
    acted_by: str
    rule: str
    acted_at: datetime
    assigned_role: str
    assigned_to: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedThread:
    """A query with all its entries, oldest first.

    A query about the subject has no form and no visit, one about a whole form no
    ``cell``. ``basis`` stands for the answers that a check looked at last.
    """

    site: str
    subject: str
    key: FormKey
    cell: CellKey
    query: int
    code: str
    source: str
    basis: str
    entries: tuple[CapturedQueryEntry, ...]
