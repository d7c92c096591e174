"""Status is always shape, word and colour."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.schedule.visit_status import FormExpectation, VisitState, VisitStatus
from webapp.storage import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A status as it is shown; ``name`` chooses the colour."""

    name: str
    shape: str
    word: str


NOT_STARTED = Shown(name="none", shape="○", word="not started")
DRAFT = Shown(name="draft", shape="◐", word="draft")
COMPLETE = Shown(name="complete", shape="●", word="complete")
NOT_EXPECTED = Shown(name="not-expected", shape="–", word="not expected")
NOT_DUE = Shown(name="not-due", shape="◌", word="not due yet")
OVERDUE = Shown(name="overdue", shape="○", word="overdue")
OPTIONAL = Shown(name="none", shape="○", word="optional")
DEPENDS = Shown(name="none", shape="○", word="if it applies")


def status_of(status: Status | None, findings: int = 0) -> Shown:
    """The status of a captured form with so many open findings."""
    if status is None:
        return NOT_STARTED
    if findings:
        return Shown(
            name="findings",
            shape="▲",
            word=f"{findings} finding{'s' if findings > 1 else ''}",
        )

    return COMPLETE if status is Status.COMPLETE else DRAFT


def open_status(expected: FormExpectation, visit: VisitState) -> Shown:
    """The status of a form of which nothing was captured."""
    if expected is FormExpectation.NOT_EXPECTED:
        return NOT_EXPECTED
    if expected is FormExpectation.OPTIONAL:
        return OPTIONAL
    if visit.status is VisitStatus.MISSED or visit.status is VisitStatus.NOT_EXPECTED:
        return NOT_EXPECTED
    if visit.status is VisitStatus.NOT_DUE:
        return NOT_DUE
    if expected is FormExpectation.UNKNOWN:
        return DEPENDS
    return OVERDUE if visit.status is VisitStatus.OVERDUE else NOT_STARTED
