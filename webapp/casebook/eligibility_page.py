"""A subject's eligibility as it is shown: one line for the casebook, one for each
criterion on its page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.evaluation.eligibility import (
    Assessment,
    CriterionResult,
    Verdict,
    assess_again,
    in_words,
)
from forms_spec.evaluation.form_result import CellState
from forms_spec.evaluation.lacking_values import Lack
from forms_spec.evaluation.read_trace import AnswerSource
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import (
    LOG,
    Casebook,
    CellKey,
    FormKey,
    Record,
    row_at,
)
from forms_spec.model.criteria import Criterion
from forms_spec.model.fields import Field
from generator.pages.answer_text import answer_words
from generator.pages.input_names import cell_name
from webapp.casebook.subject_status import Judged
from webapp.presentation.form_address import form_address
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
NO_VALUE: Mapping[CellState, str] = MappingProxyType(
    {
        CellState.ANSWERED: "",
        CellState.MISSING: "",
        CellState.BLANK: "not answered",
        CellState.HIDDEN: "not asked",
        CellState.INVALID: "not a valid answer",
    }
)
if VERDICTS.keys() != set(Verdict) or NO_VALUE.keys() != set(CellState):
    raise TypeError("a verdict or a state of a cell has no words")


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceShown:
    """A value that a criterion rests on.

    ``note`` says what is wrong with it; ``grave`` that it matters.
    """

    label: str
    value: str
    note: str
    grave: bool
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The values of one form, or of one row of it."""

    title: str
    sources: tuple[SourceShown, ...]


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
    maker = _CriterionLines(subjid=subjid, casebook=judged.casebook, key=assessment.key)

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

    subjid: str
    casebook: Casebook
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
            address=f"{self.address(self.key)}#{cell_name(own)}",
            site=answer_words(result.answer, field),
            derived=_derived(result, criterion),
            verdict=VERDICTS[result.verdict],
            fails=result.passes is False,
            settled=result.settled,
            rule=in_words(criterion.met, study),
            moot=in_words(moot, study) if moot is not None else "",
            places=tuple(self.places(result)),
            findings=result.findings,
        )

    def address(self, key: FormKey) -> str:
        return form_address(self.subjid, key.visit, key.unsno, key.form)

    def places(self, result: CriterionResult) -> Iterator[Place]:
        """The sources form by form and row by row; those that leave something open say
        so.
        """
        lacks = {item.source: item.why for item in result.lacking}
        by_place: dict[str, list[SourceShown]] = {}
        for source in _in_order((*result.sources, *lacks)):
            sources = by_place.setdefault(self.title(source), [])
            if not _names_its_row(source):
                sources.append(self.shown(source, lacks.get(source)))

        for title, sources in by_place.items():
            yield Place(title=title, sources=tuple(sources))

    def title(self, source: AnswerSource) -> str:
        study = services().study
        key, row = source.key, source.row
        title = study.forms[key.form].title
        if key.visit != LOG:
            title += f", {key.visit}"
        if key.unsno:
            title += f" {key.unsno}"
        if row is not None:
            title += f", {self.row(source, row)}"

        return title

    def row(self, source: AnswerSource, number: int) -> str:
        """A row by what it is about where that is fixed, else by its number."""
        group = services().study.tables[source.table].group
        if group is None or group.rows is None or not group.rows.fixed:
            return f"row {number}"

        texts = self.texts(source)
        words = []
        for field in group.fields:
            if field.name in group.rows.fixed:
                words.append(answer_words(texts.get(field.name, ""), field))

        return " ".join(words)

    def texts(self, source: AnswerSource) -> Mapping[str, str]:
        """What was captured beside a source, in its row or its form."""
        record = self.casebook.record(source.key) or Record()
        if source.row is None:
            return record.texts

        row = row_at(record, source.table, source.row)
        return row.texts if row else record.texts

    def shown(self, source: AnswerSource, lack: Lack | None) -> SourceShown:
        table = services().study.tables[source.table]
        field = next((item for item in table.fields if item.name == source.field), None)
        if field is None:
            group = table.group.title if table.group else None
            note = "none" if source.captured else "not started"
            address = self.address(source.key)
            label = group or table.form.title

            return SourceShown(
                label=label,
                value="",
                note=note,
                grave=lack is not None,
                address=address,
            )

        cell = cell_name(CellKey(source.table, source.row, field.name))

        return SourceShown(
            label=field.label,
            value=self.words(source, field),
            note=_note(source, lack),
            grave=lack is not None,
            address=f"{self.address(source.key)}#{cell}",
        )

    def words(self, source: AnswerSource, field: Field) -> str:
        """The value with its unit."""
        if source.state in (CellState.BLANK, CellState.HIDDEN):
            return ""
        return answer_words(source.text, field, self.texts(source))


def _names_its_row(source: AnswerSource) -> bool:
    """True for what stands in the title of a fixed row."""
    group = services().study.tables[source.table].group
    if group is None or group.rows is None:
        return False
    return source.field in group.rows.fixed


def _in_order(sources: Iterable[AnswerSource]) -> list[AnswerSource]:
    """Each source once; those of a form, or of a row, together."""
    kept = list(dict.fromkeys(sources))
    first: dict[tuple[FormKey, int | None], int] = {}
    for index, item in enumerate(kept):
        first.setdefault((item.key, item.row), index)

    return sorted(kept, key=lambda entry: first[entry.key, entry.row])


def _note(source: AnswerSource, lack: Lack | None) -> str:
    if lack is not None and source.state is CellState.ANSWERED:
        return lack.value
    return NO_VALUE[source.state]


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
