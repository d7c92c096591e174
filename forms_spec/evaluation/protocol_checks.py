"""Findings of a facet in the name of the protocol check that it implements, and
warnings that are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.facets import ProtocolCheck

ENDS = frozenset(
    f"{side}-{word}"
    for side in ("below", "above")
    for word in ("range", "alert", "expected")
)
"""The findings of a value that passes the end of a range."""


def is_kept(finding: Finding, cell: CellKey, record: Record) -> bool:
    """Whether it is a warning that somebody kept with a reason; nothing else can be
    kept.
    """
    if finding.severity is not Severity.WARNING:
        return False

    return (cell, finding.code) in record.kept


def under_check(finding: Finding, checks: Mapping[str, ProtocolCheck]) -> Finding:
    """The finding with the check's name and severity; as it is where no check is named."""
    check = checks_in_full(checks).get(finding.code)
    if check is None:
        return finding

    return replace(
        finding, rule=check.name, severity=check.severity or finding.severity
    )


def checks_in_full(checks: Mapping[str, ProtocolCheck]) -> Mapping[str, ProtocolCheck]:
    """Checks by finding code, those of a range's end for an UNKNOWN end too.

    That one weighs what it does anywhere, unless passing the end is but a warning here.
    """
    unknown = {
        f"{code}-unknown": replace(check, severity=_as_unknown(check.severity))
        for code, check in checks.items()
        if code in ENDS
    }
    return {**unknown, **checks}


def _as_unknown(severity: Severity | None) -> Severity | None:
    if severity is not Severity.WARNING:
        return None

    return severity
