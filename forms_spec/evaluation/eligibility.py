"""Who may take part: each criterion as the site answered it, and as the sources say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import chain

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.incremental import CasebookResults
from forms_spec.evaluation.lacking_values import Lacking, lacking_in
from forms_spec.evaluation.read_trace import AnswerSource, Evidence, sources_of
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import LOG, Casebook, FormKey
from forms_spec.model.criteria import Criterion, Eligibility
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.syntax_tree import Reference
from forms_spec.rules.english import to_english
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Closure
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.types import Type

_CONDITIONS: StudyCache[int, Closure] = StudyCache()
"""By the identity of a criterion's condition, which lives as long as its study."""
GRAVE = frozenset({Severity.ERROR, Severity.QUERY})


class Verdict(Enum):
    """How the site's answer and the sources stand to each other."""

    AGREES = "agrees"
    DISCREPANCY = "discrepancy"
    UNKNOWN = "unknown"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionResult:
    """One criterion of one subject.

    ``answer`` and ``state`` are the site's. ``possible`` are the codes that the sources
    leave open, and ``derived`` is the only one of them, else None. ``passes``: by the
    sources. ``lacking`` says why something cannot be told, ``findings`` are open on the
    sources.
    """

    criterion: Criterion
    answer: str
    state: CellState
    possible: frozenset[str]
    sources: tuple[AnswerSource, ...]
    lacking: tuple[Lacking, ...]
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """The criterion's name as people write it: ``EXCL01``."""
        return self.criterion.field.name.upper()

    @property
    def derived(self) -> str | None:
        if len(self.possible) != 1:
            return None

        (answer,) = self.possible
        return answer

    @property
    def passes(self) -> bool | None:
        barring = self.criterion.barring
        if barring not in self.possible:
            return True
        if self.derived == barring:
            return False

        return None

    @property
    def verdict(self) -> Verdict:
        if self.state is not CellState.ANSWERED:
            return Verdict.UNANSWERED
        if self.answer not in self.possible:
            return Verdict.DISCREPANCY
        # The answer is possible, and so is another: the sources do not decide it.
        if self.derived is None:
            return Verdict.UNKNOWN

        return Verdict.AGREES

    @property
    def settled(self) -> bool:
        """Nothing of it needs anybody's attention."""
        if self.verdict is not Verdict.AGREES:
            return False
        # An open query may still change the answer.
        if self.findings:
            return False

        return self.passes is True


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """All criteria of one subject, as of one day; ``key`` is the form on which the site
    answers.
    """

    key: FormKey
    criteria: tuple[CriterionResult, ...]

    @property
    def failed(self) -> tuple[CriterionResult, ...]:
        failed = [result for result in self.criteria if result.passes is False]
        return tuple(failed)

    @property
    def undetermined(self) -> tuple[CriterionResult, ...]:
        unknown = [result for result in self.criteria if result.passes is None]
        return tuple(unknown)

    @property
    def pending(self) -> tuple[CriterionResult, ...]:
        """Criteria that are passed, but a finding is open on what they rest on."""
        open_ = [result for result in self.criteria if result.findings]
        # One that is not passed, or not decided, is told of as such.
        return tuple(result for result in open_ if result.passes)


def assess(
    study: Study,
    casebook: Casebook,
    today: date,
    subject: str | None = None,
    findings: Iterable[Finding] = (),
) -> Assessment | None:
    """The eligibility of a subject; None in a study that has no criteria.

    ``findings`` are those of the subject's forms; queries on a source of a criterion
    are shown with it.
    """
    if study.eligibility is None:
        return None

    whole, key = (
        EvaluatedSubject(study, casebook, today, subject),
        _form_of(study.eligibility),
    )
    assessor = _Assessor(study, whole, key)
    return _with_findings(study.eligibility, findings, assessor.result)


def assess_again(results: CasebookResults) -> Assessment | None:
    """The same, where only the criteria are evaluated that a change reaches."""
    study = results.study
    if study.eligibility is None:
        return None

    key = _form_of(study.eligibility)

    def result(criterion: Criterion) -> CriterionResult:
        return results.of(
            f"criterion {criterion.field.name}",
            work_out=lambda subject: _Assessor(study, subject, key).result(criterion),
        )

    findings = chain.from_iterable(results.findings.values())
    return _with_findings(study.eligibility, findings, result)


def _form_of(eligibility: Eligibility) -> FormKey:
    """The form on which the site answers."""
    return FormKey(eligibility.form, eligibility.visit or LOG, 0)


