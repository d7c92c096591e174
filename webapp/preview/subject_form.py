"""One form of the preview's subject: judged among the subject's other forms, and kept."""

from __future__ import annotations

from dataclasses import replace

from flask import g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from forms_spec.entry.starts import starting_texts
from forms_spec.evaluation import Judgement, judge_elsewhere
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.schedule.timeline import day_zero
from generator.pages import read_post
from generator.pages.findings import PageFindings
from webapp.casebook.subject_status import Judged
from webapp.casebook.waiting_findings import OnPage
from webapp.forms.evaluation import open_findings
from webapp.forms.finding_lines import finding_lines
from webapp.forms.page import way_on
from webapp.forms.page_findings import page_said, said_of
from webapp.forms.visit_forms import visit_forms
from webapp.presentation.form_address import FormPlace, place_of_subject
from webapp.presentation.statuses import status_of
from webapp.preview.example_pages import ExamplePages
from webapp.preview.forms import ADD, Asked, context_of, judged, rendered, with_row
from webapp.preview.why import Why
from webapp.storage import FormHead, Status, StoredCasebook


class SubjectForm:
    """One request about a form of the subject."""

    def __init__(self, examples: ExamplePages, visit: str, form: str) -> None:
        self.examples = examples
        self.pages = pages = examples.pages
        self.study = pages.study
        self.place: FormPlace = place_of_subject(
            pages.subject.stored(self.study), visit, form
        )
        self.key: FormKey = self.place.key.form_key
        self.kept = pages.subject.answers.forms.get(self.key)

    def asked(self, casebook: StoredCasebook) -> Asked:
        return Asked(
            visit=self.key.visit,
            unsno=self.key.unsno,
            everything="all" in request.args,
            example=False,
            posted=request.form if request.method == "POST" else None,
            today=self.pages.answers.today(),
            casebook=casebook,
        )

    def show(self) -> str:
        """The form with what is kept of it."""
        casebook = self.pages.judged()
        asked = self.asked(casebook.casebook)
        record = self.kept.record if self.kept else self._starting(asked)
        return self._page(casebook, asked, record, checking="check" in request.args)

    def _starting(self, asked: Asked) -> Record:
        texts = starting_texts(self.place.form.fields, asked.opening)
        return Record(texts=texts)

    def take(self) -> ResponseReturnValue:
        """Keeps what was posted, and leads on as the person asked."""
        asked = self.asked(self.pages.judged().casebook)
        base = self.kept.record if self.kept else self._starting(asked)
        record = read_post(
            self.study,
            self.place.form,
            request.form,
            stored=base,
            today=asked.today,
            opening=asked.opening,
        ).record
        record = self._without_removed(record)
        if asked.action.startswith(ADD):
            name = asked.action.removeprefix(ADD)
            record = with_row(self.place.form, record, name, asked.opening)

        if asked.action == "fill":
            record, told = self.examples.fill_form(self.key, record)
            self.pages.subject.save(self.key, record, Status.DRAFT, told)
            return redirect(self.place.address, 303)

        judgement = self._judgement(record, asked, completing=True)
        complete = asked.action == "complete" and judgement.may_complete
        self._keep(record, asked, is_complete=complete)
        if asked.action == "hold":
            return jsonify(kept=True, why=self._why_now(asked, record))
        if complete:
            return redirect(self._next(record), 303)

        address = self.place.address
        checks = asked.action == "complete"
        return redirect(f"{address}?check=on" if checks else address, 303)

    def _without_removed(self, record: Record) -> Record:
        """The rows that the page had. Nobody is asked why one was removed."""
        rows = dict(record.rows)
        for group in self.place.form.row_groups:
            posted = request.form.getlist(f"rows:{group.name}")
            if group.name in rows and not group.fixed:
                rows[group.name] = tuple(
                    row for row in rows[group.name] if str(row.number) in posted
                )

        return replace(record, rows={name: own for name, own in rows.items() if own})

    def _why_now(self, asked: Asked, record: Record) -> str:
        """Why the form looks as it does once a question is left."""
        casebook = self.pages.judged()
        asked = replace(asked, casebook=casebook.casebook)
        judgement = self._judgement(record, asked, completing=False)
        elsewhere = self._elsewhere(casebook.casebook, record, asked)
        why = self._why(casebook, (*judgement.findings, *elsewhere))
        return render_template("preview/why.html", sections=why.sections)

    def _why(self, casebook: Judged, findings: tuple[Finding, ...]) -> Why:
        return self.pages.explainer(casebook).form(self.key, findings)

    def _keep(self, record: Record, asked: Asked, *, is_complete: bool) -> None:
        # A pause in typing changes nothing about how far the form is.
        stays = asked.action == "hold" and self.kept is not None
        status = Status.COMPLETE if is_complete else Status.DRAFT
        if stays and self.kept is not None:
            status = self.kept.status

        self.pages.subject.save(self.key, record, status)

    def _next(self, record: Record) -> str:
        casebook = self.pages.judged()
        page = OnPage(self.place, record, _heads(casebook.casebook))
        return way_on(self.place, visit_forms(self.place, 0, page).next)["next_address"]

    def _judgement(
        self, record: Record, asked: Asked, *, completing: bool
    ) -> Judgement:
        """As on the page of research staff: a reason kept does not hide its warning."""
        plain = replace(record, kept={})
        return judged(self.study, self.place.form, plain, asked, completing=completing)

    def _elsewhere(
        self, casebook: StoredCasebook, record: Record, asked: Asked
    ) -> tuple[Finding, ...]:
        def is_complete(key: FormKey) -> bool:
            stored = casebook.forms.get(key)
            return stored is not None and stored.status is Status.COMPLETE

        return judge_elsewhere(
            self.study,
            self.place.form,
            record,
            context_of(self.study, asked),
            complete=is_complete,
        )

    def _page(
        self, casebook: Judged, asked: Asked, record: Record, *, checking: bool
    ) -> str:
        is_complete = self.kept is not None and self.kept.status is Status.COMPLETE
        judgement = self._judgement(record, asked, completing=checking or is_complete)
        elsewhere = self._elsewhere(casebook.casebook, record, asked)
        waiting = OnPage(self.place, record, _heads(casebook.casebook))

        def said(findings: tuple[Finding, ...]) -> PageFindings:
            return said_of(self.place, findings, elsewhere, waiting)

        still = said(open_findings(self.place.form, judgement, record))
        lines = finding_lines(self.place.form, still)
        visit = visit_forms(self.place, len(lines), waiting)
        status = status_of(self.kept.status if self.kept else None, len(lines))

        return rendered(
            g.seen,
            self.place.form,
            asked,
            record,
            judgement,
            checking=checking,
            page_findings=said(judgement.findings),
            place=self.place,
            told=self.pages.subject.answers.told,
            status=status,
            checked=checking,
            zero=day_zero(self.study, casebook.casebook),
            status_word=self.kept.status.value if self.kept else "",
            visit=visit,
            why=self._why(casebook, (*judgement.findings, *elsewhere)).sections,
            said=page_said(self.place, still, waiting),
            **way_on(self.place, visit.next),
        )


def _heads(casebook: StoredCasebook) -> dict[FormKey, FormHead]:
    return {
        key: FormHead(
            key=form.key,
            version=form.version,
            status=form.status,
            counts=form.counts,
            saved_by=form.saved_by,
            saved_at=form.saved_at,
        )
        for key, form in casebook.forms.items()
    }
