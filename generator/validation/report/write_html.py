"""The report as one HTML file: offline, readable without a script, a table that can be
worked through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from forms_spec.findings.finding import Severity
from generator.validation.completeness import Missingness, share_answered, total, visits
from generator.validation.report.report import Report
from generator.validation.report.summary import follows_from, look_first, origins_first

if TYPE_CHECKING:
    from jinja2 import Template

SIGNS = {"refuse": "✗", "query": "?", "warning": "!"}


def report_html(report: Report) -> str:
    """A whole page; it loads nothing."""
    counts = report.counts
    causes = [cause for cause in counts.causes if cause.findings > cause.located]
    people = (
        ("site", "Site", _listed(report, "siteid")),
        ("subject", "Subject", _listed(report, "subjid")),
    )

    return _template().render(
        report=report,
        counts=counts,
        signs=SIGNS,
        severities=tuple(Severity),
        alerts=any(finding.finding.alerts for finding in report.findings),
        first=look_first(report),
        findings=[
            (item, follows_from(report, [item])) for item in origins_first(report)
        ],
        hidden=sum(cause.findings - cause.located for cause in causes),
        completeness=_completeness(report.missingness),
        visits=visits(report.missingness),
        states=total(report.missingness),
        summaries=(
            ("table", "By table", counts.by_table),
            ("where", "By field", counts.by_field),
            ("code", "By rule", counts.by_check),
            *(
                (name, f"By {name}", value)
                for name, _, value in people
                if len(value) > 1
            ),
        ),
        people=people,
    )


def _listed(report: Report, key: str) -> dict[str, int]:
    """How many of the listed findings are about each site or subject, most first."""
    counter = Counter(
        str(finding.key[key]) for finding in report.findings if finding.key.get(key)
    )
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


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
    value = visits(lines)
    tables: dict[str, dict[str, dict[str, Missingness]]] = {}
    for line in lines:
        tables.setdefault(line.table, {}).setdefault(line.field, {})[line.visit] = line
    return tuple(
        HeatForm(
            name=name,
            cells=tuple(
                _heat([index[visit] for index in fields.values() if visit in index])
                for visit in value
            ),
            fields=tuple(
                (
                    field,
                    tuple(
                        _heat([index[visit]] if visit in index else [])
                        for visit in value
                    ),
                )
                for field, index in fields.items()
            ),
        )
        for name, fields in tables.items()
    )


def _heat(lines: Sequence[Missingness]) -> HeatCell | None:
    if not lines:
        return None
    states = total(lines)
    share = share_answered(states)
    says = ", ".join(f"{count:,} {state}" for state, count in states.items())
    if share is None:
        return HeatCell(share="–", step=None, says=says)
    return HeatCell(share=f"{int(share * 100)} %", step=int(share * 4), says=says)


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
