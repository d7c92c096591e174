"""What one finding code says, always in the same words."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.findings.finding import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One code of the catalogue.

    ``message`` and ``remedy`` are ``str.format`` templates; their words come from ``finding(...)``,
    and ``{value}`` is the text as typed. ``explanation`` is what ``crfsmith explain CODE`` shows.
    ``example`` is text that produces the finding: dictionary files, parted by lines of ``---``.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    explanation: str
    example: str = ""
