"""Captured forms: each save is a new version, in one transaction, and nothing is
overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, select
from sqlalchemy.sql import Select

from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import FormKey, Record
from webapp.storage.database import Database
from webapp.storage.encoding import record_of
from webapp.storage.sight import Sight, blind_places, seen_forms
from webapp.storage.tables import DamagedData, form_instance, form_version, void_act


class Status(Enum):
    """A form is a draft as long as somebody may have more to say.

    Unverified forms come with packages from elsewhere: entered in full, not yet checked
    by a person.
    """

    DRAFT = "draft"
    UNVERIFIED = "unverified"
    COMPLETE = "complete"


class InstanceKey(NamedTuple):
    """One form of one subject at one visit."""

    subject: str
    form: str
    visit: str
    unsno: int = 0

    @property
    def form_key(self) -> FormKey:
        return FormKey(self.form, self.visit, self.unsno)


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingCounts:
    """Open findings of a form when it was saved."""

    refused: int = 0
    queries: int = 0
    warnings: int = 0

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> FindingCounts:
        severities = [finding.severity for finding in findings]
        return cls(
            refused=severities.count(Severity.ERROR),
            queries=severities.count(Severity.QUERY),
            warnings=severities.count(Severity.WARNING),
        )

    @property
    def all(self) -> int:
        return self.refused + self.queries + self.warnings


@dataclass(frozen=True, kw_only=True, slots=True)
class FormHead:
    """The newest version of a form without its answers."""

    key: InstanceKey
    version: int
    status: Status
    counts: FindingCounts
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredForm:
    """One version of a form.

    ``row_marks`` holds, by repeating group, the highest row number ever given: a new
    row takes the next one, so that a number means one row for all time. ``save_id`` is
    that of the save which made it, ``import_id`` the import that it came with.
    """

    key: InstanceKey
    version: int
    status: Status
    record: Record
    counts: FindingCounts
    reason: str
    saved_by: str
    saved_at: datetime
    dictionary_hash: str
    row_marks: Mapping[str, int] = field(default_factory=dict)
    save_id: str = ""
    seal: str = ""
    import_id: int | None = None


def record_in(stored: StoredForm | None) -> Record:
    """What is stored of a form; an empty record where nothing was captured."""
    return stored.record if stored else Record()


def load(database: Database, key: InstanceKey) -> StoredForm | None:
    """The newest version, or None where nothing was captured."""
    with database.read() as connection:
        row = connection.execute(NEWEST, key._asdict()).first()
        return _seen(connection, database.sight, row)


def _seen(
    connection: Connection, sight: Sight | None, row: Row[Any] | None
) -> StoredForm | None:
    """A version as somebody sees it; None where there is none for them."""
    return next(seen_versions(connection, sight, [row] if row else []), None)


def seen_versions(
    connection: Connection, sight: Sight | None, rows: Iterable[Row[Any]]
) -> Iterator[StoredForm]:
    """The versions of some rows that exist for somebody, as far as they do."""
    forms = [stored_form(row) for row in rows]
    if sight is None:
        yield from forms
        return

    subjects = {form.key.subject for form in forms}
    blind = blind_places(connection, sight, subjects) if forms else frozenset()
    for form in forms:
        seen = seen_form(sight, form) if form.key not in blind else None
        if seen is not None:
            yield seen


def seen_form(sight: Sight | None, stored: StoredForm) -> StoredForm | None:
    """A form as a role sees it; None for one that does not exist for it.

    Of a form seen in part, the counts and the reason may tell of the rest.
    """
    if sight is None:
        return stored
    form = stored.key.form
    if not sight.sees_form(form):
        return None

    # A seal stands for the whole: by it one could try what the hidden answers are.
    seen = replace(stored, record=sight.record(form, stored.record), seal="")
    if form not in sight.partly:
        return seen
    return replace(seen, counts=FindingCounts(), reason="")


def was_complete(database: Database, key: InstanceKey) -> bool:
    """Whether any version of the form was complete: what was complete once is changed
    with a reason.
    """
    with database.read() as connection:
        return connection.execute(A_COMPLETE_VERSION, key._asdict()).first() is not None


def load_version(
    database: Database, key: InstanceKey, number: int
) -> StoredForm | None:
    """The version of that number."""
    with database.read() as connection:
        row = connection.execute(NUMBERED, {**key._asdict(), "number": number}).first()
        return _seen(connection, database.sight, row)


def heads(database: Database, subject: str) -> Mapping[FormKey, FormHead]:
    """Every form of a subject without its answers, by one query."""
    seen = HEADS.where(*seen_forms(database.sight, form_instance.c))
    with database.read() as connection:
        rows = connection.execute(seen, {"subject": subject}).all()

    known = {}
    for row in rows:
        head = FormHead(
            key=_key(row),
            version=row.version,
            status=Status(row.status),
            counts=_counts(row, database.sight),
            saved_by=row.saved_by,
            saved_at=row.saved_at,
        )
        known[head.key.form_key] = head

    return known


def texts_of(
    database: Database, forms: Iterable[str] | None, subjects: Iterable[str] | None
) -> Mapping[str, Mapping[FormKey, Mapping[str, str]]]:
    """The own answers of some forms by subject and form, by one query; None means all."""
    query = TEXTS.where(*seen_forms(database.sight, form_instance.c))
    if forms is not None:
        query = query.where(form_instance.c.form.in_(list(forms)))
    if subjects is not None:
        query = query.where(form_instance.c.subjid.in_(list(subjects)))
    with database.read() as connection:
        rows = connection.execute(query).all()

    texts: dict[str, dict[FormKey, Mapping[str, str]]] = {}
    for row in rows:
        key = FormKey(row.form, row.visit, row.unsno)
        texts.setdefault(row.subjid, {})[key] = row.texts

    return texts


_VERSIONS = select(
    form_instance.c.subjid,
    form_instance.c.form,
    form_instance.c.visit,
    form_instance.c.unsno,
    form_version,
).join(form_version, form_version.c.instance_id == form_instance.c.id)
_IS_NEWEST = form_version.c.number == form_instance.c.version


def _of_instance(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return query.where(
        form_instance.c.subjid == bindparam("subject"),
        form_instance.c.form == bindparam("form"),
        form_instance.c.visit == bindparam("visit"),
        form_instance.c.unsno == bindparam("unsno"),
    )


NEWEST = _of_instance(_VERSIONS.where(_IS_NEWEST))
NUMBERED = _of_instance(_VERSIONS.where(form_version.c.number == bindparam("number")))
EVERY_VERSION = _of_instance(_VERSIONS).order_by(form_version.c.number)
A_COMPLETE_VERSION = _of_instance(
    select(form_version.c.id)
    .join(form_instance, form_version.c.instance_id == form_instance.c.id)
    .where(form_version.c.status == Status.COMPLETE.value)
).limit(1)
BY_SAVE_ID = _VERSIONS.where(form_version.c.save_id == bindparam("save_id"))
HEADS = select(form_instance).where(form_instance.c.subjid == bindparam("subject"))
VOIDINGS = (
    select(func.count())
    .where(void_act.c.subjid == bindparam("subject"))
    .scalar_subquery()
)
SAVES = select(func.coalesce(func.sum(form_instance.c.version), 0) + VOIDINGS).where(
    form_instance.c.subjid == bindparam("subject")
)
"""How often the forms of a subject were saved, or voided: it grows with each time."""
_IN_ORDER = (
    form_instance.c.subjid,
    form_instance.c.form,
    form_instance.c.visit,
    form_instance.c.unsno,
)
TEXTS = (
    select(*_IN_ORDER, form_version.c.texts)
    .join(form_version, form_version.c.instance_id == form_instance.c.id)
    .where(_IS_NEWEST)
    .order_by(*_IN_ORDER)
)
NEWEST_OF_SUBJECT = _VERSIONS.add_columns(VOIDINGS.label("voidings")).where(
    _IS_NEWEST, form_instance.c.subjid == bindparam("subject")
)
NEWEST_OF_SUBJECTS_FORM = NEWEST_OF_SUBJECT.where(
    form_instance.c.form == bindparam("form")
)
NEWEST_SINCE = NEWEST_OF_SUBJECT.where(form_instance.c.saved_at >= bindparam("since"))
VERSIONS_OF_SUBJECT = _VERSIONS.where(
    form_instance.c.subjid == bindparam("subject")
).order_by(*_IN_ORDER, form_version.c.number)
ALL_VERSIONS = _VERSIONS.order_by(*_IN_ORDER, form_version.c.number)


def stored_form(row: Row[tuple[object, ...]]) -> StoredForm:
    """A version from a row of the queries above. Raises ``DamagedData``."""
    try:
        return _stored_form(row)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        key = " ".join(str(part) for part in _key(row))
        raise DamagedData(f"version {row.number} of {key} cannot be read") from error


def _stored_form(row: Row[tuple[object, ...]]) -> StoredForm:
    return StoredForm(
        key=_key(row),
        version=row.number,
        status=Status(row.status),
        record=record_of(row.texts, row.rows, row.kept),
        counts=_counts(row),
        reason=row.reason,
        saved_by=row.saved_by,
        saved_at=row.saved_at,
        dictionary_hash=row.dictionary_hash,
        row_marks=row.row_marks,
        save_id=row.save_id,
        seal=row.seal,
        import_id=row.import_id,
    )


def _key(row: Row[tuple[object, ...]]) -> InstanceKey:
    return InstanceKey(row.subjid, row.form, row.visit, row.unsno)


def _counts(row: Row[tuple[object, ...]], sight: Sight | None = None) -> FindingCounts:
    if sight is not None and row.form in sight.partly:
        return FindingCounts()
    return FindingCounts(
        refused=row.refused, queries=row.queries, warnings=row.warnings
    )