def _with_findings(
    eligibility: Eligibility,
    findings: Iterable[Finding],
    result_of: Callable[[Criterion], CriterionResult],
) -> Assessment:
    grave = (finding for finding in findings if finding.severity in GRAVE)
    by_cell = _by_cell(grave)
    criteria = []

    for criterion in eligibility.criteria:
        result = result_of(criterion)
        queries = _open_on(result.sources, by_cell)
        if queries:
            result = replace(result, findings=queries)

        criteria.append(result)

    return Assessment(key=_form_of(eligibility), criteria=tuple(criteria))


@dataclass(frozen=True, slots=True)
class _Assessor:
    study: Study
    subject: EvaluatedSubject
    key: FormKey

    def result(self, criterion: Criterion) -> CriterionResult:
        """The criterion by its sources, without the findings that are open on them."""
        here = self.subject.form(self.key)
        site = here.facts(self.key.form, None, criterion.field.name) if here else None
        possible, read = self.possible(criterion)
        sources = sources_of(self.subject, self.key, *map(self.closure, read))
        home = self.home
        lacking = [
            item
            for text in read
            for item in lacking_in(self.subject, self.key, text, home)
        ]

        return CriterionResult(
            criterion=criterion,
            answer=site.text if site else "",
            state=site.state if site else CellState.BLANK,
            possible=possible,
            sources=sources,
            lacking=tuple(dict.fromkeys(lacking)) if len(possible) > 1 else (),
            findings=(),
        )

    def possible(
        self, criterion: Criterion
    ) -> tuple[frozenset[str], tuple[Expression, ...]]:
        """The answers that the sources leave open, and the conditions that decided it."""
        moot = criterion.not_applicable
        decided_by: tuple[Expression, ...] = (criterion.met,)
        inapplicable: bool | None = False

        if moot is not None:
            decided_by = (moot, criterion.met)
            inapplicable = self.holds(moot)
            if inapplicable is True:
                return frozenset({criterion.moot}), (moot,)

        met = self.holds(criterion.met)
        answers: set[str] = set()
        # What is UNKNOWN may turn out either way.
        if met is not False:
            answers.add(criterion.yes)

        if met is not True:
            answers.add(criterion.no)

        if inapplicable is None:
            answers.add(criterion.moot)

        return frozenset(answers), decided_by

    @property
    def home(self) -> Home:
        return Home(form=self.study.forms[self.key.form])

    def closure(self, condition: Expression) -> Closure:
        def compiled() -> Closure:
            return compile_expression(condition, self.study, self.home, Type.CONDITION)

        return _CONDITIONS.get(self.study, id(condition), compiled)

    def holds(self, condition: Expression) -> bool | None:
        frames = Evidence(self.subject).form(self.key).frames(None)
        result = self.closure(condition)(frames)
        if not isinstance(result, bool):
            return None

        return result


Cell = tuple[str | None, int, str, int | None, str | None]
"""The visit and its number, the table, the row and the field."""


def _by_cell(findings: Iterable[Finding]) -> Mapping[Cell, Mapping[int, Finding]]:
    """By cell: the findings that hang on it, by their number in the order of all."""
    by_cell: dict[Cell, dict[int, Finding]] = {}
    for number, finding in enumerate(findings):
        for place in (finding.data, *finding.also):
            if place is not None:
                cell = (
                    place.visit,
                    place.unsno or 0,
                    place.table,
                    place.row,
                    place.field,
                )
                by_cell.setdefault(cell, {})[number] = finding

    return by_cell


def _open_on(
    sources: tuple[AnswerSource, ...], by_cell: Mapping[Cell, Mapping[int, Finding]]
) -> tuple[Finding, ...]:
    """The findings that hang on one of the sources, each once."""
    # Most subjects have no open query, and a criterion may have many sources.
    if not by_cell:
        return ()

    findings: dict[int, Finding] = {}
    for source in sources:
        visit, unsno = source.key.visit, source.key.unsno
        cell = (visit, unsno, source.table, source.row, source.field)
        findings.update(by_cell.get(cell, {}))

    return tuple(findings[number] for number in sorted(findings))


def in_words(condition: Expression, study: Study) -> str:
    """A criterion's condition in English; a derivation that only gives it a name is
    written out.
    """
    assert study.eligibility is not None
    expression = condition

    # A derivation with a label reads better by its label.
    while isinstance(expression.tree, Reference):
        name = expression.tree
        derivation = study.derivations.get(name.field or "")
        is_bare = name.table is None
        if not is_bare or derivation is None or derivation.label is not None:
            break

        expression = derivation.expression

    form = study.forms[study.eligibility.form]
    return to_english(expression, study, Home(form=form))


__all__ = ["Assessment", "CriterionResult", "Verdict", "assess", "in_words"]
