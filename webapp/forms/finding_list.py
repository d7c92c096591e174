"""All that is open in a subject's casebook, each with the way to its question."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType

from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import LOG
from generator.pages.findings import (
    ALERT,
    MARKS,
    WORDS,
    FindingLink,
    cell_on,
    label_of,
    target_of,
)
from webapp.forms.finding_lines import is_on_page
from webapp.presentation.form_address import form_address, visit_word
from webapp.services import services

NONE: Mapping[int, tuple[FindingLink, ...]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFinding:
    """One finding. ``address`` leads to its question, ``form_address`` to the form."""

    visit: str
    form: str
    form_address: str
    address: str
    where: str
    mark: str
    word: str
    finding: Finding
    waits: tuple[FindingLink, ...] = ()

    @property
    def mark_of_choice(self) -> str:
        """Stands for the finding where somebody chooses some of a list."""
        place = self.finding.data
        words = f"{self.finding.code} {place} {self.finding.message}"
        return hashlib.sha256(words.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True, slots=True)
class FormFindings:
    """The findings of one form, in the order of its questions."""

    visit: str
    form: str
    address: str
    findings: tuple[OpenFinding, ...]


def by_form(
    subjid: str,
    findings: Iterable[Finding],
    waits: Mapping[int, tuple[FindingLink, ...]] = NONE,
) -> tuple[FormFindings, ...]:
    """The findings in the order of the casebook: visits as the study has them, then the
    logs.

    ``waits`` has, by the id of a finding, the forms that it waits for.
    """
    study = services().study
    visits = {name: number for number, name in enumerate((*study.visits, LOG))}
    forms = {name: number for number, name in enumerate(study.forms)}
    placed = [finding for finding in findings if finding.data is not None]

    def rank(finding: Finding) -> tuple[int, int, int]:
        place = finding.data
        assert place is not None
        form = study.tables[place.table].form.name

        return (
            visits.get(place.visit or LOG, len(visits)),
            place.unsno or 0,
            forms[form],
        )

    # Findings of one form keep the order of its questions: sorting is stable.
    lines = []
    for finding in sorted(placed, key=rank):
        line = _line(subjid, finding)
        lines.append(replace(line, waits=waits.get(id(finding), ())))

    return tuple(_groups(lines))


def _groups(lines: Iterable[OpenFinding]) -> Iterator[FormFindings]:
    by_address = groupby(lines, lambda item: (item.visit, item.form, item.form_address))
    for (visit, form, address), group in by_address:
        yield FormFindings(
            visit=visit, form=form, address=address, findings=tuple(group)
        )


def _line(subjid: str, finding: Finding) -> OpenFinding:
    place = finding.data
    assert place is not None
    form = services().study.tables[place.table].form
    unsno = place.unsno or 0
    visit = LOG if form.log else place.visit or ""
    address = form_address(subjid, visit, unsno, form.name)

    # A question that is hidden has nothing to lead to: the way ends at its form.
    cell = cell_on(form, place)
    target = "form"
    if cell is not None and is_on_page(form, cell):
        target = target_of(cell)

    mark, word = MARKS[finding.severity], WORDS[finding.severity]
    if finding.alerts:
        mark, word = ALERT

    return OpenFinding(
        visit="Log" if form.log else visit_word(visit, unsno),
        form=form.title,
        form_address=address,
        address=f"{address}#{target}",
        where=label_of(form, place),
        mark=mark,
        word=word,
        finding=finding,
    )
