"""Who gives which answers that may stand once only, over all subjects.

Each process reads them once and from then on only what was saved since. What it knows
may be too much, since old versions stay in it, and is never too little: whoever seems to
give an answer is looked up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, func, select

from forms_spec.evaluation.unique_values import (
    Holder,
    UniqueAnswer,
    UniqueColumn,
    UniqueIndex,
    unique_answers,
    unique_fields,
)
from forms_spec.model.captured_data import FormKey
from forms_spec.model.study import Study
from webapp.storage.database import Database
from webapp.storage.encoding import record_of
from webapp.storage.forms import InstanceKey
from webapp.storage.tables import form_instance, form_version, subject
from webapp.storage.voids import Voids, find_voids

Compared = tuple[UniqueColumn, tuple[str, ...]]
"""A column and what is compared in it."""
Asked = tuple[UniqueColumn, tuple[str, ...], Holder]
"""The same, and where it is asked from."""


@dataclass
class AnswersRead:
    """The answers of all versions up to one."""

    newest: int = 0
    holders: dict[Compared, set[Holder]] = field(default_factory=dict)
    compared: dict[str, set[Compared]] = field(default_factory=dict)

    def read(self, connection: Connection, study: Study) -> None:
        """Takes in the versions that were saved since."""
        newest = connection.execute(NEWEST_VERSION).scalar() or 0
        if newest <= self.newest:
            return

        wanted = {"after": self.newest, "forms": list(unique_fields(study))}
        for row in connection.execute(VERSIONS_AFTER, wanted):
            for own, answer in _answers(study, row):
                compared = (answer.column, answer.values)
                self.holders.setdefault(compared, set()).add(own)
                self.compared.setdefault(own.subject, set()).add(compared)

        self.newest = newest


NEWEST_VERSION = select(func.max(form_version.c.id))
_WITH_SITE = (
    select(
        form_instance.c.subjid,
        form_instance.c.form,
        form_instance.c.visit,
        form_instance.c.unsno,
        subject.c.site,
        form_version.c.texts,
        form_version.c.rows,
    )
    .join(form_instance, form_version.c.instance_id == form_instance.c.id)
    .join(subject, subject.c.subjid == form_instance.c.subjid)
)
VERSIONS_AFTER = _WITH_SITE.where(
    form_version.c.id > bindparam("after"),
    form_instance.c.form.in_(bindparam("forms", expanding=True)),
)
ALL_NEWEST = _WITH_SITE.where(
    form_version.c.number == form_instance.c.version,
    form_instance.c.form.in_(bindparam("forms", expanding=True)),
)
NEWEST_WITH_SITE = ALL_NEWEST.where(form_instance.c.subjid == bindparam("subject"))


def _answers(study: Study, row: Any) -> Iterator[tuple[Holder, UniqueAnswer]]:
    """The answers of a version that may stand once only, each with its place."""
    own = Holder(row.site, row.subjid, FormKey(row.form, row.visit, row.unsno))
    record = record_of(row.texts, row.rows, [])
    for answer in unique_answers(study, row.form, record):
        yield own._replace(row=answer.row), answer


class _KnownAnswers:
    """What one process knows of one database by one study."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._lock = Lock()
        self._committed = AnswersRead()

    def committed(self, connection: Connection) -> tuple[AnswersRead, ...]:
        """All that is saved, in a transaction that writes nothing."""
        with self._lock:
            self._committed.read(connection, self.study)

        return (self._committed,)

    def under_way(self, connection: Connection) -> tuple[AnswersRead, ...]:
        """The same with what this transaction has written. That may be taken back, and
        its numbers be given again, so it is kept as long as the transaction.
        """
        transaction = connection.get_transaction()
        readings = _UNDER_WAY.setdefault(transaction, {})
        reading = readings.setdefault(
            id(self), AnswersRead(newest=self._committed.newest)
        )
        reading.read(connection, self.study)

        return self._committed, reading


_UNDER_WAY: WeakKeyDictionary[Any, dict[int, AnswersRead]] = WeakKeyDictionary()
_KNOWN: WeakKeyDictionary[Engine, dict[str, _KnownAnswers]] = WeakKeyDictionary()
_LOCK = Lock()


