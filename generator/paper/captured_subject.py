"""What a casebook is printed from: the data of a subject, the print run, and proofs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import AuditEntry, CapturedForm, Subject
from forms_spec.model.study import Study
from forms_spec.schedule.study_clock import local
from generator.pages.answer_text import day_words
from generator.paper.layout import NO_DATE, ElectronicSignature


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectCasebook:
    """What was captured of a subject: the newest version of each form, and every change.

    ``persons`` has the names of usernames. ``earlier`` has the study under which a form
    was captured that ``study`` does not have any more. The entries of one form stand
    together in ``history``, oldest first.
    """

    study: Study
    subject: Subject
    forms: Sequence[CapturedForm]
    history: Sequence[AuditEntry] = ()
    persons: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[FormKey, Study] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """When the subject's data last changed: the date of the document."""
        moments = [form.saved_at for form in self.forms]
        if self.subject.added_at is not None:
            moments.append(self.subject.added_at)

        return max(moments, default=NO_DATE)

    def person(self, username: str) -> str:
        """``Cora Coordinator (coordinator)``."""
        name = self.persons.get(username, "")
        if name and name != username:
            return f"{name} ({username})"

        return username


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintRun:
    """Who prints a document, and when (with a time zone)."""

    by: str
    moment: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryHead:
    """The head of the log: the hash that proves the history up to it, and what signs it."""

    digest: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What a later part of the product proves of the data: signatures by form, under
    None those of the whole casebook, and the head of the log.
    """

    signatures: Mapping[FormKey | None, tuple[ElectronicSignature, ...]] = field(
        default_factory=dict
    )
    head: HistoryHead | None = None


NO_PROOF = Proof()


def moment_words(study: Study, moment: datetime) -> str:
    """15-Apr-2024 10:32:05 EDT, by the study's clock."""
    there = local(study, moment)
    return f"{day_words(there.date())} {there:%H:%M:%S %Z}"
