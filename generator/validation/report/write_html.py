"""The report as one HTML file: offline, readable without a script, a table that can be
worked through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from forms_spec.findings.finding import Severity
from generator.tables import layout
from generator.validation.completeness import Missingness, share_answered, total, visits
from generator.validation.report.report import Report, most_first
from generator.validation.report.summary import follows_from, look_first, origins_first

if TYPE_CHECKING:
    from jinja2 import Template

SIGNS = {"error": "✗", "query": "?", "warning": "!"}


def report_html(report: Report) -> str:
    """A whole page; it loads nothing."""
    counts = report.counts
    sites, subjects = _listed(report, layout.SITE), _listed(report, layout.SUBJECT)
    summaries = [
        ("table", "By table", counts.by_table),
        ("where", "By field", counts.by_field),
        ("code", "By rule", counts.by_check),
    ]
    # One site or one subject needs no table of how many.
    if len(sites) > 1:
        summaries.append(("site", "By site", sites))
    if len(subjects) > 1:
        summaries.append(("subject", "By subject", subjects))

    return _template().render(
        report=report,
        counts=counts,
        signs=SIGNS,
        severities=tuple(Severity),
        alerts=any(reported.finding.alerts for reported in report.findings),
        first=look_first(report),
        findings=[
            (reported, follows_from(report, [reported]))
            for reported in origins_first(report)
        ],
        hidden=report.hidden,
        completeness=_completeness(report.missingness),
        visits=visits(report.missingness),
        states=total(report.missingness),
        summaries=summaries,
        people=(("site", "Site", sites), ("subject", "Subject", subjects)),
    )


def _listed(report: Report, key: str) -> Mapping[str, int]:
    """How many of the listed findings are about each site or subject, most first."""
    about: Counter[str] = Counter()
    for reported in report.findings:
        name = reported.key.get(key)
        if name:
            about[str(name)] += 1

    return most_first(about)


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatCell:
    """A cell of the heat map: how much is answered, in words and as a step from 0 to 4."""

    share: str
    step: int | None
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatForm:
    """A table of the study: all of it, and its fields, at every visit."""

    name: str
    cells: tuple[HeatCell | None, ...]
    fields: tuple[tuple[str, tuple[HeatCell | None, ...]], ...]


def _completeness(lines: Sequence[Missingness]) -> tuple[HeatForm, ...]:
    tables: dict[str, list[Missingness]] = {}
    for line in lines:
        tables.setdefault(line.table, []).append(line)

    every_visit = visits(lines)

    return tuple(_heat_form(name, tables[name], every_visit) for name in tables)


def _heat_form(
    name: str, lines: Sequence[Missingness], every_visit: Sequence[str]
) -> HeatForm:
    by_visit: dict[str, list[Missingness]] = {visit: [] for visit in every_visit}
    by_field: dict[str, dict[str, Missingness]] = {}
    for line in lines:
        by_visit[line.visit].append(line)
        by_field.setdefault(line.field, {})[line.visit] = line

    fields: list[tuple[str, tuple[HeatCell | None, ...]]] = []
    for field, own in by_field.items():
        # A field that is not asked at a visit has no colour there.
        cells = [_heat([own[visit]]) if visit in own else None for visit in every_visit]
        fields.append((field, tuple(cells)))

    return HeatForm(
        name=name,
        cells=tuple(_heat(by_visit[visit]) for visit in every_visit),
        fields=tuple(fields),
    )


def _heat(lines: Sequence[Missingness]) -> HeatCell | None:
    if not lines:
        return None

    states = total(lines)
    share = share_answered(states)
    says = ", ".join(f"{count:,} {state}" for state, count in states.items())
    if share is None:
        return HeatCell(share="–", step=None, says=says)

    # Rounded down: 100 % means that nothing is missing.
    percent = int(share * 100)
    step = int(share * 4)

    return HeatCell(share=f"{percent} %", step=step, says=says)


@cache
def _template() -> Template:
    # Every command that validates knows this format, and few runs ask for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("generator.validation.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    return environment.get_template("report.html.jinja")
