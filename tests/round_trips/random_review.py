"""What reviewers may have done with the forms of a study: locks, voids, signatures, marks
of verification, looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from forms_spec.model.captured_data import CellKey, Record
from webapp.storage import (
    Database,
    FormClosed,
    InstanceKey,
    LockRefused,
    LockState,
    ReviewScope,
    SaveRequest,
    Status,
    StoredForm,
    VoidRefused,
    fingerprint,
    forms_to_sign,
    get_user,
    load,
    set_locks,
    set_void,
    sign,
)
from webapp.storage.adjudication import EntryDecision, adjudicate
from webapp.storage.double_entries import (
    EntryRefused,
    discard_second_entry,
    double_entry_of,
    read_first_entry,
)
from webapp.storage.looks import NewLook, keep_looks
from webapp.storage.second_entries import save_second
from webapp.storage.verifications import (
    NewMark,
    VerificationAct,
    VerificationRefused,
    mark_forms,
)

REASONS = ("on hold", 'a “typo”,\r\n"two" lines', "=1+1", " blanks ", "naïve 😀")
MEANINGS = ("I approve these data.", 'Seen, "all", of it\nby me')
PEOPLE = ("nurse", "dr. o'brien")
TYPIST = "typist"
"""Who saves no form, and so may enter every one a second time."""


@dataclass(kw_only=True)
class RandomReview:
    """Reviews a database that is being filled."""

    database: Database
    chance: Random
    again: Random
    """For second entries, so that they draw nothing else of the study."""

    def form(self, key: InstanceKey) -> None:
        """Acts that leave a form open: the next save breaks signatures and marks."""
        stored = load(self.database, key)
        if stored is None:
            return

        if self.chance.random() < 0.5:
            self.mark(key, stored.version, list(cells_of(key, stored.record)))
        if self.chance.random() < 0.5:
            look = NewLook(key=key, version=self.chance.randint(1, stored.version))
            keep_looks(self.database, [look], username=self.person())
        if self.chance.random() < 0.5:
            self.sign(ReviewScope(key.subject, key.visit, key.unsno, key.form))

    def enter_again(self, key: InstanceKey) -> None:
        """Perhaps somebody reads the first entry, and the other one types the second,
        gives it up, begins again, and somebody decides between the two.
        """
        stored = load(self.database, key)
        if stored is None or stored.status is not Status.COMPLETE:
            return
        first = stored.saved_by
        with suppress(EntryRefused, FormClosed):
            read_first_entry(self.database, key, username=first)
        for status in self.again.choices([Status.DRAFT, Status.COMPLETE], k=3):
            with suppress(EntryRefused, FormClosed):
                self.type_again(stored, status)
            if self.again.random() < 0.3:
                with suppress(EntryRefused, FormClosed):
                    discard_second_entry(
                        self.database,
                        key,
                        username=first,
                        reason=self.again.choice(REASONS),
                    )
        if self.again.random() < 0.7:
            with suppress(EntryRefused, FormClosed):
                self.decide(stored)

    def type_again(self, first: StoredForm, status: Status) -> None:
        entry = double_entry_of(self.database, first.key)
        assert entry is not None
        texts = {
            name: self.again.choice((text, "", "“other”"))
            for name, text in first.record.texts.items()
            if not text.startswith("files/")
        }
        request = SaveRequest(
            key=first.key,
            base_version=entry.second_number,
            record=Record(texts=texts, rows=first.record.rows if texts else {}),
            status=status,
            user=TYPIST,
            save_id=f"second-{self.again.random()}",
            dictionary_hash=first.dictionary_hash,
        )
        save_second(self.database, request, agree=lambda one, other: one == other)

    def decide(self, first: StoredForm) -> None:
        entry = double_entry_of(self.database, first.key)
        assert entry is not None
        request = SaveRequest(
            key=first.key,
            base_version=first.version,
            record=first.record,
            status=Status.COMPLETE,
            user=self.again.choice(PEOPLE),
            save_id=f"decision-{self.again.random()}",
            dictionary_hash=first.dictionary_hash,
            reason=self.again.choice(REASONS),
        )
        decision = EntryDecision(
            request=request,
            second_number=entry.second_number,
            choices={"vs..sysbp": "first", "“ä”\n": "other"},
            own_allowed=True,
        )
        adjudicate(self.database, decision)

    def close(self, key: InstanceKey) -> None:
        """Acts on a form, its visit and its subject, after all of them were saved."""
        scopes = (
            ReviewScope(key.subject, key.visit, key.unsno, key.form),
            ReviewScope(key.subject, key.visit, key.unsno),
            ReviewScope(key.subject),
        )
        for _ in range(self.chance.randint(0, 3)):
            scope = self.chance.choice(scopes)
            act = self.chance.choice((self.sign, self.lock, self.void))
            act(scope)

    def mark(self, key: InstanceKey, version: int, cells: list[CellKey]) -> None:
        """Marks a form as a whole, or some cells; or takes marks back."""
        some = self.chance.sample(cells, self.chance.randint(0, len(cells)))
        mark = NewMark(key=key, version=version, cells=some)
        act = self.chance.choice(list(VerificationAct))
        with suppress(VerificationRefused, ValueError):
            mark_forms(self.database, [mark], act, username=self.person())

    def sign(self, scope: ReviewScope) -> None:
        user = get_user(self.database, self.person())
        forms = forms_to_sign(self.database, scope)
        if user is None or not forms:
            return

        meaning = self.chance.choice(MEANINGS)
        sign(self.database, scope, user=user, meaning=meaning, seen=fingerprint(forms))

    def lock(self, scope: ReviewScope) -> None:
        """Freezes, locks or opens, if that is a step from where the scope is."""
        state = self.chance.choice(list(LockState))
        with suppress(LockRefused):
            set_locks(
                self.database, [scope], state,
                username=self.person(), reason=self.chance.choice(REASONS),
            )  # fmt: skip

    def void(self, scope: ReviewScope) -> None:
        """Voids something, or takes that back."""
        with suppress(VoidRefused, FormClosed):
            set_void(
                self.database, scope, voided=self.chance.random() < 0.6,
                username=self.person(), reason=self.chance.choice(REASONS),
            )  # fmt: skip

    def person(self) -> str:
        return self.chance.choice(PEOPLE)


def cells_of(key: InstanceKey, record: Record) -> Iterator[CellKey]:
    """The answered cells of a form."""
    for name, text in record.texts.items():
        if text:
            yield CellKey(key.form, None, name)

    for group, rows in record.rows.items():
        for row in rows:
            yield from (CellKey(group, row.number, name) for name in row.texts)
