"""Which files a package has, and which columns stand before a table's own fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms_spec.model.fields import Table
    from forms_spec.model.study import Study

SITE, SUBJECT, VISIT, UNSNO, ROW = "siteid", "subjid", "visitid", "unsno", "rowno"

DESCRIPTOR = "datapackage.json"
DICTIONARY = "dictionary/"
FILES = "files/"
EARLIER_DICTIONARIES = "earlier/dictionaries/"
EARLIER_FILES = "earlier/files/"
LOG = "log/"
LOG_EVENTS = "log/events.jsonl"
LOG_HEAD = "log/head.json"

SUBJECTS, FORMS, AUDIT, QUERIES = "subjects", "forms", "audit", "queries"
QUERY_ENTRIES = "query-entries"
"""No form can have this name. A package without queries lacks the table."""
REVIEW_ACTS, FORM_SAVES = "review-acts", "form-saves"
"""Nor one of these. A package of data that nobody reviewed lacks both."""
FORM_BLANKS = "form-blanks"
"""Nor this one. Only versions from before blanks were left out have rows in it."""
SECOND_ENTRIES, ENTRY_ACTS = "second-entries", "entry-acts"
"""Nor one of these. A package of data that nobody entered twice lacks both."""
COMPANIONS = (
    *(QUERY_ENTRIES, REVIEW_ACTS, FORM_SAVES, FORM_BLANKS, SECOND_ENTRIES),
    ENTRY_ACTS,
)
"""The tables that a package has only where there is something to put in."""
PAIRED = (
    (REVIEW_ACTS, FORM_SAVES),
    (SECOND_ENTRIES, ENTRY_ACTS),
    (ENTRY_ACTS, SECOND_ENTRIES),
)
"""Where the first one is, the second one is too, even without a row."""

ROW_KEY = (SITE, SUBJECT, VISIT, UNSNO, ROW)
FORM = "form"
FORM_KEY = (SITE, SUBJECT, VISIT, UNSNO, FORM)

ENTRY = ("added_by", "added_at")
"""Who entered a subject and when. A package without history lacks these columns."""

SYSTEM_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        SUBJECTS: ("studyid", SITE, SUBJECT, *ENTRY),
        FORMS: (*FORM_KEY, "formstat", "version", "saved_at", "saved_by"),
        AUDIT: (
            *FORM_KEY, "version", "table", ROW, "field", "old", "new",
            "reason", "saved_by", "saved_at", "dictionary",
        ),
        SECOND_ENTRIES: (
            *FORM_KEY, "version", "table", ROW, "field", "old", "new",
            "reason", "saved_by", "saved_at", "dictionary",
        ),
        ENTRY_ACTS: (
            *FORM_KEY, "number", "act", "first_version", "second_version", "version",
            "acted_by", "acted_at", "choices", "text",
        ),
        QUERIES: (*FORM_KEY, "table", ROW, "field", "code", "status", "text"),
        QUERY_ENTRIES: (
            *FORM_KEY, "table", ROW, "field", "query", "code", "source", "basis",
            "entry", "action", "acted_by", "rule", "acted_at",
            "assigned_role", "assigned_to", "text",
        ),
        REVIEW_ACTS: (
            *FORM_KEY, "table", ROW, "field", "kind", "number", "state", "version",
            "acted_by", "name", "acted_at", "digest", "text",
        ),
        FORM_SAVES: (
            *FORM_KEY, "version", "save_id", "refused", "queries", "warnings",
        ),
        FORM_BLANKS: (*FORM_KEY, "version", "table", ROW, "field"),
    }
)  # fmt: skip

SYSTEM_PATHS: Mapping[str, str] = MappingProxyType(
    {
        SUBJECTS: "data/subjects.csv",
        FORMS: "data/forms.csv",
        AUDIT: "audit.csv",
        QUERIES: "queries.csv",
        QUERY_ENTRIES: "query-entries.csv",
        REVIEW_ACTS: "review-acts.csv",
        FORM_SAVES: "form-saves.csv",
        FORM_BLANKS: "form-blanks.csv",
        SECOND_ENTRIES: "second-entries.csv",
        ENTRY_ACTS: "entry-acts.csv",
    }
)


def table_path(name: str) -> str:
    """The path of a table's file inside the package."""
    return SYSTEM_PATHS.get(name) or f"data/{name}.csv"


def key_columns(table: Table) -> tuple[str, ...]:
    """The columns before a table's fields: whose row it is, at which visit, and its
    number.
    """
    # A log form belongs to the subject, at no visit.
    visit: tuple[str, ...] = (VISIT, UNSNO)
    if table.form.log:
        visit = ()

    row: tuple[str, ...] = ()
    if table.group:
        row = (ROW,)

    return (SITE, SUBJECT, *visit, *row)


def primary_key(table: Table) -> tuple[str, ...]:
    """What tells one row of a table from every other; the site follows from the
    subject.
    """
    return key_columns(table)[1:]


def columns(table: Table) -> tuple[str, ...]:
    """Every column of a table's file, in order."""
    return (*key_columns(table), *(field.name for field in table.fields))


def system_columns(name: str, *, entries: bool = True) -> tuple[str, ...]:
    """The columns of a system table; without ``entries`` nobody says who entered a
    subject.
    """
    names = SYSTEM_COLUMNS[name]
    if name != SUBJECTS or entries:
        return names

    return tuple(column for column in names if column not in ENTRY)


def all_columns(
    study: Study,
    *,
    entries: bool = True,
    companions: Collection[str] = (),
) -> Mapping[str, tuple[str, ...]]:
    """The columns of every file of the package, by the resource's name, in the
    package's order. ``companions``: which of the tables that not every package has.
    """
    own = {name: columns(table) for name, table in study.tables.items()}
    system = SYSTEM_COLUMNS

    return {
        SUBJECTS: system_columns(SUBJECTS, entries=entries),
        FORMS: system[FORMS],
        **own,
        AUDIT: system[AUDIT],
        QUERIES: system[QUERIES],
        **{name: system[name] for name in COMPANIONS if name in companions},
    }


def companions_of(names: Collection[str]) -> frozenset[str]:
    """The companions that a package with some tables has to have."""
    companions = frozenset(COMPANIONS).intersection(names)
    for first, second in PAIRED:
        if first in companions:
            companions |= {second}

    return companions