def know_unique_fields(engine: Engine, study: Study) -> _KnownAnswers | None:
    """Has the writers of a database look after the answers that may stand once only by a
    study. None where the study has no such field.
    """
    if not unique_fields(study):
        return None

    with _LOCK:
        by_hash = _KNOWN.setdefault(engine, {})
        known = by_hash.get(study.hash)
        # What a role does not see is compared all the same where it sees the field.
        if known is None:
            known = by_hash[study.hash] = _KnownAnswers(study)

    return known


def index_answers(
    connection: Connection,
    study: Study,
    voids: Voids,
    *,
    without: Collection[InstanceKey],
) -> UniqueIndex:
    """Who gives which answers now, in what is not voided, but for some forms."""
    index = UniqueIndex()
    for row in connection.execute(ALL_NEWEST, {"forms": list(unique_fields(study))}):
        key = InstanceKey(row.subjid, row.form, row.visit, row.unsno)
        if key in without or voids.of_form(key) is not None:
            continue

        for holder, answer in _answers(study, row):
            index.add(answer.column, answer.values, holder)

    return index


class StoredHolders:
    """Who gives an answer now, whoever asks. ``given`` is all that was answered: as long
    as it would be answered so again, what follows from it stands.
    """

    def __init__(self, database: Database, study: Study) -> None:
        """``study`` as it is for who sees everything."""
        self._database = database
        self._known = know_unique_fields(database.engine, study)
        self.given: dict[Asked, tuple[Holder, ...]] = {}

    def __call__(
        self, column: UniqueColumn, values: tuple[str, ...], own: Holder
    ) -> tuple[Holder, ...]:
        asked = (column, values, own)
        if asked not in self.given:
            self.given[asked] = self._look_up(asked)

        return self.given[asked]

    def _look_up(self, asked: Asked) -> tuple[Holder, ...]:
        if self._known is None:
            return ()

        with self._database.read() as connection:
            readings = self._known.committed(connection)
            return _others(connection, self._known.study, readings, asked)

    def still_so(self, connection: Connection) -> bool:
        """Whether all of it would be answered so again, in a transaction that writes."""
        known = self._known
        if known is None or not self.given:
            return True

        readings = known.under_way(connection)
        return all(
            _others(connection, known.study, readings, asked) == before
            for asked, before in self.given.items()
        )


def _others(
    connection: Connection,
    study: Study,
    readings: Iterable[AnswersRead],
    asked: Asked,
) -> tuple[Holder, ...]:
    """Who else gives an answer now, in order. Nobody is looked up where nobody ever did."""
    column, values, own = asked
    candidates: set[Holder] = set()
    for reading in readings:
        candidates |= reading.holders.get((column, values), set())

    places = {
        (other.subject, other.key)
        for other in candidates
        if (other.subject, other.key) != (own.subject, own.key)
    }
    confirmed: list[Holder] = []
    for subjid in sorted({name for name, _ in places}):
        keys = {key for name, key in places if name == subjid}
        confirmed += _confirmed(connection, study, subjid, keys, (column, values))

    return tuple(sorted(confirmed))


def _confirmed(
    connection: Connection,
    study: Study,
    subjid: str,
    keys: set[FormKey],
    compared: Compared,
) -> Iterator[Holder]:
    """Where a subject gives an answer now: neither before, nor in what is voided."""
    voids = find_voids(connection, [subjid])
    wanted = {"subject": subjid, "forms": sorted({key.form for key in keys})}
    for row in connection.execute(NEWEST_WITH_SITE, wanted):
        key = FormKey(row.form, row.visit, row.unsno)
        if key not in keys or voids.of_form(InstanceKey(subjid, *key)) is not None:
            continue

        for other, answer in _answers(study, row):
            if (answer.column, answer.values) == compared:
                yield other


def site_of_subject(database: Database, subjid: str) -> str:
    """The site of a subject that exists."""
    with database.read() as connection:
        return str(connection.execute(SITE, {"subject": subjid}).scalar_one())


SITE = select(subject.c.site).where(subject.c.subjid == bindparam("subject"))


def sharing_subjects(connection: Connection, subjids: Iterable[str]) -> set[str]:
    """The subjects that give, or gave, an answer that one of these gives or gave, in the
    transaction that changes these.
    """
    names = set(subjids)
    sharing: set[str] = set()
    for known in list(_KNOWN.get(connection.engine, {}).values()):
        readings = known.under_way(connection)
        compared: set[Compared] = set()
        for reading in readings:
            for name in names:
                compared |= reading.compared.get(name, set())

        for reading in readings:
            for item in compared:
                sharing |= {other.subject for other in reading.holders.get(item, ())}

    return sharing - names
