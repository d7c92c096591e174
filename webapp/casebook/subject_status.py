"""How a subject stands today: judged anew whenever one of its forms has changed, never
remembered wrongly.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from threading import Lock
from types import MappingProxyType
from typing import TypeVar, cast

from flask import current_app

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.cross_form import places_of
from forms_spec.evaluation.incremental import CasebookResults
from forms_spec.evaluation.life_cycle import SubjectLife, life_forms, life_of
from forms_spec.evaluation.unique_values import unique_fields
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey
from forms_spec.model.study import Study
from forms_spec.schedule.timeline import timeline
from forms_spec.schedule.visit_status import Timeline
from generator.pages.findings import FindingLink
from webapp.casebook.conditional_forms import with_conditions
from webapp.casebook.grid import Grid, grid_of
from webapp.casebook.repeated_answers import (
    NOTHING_REPEATED,
    RepeatedAnswers,
    repeated_in,
)
from webapp.casebook.waiting_findings import Waiting
from webapp.services import about, seen_of, services, whole_casebook_of
from webapp.storage import FormHead, Status, StoredCasebook

Result = TypeVar("Result")
REMEMBERED = "crfsmith standings"
JUDGED = "crfsmith casebooks"
MOST_FORMS = 5_000
"""The casebooks seen last are kept with all that was found in them, as long as they have
no more forms than this; of others only how they stand. A form of Cellkine takes some
21 kB: about 105 MB in all.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """``findings`` counts by form what its page shows; a finding on two forms is one of
    ``open``.

    Warnings that are kept with a reason are not open, nor are findings that wait for a
    form to come. ``changes`` is the number of saves that it rests on.
    """

    changes: int
    today: date
    dictionary: str
    findings: Mapping[FormKey, int]
    open: int
    to_finish: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The casebook of a subject and what is wrong in it.

    ``findings`` are all that the judge has. ``waiting`` are those of them that wait,
    each with the forms that it waits for; the others are ``open``. ``results`` are what
    all of it was made from: the next evaluation takes over from them what it can.
    ``repeated`` are the answers among them that other subjects gave, too.
    """

    casebook: StoredCasebook
    results: CasebookResults
    findings: tuple[Finding, ...]
    waiting: tuple[tuple[Finding, tuple[FindingLink, ...]], ...]
    grid: Grid
    standing: Standing
    life: SubjectLife
    visits: Timeline
    repeated: RepeatedAnswers = NOTHING_REPEATED
    worked_out: dict[str, tuple[object, object]] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that somebody can answer now."""
        # By identity: a comparison would read every text of every finding.
        waiting = {id(finding) for finding, _ in self.waiting}
        return tuple(finding for finding in self.findings if id(finding) not in waiting)

    def once(
        self, name: str, work_out: Callable[[], Result], *, given: object = None
    ) -> Result:
        """What else follows from the casebook as it is, and from what is ``given``:
        worked out when it is asked for first.
        """
        kept = self.worked_out.get(name)
        if kept is None or kept[0] != given:
            kept = self.worked_out[name] = (given, work_out())
        return cast("Result", kept[1])


def remembered(subjid: str, changes: int) -> Standing | None:
    """What is known of a subject whose forms were saved so often; None when that has to
    be judged.
    """
    standing, app = _memory().get(seen_of(subjid)), services()
    # Where answers are compared over subjects, the save of another one may change it.
    if standing is None or unique_fields(app.study):
        return None

    # Tomorrow a visit may be overdue without any save.
    was = standing.changes, standing.today, standing.dictionary
    return standing if was == (changes, app.today(), app.study.hash) else None


def judged_casebook(subjid: str, *, saves: int | None = None) -> Judged:
    """Judges all forms of a subject together, unless that was done since the last save,
    today. ``saves`` is how often its forms were saved, where that was just read.

    What is kept counts the saves that it rests on, so a save that comes in between
    makes it old, never wrong.
    """
    with about(subjid):
        return _judged_casebook(subjid, saves)


def _judged_casebook(subjid: str, saves: int | None) -> Judged:
    with LOCK:
        judged = _casebooks().get(seen_of(subjid))
    today, study = services().today(), services().study
    # A dictionary that was released for the site since asks and judges otherwise.
    if judged and judged.standing.dictionary != study.hash:
        judged = None

    # The same casebook comes back where nothing was saved since.
    casebook = judged.casebook.renewed(saves) if judged else whole_casebook_of(subjid)
    # What other subjects answer is asked each time: they may have been saved since.
    repeated = repeated_in(study, subjid, casebook)
    if not judged or not _stands(judged, casebook, today, repeated):
        judged = judge_casebook(
            study, subjid, casebook, today, judged, repeated=repeated
        )
        remember(subjid, judged.standing)

    _keep_judged(subjid, judged)
    return judged


