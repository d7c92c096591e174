"""What reviewers did, in a package: each act can be what it says, and is of a subject of
the package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from forms_spec.findings.catalogue import finding
from forms_spec.model.captured_data import CellKey, FormKey
from forms_spec.model.captured_forms import (
    ACT_STATES,
    CapturedAct,
    CapturedSave,
    ReviewKind,
)
from generator.tables import layout
from generator.validation.opened_package import OpenPackage
from generator.validation.query_threads import MOST_DIGITS, ReadTable
from generator.validation.report.report import Reported
from generator.validation.row_store import scratch_database
from generator.validation.version_history import LONGEST_NAME, numbered_rows

COLUMNS: Final = layout.SYSTEM_COLUMNS[layout.REVIEW_ACTS]
SAVE_COLUMNS: Final = layout.SYSTEM_COLUMNS[layout.FORM_SAVES]
BLANK_COLUMNS: Final = layout.SYSTEM_COLUMNS[layout.FORM_BLANKS][1:]
BATCH: Final = 5000
LONGEST_MARK: Final = 100
WITH_VERSION: Final = frozenset(
    {ReviewKind.SIGNED, ReviewKind.BROKEN, ReviewKind.VERIFICATION, ReviewKind.LOOK}
)
OF_SIGNATURE: Final = frozenset({ReviewKind.SIGNED, ReviewKind.BROKEN})

Cells = Mapping[str, str]


class PackagedReview:
    """The review of an open package. Lives no longer than the package is open."""

    def __init__(self, opened: OpenPackage) -> None:
        self._opened = opened
        self._db = scratch_database()
        self._db.executescript(
            "begin; create table save (subject, visit, unsno, form,"
            " version, mark, refused, queries, warnings);"
            "create table blank (subject, visit, unsno,"
            " form, version, name, row, field);"
        )
        saves = self._saves()
        while some := list(islice(saves, BATCH)):
            self._db.executemany(
                "insert into save values (?, ?, ?, ?, ?, ?, ?, ?, ?)", some
            )
        self._read_blanks()
        self._db.executescript(
            "create index save_of on save (subject);"
            "create index blank_of on blank (subject);"
        )

    def close(self) -> None:
        self._db.close()

    def _saves(self) -> Iterator[tuple[str, ...]]:
        for _, cells in numbered_rows(self._opened, layout.FORM_SAVES, SAVE_COLUMNS):
            named = dict(zip(SAVE_COLUMNS, cells, strict=True))
            counts = named["refused"], named["queries"], named["warnings"]
            numbers = named[layout.UNSNO], named["version"], *counts
            mark = named["save_id"]
            if all(map(_is_number, numbers)) and 0 < len(mark) <= LONGEST_MARK:
                yield (
                    named[layout.SUBJECT], named[layout.VISIT], named[layout.UNSNO],
                    named[layout.FORM], named["version"], mark, *counts,
                )  # fmt: skip

    def _read_blanks(self) -> None:
        rows = numbered_rows(self._opened, layout.FORM_BLANKS, BLANK_COLUMNS)
        blanks = (cells for _, cells in rows if _names_cell(cells))
        while some := list(islice(blanks, BATCH)):
            self._db.executemany(
                "insert into blank values (?, ?, ?, ?, ?, ?, ?, ?)", some
            )

    def _blanks(self, subject: str) -> Mapping[tuple[FormKey, int], list[CellKey]]:
        """What old versions of a subject's forms keep without anybody having typed it."""
        rows = self._db.execute("select * from blank where subject = ?", (subject,))
        blanks = defaultdict(list)
        for _, visit, unsno, form, version, table, row, name in rows:
            cell = CellKey(table, int(row) if row else None, name)
            blanks[FormKey(form, visit, int(unsno)), int(version)].append(cell)
        return blanks

    def saves(self, subject: str) -> Mapping[tuple[FormKey, int], CapturedSave]:
        """What seals the versions of a subject's forms, by form and version."""
        rows = self._db.execute("select * from save where subject = ?", (subject,))
        blanks = self._blanks(subject)
        saves = {}
        for _, visit, unsno, form, version, mark, refused, queries, warnings in rows:
            key = FormKey(form, visit, int(unsno))
            saves[key, int(version)] = CapturedSave(
                key=key,
                version=int(version),
                save_id=mark,
                refused=int(refused),
                queries=int(queries),
                warnings=int(warnings),
                blanks=tuple(blanks.get((key, int(version)), ())),
            )
        return saves

    def acts(self) -> Iterator[CapturedAct]:
        """Every act. ``ValueError`` for one in which ``check_review`` finds an error."""
        for _, cells in numbered_rows(self._opened, layout.REVIEW_ACTS, COLUMNS):
            yield _act(dict(zip(COLUMNS, cells, strict=True)))

    def people(self) -> list[str]:
        """Everybody who did something."""
        who = COLUMNS.index("acted_by")
        rows = numbered_rows(self._opened, layout.REVIEW_ACTS, COLUMNS)
        return sorted({cells[who] for _, cells in rows if cells[who]})

    def count(self) -> int:
        """How many acts there are."""
        rows = numbered_rows(self._opened, layout.REVIEW_ACTS, ("kind",))
        return sum(kind != ReviewKind.SIGNED.value for _, (kind,) in rows)


