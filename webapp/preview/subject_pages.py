"""A subject's casebook in the preview: the pages of research staff, over answers that no
database has.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.model.study import Study
from generator.synthesis.faults import WORDS, usual_faults
from webapp.casebook.eligibility_page import assessment_of, page_of, status_of
from webapp.casebook.source_words import SourceWords
from webapp.casebook.subject_status import Judged, remember
from webapp.forms.finding_list import by_form
from webapp.presentation.form_address import form_address, forms_at
from webapp.preview.shared_services import PreviewServices
from webapp.preview.subject import PreviewSubject
from webapp.preview.watcher import Seen
from webapp.preview.why import Explainer
from webapp.services import seen_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectPages:
    """The views over the one subject of the preview."""

    answers: PreviewServices

    @property
    def subject(self) -> PreviewSubject:
        return self.answers.subject

    @property
    def study(self) -> Study:
        """The dictionary of this request; without one there is no subject."""
        seen: Seen = g.seen
        if seen.study is None:
            abort(404, "The dictionary cannot be read yet.")

        return seen.study

    def judged(self) -> Judged:
        """The casebook as it is now, made known to the pages that look it up."""
        judged = self.subject.judged(self.study, self.answers.today())
        subjid = self.study.subject_example
        g.casebooks = {seen_of(subjid): judged.casebook}
        remember(subjid, judged.standing)
        return judged

    def stray(self, subject: str) -> ResponseReturnValue | None:
        """The way to the subject that there is, where the address names another one."""
        subjid = self.study.subject_example
        if subject == subjid:
            return None

        return redirect(f"/subjects/{subjid}", 303)

    def casebook(self, subject: str) -> ResponseReturnValue:
        """All forms by visit, with what is due as of the day."""
        if elsewhere := self.stray(subject):
            return elsewhere

        judged, study = self.judged(), self.study
        assessment = assessment_of(judged)
        lost = len(self.subject.answers.forms) - len(judged.casebook.forms)

        return render_template(
            "preview/casebook.html",
            subject=self.subject.stored(study),
            answers=self.subject,
            table=self._table(judged),
            eligibility=status_of(assessment) if assessment else None,
            life=judged.life.status,
            repeating=[study.visits[name] for name in judged.grid.next_unsno],
            today=judged.standing.today,
            lost=lost,
            schedule=self.explainer(judged).schedule(),
            faults=fault_choices(study),
        )

    def explainer(self, judged: Judged) -> Explainer:
        """Says why the subject's forms look as they do."""
        study, subjid = self.study, self.study.subject_example
        return Explainer(
            study=study,
            subject=EvaluatedSubject(
                study, judged.casebook, judged.standing.today, subjid
            ),
            words=SourceWords(subjid=subjid, casebook=judged.casebook),
        )

    def _table(self, judged: Judged) -> Markup:
        no_marks: defaultdict[str, tuple[Any, ...]] = defaultdict(tuple)
        rows = []
        for line in judged.grid.lines:
            row = render_template("casebook_row.html", line=line, marks=no_marks)
            rows.append(Markup(row))

        columns = judged.grid.columns
        html = render_template(
            "casebook_table.html",
            head=Markup(render_template("casebook_head.html", columns=columns)),
            subject=self.subject.stored(self.study),
            grid=judged.grid,
            marks={},
            rows=rows,
            standing=judged.standing,
            waiting_count=len(judged.waiting),
            gone=(),
            today=judged.standing.today,
        )
        return Markup(html)

    def findings(self, subject: str) -> ResponseReturnValue:
        """What is open in the casebook."""
        if elsewhere := self.stray(subject):
            return elsewhere

        judged = self.judged()
        waiting = (result for result, _ in judged.waiting)
        leads = {id(result): leads for result, leads in judged.waiting}
        return render_template(
            "open_findings.html",
            may_ask=False,
            layout="preview/base.html",
            subject=self.subject.stored(self.study),
            forms=by_form(subject, judged.open),
            waiting=by_form(subject, waiting, leads),
            count=judged.standing.open,
            waiting_count=len(judged.waiting),
            today=judged.standing.today,
        )

    def eligibility(self, subject: str) -> ResponseReturnValue:
        """Every criterion with what the sources say."""
        if elsewhere := self.stray(subject):
            return elsewhere

        judged = self.judged()
        page = page_of(subject, judged)
        if page is None:
            abort(404, "The study's dictionary has no eligibility criteria.")

        open_only = request.args.get("show") == "attention"
        shown = [line for line in page.lines if not (open_only and line.settled)]
        rows: dict[bool, list[Markup]] = {True: [], False: []}
        for line in shown:
            row = render_template("eligibility_row.html", line=line)
            rows[line.inclusion].append(Markup(row))

        table = render_template(
            "eligibility_table.html",
            subjid=subject,
            page=page,
            sides=(
                ("Inclusion criteria", rows[True]),
                ("Exclusion criteria", rows[False]),
            ),
            open_only=open_only,
            open_count=sum(not line.settled for line in page.lines),
        )
        return render_template(
            "eligibility.html",
            layout="preview/base.html",
            subject=self.subject.stored(self.study),
            table=Markup(table),
            today=judged.standing.today,
        )

    def begin_visit(self, subject: str) -> ResponseReturnValue:
        """Opens the first form of the next repeating visit."""
        if elsewhere := self.stray(subject):
            return elsewhere

        name = request.form.get("visit", "")
        number = self.judged().grid.next_unsno.get(name)
        forms = forms_at(self.study, name)
        if number is None or not forms:
            return redirect(f"/subjects/{subject}", 303)

        return redirect(form_address(subject, name, number, forms[0].name), 303)

    def set_day(self, subject: str) -> ResponseReturnValue:
        """Takes another day as today; a blank one means the real one."""
        text = request.form.get("day", "")
        try:
            self.subject.day = date.fromisoformat(text) if text else None
        except ValueError:
            abort(400, f"{text} is not a day. Write it as 2026-03-02.")

        return redirect(f"/subjects/{subject}", 303)

    def clear(self, subject: str) -> ResponseReturnValue:
        """Begins anew, with no answer."""
        self.subject.put({}, "All answers were cleared.")
        return redirect(f"/subjects/{subject}", 303)

    def undo(self, subject: str) -> ResponseReturnValue:
        """Takes back what last replaced all answers."""
        self.subject.undo()
        return redirect(f"/subjects/{subject}", 303)


def fault_choices(study: Study) -> list[tuple[str, str]]:
    """The faults that can be asked for, each with what it means."""
    choices = []
    for name in usual_faults(study):
        rule = study.rules.get(name)
        code = WORDS.get(name, name)
        words = rule.message if rule else CATALOGUE[code].explanation
        choices.append((name, words))

    return choices
