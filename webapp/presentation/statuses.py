"""Status is always shape, word and colour."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.schedule.visit_status import FormExpectation, VisitState, VisitStatus
from webapp.storage import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownStatus:
    """A status as it is shown; ``name`` chooses the colour."""

    name: str
    shape: str
    word: str


NOT_STARTED = ShownStatus(name="none", shape="○", word="not started")
DRAFT = ShownStatus(name="draft", shape="◐", word="draft")
COMPLETE = ShownStatus(name="complete", shape="●", word="complete")
NOT_EXPECTED = ShownStatus(name="not-expected", shape="–", word="not expected")
NOT_DUE = ShownStatus(name="not-due", shape="◌", word="not due yet")
OVERDUE = ShownStatus(name="overdue", shape="○", word="overdue")
OPTIONAL = ShownStatus(name="none", shape="○", word="optional")
DEPENDS = ShownStatus(name="none", shape="○", word="if it applies")


def status_of(status: Status | None, findings: int = 0) -> ShownStatus:
    """The status of a captured form with so many open findings."""
    if status is None:
        return NOT_STARTED
    if findings:
        return ShownStatus(
            name="findings",
            shape="▲",
            word=f"{findings} finding{'s' if findings > 1 else ''}",
        )

    return COMPLETE if status is Status.COMPLETE else DRAFT


def open_status(expected: FormExpectation, visit: VisitState) -> ShownStatus:
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
