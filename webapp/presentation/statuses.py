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


BY_EXPECTATION = {
    FormExpectation.NOT_EXPECTED: NOT_EXPECTED,
    FormExpectation.OPTIONAL: OPTIONAL,
}
"""What is shown whatever becomes of the visit."""
BY_VISIT = {
    VisitStatus.MISSED: NOT_EXPECTED,
    VisitStatus.NOT_EXPECTED: NOT_EXPECTED,
    VisitStatus.NOT_DUE: NOT_DUE,
}
"""What is shown of a form that the visit asks for, or may ask for."""


def status_of(status: Status | None, findings: int = 0) -> ShownStatus:
    """The status of a captured form with so many open findings."""
    if status is None:
        return NOT_STARTED
    if findings:
        word = f"{findings} findings" if findings > 1 else f"{findings} finding"
        return ShownStatus(name="findings", shape="▲", word=word)

    return COMPLETE if status is Status.COMPLETE else DRAFT


def open_status(expected: FormExpectation, visit: VisitState) -> ShownStatus:
    """The status of a form of which nothing was captured."""
    settled = BY_EXPECTATION.get(expected) or BY_VISIT.get(visit.status)
    if settled is not None:
        return settled

    if expected is FormExpectation.UNKNOWN:
        return DEPENDS
    return OVERDUE if visit.status is VisitStatus.OVERDUE else NOT_STARTED
