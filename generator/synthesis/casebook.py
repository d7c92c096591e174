"""A casebook under construction: its forms, what stands in them, and what they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.cross_form import places_of
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.incremental import CasebookResults
from forms_spec.evaluation.read_trace import AnswerSource, Evidence
from forms_spec.evaluation.reasons import read_again
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey, InMemoryCasebook, Record
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rules.semantics.home import Home
from generator.synthesis.aims import Aim
from generator.synthesis.distance import Distance, distance_of

Records = Mapping[FormKey, Record]
STEP = 0.05
"""What a condition in the way of a rule counts, beside the finding itself."""
_DISTANCES: StudyCache[str, Distance] = StudyCache()


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A casebook with everything that stands in it. ``missed`` are the aims that it does
    not meet.
    """

    records: Records
    results: CasebookResults | None
    findings: tuple[Finding, ...]
    missed: tuple[Aim, ...]
    far: float

    @property
    def faults(self) -> float:
        """How far the casebook is from a valid one; 0 only for a valid one."""
        return len(self.findings) + self.far


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluator:
    """Evaluates casebooks of one subject, all of whose forms are complete."""

    study: Study
    subject: str
    today: date
    aims: tuple[Aim, ...] = ()
    findings_count: bool = True
    """False: only the aims are looked at."""
    steps_count: bool = True
    """False: a rule that is broken counts alike however far it is from being met."""
    only: FormKey | None = None
    """Only findings on this form count."""

    def state(self, records: Records, earlier: State | None = None) -> State:
        """What stands in a casebook. Only what differs from ``earlier`` is evaluated."""
        if not self.findings_count:
            return self._aims_alone(records)

        results = CasebookResults(
            self.study,
            InMemoryCasebook(records),
            self.today,
            self.subject,
            complete=_every_form,
            earlier=earlier.results if earlier else None,
        )
        findings = self._counting(chain.from_iterable(results.findings.values()))
        distances = {
            aim.name: results.of(aim.name, work_out=aim.far) for aim in self.aims
        }

        return State(
            records=records,
            results=results,
            findings=findings,
            missed=self._missed(distances),
            far=sum(distances.values()) + self._steps(results, findings),
        )

    def _counting(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        if self.only is None:
            return tuple(findings)

        return tuple(
            finding
            for finding in findings
            if self.only in places_of(self.study, finding)
        )

    def _aims_alone(self, records: Records) -> State:
        subject = self.evaluated(records)
        distances = {aim.name: aim.far(subject) for aim in self.aims}
        return State(
            records=records,
            results=None,
            findings=(),
            missed=self._missed(distances),
            far=sum(distances.values()),
        )

    def _missed(self, distances: Mapping[str, float]) -> tuple[Aim, ...]:
        return tuple(aim for aim in self.aims if distances[aim.name])

    def _steps(self, results: CasebookResults, findings: Iterable[Finding]) -> float:
        """A part of a fault for each condition in the way of the rules that are broken."""
        steps = 0.0
        for finding in findings if self.steps_count else ():
            place, rule = finding.data, self.study.rules.get(finding.rule or "")
            # A facet may implement a check that has the name of a rule elsewhere.
            if rule is None or place is None or rule.on[0][0] != place.table:
                continue

            table = self.study.tables[place.table]
            key = FormKey(table.form.name, place.visit or "", place.unsno or 0)
            home = Home(form=table.form, group=table.group)
            distance = _DISTANCES.get(
                self.study,
                rule.name,
                partial(distance_of, rule.assertion, self.study, home, wanted=True),
            )
            steps += results.of(
                f"steps {rule.name} {key} {place.row}",
                work_out=partial(_far, distance, key, place.row),
            )

        return steps * STEP

    def evaluated(self, records: Records) -> EvaluatedSubject:
        """The subject, each cell worked out when it is read."""
        return EvaluatedSubject(
            self.study, InMemoryCasebook(records), self.today, self.subject
        )

    def sources(self, state: State, trouble: Finding | Aim) -> list[AnswerSource]:
        """Every cell that a finding or an aim reads, the finding's own first."""
        evidence = Evidence(self.evaluated(state.records))
        if isinstance(trouble, Aim):
            trouble.read(evidence, state.records)
        else:
            read_again(evidence, trouble)

        _read_gates(evidence)
        return list(evidence.sources)

    def why_asked(self, state: State, trouble: Finding | Aim) -> list[AnswerSource]:
        """Every cell that decides whether the question of a finding is asked."""
        evidence = Evidence(self.evaluated(state.records))
        if not isinstance(trouble, Aim):
            _read_shown(evidence, trouble)

        return list(evidence.sources)


def _far(
    distance: Distance, key: FormKey, row: int | None, subject: EvaluatedSubject
) -> float:
    return distance(Evidence(subject).form(key).frames(row))


def _every_form(_key: FormKey) -> bool:
    return True


def _read_shown(evidence: Evidence, finding: Finding) -> None:
    """Reads why the question is asked in which something was found. What is not asked
    is not wrong.
    """
    place = finding.data
    if place is None or place.field is None:
        return

    form = evidence.study.tables[place.table].form
    captured = evidence.form(FormKey(form.name, place.visit or "", place.unsno or 0))
    plan = captured.captured.plan.fields.get((place.table, place.field))
    for condition in plan.shown if plan else ():
        condition(captured.frames(place.row))


def _read_gates(evidence: Evidence) -> None:
    """Reads what hides the hidden cells, and what hides that."""
    seen: set[AnswerSource] = set()
    while hidden := [
        source
        for source in evidence.sources
        if source.state is CellState.HIDDEN and source not in seen
    ]:
        for source in hidden:
            seen.add(source)
            form = evidence.form(source.key)
            plan = form.captured.plan.fields[source.table, source.field or ""]
            for condition in plan.shown:
                condition(form.frames(source.row))