def _keep_judged(subjid: str, judged: Judged) -> None:
    """Keeps a casebook as the one that was seen last; always this one, however large."""
    with LOCK:
        casebooks, key = _casebooks(), seen_of(subjid)
        casebooks[key] = judged
        casebooks.move_to_end(key)

        forms = sum(len(kept.casebook) for kept in casebooks.values())
        while forms > MOST_FORMS and len(casebooks) > 1:
            _, oldest = casebooks.popitem(last=False)
            forms -= len(oldest.casebook)


def _stands(
    judged: Judged, casebook: StoredCasebook, today: date, repeated: RepeatedAnswers
) -> bool:
    """Whether nothing has changed on which a casebook's evaluation rests."""
    if judged.casebook is not casebook or judged.standing.today != today:
        return False

    return judged.repeated.findings == repeated.findings


def remember(subjid: str, standing: Standing) -> None:
    """Keeps how a subject stands, for pages that do not judge its casebook."""
    _memory()[seen_of(subjid)] = standing


def judge_casebook(
    study: Study,
    subjid: str,
    casebook: StoredCasebook,
    today: date,
    earlier: Judged | None = None,
    *,
    repeated: RepeatedAnswers = NOTHING_REPEATED,
) -> Judged:
    """All forms of a casebook that was read whole, judged together as of a day.

    What a change since ``earlier`` does not reach is taken over from there.
    ``repeated`` is what was found by comparing answers with those of other subjects.
    """
    statuses = {key: form.status for key, form in casebook.forms.items()}
    results = CasebookResults(
        study,
        casebook,
        today,
        subjid,
        complete=lambda key: statuses.get(key) is Status.COMPLETE,
        earlier=earlier.results if earlier else None,
    )
    findings = tuple(
        chain.from_iterable(
            (*found, *repeated.findings.get(key, ()))
            for key, found in results.findings.items()
        )
    )
    visits = timeline(study, casebook, statuses)
    life = _life(results, casebook, visits)
    left = life.on(visits)
    visits = results.of(
        "conditions", left, work_out=lambda subject: with_conditions(left, subject)
    )

    waiting = _waiting(results, findings, statuses, visits)
    settled_later = {id(item) for item, _ in waiting}
    open_now = [item for item in findings if id(item) not in settled_later]
    counts = Counter(key for item in open_now for key in places_of(study, item))
    grid = grid_of(subjid, casebook, visits, results, counts)

    # The cells of a large casebook take more memory than all else that is kept of it.
    results.forget_cells()
    standing = Standing(
        changes=casebook.saves,
        today=today,
        dictionary=study.hash,
        findings=MappingProxyType(counts),
        open=len(open_now),
        to_finish=grid.to_finish,
    )

    return Judged(
        casebook=casebook,
        results=results,
        findings=findings,
        waiting=waiting,
        grid=grid,
        standing=standing,
        life=life,
        visits=visits,
        repeated=repeated,
    )


def _life(
    results: CasebookResults, casebook: StoredCasebook, visits: Timeline
) -> SubjectLife:
    """How far the subject is: worked out again where a form that says so changed."""
    records = []
    for form in life_forms(results.study):
        records += [(key, casebook.record(key)) for key in casebook.keys(form)]

    return results.of(
        "life",
        visits,
        records,
        work_out=lambda subject: life_of(subject, casebook, visits),
    )


def _waiting(
    results: CasebookResults,
    findings: tuple[Finding, ...],
    statuses: Mapping[FormKey, Status],
    visits: Timeline,
) -> tuple[tuple[Finding, tuple[FindingLink, ...]], ...]:
    """The findings that wait, each with the forms that it waits for."""

    def leads(subject: EvaluatedSubject) -> list[tuple[FindingLink, ...]]:
        waiting = Waiting(subject, statuses, lambda: visits)
        return [waiting.leads(finding) for finding in findings]

    awaited = results.of("waiting", findings, statuses, visits, work_out=leads)
    return tuple(
        (finding, forms)
        for finding, forms in zip(findings, awaited, strict=True)
        if forms
    )


LOCK = Lock()


def _casebooks() -> OrderedDict[Hashable, Judged]:
    """By whose view they are, and by subject."""
    casebooks: OrderedDict[Hashable, Judged] = current_app.extensions.setdefault(
        JUDGED, OrderedDict()
    )
    return casebooks


def changes_of(known: Mapping[FormKey, FormHead]) -> int:
    """How often the forms of a subject were saved."""
    return sum(head.version for head in known.values())


def _memory() -> dict[Hashable, Standing]:
    standings: dict[Hashable, Standing] = current_app.extensions.setdefault(
        REMEMBERED, {}
    )
    return standings
