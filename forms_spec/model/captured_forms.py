"""What goes into a package and comes out of one: captured forms and the changes that
made them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from types import MappingProxyType
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


class ReviewKind(Enum):
    """What reviewers do. A signature has one more row for each form under it, and one
    for the save that broke it.
    """

    LOCK = "lock"
    VOID = "void"
    SIGNATURE = "signature"
    SIGNED = "signed"
    BROKEN = "broken"
    VERIFICATION = "verification"
    LOOK = "look"


ACT_STATES: Mapping[ReviewKind, frozenset[str]] = MappingProxyType(
    {
        ReviewKind.LOCK: frozenset({"open", "frozen", "locked"}),
        ReviewKind.VOID: frozenset({"open", "voided"}),
        ReviewKind.SIGNATURE: frozenset({"signed"}),
        ReviewKind.SIGNED: frozenset({"signed"}),
        ReviewKind.BROKEN: frozenset({"broken"}),
        ReviewKind.VERIFICATION: frozenset({"verified", "withdrawn", "lost"}),
        ReviewKind.LOOK: frozenset({"seen"}),
    }
)
"""The states that each kind of act can leave."""
if set(ACT_STATES) != set(ReviewKind):
    raise TypeError("a kind of review act has no states")


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedAct:
    """Something that a reviewer did, or a save did to it. ``number`` counts its kind;
    that of a form under a signature, and of its break, is the signature's.

    The place is a form, a visit where the form is blank, a casebook where the visit is,
    the study where the subject is; ``cell`` is a field that was verified. ``digest`` is
    the seal of a signed version, and what a signature stands for.
    """

    site: str
    subject: str
    key: FormKey
    kind: ReviewKind
    number: int
    state: str
    acted_by: str
    acted_at: datetime
    cell: CellKey | None = None
    version: int | None = None
    name: str = ""
    digest: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedSave:
    """What the seal of a version covers beside the answers: its mark, and how many
    findings it had.

    ``blanks`` are what an old version keeps without anybody having typed it: a blank
    answer in a row, and a group that never had a row, as a cell without row and field.
    """

    key: FormKey
    version: int
    save_id: str
    refused: int
    queries: int
    warnings: int
    blanks: tuple[CellKey, ...] = ()


class EntryAct(Enum):
    """What happened between the two entries of a form."""

    READ = "read"
    DISCARDED = "discarded"
    AGREED = "agreed"
    ADJUDICATED = "adjudicated"


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedEntryAct:
    """What somebody did between the two entries of a form.

    ``first_version`` and ``second_version`` are the entries that it is about,
    ``version`` is the result: 0 where there is none. ``choices`` has by cell which
    answer counts, ``text`` is the reason.
    """

    site: str
    subject: str
    key: FormKey
    number: int
    act: EntryAct
    first_version: int
    second_version: int
    version: int
    acted_by: str
    acted_at: datetime
    choices: Mapping[str, str]
    text: str
