"""The one subject of the preview: its answers live in the memory of the process, and stay
there when the dictionary changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from threading import RLock
from types import MappingProxyType

from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.schedule.form_places import has_place
from webapp.casebook.repeated_answers import RepeatedAnswers, repeated_alone
from webapp.casebook.subject_status import Judged, judge_casebook
from webapp.storage import (
    Database,
    FindingCounts,
    InstanceKey,
    Status,
    StoredCasebook,
    StoredForm,
    StoredSubject,
)

DESIGNER = "designer"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing of the preview is a record, so no page says when something was saved."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptForm:
    """One form's answers; ``version`` counts its changes."""

    record: Record
    status: Status
    version: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Everything that was answered. ``told`` says what the last act on all of it did,
    ``link`` where that can be seen.
    """

    forms: Mapping[FormKey, KeptForm] = field(
        default_factory=lambda: MappingProxyType({})
    )
    told: str = ""
    link: str = ""


class PreviewSubject:
    """A subject without a database. Every change takes the place of the answers as a
    whole, so that a page that is being made sees one state of them.
    """

    def __init__(self, database: Database) -> None:
        """``database`` is that of the pages' services. Nothing is stored in it.

        ``examples`` of ``seed`` have filled the subject so far. ``searches`` for one are
        over.
        """
        self._database = database
        self._lock = RLock()
        self._judged: tuple[Answers, Judged] | None = None
        self.answers = Answers()
        self.before: Answers | None = None
        self.day: date | None = None
        self.seed = 1
        self.examples = 0
        self.is_searching = False
        self.searches = 0

    def save(
        self, key: FormKey, record: Record, status: Status, told: str = ""
    ) -> None:
        """Keeps the answers of one form. What was told of all of them is over then."""
        with self._lock:
            old = self.answers.forms.get(key)
            version = old.version + 1 if old else 1
            kept = KeptForm(record=record, status=status, version=version)
            forms = {**self.answers.forms, key: kept}
            self.answers = Answers(forms=forms, told=told)

    def put(self, forms: Mapping[FormKey, KeptForm], told: str, link: str = "") -> None:
        """Puts other answers in the place of all that there are."""
        with self._lock:
            self.before = self.answers
            self.answers = Answers(forms=dict(forms), told=told, link=link)

    def tell(self, told: str) -> None:
        """Says something about all answers, which stay as they are."""
        with self._lock:
            self.answers = replace(self.answers, told=told, link="")

    def undo(self) -> None:
        """Brings back what the last ``put`` replaced."""
        with self._lock:
            if self.before is not None:
                self.answers = replace(self.before, told="", link="")
                self.before = None

    def version(self, folder: str) -> str:
        """What a page compares to see that it is out of date: the dictionary's version
        on disk, and whether a search that it waits for is over.
        """
        return f"{folder}.{self.searches}"

    def stored(self, study: Study) -> StoredSubject:
        """Who the subject is: the example of the dictionary."""
        example = study.subject_example
        own = (code for code in study.sites if example.startswith(code))
        site = next(own, next(iter(study.sites), ""))
        return StoredSubject(
            subjid=example, site=site, added_by=DESIGNER, added_at=BEGINNING
        )

    def placed(self, study: Study) -> Mapping[FormKey, KeptForm]:
        """The answers that have a place in the dictionary as it is now."""
        return {
            key: kept
            for key, kept in self.answers.forms.items()
            if has_place(study, key)
        }

    def casebook(self, study: Study) -> StoredCasebook:
        """The same as the pages of research staff read it."""
        subjid = study.subject_example
        forms = [
            StoredForm(
                key=InstanceKey(subjid, key.form, key.visit, key.unsno),
                version=kept.version,
                status=kept.status,
                record=kept.record,
                counts=FindingCounts(),
                reason="",
                saved_by=DESIGNER,
                saved_at=BEGINNING,
                dictionary_hash=study.hash,
            )
            for key, kept in self.placed(study).items()
        ]
        return StoredCasebook.of_forms(
            self._database, subjid, tuple(study.visits), forms
        )

    def judged(self, study: Study, today: date) -> Judged:
        """The casebook with everything that is wrong in it, as of a day."""
        with self._lock:
            answers, earlier = self._judged or (None, None)
            if earlier is not None and earlier.results.study is not study:
                earlier = None

            is_same = earlier is not None and earlier.standing.today == today
            if earlier is not None and is_same and answers is self.answers:
                return earlier

            casebook, subjid = self.casebook(study), study.subject_example
            found = repeated_alone(study, subjid, casebook)
            repeated = RepeatedAnswers(findings=found)
            judged = judge_casebook(
                study, subjid, casebook, today, earlier, repeated=repeated
            )
            self._judged = (self.answers, judged)
            return judged
