"""How a subject stands today: judged anew whenever one of its forms has changed, never remembered wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from flask import current_app

from forms_spec.findings import Finding
from forms_spec.judge import findings_of, judge_casebook
from forms_spec.judge.elsewhere import places_of
from forms_spec.record import FormKey
from webapp.casebook_grid import Grid, grid_of
from webapp.expecting import condition_of
from webapp.services import services, whole_casebook_of
from webapp.storage import FormHead, Status, heads

REMEMBERED = "crfsmith standings"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """``findings`` counts by form what its page shows; a finding on two forms is one of ``open``.

    Warnings that are kept with a reason are not open. ``changes`` is the number of saves that it rests on.
    """

    changes: int
    today: date
    findings: Mapping[FormKey, int]
    open: int
    to_finish: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The casebook of a subject and what is wrong in it."""

    findings: tuple[Finding, ...]
    grid: Grid
    standing: Standing


def remembered(subjid: str, changes: int) -> Standing | None:
    """What is known of a subject whose forms were saved so often; None when that has to be judged."""
    found = _memory().get(subjid)
    return found if found and (found.changes, found.today) == (changes, services().today()) else None


def judged_casebook(subjid: str) -> Judged:
    """Judges all forms of a subject together. The number of saves is read first: a save that comes
    in between makes this standing old, never wrong."""
    held = services()
    known = heads(held.database, subjid)
    changes = changes_of(known)
    casebook = whole_casebook_of(subjid)
    complete = {key for key, head in known.items() if head.status is Status.COMPLETE}
    judgements = judge_casebook(
        held.study, casebook, held.today(), subject=subjid, complete=complete.__contains__
    )
    found = tuple(findings_of(judgements.values()))
    counts = Counter(key for one in found for key in places_of(held.study, one))
    grid = grid_of(subjid, condition_of(subjid), counts)
    standing = Standing(
        changes=changes,
        today=held.today(),
        findings=MappingProxyType(counts),
        open=len(found),
        to_finish=grid.to_finish,
    )
    _memory()[subjid] = standing
    return Judged(findings=found, grid=grid, standing=standing)


def changes_of(known: Mapping[FormKey, FormHead]) -> int:
    """How often the forms of a subject were saved."""
    return sum(head.version for head in known.values())


def _memory() -> dict[str, Standing]:
    held: dict[str, Standing] = current_app.extensions.setdefault(REMEMBERED, {})
    return held
