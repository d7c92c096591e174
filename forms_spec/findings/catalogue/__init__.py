"""Every finding code, and the only way to make a finding.

A module of this package holds the codes of one room in ``ENTRIES``; it is found by
being listed in ``MODULES``. The words of a finding stand here alone: pages, reports and
the command line repeat them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from forms_spec.findings.catalogue import (
    audit,
    conditions,
    csv_files,
    data,
    descriptors,
    dictionary,
    eligibility,
    importing,
    lookup_tables,
    package,
    proof,
    questions,
    randomization,
    redcap,
    references,
    roles,
    rules,
    shapes,
    sheets,
    subjects,
    text,
    translations,
    values,
    visit_dates,
)
from forms_spec.findings.catalogue.entry import CatalogueEntry
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace, TextPlace

__all__ = ["CATALOGUE", "CatalogueEntry", "entry", "finding"]

MODULES: tuple[ModuleType, ...] = (
    text,
    shapes,
    dictionary,
    visit_dates,
    questions,
    rules,
    conditions,
    references,
    lookup_tables,
    proof,
    eligibility,
    roles,
    randomization,
    translations,
    values,
    data,
    package,
    csv_files,
    descriptors,
    importing,
    subjects,
    redcap,
    sheets,
    audit,
)


def _collect(modules: tuple[ModuleType, ...]) -> Mapping[str, CatalogueEntry]:
    entries: dict[str, CatalogueEntry] = {}
    for module in modules:
        for item in module.ENTRIES:
            if item.code in entries:
                raise ValueError(
                    f"the finding code {item.code!r} stands twice, again in "
                    f"{module.__name__}"
                )

            entries[item.code] = item

    return MappingProxyType(entries)


CATALOGUE: Mapping[str, CatalogueEntry] = _collect(MODULES)


def entry(code: str) -> CatalogueEntry:
    """The catalogue's entry of a code; ``KeyError`` when there is none."""
    return CATALOGUE[code]


def finding(
    code: str,
    /,
    *,
    text: TextPlace | None = None,
    data: DataPlace | None = None,
    value: str | None = None,
    rule: str | None = None,
    related: tuple[TextPlace, ...] = (),
    **words: object,
) -> Finding:
    """A finding in the catalogue's words; ``words`` fill its message and remedy."""
    written = CATALOGUE[code]
    return Finding(
        code=code,
        severity=written.severity,
        message=written.message.format(value=value, **words),
        remedy=written.remedy.format(value=value, **words),
        text=text,
        data=data,
        value=value,
        rule=rule,
        related=related,
    )
