"""The one way in which a form is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.captured_forms import (
    CapturedAct,
    CapturedEntryAct,
    CapturedThread,
)
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from generator.tables.descriptor import DictionaryUse
from webapp.storage.alerts import NewAlert, insert_alerts
from webapp.storage.attachments import insert_attachment
from webapp.storage.database import Database
from webapp.storage.dictionaries import insert_dictionary, insert_past_dictionaries
from webapp.storage.double_entries import refuse_while_entered_again
from webapp.storage.due_subjects import mark_due
from webapp.storage.encoding import kept_document, rows_document, texts_document
from webapp.storage.events import NO_LINE, LogHead, append_to, sign_when_due
from webapp.storage.forms import (
    BY_SAVE_ID,
    NUMBERED,
    FindingCounts,
    InstanceKey,
    Status,
    StoredForm,
    stored_form,
)
from webapp.storage.imports import (
    NewForm,
    PastVersion,
    form_saved,
    insert_forms,
    insert_missing_accounts,
    insert_run,
    newest_versions,
)
from webapp.storage.known_results import take_results
from webapp.storage.locks import Locks, find_locks, refuse_closed
from webapp.storage.past_entries import SecondEntry, insert_entries
from webapp.storage.past_queries import insert_threads
from webapp.storage.past_reviews import ImportedReview, insert_review
from webapp.storage.prepared import PreparedStatement, sent_together
from webapp.storage.review_state import ReviewTable
from webapp.storage.save_basis import SaveBasis, save_basis
from webapp.storage.seals import seal
from webapp.storage.signatures import break_signatures
from webapp.storage.stamps import stamp, stamp_after
from webapp.storage.standings import count_save, mark_saved
from webapp.storage.subjects import StoredSubject, find_subject, insert_subject
from webapp.storage.tables import form_instance, form_version, plain, subject
from webapp.storage.verifications import lose_marks
from webapp.storage.voids import refuse_voided

ATTEMPTS = 3


class SaveRefused(ValueError):
    """The request contradicts itself or the history; no person's typing can cause it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveRequest:
    """What a person wants kept.

    ``base_version`` is the version that the person saw (0: nothing was captured).
    ``save_id`` is made once per save by the page, so that a save sent twice is one
    save. ``files`` are the bytes of files that the record names and that may be new;
    they are kept together with the version. ``fixed`` are the groups whose rows the
    dictionary lays down: they go when they are hidden, and come back. ``import_id`` is
    the import that it came with. ``is_decision``: it is a version of its own even if it
    changes nothing, since somebody decided so.
    """

    key: InstanceKey
    base_version: int
    record: Record
    status: Status
    user: str
    save_id: str
    dictionary_hash: str
    reason: str = ""
    counts: FindingCounts = field(default_factory=FindingCounts)
    files: tuple[bytes, ...] = ()
    fixed: frozenset[str] = frozenset()
    import_id: int | None = None
    alerts: tuple[NewAlert, ...] = ()
    is_decision: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """The save is on disk."""

    key: InstanceKey
    version: int
    status: Status
    saved_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Somebody saved in between: ``theirs`` is what stands now, ``base`` what the
    person had seen.
    """

    theirs: StoredForm
    base: StoredForm | None


def save(database: Database, request: SaveRequest) -> Saved | Conflict:
    """Adds a version on top of ``base_version``, in one transaction.

    The same ``save_id`` again gives the first answer again, and a save that changes
    nothing gives that of the version which it would repeat. Raises ``SaveRefused`` when
    the subject does not exist, a row number is used again, or a save id stands for two
    different saves, and ``SameBeginning`` when a file cannot be told from another one,
    and ``ClockBehind`` when the clock is before the newest save. ``FormClosed`` says who
    froze or locked the form.
    """
    for attempt in range(ATTEMPTS):
        try:
            with database.write() as connection:
                basis = save_basis(connection, request.key, request.user)
                now = stamp_after(basis.newest_save, database.clock())
                return add_version(connection, request, basis, now, again=attempt > 0)
        except IntegrityError:
            # The save id stands already, or two people made the form at once
            # (PostgreSQL): the next attempt finds what is there.
            if attempt == ATTEMPTS - 1:
                raise
        except DBAPIError as error:
            # The connection was lost, perhaps while it committed: the next attempt
            # looks whether the save stands, and saves it where it does not.
            if not error.connection_invalidated or attempt == ATTEMPTS - 1:
                raise

    raise AssertionError


class Batch:
    """A dictionary, new subjects, files and saves of one transaction: all of them are
    kept, or none.
    """

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._import: int | None = None

    def begin_import(
        self, *, operator: str, source: str, log: LogHead = NO_LINE
    ) -> None:
        """Everything that follows came with this import."""
        self._import = insert_run(
            self._connection,
            operator=operator,
            source=source,
            now=self._now,
            log=log,
        )

    def use_dictionary(self, study: Study) -> None:
        insert_dictionary(self._connection, study, self._now)

    def restore_dictionaries(
        self,
        files: Mapping[str, Mapping[str, str]],
        study: str,
        uses: Sequence[DictionaryUse],
    ) -> None:
        """Dictionaries by their hashes, and when each was in use elsewhere."""
        insert_past_dictionaries(self._connection, files, study, uses, self._now)

    def subject(self, subjid: str) -> StoredSubject | None:
        return find_subject(self._connection, subjid)

    def locks_of(self, subjid: str) -> Locks:
        """What is closed for entry of a subject."""
        return find_locks(self._connection, [subjid])

    def versions_of(self, subjid: str) -> Mapping[FormKey, tuple[int, str]]:
        """The newest version of each form of a subject, and who saved it."""
        return newest_versions(self._connection, subjid)

    def need_accounts(self, names: Iterable[str]) -> None:
        """Accounts that nobody can sign in with, for names that are not here."""
        insert_missing_accounts(self._connection, names, self._now)

    def restore_forms(self, forms: Sequence[NewForm]) -> None:
        """Forms that are not here yet, with every version that they had elsewhere.

        ``FormClosed`` where nothing may be entered.
        """
        for key, _ in forms:
            refuse_closed(self._connection, key)
            refuse_voided(self._connection, key)
        insert_forms(self._connection, forms, self._now, import_id=self._import)
        # A form that was not there before breaks what its visit and casebook have.
        saved = [(key, len(built), built[-1].saved_by) for key, built in forms]
        break_signatures(self._connection, self._now, saved)
        subjects = {key.subject for key, _ in forms}
        mark_due(self._connection, subjects)
        mark_saved(self._connection, subjects)

    def restore_threads(self, threads: Iterable[CapturedThread]) -> int:
        """Queries that are not here yet, with all their entries. Gives how many are left
        out, because their subjects are not here.
        """
        return insert_threads(
            self._connection, threads, self._now, import_id=self._import
        )

    def take_results(self, plan: RandomizationPlan) -> None:
        """Marks the entries of lists here as used that subjects came with.

        ``ListDiffers`` where an entry says otherwise of its subject.
        """
        take_results(self._connection, self._now, plan)

    def restore_entries(
        self, entries: Iterable[SecondEntry], acts: Iterable[CapturedEntryAct]
    ) -> int:
        """Second entries, and what was done between two entries, once the forms are
        here. Gives how many acts are left out, because their forms are not here.
        """
        return insert_entries(
            self._connection, entries, acts, self._now, import_id=self._import
        )

    def restore_review(
        self, acts: Iterable[CapturedAct], *, username: str
    ) -> ImportedReview:
        """What reviewers did elsewhere, once the forms are here."""
        return insert_review(
            self._connection,
            acts,
            self._now,
            import_id=self._import,
            username=username,
        )

    def save_new(self, requests: Sequence[SaveRequest]) -> None:
        """First versions of forms that are not here yet."""
        self.restore_forms(
            [
                (request.key, (_first_version(request, self._now),))
                for request in requests
            ]
        )
        for request in requests:
            insert_alerts(
                self._connection,
                self._now,
                request.key,
                request.alerts,
                username=request.user,
            )

    def add_subject(
        self, *, subjid: str, site: str, user: str, moment: datetime | None = None
    ) -> None:
        """Enters a subject, now or when it was entered elsewhere."""
        entered = StoredSubject(
            subjid=subjid, site=site, added_by=user, added_at=moment or self._now
        )
        insert_subject(self._connection, entered, self._now)

    def add_attachment(self, content: bytes, *, user: str) -> None:
        insert_attachment(self._connection, content, user=user, now=self._now)

    def save(self, request: SaveRequest) -> Saved:
        """Adds a version; ``SaveRefused`` when somebody saved in between, ``FormClosed``
        where nothing may be entered.
        """
        request = replace(request, import_id=self._import)
        basis = save_basis(self._connection, request.key, request.user)
        answer = add_version(self._connection, request, basis, self._now, again=True)
        if isinstance(answer, Conflict):
            raise SaveRefused(
                f"{request.key} was saved by {answer.theirs.saved_by} in the meantime"
            )

        return answer


def _first_version(request: SaveRequest, now: datetime) -> PastVersion:
    for rows in request.record.rows.values():
        numbers = [row.number for row in rows]
        if len(set(numbers)) < len(numbers):
            raise SaveRefused(
                f"a row number of {request.key} would be used again: {numbers}"
            )

    return PastVersion(
        status=request.status,
        record=request.record,
        saved_by=request.user,
        saved_at=now,
        reason=request.reason,
        dictionary_hash=request.dictionary_hash,
        save_id=request.save_id,
        counts=request.counts,
    )


@contextmanager
def batch(database: Database) -> Iterator[Batch]:
    """A batch that is kept when the block ends, and forgotten when it raises."""
    with database.write() as connection:
        yield Batch(connection, stamp(connection, database.clock()))


def add_version(
    connection: Connection,
    request: SaveRequest,
    basis: SaveBasis,
    now: datetime,
    *,
    again: bool,
) -> Saved | Conflict:
    """Adds a version in a transaction under way, in which its basis was just read.
    ``again``: the save may stand already, although nobody else saved since.
    """
    newest = basis.newest
    current = newest.version if newest else 0
    if again or request.base_version != current:
        earlier = _earlier_answer(connection, request)
        if earlier is not None:
            return earlier

    # A save that stands is acknowledged again, whatever was locked since.
    reviewed = basis.reviewed
    _refuse_closed(connection, request.key, reviewed)
    if request.base_version > current:
        raise SaveRefused(f"{request.key} has no version {request.base_version}")
    if newest is not None and request.base_version < current:
        return Conflict(
            theirs=newest, base=_numbered(connection, request.key, request.base_version)
        )

    if newest is not None and _changes_nothing(request, newest):
        return Saved(
            key=newest.key,
            version=current,
            status=newest.status,
            saved_at=newest.saved_at,
        )

    version = _version_row(request, newest, now)
    _insert_version(connection, basis, now, request.key, version)
    _take_back_reviews(connection, request, basis, now)
    insert_alerts(connection, now, request.key, request.alerts, username=request.user)
    for content in request.files:
        insert_attachment(connection, content, user=request.user, now=now)
    return Saved(
        key=request.key, version=current + 1, status=request.status, saved_at=now
    )


def _insert_version(
    connection: Connection,
    basis: SaveBasis,
    now: datetime,
    key: InstanceKey,
    version: Mapping[str, Any],
) -> None:
    """Writes a version with its line in the log, and notes what follows from it."""
    head = {name: version[name] for name in HEAD}
    instance = basis.instance_id
    is_new = instance is None
    if instance is None:
        instance = _new_instance(connection, key, head)

    before = basis.newest.status if basis.newest else None
    event = form_saved(key, version, import_id=version["import_id"])
    with sent_together(connection):
        if not is_new:
            moved = {"version": version["number"], "instance": instance}
            MOVE_ON.run(connection, {**head, **moved})
        ADD_VERSION.run(connection, {**version, "instance_id": instance})
        newest_line = append_to(connection, basis.log, now, [event])
        mark_due(connection, [key.subject])

    after = Status(version["status"])
    count_save(connection, key.subject, now, before=before, after=after)
    sign_when_due(connection, basis.log, newest_line, now)


def _take_back_reviews(
    connection: Connection, request: SaveRequest, basis: SaveBasis, now: datetime
) -> None:
    """What reviewers did with the version before may not hold for the new one."""
    version = request.base_version + 1
    if ReviewTable.SIGNATURES in basis.reviewed:
        broken = [(request.key, version, request.user)]
        break_signatures(connection, now, broken)
    if basis.newest is not None and ReviewTable.VERIFICATIONS in basis.reviewed:
        lose_marks(
            connection,
            now,
            request.key,
            before=basis.newest.record,
            after=request.record,
            version=version,
            username=request.user,
        )
    if ReviewTable.VOIDS in basis.reviewed:
        # Of what is voided nothing counts.
        mark_saved(connection, [request.key.subject])


def _refuse_closed(
    connection: Connection, key: InstanceKey, reviewed: frozenset[ReviewTable]
) -> None:
    """Refuses a save where a form is closed, voided or entered a second time."""
    if ReviewTable.LOCKS in reviewed:
        refuse_closed(connection, key)
    if ReviewTable.VOIDS in reviewed:
        refuse_voided(connection, key)
    if ReviewTable.ENTRIES in reviewed:
        refuse_while_entered_again(connection, key)


HEAD = ("status", "refused", "queries", "warnings", "saved_at", "saved_by")
MOVE_ON = PreparedStatement(
    update(form_instance)
    .where(form_instance.c.id == bindparam("instance"))
    .values({name: bindparam(name) for name in (*HEAD, "version")})
)
ADD_VERSION = PreparedStatement(
    insert(form_version),
    columns=[column.name for column in form_version.c if column.name != "id"],
)
NEW_INSTANCE = insert(form_instance).returning(form_instance.c.id)


def _changes_nothing(request: SaveRequest, newest: StoredForm) -> bool:
    """Whether the form is that already, under the same dictionary: no version says it
    twice.
    """
    return (
        not request.is_decision
        and newest.status is request.status
        and newest.dictionary_hash == request.dictionary_hash
        and documents(newest.record) == documents(request.record)
    )


def _numbered(
    connection: Connection, key: InstanceKey, number: int
) -> StoredForm | None:
    row = connection.execute(NUMBERED, {**key._asdict(), "number": number}).first()
    return stored_form(row) if row else None


def _earlier_answer(connection: Connection, request: SaveRequest) -> Saved | None:
    row = connection.execute(BY_SAVE_ID, {"save_id": request.save_id}).first()
    if row is None:
        return None
    earlier = stored_form(row)
    same = (
        earlier.key == request.key
        and earlier.version == request.base_version + 1
        and earlier.status is request.status
        and documents(earlier.record) == documents(request.record)
    )
    if not same:
        raise SaveRefused(
            f"the save id {request.save_id!r} was already used for another save"
        )

    return Saved(
        key=earlier.key,
        version=earlier.version,
        status=earlier.status,
        saved_at=earlier.saved_at,
    )


def documents(record: Record) -> dict[str, object]:
    """The three documents in which a record is stored."""
    return {
        "texts": texts_document(record),
        "rows": rows_document(record),
        "kept": kept_document(record),
    }


def _new_instance(
    connection: Connection, key: InstanceKey, head: Mapping[str, object]
) -> int:
    if (
        connection.execute(
            select(subject.c.subjid).where(subject.c.subjid == key.subject)
        ).first()
        is None
    ):
        raise SaveRefused(f"there is no subject {key.subject!r}")

    place = {
        "subjid": key.subject,
        "form": key.form,
        "visit": key.visit,
        "unsno": key.unsno,
    }

    return int(
        connection.execute(NEW_INSTANCE, {**place, **head, "version": 1}).scalar_one()
    )


def _version_row(
    request: SaveRequest, base: StoredForm | None, now: datetime
) -> dict[str, object]:
    row: dict[str, object] = {
        "number": request.base_version + 1,
        "status": request.status.value,
        "refused": request.counts.refused,
        "queries": request.counts.queries,
        "warnings": request.counts.warnings,
        "saved_at": now,
        "saved_by": request.user,
        "save_id": request.save_id,
        "dictionary_hash": request.dictionary_hash,
        "reason": plain(request.reason),
        "row_marks": row_marks(request, base),
        **documents(request.record),
    }
    sealed = seal(request.key, base.seal if base else "", row)

    return {"seal": sealed, **row, "import_id": request.import_id}


def row_marks(request: SaveRequest, base: StoredForm | None) -> dict[str, int]:
    """The highest row number ever given by group; refuses a number that a removed row
    had.
    """
    marks = dict(base.row_marks) if base else {}
    before = base.record.rows if base else {}
    for group, rows in request.record.rows.items():
        numbers = [row.number for row in rows]
        given = marks.get(group, 0)

        standing = {row.number for row in before.get(group, ())}
        again = [
            number for number in numbers if number <= given and number not in standing
        ]
        # Rows that the dictionary lays down keep their numbers, whatever became of them.
        is_reused = bool(again) and group not in request.fixed
        is_twice = len(set(numbers)) < len(numbers)
        if is_reused or is_twice:
            raise SaveRefused(
                f"a row number of {group} would be used again: {again or numbers}"
            )

        # A group without a row has no mark, here as in a package that brings it.
        if numbers or given:
            marks[group] = max([given, *numbers])

    return marks
