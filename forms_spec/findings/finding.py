"""What a rule, the judge or the dictionary checker reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from forms_spec.findings.places import DataPlace, TextPlace


class Severity(Enum):
    """How much a finding weighs.

    ERROR stops a form from being completed and a dictionary from being used. QUERY is
    a question that a person has to answer. WARNING may be kept with a reason.
    """

    ERROR = "error"
    QUERY = "query"
    WARNING = "warning"


WORDS = tuple(severity.value for severity in Severity)
"""The severities as a dictionary writes them."""


ALERTS = frozenset({"below-alert", "above-alert"})
"""Findings on which somebody has to act at once, whether the value is right or wrong.
"""


NOT_UNIQUE = "value-not-unique"
"""The finding of an answer that may stand once only and is given again elsewhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong: what, where, and what to do about it.

    ``code`` is an entry of the catalogue, or the protocol check that a study's rule is.
    ``text`` is the place in the dictionary that the finding is about or comes from;
    ``data`` the captured cell, row or form. ``value`` is the text as it was typed.
    ``rule`` is the rule's name where a rule found it, or the protocol check that the
    facet implements; ``also`` are the other cells that the rule hangs on.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    text: TextPlace | None = None
    data: DataPlace | None = None
    value: str | None = None
    rule: str | None = None
    related: tuple[TextPlace, ...] = field(default=())
    also: tuple[DataPlace, ...] = field(default=())

    @property
    def alerts(self) -> bool:
        """Whether the value lies beyond an alert limit."""
        return self.code in ALERTS
