"""What is reviewed as a whole: a form, a visit, a subject, or the study."""

from __future__ import annotations

from typing import Final, NamedTuple

from webapp.storage.events import EventPlace
from webapp.storage.forms import InstanceKey


class ReviewScope(NamedTuple):
    """What an act is about: the study where ``subject`` is blank, a subject where
    ``visit`` is, a visit where ``form`` is, else a form. The log forms of a subject are
    those of the visit ``LOG``.
    """

    subject: str = ""
    visit: str = ""
    unsno: int = 0
    form: str = ""

    @property
    def kind(self) -> str:
        """``study``, ``subject``, ``visit`` or ``form``."""
        if self.form:
            return "form"
        if self.visit:
            return "visit"
        return "subject" if self.subject else "study"

    @property
    def event_place(self) -> EventPlace:
        """The same, as an event tells it."""
        return EventPlace(
            subject=self.subject, visit=self.visit, form=self.form, unsno=self.unsno
        )

    def covers(self, key: InstanceKey) -> bool:
        """Whether a form is in it."""
        return self in scopes_of(key)


WHOLE_STUDY: Final = ReviewScope()


def scopes_of(key: InstanceKey) -> tuple[ReviewScope, ...]:
    """A form, and everything that it is in, the narrowest first."""
    subject, form, visit, unsno = key
    return (
        ReviewScope(subject, visit, unsno, form),
        ReviewScope(subject, visit, unsno),
        ReviewScope(subject),
        WHOLE_STUDY,
    )


def scope_words(scope: ReviewScope) -> str:
    """A scope as the log names it: ``vs at SCR of subject 01-001``."""
    if not scope.subject:
        return "The study"
    number = f" ({scope.unsno})" if scope.unsno else ""
    where = {
        "form": f"{scope.form} at {scope.visit}{number} of ",
        "visit": f"{scope.visit}{number} of ",
    }
    return f"{where.get(scope.kind, '')}subject {scope.subject}"
