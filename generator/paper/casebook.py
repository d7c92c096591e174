"""Everything that was captured of one subject, as a document.

A print proves nothing by itself, so it says where it comes from: the dictionary, the
last save, the head of the log, who printed it and when. All of these come in as data:
the same data and the same print run give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from types import MappingProxyType

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.casebook import judge_casebook
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.evaluation.form_result import Judgement
from forms_spec.model.captured_data import LOG, FormKey, InMemoryCasebook
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation
from forms_spec.schedule.study_clock import day_of
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import CapturedVisit, VisitKey
from generator.codebook import in_schedule_order
from generator.pages.answer_text import day_words
from generator.paper.answers import FormAnswers, unknown_answers
from generator.paper.captured_subject import (
    NO_PROOF,
    PrintRun,
    Proof,
    SubjectCasebook,
    moment_words,
)
from generator.paper.history import history_chapter
from generator.paper.layout import (
    Block,
    Chapter,
    Contents,
    HeadEntry,
    LabelledTexts,
    Paper,
    Paragraph,
    PrintedHeading,
    PrintedTable,
    Sheet,
    SignaturePlace,
    Words,
)

STATUSES: Mapping[int, str] = MappingProxyType(
    {
        FormStatus.INCOMPLETE: "draft",
        FormStatus.UNVERIFIED: "not verified",
        FormStatus.COMPLETE: "complete",
    }
)


def casebook_paper(
    book: SubjectCasebook,
    run: PrintRun,
    *,
    proof: Proof = NO_PROOF,
    sheet: Sheet = "a4",
) -> Paper:
    """The casebook: its forms visit by visit, then the logs, then the change history."""
    study, subject = book.study, book.subject
    forms = _in_order(book)
    making = _Making(book=book, run=run, proof=proof, evaluated=_evaluated(book, forms))

    chapters = [making.first_pages(forms)]
    for _, of_visit in groupby(forms, key=lambda form: form.key[1:]):
        chapters.append(making.visit(list(of_visit)))

    chapters.append(history_chapter(book, making.titles(forms), making.head("History")))

    return Paper(
        title=f"Casebook of {subject.subject}, {study.short}",
        moment=book.moment,
        foot=f"{study.name} · {study.short} · subject {subject.subject} · dictionary "
        f"{study.hash[:12]} · printed by {run.by}, {moment_words(study, run.moment)}",
        chapters=tuple(chapters),
        sheet=sheet,
        language=study.language or "en",
    )


def _in_order(book: SubjectCasebook) -> list[CapturedForm]:
    """Visits and forms as the study lists them, then the logs, then the rest."""
    visits = {name: index for index, name in enumerate((*book.study.visits, LOG))}
    listed = in_schedule_order(book.study)
    forms = {form.name: index for index, form in enumerate(listed)}

    def order(form: CapturedForm) -> tuple[int, str, int, int, str]:
        key = form.key
        return (
            visits.get(key.visit, len(visits)),
            key.visit,
            key.unsno,
            forms.get(key.form, len(forms)),
            key.form,
        )

    return sorted(book.forms, key=order)


@dataclass(frozen=True, kw_only=True)
class _Making:
    book: SubjectCasebook
    run: PrintRun
    proof: Proof
    evaluated: _Evaluated

    @property
    def study(self) -> Study:
        return self.book.study

    @property
    def day(self) -> date:
        """The day as of which the forms are evaluated: that of the last save."""
        return day_of(self.study, self.book.moment)

    def form_of(self, key: FormKey) -> Form | None:
        """The form in the study, or as it was when it was captured."""
        if key.form in self.study.forms:
            return self.study.forms[key.form]

        earlier = self.book.earlier.get(key)
        if not earlier:
            return None

        return earlier.forms.get(key.form)

    def titles(self, forms: Sequence[CapturedForm]) -> Mapping[FormKey, str]:
        """By form: its visit and its title."""
        return {
            form.key: f"{self.visit_title(form.key)}: {self.form_title(form.key)}"
            for form in forms
        }

    def form_title(self, key: FormKey) -> str:
        form = self.form_of(key)
        # A form that no dictionary has any more is called by its name.
        if form is None:
            return key.form

        return form.title

    def visit_title(self, key: FormKey) -> str:
        if key.visit == LOG:
            return "Logs"

        title = key.visit
        visit = self.study.visits.get(key.visit)
        if visit is not None:
            title = visit.title

        # A visit that repeats is told apart by its number.
        if key.unsno:
            return f"{title} {key.unsno}"

        return title

    def head(self, place: str) -> tuple[HeadEntry, ...]:
        subject = self.book.subject
        site = self.study.sites.get(subject.site, "")
        return (
            HeadEntry(label="Subject", text=subject.subject),
            HeadEntry(label="Site", text=f"{subject.site} {site}".rstrip()),
            HeadEntry(label="", text=place),
        )

    def first_pages(self, forms: Sequence[CapturedForm]) -> Chapter:
        """What the document is, what stands in it, and what does not."""
        book = self.book
        study = self.study
        subject = self.book.subject
        facts = [
            ("Study", study.title),
            ("Protocol", study.name),
            ("Dictionary", study.hash),
            ("Subject", subject.subject),
            ("Site", f"{subject.site} {study.sites.get(subject.site, '')}".rstrip()),
            ("Entered", self.entered()),
            ("Last change", moment_words(study, book.moment)),
            ("Forms", _counts(forms)),
            ("Evaluated", f"as of {day_words(self.day)}, the day of the last change"),
            ("Printed", f"{moment_words(study, self.run.moment)} by {self.run.by}"),
            ("Times", f"by the clocks of {study.timezone}"),
            ("Head of the log", self.log_head()),
        ]
        blocks: list[Block] = [
            LabelledTexts(items=tuple((name, text) for name, text in facts if text)),
            self.signatures(None),
            PrintedHeading(text="Contents"),
            Contents(title="Contents"),
            *self.not_captured(forms),
        ]
        title = f"Casebook of {subject.subject}"

        return Chapter(
            title=title,
            anchor="start",
            head=self.head("Casebook"),
            blocks=tuple(blocks),
        )

    def entered(self) -> str:
        subject = self.book.subject
        if subject.added_at is None:
            return ""

        moment = moment_words(self.study, subject.added_at)
        return f"{moment} by {self.book.person(subject.added_by)}"

    def log_head(self) -> str:
        head = self.proof.head
        if head is None:
            return "not recorded"

        return f"{head.digest} {head.note}".rstrip()

    def not_captured(self, forms: Sequence[CapturedForm]) -> Iterator[Block]:
        """The forms of the schedule of which nothing was saved."""
        captured = {(form.key.form, form.key.visit) for form in forms}
        by_visit: dict[str, list[str]] = {}
        for scheduled in self.study.schedule:
            if (scheduled.form, scheduled.visit) in captured:
                continue

            title = self.study.forms[scheduled.form].title
            if scheduled.expectation is not Expectation.REQUIRED:
                title = f"{title} ({scheduled.expectation.value})"

            by_visit.setdefault(scheduled.visit, []).append(title)

        for form in self.study.forms.values():
            if form.log and (form.name, LOG) not in captured:
                by_visit.setdefault(LOG, []).append(form.title)

        if not by_visit:
            return

        yield PrintedHeading(text="Nothing saved")
        yield Paragraph(
            text="Forms of the schedule of which nothing was ever saved.", tone="quiet"
        )
        rows = tuple(
            (
                Words(text=self.visit_title(FormKey("", visit, 0))),
                Words(text=", ".join(titles)),
            )
            for visit, titles in by_visit.items()
        )
        yield PrintedTable(head=("Visit", "Forms"), rows=rows, widths=(25, 75))

    def visit(self, forms: Sequence[CapturedForm]) -> Chapter:
        """One visit, or the logs, with all forms that were saved there."""
        key = forms[0].key
        title = self.visit_title(key)
        captured = self.evaluated.visits.get((key.visit, key.unsno))
        # Nobody has to date a visit before its forms are saved.
        words = title

        if captured is not None and captured.date is not None:
            words = f"{title}, {day_words(captured.date)}"

        blocks: list[Block] = []
        for form in forms:
            blocks += self.form(form)

        return Chapter(
            title=words,
            anchor=f"visit-{key.visit}-{key.unsno}",
            head=self.head(words),
            blocks=tuple(blocks),
        )

    def form(self, captured: CapturedForm) -> Iterator[Block]:
        """One form: its state, its answers, what is open, and its signatures."""
        key = captured.key
        saved = moment_words(self.study, captured.saved_at)
        yield PrintedHeading(
            text=self.form_title(key),
            anchor=f"form-{key.visit}-{key.unsno}-{key.form}",
            note=f"{STATUSES[captured.status]}, version {captured.version}, saved "
            f"{saved} by {self.book.person(captured.saved_by)}",
        )

        # A form that went and came back under its name is evaluated as it is now.
        form = self.form_of(key)

        judgement = self.evaluated.judgements.get(key)
        if form is None or judgement is None:
            yield Paragraph(
                text="This form is no longer in the dictionary. Its answers are shown as "
                "they were saved.",
                tone="warning",
            )
            yield from unknown_answers(form, captured.record)
        else:
            answers = FormAnswers(
                study=self.study,
                form=form,
                captured=captured,
                judgement=judgement,
                unkept=self.evaluated.unkept.get(key),
            )
            yield from answers.blocks()

        yield self.signatures(key)

    def signatures(self, key: FormKey | None) -> SignaturePlace:
        place = "casebook"
        if key is not None:
            place = f"{key.visit}-{key.unsno}-{key.form}"

        return SignaturePlace(
            anchor=f"signature-{place}",
            depth=2 if key is None else 3,
            signatures=self.proof.signatures.get(key, ()),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Evaluated:
    """What the judge says of the forms. ``unkept`` are those with confirmed warnings,
    judged as if nothing had been confirmed: it has their messages.
    """

    visits: Mapping[VisitKey, CapturedVisit]
    judgements: Mapping[FormKey, Judgement]
    unkept: Mapping[FormKey, Judgement]


def _evaluated(book: SubjectCasebook, forms: Sequence[CapturedForm]) -> _Evaluated:
    study = book.study
    day = day_of(book.study, book.moment)
    casebook = InMemoryCasebook({form.key: form.record for form in forms})
    complete = {form.key: form.status == FormStatus.COMPLETE for form in forms}
    judgements = judge_casebook(
        study,
        casebook,
        day,
        subject=book.subject.subject,
        complete=lambda key: complete[key],
    )

    # A confirmed warning is no finding any more, so its words have to be worked out.
    world = EvaluatedSubject(study, casebook, day, book.subject.subject)
    unkept = {}

    for form in forms:
        if form.record.kept and form.key in judgements:
            bare = replace(form.record, kept={})
            judged = world.put(study.forms[form.key.form], bare, form.key)
            unkept[form.key] = judge_captured(judged, completing=complete[form.key])

    return _Evaluated(
        visits=timeline(study, casebook, tuple(complete)).captured,
        judgements=judgements,
        unkept=unkept,
    )


def _counts(forms: Sequence[CapturedForm]) -> str:
    """``12 complete, 1 draft``."""
    counts = Counter(STATUSES[form.status] for form in forms)
    words = [f"{number} {status}" for status, number in sorted(counts.items())]
    return ", ".join(words) or "none"
