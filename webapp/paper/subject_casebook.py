"""A subject out of the database, ready to be printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from forms_spec import load_study
from forms_spec.loading.translated_study import study_in
from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import AuditEntry, CapturedForm, Subject
from forms_spec.model.study import Study
from generator.paper.captured_subject import (
    HistoryHead,
    PrintRun,
    Proof,
    SubjectCasebook,
)
from webapp.packages.audit_order import AuditOrder
from webapp.packages.export import captured
from webapp.packages.package_log import WITHOUT_DATA
from webapp.paper.printed_signatures import SignaturePrinter
from webapp.storage import (
    EventKind,
    NewEvent,
    Snapshot,
    StoredForm,
    StoredSubject,
    revisions,
)
from webapp.storage.events import Detail, EventPlace
from webapp.storage.tables import plain


@dataclass(kw_only=True)
class CasebookReader:
    """Reads casebooks out of one state of the database.

    ``persons`` has the names of usernames. Dictionaries of the past are loaded once.
    """

    study: Study
    state: Snapshot
    persons: Mapping[str, str]
    _earlier: dict[str, Study | None] = field(default_factory=dict)

    def proof(self, book: SubjectCasebook) -> Proof:
        """The signatures over a casebook, and the newest line of the log that changed
        data, which stands for the whole history up to this state.
        """
        subject = book.subject.subject
        printer = SignaturePrinter(study=self.study, persons=self.persons)
        signatures = printer.printed(
            subject,
            self.state.signatures_of(subject),
            [form.key for form in book.forms],
        )
        # Sign-ins and prints change no data: the same data give the same bytes.
        head = self.state.head_before(WITHOUT_DATA)
        if not head.number:
            return Proof(signatures=signatures)
        return Proof(
            signatures=signatures,
            head=HistoryHead(digest=head.sha256, note=f"(line {head.number:,})"),
        )

    def read(self, subject: StoredSubject) -> SubjectCasebook:
        """The newest version of each form, and every change that led to it."""
        forms: list[CapturedForm] = []
        history: list[AuditEntry] = []
        earlier: dict[FormKey, Study] = {}
        versions = self.state.versions(subject.subjid)
        for key, of_form in groupby(versions, key=lambda version: version.key):
            saves = list(of_form)
            forms.append(captured(subject, saves[-1]))
            history += self.changes(subject, saves)
            study = self.study_of(saves[-1])
            if study is not None:
                earlier[key.form_key] = study

        return SubjectCasebook(
            study=self.study,
            subject=Subject(
                subject.site, subject.subjid, subject.added_by, subject.added_at
            ),
            forms=tuple(forms),
            history=tuple(history),
            persons=self.persons,
            earlier=earlier,
        )

    def changes(
        self, subject: StoredSubject, saves: Sequence[StoredForm]
    ) -> Iterator[AuditEntry]:
        """Every change of a form, cell by cell; a save without one has an entry too."""
        audit = AuditOrder(self.study, saves[0].key.form)
        for revision in revisions(saves):
            form = revision.form
            cells = audit.cells(revision.changes) or [(form.key.form, None, "", "", "")]
            for table, row, name, old, new in cells:
                yield AuditEntry(
                    site=subject.site,
                    subject=subject.subjid,
                    key=form.key.form_key,
                    version=form.version,
                    table=table,
                    row=row,
                    field=name,
                    old=old,
                    new=new,
                    reason=form.reason,
                    saved_by=form.saved_by,
                    saved_at=form.saved_at,
                    dictionary=form.dictionary_hash,
                )

    def study_of(self, saved: StoredForm) -> Study | None:
        """The study that a form was saved under, where today's has no such form."""
        if saved.key.form in self.study.forms:
            return None
        hash_ = saved.dictionary_hash
        if hash_ not in self._earlier:
            stored = self.state.dictionary(hash_)
            # An altered text would put wrong words beside right answers.
            usable = stored is not None and not stored.is_altered
            earlier = load_study(stored.files).study if stored and usable else None
            if earlier is not None:
                earlier = study_in(earlier, self.study.language)
            self._earlier[hash_] = earlier

        return self._earlier[hash_]


def printed_event(subject: str, run: PrintRun, *, username: str = "") -> NewEvent:
    """The event of a casebook that was printed: by an account, or by a command in the
    name of whoever the paper names.
    """
    details: dict[str, Detail] = {"document": "casebook"}
    if not username:
        details["operator"] = plain(run.by)
    return NewEvent(
        kind=EventKind.PRINTED,
        username=username,
        place=EventPlace(subject=subject),
        details=details,
    )
