"""Why a form of the preview looks as it does, in words: what hides a question, what a
calculated value lacks, and every value that a finding read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.evaluation.reasons import (
    Reason,
    condition_reason,
    finding_sources,
    hidden_fields,
    unknown_fields,
)
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.rules import Home, to_english
from generator.pages.findings import MARKS
from webapp.casebook.source_words import Place, SourceWords
from webapp.presentation.form_address import forms_at

VERDICTS = {False: "This is not so.", None: "This cannot be told yet."}


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """One line: what it is about, the condition or message, and the values behind it.

    ``file`` is the line of the dictionary.
    """

    title: str
    names: str
    words: str
    verdict: str
    places: tuple[Place, ...]
    file: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """Everything that a page explains."""

    findings: tuple[Explained, ...]
    hidden: tuple[Explained, ...]
    unknown: tuple[Explained, ...]

    @property
    def sections(self) -> tuple[tuple[str, str, tuple[Explained, ...]], ...]:
        """Name, heading and lines of what there is something to say of."""
        every = (
            ("findings", "What the findings read", self.findings),
            ("hidden", "Not shown, and why", self.hidden),
            ("unknown", "Not calculated, and why", self.unknown),
        )
        return tuple(section for section in every if section[2])


@dataclass(frozen=True, kw_only=True, slots=True)
class Explainer:
    """Explains the forms of one subject."""

    study: Study
    subject: EvaluatedSubject
    words: SourceWords

    def form(self, key: FormKey, findings: Iterable[Finding]) -> Why:
        """Why a form looks as it does; ``findings`` are those on its page."""
        captured = self.subject.form(key)
        if captured is None:
            form = self.study.forms[key.form]
            captured = EvaluatedForm(
                plan_of(self.study, form), Record(), key, self.subject
            )

        return Why(
            findings=tuple(map(self.finding, findings)),
            hidden=tuple(self._hidden(captured)),
            unknown=tuple(self._unknown(captured)),
        )

    def finding(self, finding: Finding) -> Explained:
        """A finding with every value that it read."""
        sources = finding_sources(self.subject, finding)
        return Explained(
            title=f"{MARKS[finding.severity]} {finding.message}",
            names=finding.rule or finding.code,
            words="",
            verdict="",
            places=self.words.places(sources),
            file=str(finding.text) if finding.text else "",
        )

    def _hidden(self, captured: EvaluatedForm) -> Iterable[Explained]:
        for hidden in hidden_fields(captured):
            title = ", ".join(field.label for field in hidden.fields)
            names = " ".join(field.name for field in hidden.fields)
            yield self._explained(title, names, "Shown only if", hidden.reason)

    def _unknown(self, captured: EvaluatedForm) -> Iterable[Explained]:
        for unknown in unknown_fields(captured):
            field = unknown.field
            yield self._explained(
                field.label, field.name, "Calculated as", unknown.reason
            )

    def schedule(self) -> list[Explained]:
        """The visits and forms that this subject does not have, or may not have."""
        explained = []
        for name, visit in self.study.visits.items():
            forms = forms_at(self.study, name)
            if visit.when is None or not forms:
                continue

            key, home = FormKey(forms[0].name, name, 0), Home(form=forms[0])
            reason = condition_reason(self.subject, key, visit.when, home)
            if reason is not None:
                title = f"{visit.title} (all forms)"
                explained.append(self._explained(title, name, "Takes place if", reason))

        # What hides a form at many visits for one reason is said once.
        at_visits: dict[Explained, list[str]] = {}
        for scheduled in self.study.schedule:
            visit = self.study.visits[scheduled.visit]
            if scheduled.when is None or visit.repeats:
                continue

            form = self.study.forms[scheduled.form]
            key, home = FormKey(form.name, visit.name, 0), Home(form=form)
            reason = condition_reason(self.subject, key, scheduled.when, home)
            if reason is not None:
                line = self._explained(form.title, form.name, "Expected if", reason)
                at_visits.setdefault(line, []).append(visit.title)

        for line, titles in at_visits.items():
            visits = ", ".join(titles)
            explained.append(replace(line, title=f"{line.title}: {visits}"))

        return explained

    def _explained(
        self, title: str, names: str, before: str, reason: Reason
    ) -> Explained:
        words = to_english(reason.expression, self.study, reason.home)
        is_formula = before == "Calculated as"
        verdict = "It lacks:" if is_formula else VERDICTS[reason.outcome]
        row = f", row {reason.row}" if reason.row is not None else ""
        place = reason.expression.place
        return Explained(
            title=f"{title}{row}",
            names=names,
            words=f"{before} {words}.",
            verdict=verdict,
            places=self.words.places(reason.sources, reason.lacking),
            file=str(place) if place else "",
        )
