"""Findings of an audit: of each kind the first one, and how many more there are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFinding:
    """The first finding of a kind. ``more`` others like it follow, or so many lines of
    a log.
    """

    finding: Finding
    more: int = 0


@dataclass(kw_only=True)
class AuditFindings:
    """Findings in the order in which their kinds came up."""

    _first: dict[tuple[str, str], AuditFinding] = field(default_factory=dict)

    def add(self, code: str, table: str = "", /, **words: Any) -> None:
        """A finding of a kind, in a table."""
        self.note(finding(code, **_words(words)), table)

    def note(self, item: Finding, table: str = "", *, more: int = 0) -> None:
        """A finding that was made elsewhere."""
        key = item.code, table
        known = self._first.get(key)
        if known is None:
            self._first[key] = AuditFinding(finding=item, more=more)
        else:
            self._first[key] = replace(known, more=known.more + 1)

    def listed(self) -> tuple[AuditFinding, ...]:
        """All kinds."""
        return tuple(self._first.values())


def is_sound(findings: tuple[AuditFinding, ...]) -> bool:
    """Whether nothing is wrong; a warning says what is not proved."""
    return all(item.finding.severity is not Severity.ERROR for item in findings)


LONGEST: Final = 120


def _words(words: dict[str, Any]) -> dict[str, Any]:
    """Long values are cut: a damaged cell may hold anything."""
    return {
        name: word[:LONGEST] if isinstance(word, str) else word
        for name, word in words.items()
    }
