"""One state of the whole database, for exports and comparisons that take longer than a
moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, union

from forms_spec import load_study
from forms_spec.evaluation.unique_values import UniqueIndex
from forms_spec.model.captured_forms import CapturedAct, CapturedEntryAct
from forms_spec.model.study import Study
from generator.tables.descriptor import DictionaryUse
from webapp.storage.attachments import (
    AttachmentHead,
    find_attachment,
    find_attachment_head,
)
from webapp.storage.database import Database
from webapp.storage.dictionaries import StoredDictionary, all_uses, find_dictionary
from webapp.storage.events import LogHead, head_before, log_head, log_lines
from webapp.storage.forms import (
    NEWEST_OF_SUBJECT,
    VERSIONS_OF_SUBJECT,
    InstanceKey,
    StoredForm,
    seen_versions,
)
from webapp.storage.locks import Locks, find_locks
from webapp.storage.past_entries import find_entry_acts
from webapp.storage.queries import QueryThread, seen_threads
from webapp.storage.releases import SiteDictionaries, find_releases
from webapp.storage.review_acts import iterate_acts
from webapp.storage.review_scopes import ReviewScope
from webapp.storage.second_entries import SECOND_ENTRIES_OF_SUBJECT, second_of_row
from webapp.storage.sight import Sight
from webapp.storage.signatures import StoredSignature, find_signatures, seen_signatures
from webapp.storage.subjects import StoredSubject, all_subjects, find_subject
from webapp.storage.tables import (
    double_entry_act,
    form_version,
    randomization_entry,
    second_entry,
)
from webapp.storage.unique_answers import index_answers
from webapp.storage.voids import Voids, every_void

SAVED_WITH = union(
    select(form_version.c.dictionary_hash), select(second_entry.c.dictionary_hash)
)
LAST_SAVE = select(func.max(form_version.c.saved_at))


class Snapshot:
    """Reads within one transaction: what others save meanwhile is not seen."""

    def __init__(self, connection: Connection, sight: Sight | None = None) -> None:
        """``sight`` is what exists of stored answers for whoever reads."""
        self._connection = connection
        self._voids: Voids | None = None
        self._dictionaries: SiteDictionaries | None = None
        self._sight = sight

    def subjects(self) -> tuple[StoredSubject, ...]:
        """Every subject by site and number, without those that are voided."""
        every = all_subjects(self._connection)
        voids = self.voids()
        return tuple(
            item for item in every if voids.of([ReviewScope(item.subjid)]) is None
        )

    def subjects_with(self, study: Study) -> tuple[StoredSubject, ...]:
        """Those whose site works with a study. Its dictionary may be older than the one
        in use.
        """
        dictionaries = self.site_dictionaries()
        return tuple(
            item
            for item in self.subjects()
            if not dictionaries.others or dictionaries.of(item.site) == study.hash
        )

    def site_dictionaries(self) -> SiteDictionaries:
        """Which site has which dictionary."""
        if self._dictionaries is None:
            self._dictionaries = self._site_dictionaries()
        return self._dictionaries

    def _site_dictionaries(self) -> SiteDictionaries:
        uses = all_uses(self._connection)
        in_use = uses[-1].hash if uses else ""
        stored = find_dictionary(self._connection, in_use)
        releases = find_releases(self._connection)
        # Loading a study takes long, and mostly nothing was released by site.
        study = load_study(stored.files).study if stored and releases else None
        if study is None or not study.releases_by_site:
            releases = {}
        return SiteDictionaries(in_use=in_use, releases=releases)

    def voids(self) -> Voids:
        """What is voided anywhere: it is part of no export."""
        if self._voids is None:
            self._voids = every_void(self._connection)
        return self._voids

    def subject(self, subjid: str) -> StoredSubject | None:
        return find_subject(self._connection, subjid)

    def has_randomization_list(self) -> bool:
        """Whether subjects are allocated here by a list that is loaded."""
        row = self._connection.execute(select(randomization_entry.c.id).limit(1))
        return row.first() is not None

    def unique_answers(
        self, study: Study, *, without: Collection[InstanceKey]
    ) -> UniqueIndex:
        """Who gives which answers that may stand once only, but for some forms."""
        return index_answers(self._connection, study, self.voids(), without=without)

    def locks_of(self, subjid: str) -> Locks:
        """What is closed for entry of a subject."""
        return find_locks(self._connection, [subjid])

    def signatures_of(self, subjid: str) -> tuple[StoredSignature, ...]:
        """Every signature over data of a subject, the oldest first."""
        return seen_signatures(find_signatures(self._connection, subjid), self._sight)

    def newest(self, subjid: str) -> tuple[StoredForm, ...]:
        """The subject's forms as they stand, in no particular order."""
        rows = self._connection.execute(NEWEST_OF_SUBJECT, {"subject": subjid})
        return self._counting(rows)

    def _counting(self, rows: Iterable[Row[Any]]) -> tuple[StoredForm, ...]:
        """Forms without those that are voided, as far as they exist for who reads."""
        voids = self.voids()
        seen = seen_versions(self._connection, self._sight, rows)
        return tuple(form for form in seen if voids.of_form(form.key) is None)

    def versions(self, subjid: str) -> tuple[StoredForm, ...]:
        """Every version of the subject's forms; those of one form together, oldest
        first.
        """
        rows = self._connection.execute(VERSIONS_OF_SUBJECT, {"subject": subjid})
        return self._counting(rows)

    def threads(self, subjid: str) -> tuple[QueryThread, ...]:
        """Every query about the subject, its forms and their fields, in the order of
        their numbers.
        """
        threads = seen_threads(self._connection, subjid, self._sight)
        voids = self.voids()
        return tuple(
            thread
            for thread in threads
            if thread.query.place.instance is None
            or voids.of_form(thread.query.place.instance) is None
        )

    def review_acts(self, sites: Mapping[str, str]) -> Iterator[CapturedAct]:
        """What reviewers did to subjects, given with their sites, and to the study."""
        return iterate_acts(self._connection, sites)

    def sees_entries(self) -> bool:
        """Whether whoever reads may see both entries of every form."""
        return self._sight is None

    def second_entries(self, subjid: str) -> tuple[StoredForm, ...]:
        """Every version of second entries of the subject's forms; those of one form
        together, oldest first. None for who does not see all entries.
        """
        if not self.sees_entries():
            return ()
        rows = self._connection.execute(SECOND_ENTRIES_OF_SUBJECT, {"subject": subjid})
        return tuple(map(second_of_row, rows))

    def entry_acts(self, subject: StoredSubject) -> tuple[CapturedEntryAct, ...]:
        """What was done between the two entries of the subject's forms, by number.
        None for who does not see all entries.
        """
        if not self.sees_entries():
            return ()
        return find_entry_acts(self._connection, subject)

    def any_entry_act(self) -> bool:
        """Whether anything was done between two entries."""
        acts = select(double_entry_act.c.id).limit(1)
        return self._connection.execute(acts).first() is not None

    def dictionary_uses(self) -> tuple[DictionaryUse, ...]:
        """Which dictionaries were in use, and from when on."""
        return all_uses(self._connection)

    def dictionaries_saved_with(self) -> frozenset[str]:
        """The hash of every dictionary that some version was saved with."""
        return frozenset(item for (item,) in self._connection.execute(SAVED_WITH))

    def dictionary(self, hash_: str) -> StoredDictionary | None:
        """A dictionary that was in use at some time."""
        return find_dictionary(self._connection, hash_)

    def log_lines(self) -> Iterator[str]:
        """Every line of the log of events."""
        return log_lines(self._connection)

    def last_save(self) -> datetime | None:
        """When the newest version of all was saved."""
        moment: datetime | None = self._connection.execute(LAST_SAVE).scalar()
        return moment

    def log_head(self) -> LogHead:
        """The newest line of the log of events."""
        return log_head(self._connection)

    def head_before(self, without: Collection[str]) -> LogHead:
        """The newest line of the log whose kind is not among some."""
        return head_before(self._connection, without)

    def attachment(self, prefix: str) -> bytes | None:
        """A file's bytes by the beginning of their SHA-256."""
        find = find_attachment(self._connection, prefix)
        return find.bytes if find else None

    def attachment_head(self, prefix: str) -> AttachmentHead | None:
        """A file's hash and size, without its bytes."""
        return find_attachment_head(self._connection, prefix)


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """The database as it is now, for as long as the block lasts."""
    with database.read() as connection:
        yield Snapshot(connection, database.sight)