def _names_cell(cells: tuple[str, ...]) -> bool:
    """Whether a line names a blank answer of a row, or a group without any."""
    _, _, unsno, _, version, _, row, name = cells
    if not _is_number(unsno) or not _is_number(version):
        return False
    return _is_number(row) if row else not name


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _act(cells: Cells) -> CapturedAct:
    row = cells[layout.ROW]
    cell = CellKey(cells["table"], int(row) if row else None, cells["field"])
    return CapturedAct(
        site=cells[layout.SITE],
        subject=cells[layout.SUBJECT],
        key=FormKey(cells[layout.FORM], cells[layout.VISIT], int(cells[layout.UNSNO])),
        cell=cell if cell.field else None,
        kind=ReviewKind(cells["kind"]),
        number=int(cells["number"]),
        state=cells["state"],
        version=int(cells["version"]) if cells["version"] else None,
        acted_by=cells["acted_by"],
        name=cells["name"],
        acted_at=datetime.fromisoformat(cells["acted_at"]),
        digest=cells["digest"],
        text=cells["text"],
    )


def check_review(opened: OpenPackage, read: ReadTable | None = None) -> None:
    """Reports the acts of a package that nobody can have done; nothing where it has
    none.

    ``read`` reads its tables where they are not one file each.
    """
    if layout.REVIEW_ACTS not in opened.resources or opened.study is None:
        return

    read = read or partial(numbered_rows, opened)
    known = {cells for _, cells in read(layout.SUBJECTS, layout.ROW_KEY[:2])}
    path = next(item.path for item in opened.plans if item.name == layout.REVIEW_ACTS)
    seen: set[tuple[str, str]] = set()
    for line, texts in read(layout.REVIEW_ACTS, COLUMNS):
        cells = dict(zip(COLUMNS, texts, strict=True))
        if cells["kind"] not in {kind.value for kind in ReviewKind}:
            # The reader has said that it is none.
            continue
        why = _fault(cells, known, seen)
        seen.add((cells["kind"], cells["number"]))
        if not why:
            continue
        names = (layout.SUBJECT, layout.VISIT)
        opened.collector.add(
            Reported(
                finding=finding("review-act-impossible", value=cells["kind"], why=why),
                file=path,
                table=layout.REVIEW_ACTS,
                row=line,
                field="kind",
                key={name: cells[name] for name in names if cells[name]},
            )
        )


def _fault(
    cells: Cells, known: set[tuple[str, ...]], seen: set[tuple[str, str]]
) -> str:
    """Why nobody can have done this; blank where somebody can."""
    kind, number = ReviewKind(cells["kind"]), cells["number"]
    if cells["state"] not in ACT_STATES[kind]:
        return f"it cannot leave the state “{cells['state']}”"
    if not _is_number(number) or not _is_number(cells[layout.UNSNO]):
        return "its numbers are missing"
    if kind in OF_SIGNATURE:
        if (ReviewKind.SIGNATURE.value, number) not in seen:
            return f"no signature {number} stands before it"
    elif (kind.value, number) in seen:
        return f"its number {number} stands here twice"
    if kind in WITH_VERSION and not _is_number(cells["version"]):
        return "it names no version"
    if not _has_moment(cells["acted_at"]):
        return "it has no time with a time zone"
    if not 0 < len(cells["acted_by"]) <= LONGEST_NAME:
        return "nobody did it"

    is_study = kind is ReviewKind.LOCK and not (
        cells[layout.SUBJECT] or cells[layout.VISIT] or cells[layout.FORM]
    )
    own = cells[layout.SITE], cells[layout.SUBJECT]
    if not is_study and own not in known:
        return f"the package has no subject {own[1]} at site {own[0]}"
    return ""


def _has_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
