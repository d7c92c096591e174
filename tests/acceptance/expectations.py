"""The table of expectations, and findings in its words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Finding

TABLE = Path(__file__).parent / "subjects.txt"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What one subject shows: ``SCR vs.bmi - above-expected warning``."""

    fails: tuple[str, ...]
    findings: frozenset[str]


def expectations() -> dict[str, Expected]:
    """Every subject of the table."""
    found: dict[str, Expected] = {}
    for block in TABLE.read_text(encoding="utf-8").split("\n\n"):
        lines = [
            " ".join(line.split())
            for line in block.splitlines()
            if not line.startswith("#")
        ]
        if lines:
            name, _, *fails = lines[0].split()
            found[name] = Expected(fails=tuple(fails), findings=frozenset(lines[1:]))
    return found


def said(found: Finding) -> str:
    """A finding as the table has it."""
    place = found.data
    assert place is not None
    row = f"[{place.row}]" if place.row else ""
    field = f".{place.field}" if place.field else ""
    return (
        f"{place.visit} {place.table}{row}{field} {check_of(found)} {found.code} "
        f"{found.severity.value}"
    )


def check_of(found: Finding) -> str:
    """The check of the protocol that a finding belongs to; a dash where it is none's."""
    return check_of_code(found.code, found.rule)


def check_of_code(code: str, rule: str | None) -> str:
    """The same of what a report says."""
    if code in CATALOGUE:
        return rule or "-"
    return code
