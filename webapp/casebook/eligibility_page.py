"""A subject's eligibility as it is shown: one line for the casebook, one for each
criterion on its page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.evaluation.eligibility import (
    Assessment,
    CriterionResult,
    Verdict,
    assess_again,
    in_words,
)
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import (
    CellKey,
    FormKey,
)
from forms_spec.model.criteria import Criterion
from generator.pages.answer_text import answer_words
from generator.pages.input_names import cell_name
from webapp.casebook.source_words import Place, SourceWords
from webapp.casebook.subject_status import Judged
from webapp.presentation.statuses import ShownStatus
from webapp.services import services

MOST_NAMES = 6
"""So many criteria are named in the one line; a subject of whom nothing is known has
all of them open.
"""

VERDICTS: Mapping[Verdict, ShownStatus] = MappingProxyType(
    {
        Verdict.AGREES: ShownStatus(name="complete", shape="●", word="agrees"),
        Verdict.DISCREPANCY: ShownStatus(
            name="findings", shape="▲", word="discrepancy"
        ),
        Verdict.UNKNOWN: ShownStatus(
            name="draft", shape="◐", word="cannot be determined"
        ),
        Verdict.UNANSWERED: ShownStatus(name="none", shape="○", word="not answered"),
    }
)
if VERDICTS.keys() != set(Verdict):
    raise TypeError("a verdict has no words")


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionLine:
    """One criterion, ready to be shown."""

    name: str
    text: str
    inclusion: bool
    address: str
    site: str
    derived: str
    verdict: ShownStatus
    fails: bool
    settled: bool
    rule: str
    moot: str
    places: tuple[Place, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EligibilityPage:
    """Everything on the page of one subject."""

    status: ShownStatus
    counts: tuple[tuple[ShownStatus, int], ...]
    lines: tuple[CriterionLine, ...]


def assessment_of(judged: Judged) -> Assessment | None:
    """The subject's eligibility as of today."""

    def assessed() -> Assessment | None:
        assessment = assess_again(judged.results)
        judged.results.forget_cells()
        return assessment

    return judged.once("eligibility", assessed)


def status_of(assessment: Assessment) -> ShownStatus:
    """``Eligible``, ``Fails EXCL01``, ``Undetermined: EXCL06, EXCL13``, as shape, word
    and colour.
    """
    if assessment.failed:
        return ShownStatus(
            name="findings", shape="✕", word=f"Fails {_names(assessment.failed)}"
        )

    if assessment.undetermined:
        return ShownStatus(
            name="draft",
            shape="◐",
            word=f"Undetermined: {_names(assessment.undetermined)}",
        )

    if assessment.pending:
        pending = _names(assessment.pending)
        return ShownStatus(
            name="draft", shape="●", word=f"Eligible, pending a query on {pending}"
        )

    return ShownStatus(name="complete", shape="●", word="Eligible")


def _names(criteria: tuple[CriterionResult, ...]) -> str:
    names = [item.name for item in criteria]
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return (
        f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"
    )


def page_of(subjid: str, judged: Judged) -> EligibilityPage | None:
    """The lines of the page, in the order of the dictionary; None in a study without
    criteria.
    """
    assessment = assessment_of(judged)
    if assessment is None:
        return None
    return judged.once("eligibility page", lambda: _page(subjid, judged, assessment))


def _page(subjid: str, judged: Judged, assessment: Assessment) -> EligibilityPage:
    maker = _CriterionLines(
        words=SourceWords(subjid=subjid, casebook=judged.casebook), key=assessment.key
    )

    def line(result: CriterionResult) -> CriterionLine:
        # Beside a source stand texts that decide nothing, such as its unit.
        lacking = (item.source for item in result.lacking)
        forms = dict.fromkeys(source.key for source in (*result.sources, *lacking))
        return judged.results.of(
            f"line of {result.name}",
            result,
            [judged.casebook.record(key) for key in forms],
            work_out=lambda _subject: maker.line(result),
        )

    numbers = Counter(result.verdict for result in assessment.criteria)
    counts = [
        (VERDICTS[verdict], numbers[verdict]) for verdict in Verdict if numbers[verdict]
    ]

    return EligibilityPage(
        status=status_of(assessment),
        counts=tuple(counts),
        lines=tuple(map(line, assessment.criteria)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _CriterionLines:
    """Puts the criteria of one subject into words."""

    words: SourceWords
    key: FormKey

    def line(self, result: CriterionResult) -> CriterionLine:
        criterion = result.criterion
        field = criterion.field
        study = services().study
        moot = criterion.not_applicable
        own = CellKey(self.key.form, None, field.name)

        return CriterionLine(
            name=result.name,
            text=field.label,
            inclusion=criterion.inclusion,
            address=f"{self.words.address(self.key)}#{cell_name(own)}",
            site=answer_words(result.answer, field),
            derived=_derived(result, criterion),
            verdict=VERDICTS[result.verdict],
            fails=result.passes is False,
            settled=result.settled,
            rule=in_words(criterion.met, study),
            moot=in_words(moot, study) if moot is not None else "",
            places=self.words.places(result.sources, result.lacking),
            findings=result.findings,
        )


def _derived(result: CriterionResult, criterion: Criterion) -> str:
    """The answer by the sources; where they leave several open but not all, which."""
    codelist = criterion.field.codelist
    assert codelist is not None
    labels = [code.label for code in codelist.codes if code.code in result.possible]
    if len(labels) == 1:
        return labels[0]
    if len(labels) == len(codelist.codes):
        return "unknown"
    return f"unknown: {' or '.join(labels)}"
