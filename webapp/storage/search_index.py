"""What can be looked for: rows of logs and open findings, word by word. Made anew with
what is kept of a subject, and no part of the history.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    select,
    tuple_,
)

from webapp.storage.database import Database
from webapp.storage.sight import Sight, seen_forms
from webapp.storage.tables import search_entry, search_word, subject_standing
from webapp.storage.users import ALL_SITES, Sites

LONGEST_WORD: Final = 40
MOST_WORDS: Final = 5
"""So many words of what was typed are looked for."""
LONGEST_LABEL: Final = 200
WORD: Final = re.compile(r"[^\W_]+")
Entries, Words = search_entry.c, search_word.c


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchEntry:
    """Something that can be found: where it stands, and what it says. ``row`` is 0
    where it is no row.
    """

    subjid: str
    kind: str
    visit: str
    unsno: int
    form: str
    table: str
    row: int
    label: str


def words_of(text: str) -> Iterator[str]:
    """The words of a text, without case and accents: ``Naïve`` is ``naive``."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    for match in WORD.finditer(bare):
        yield match[0][:LONGEST_WORD]


def replace_entries(
    connection: Connection, subjid: str, site: str, entries: Sequence[SearchEntry]
) -> None:
    """The entries of a subject, in the place of those that were there."""
    connection.execute(delete(search_word).where(Words.subjid == subjid))
    connection.execute(delete(search_entry).where(Entries.subjid == subjid))
    if not entries:
        return

    rows = [_row(number, site, entry) for number, entry in enumerate(entries, start=1)]
    connection.execute(insert(search_entry), rows)
    words = [
        {"word": word, "subjid": subjid, "number": number}
        for number, entry in enumerate(entries, start=1)
        for word in sorted(set(words_of(entry.label)))
    ]
    if words:
        connection.execute(insert(search_word), words)


def _row(number: int, site: str, entry: SearchEntry) -> dict[str, Any]:
    return {
        "subjid": entry.subjid,
        "number": number,
        "site": site,
        "kind": entry.kind,
        "visit": entry.visit,
        "unsno": entry.unsno,
        "form": entry.form,
        "table_name": entry.table,
        "rowno": entry.row,
        "label": entry.label[:LONGEST_LABEL],
    }


def search(
    database: Database, wanted: str, *, sites: Sites, first: int, most: int
) -> tuple[int, tuple[SearchEntry, ...]]:
    """How many entries of some sites have a word that begins with each of the words
    ``wanted``, and so many of them from the ``first`` on.
    """
    words = list(words_of(wanted))[:MOST_WORDS]
    if not words:
        return 0, ()

    passes = [*_passes(words, sites), *_seen(database.sight)]
    counted = select(func.count()).select_from(search_entry).where(*passes)
    listed = (
        select(search_entry)
        .where(*passes)
        .order_by(Entries.subjid, Entries.number)
        .offset(first)
        .limit(most)
    )
    with database.read() as connection:
        count = int(connection.execute(counted).scalar_one())
        rows = connection.execute(listed).all() if count else ()

    return count, tuple(_entry(row) for row in rows)


def _passes(words: Iterable[str], sites: Sites) -> list[ColumnElement[bool]]:
    passes: list[ColumnElement[bool]] = []
    if sites is not ALL_SITES:
        passes.append(Entries.site.in_(sorted(sites)))
    for word in words:
        # A range of the index: every word that begins so.
        found = select(Words.subjid, Words.number).where(
            Words.word >= word, Words.word < f"{word}\uffff"
        )
        passes.append(_pair().in_(found))
    return passes


def _seen(sight: Sight | None) -> list[ColumnElement[bool]]:
    """What exists for somebody: a row is found by all of its words, so a form that is
    seen in part is left out as a whole.
    """
    return seen_forms(sight, Entries, wholly=True)


def _pair() -> ColumnElement[Any]:
    return tuple_(Entries.subjid, Entries.number)


def subjects_beginning(
    database: Database, wanted: str, *, sites: Sites, most: int
) -> tuple[str, ...]:
    """The numbers of subjects of some sites that begin so, in order."""
    column = subject_standing.c
    query = select(column.subjid).where(
        column.subjid >= wanted,
        column.subjid < f"{wanted}\uffff",
        column.voided.is_(False),
    )
    if sites is not ALL_SITES:
        query = query.where(column.site.in_(sorted(sites)))
    with database.read() as connection:
        return tuple(
            connection.execute(query.order_by(column.subjid).limit(most)).scalars()
        )


def _entry(row: Row[Any]) -> SearchEntry:
    return SearchEntry(
        subjid=row.subjid,
        kind=row.kind,
        visit=row.visit,
        unsno=row.unsno,
        form=row.form,
        table=row.table_name,
        row=row.rowno,
        label=row.label,
    )
