"""How a subject stands today: judged anew whenever one of its forms has changed, never
remembered wrongly.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from types import MappingProxyType
from typing import TypeVar, cast

from flask import current_app

from forms_spec.evaluation import findings_of, judge_casebook
from forms_spec.evaluation.cross_form import places_of
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import FormKey
from generator.pages.findings import FindingLink
from webapp.casebook.conditional_forms import condition_of
from webapp.casebook.grid import Grid, grid_of
from webapp.casebook.waiting_findings import Waiting
from webapp.services import services, whole_casebook_of
from webapp.storage import FormHead, Status, StoredCasebook, StoredStanding, saves_of

Result = TypeVar("Result")
REMEMBERED = "crfsmith standings"
JUDGED = "crfsmith casebooks"
MOST_JUDGED = 200
"""So many casebooks are kept with all that was found in them; of others only how they
stand.
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
    findings: Mapping[FormKey, int]
    open: int
    to_finish: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The casebook of a subject and what is wrong in it.

    ``findings`` are all that the judge has. ``waiting`` are those of them that wait,
    each with the forms that it waits for; the others are ``open``.
    """

    findings: tuple[Finding, ...]
    waiting: tuple[tuple[Finding, tuple[FindingLink, ...]], ...]
    grid: Grid
    standing: Standing
    worked_out: dict[str, object] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that somebody can answer now."""
        waiting = {id(result) for result, _ in self.waiting}
        return tuple(finding for finding in self.findings if id(finding) not in waiting)

    def once(self, name: str, work_out: Callable[[], Result]) -> Result:
        """What else follows from the casebook as it is: worked out when it is asked for
        first.
        """
        if name not in self.worked_out:
            self.worked_out[name] = work_out()
        return cast("Result", self.worked_out[name])


def remembered(subjid: str, changes: int) -> Standing | None:
    """What is known of a subject whose forms were saved so often; None when that has to
    be judged.
    """
    result = _memory().get(subjid)
    return (
        result
        if result and (result.changes, result.today) == (changes, services().today())
        else None
    )


def remember(subjid: str, stored: StoredStanding) -> Standing:
    """What the database has of a subject, as this server's own."""
    standing = Standing(
        changes=stored.saves,
        today=stored.day,
        findings=MappingProxyType(dict(stored.findings)),
        open=stored.open,
        to_finish=stored.to_finish,
    )
    _memory()[subjid] = standing

    return standing


def stored_standing(subjid: str, standing: Standing) -> StoredStanding:
    """What the database keeps of a subject."""
    return StoredStanding(
        subjid=subjid,
        dictionary_hash=services().study.hash,
        day=standing.today,
        saves=standing.changes,
        open=standing.open,
        to_finish=standing.to_finish,
        findings=dict(standing.findings),
    )


def judged_casebook(subjid: str) -> Judged:
    """Judges all forms of a subject together, unless that was done since the last save,
    today.

    What is kept counts the saves that it rests on, so a save that comes in between
    makes it old, never wrong.
    """
    judged = _kept_judged(subjid, saves_of(services().database, subjid))
    if judged is None:
        judged = _judge(subjid)
        _keep_judged(subjid, judged)

    return judged


def _kept_judged(subjid: str, changes: int) -> Judged | None:
    with LOCK:
        judged = _casebooks().get(subjid)
        if judged is None:
            return None
        if (judged.standing.changes, judged.standing.today) != (
            changes,
            services().today(),
        ):
            del _casebooks()[subjid]
            return None

        _casebooks().move_to_end(subjid)

        return judged


def _keep_judged(subjid: str, judged: Judged) -> None:
    with LOCK:
        _casebooks()[subjid] = judged
        _casebooks().move_to_end(subjid)
        while len(_casebooks()) > MOST_JUDGED:
            _casebooks().popitem(last=False)


def _judge(subjid: str) -> Judged:
    app = services()
    today = app.today()
    casebook = whole_casebook_of(subjid)
    complete = {
        key for key, form in casebook.forms.items() if form.status is Status.COMPLETE
    }
    judgements = judge_casebook(
        app.study, casebook, today, subject=subjid, complete=complete.__contains__
    )
    findings = tuple(findings_of(judgements.values()))
    waiting = _waiting(subjid, casebook, findings)
    settled_later = {id(item) for item, _ in waiting}
    open_now = [item for item in findings if id(item) not in settled_later]
    counts = Counter(key for item in open_now for key in places_of(app.study, item))
    grid = grid_of(subjid, condition_of(subjid), counts)
    standing = Standing(
        changes=sum(form.version for form in casebook.forms.values()),
        today=today,
        findings=MappingProxyType(counts),
        open=len(open_now),
        to_finish=grid.to_finish,
    )
    _memory()[subjid] = standing

    return Judged(findings=findings, waiting=waiting, grid=grid, standing=standing)


def _waiting(
    subjid: str, casebook: StoredCasebook, findings: tuple[Finding, ...]
) -> tuple[tuple[Finding, tuple[FindingLink, ...]], ...]:
    """The findings that wait, each with the forms that it waits for."""
    statuses = {key: form.status for key, form in casebook.forms.items()}
    waiting = Waiting(subjid, casebook, statuses)
    return tuple(
        (finding, leads) for finding in findings if (leads := waiting.leads(finding))
    )


LOCK = Lock()


def _casebooks() -> OrderedDict[str, Judged]:
    casebooks: OrderedDict[str, Judged] = current_app.extensions.setdefault(
        JUDGED, OrderedDict()
    )
    return casebooks


def changes_of(known: Mapping[FormKey, FormHead]) -> int:
    """How often the forms of a subject were saved."""
    return sum(head.version for head in known.values())


def _memory() -> dict[str, Standing]:
    standings: dict[str, Standing] = current_app.extensions.setdefault(REMEMBERED, {})
    return standings
