"""Findings of a facet in the name of the protocol check that it implements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from forms_spec.findings import Finding
from forms_spec.model import Check


def under_check(found: Finding, checks: Mapping[str, Check]) -> Finding:
    """The finding with the check's name and severity; as it is where no check is named."""
    check = checks.get(found.code)
    if check is None:
        return found
    return replace(found, rule=check.name, severity=check.severity or found.severity)
