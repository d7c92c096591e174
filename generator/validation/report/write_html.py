"""The report as one HTML file: offline, readable without a script, a table that can be worked through."""

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
    causes = [one for one in counts.causes if one.findings > one.located]
    people = (("site", "Site", _listed(report, "siteid")), ("subject", "Subject", _listed(report, "subjid")))
    return _template().render(
        report=report,
        counts=counts,
        signs=SIGNS,
        severities=tuple(Severity),
        alerts=any(one.finding.alerts for one in report.findings),
        first=look_first(report),
        findings=[(one, follows_from(report, [one])) for one in origins_first(report)],
        hidden=sum(one.findings - one.located for one in causes),
        completeness=_completeness(report.missingness),
        visits=visits(report.missingness),
        states=total(report.missingness),
        summaries=(
            ("table", "By table", counts.by_table),
            ("where", "By field", counts.by_field),
            ("code", "By rule", counts.by_check),
            *((name, f"By {name}", held) for name, _, held in people if len(held) > 1),
        ),
        people=people,
    )


def _listed(report: Report, key: str) -> dict[str, int]:
    """How many of the listed findings are about each site or subject, most first."""
    found = Counter(str(one.key[key]) for one in report.findings if one.key.get(key))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


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
    held = visits(lines)
    tables: dict[str, dict[str, dict[str, Missingness]]] = {}
    for one in lines:
        tables.setdefault(one.table, {}).setdefault(one.field, {})[one.visit] = one
    return tuple(
        HeatForm(
            name=name,
            cells=tuple(_heat([at[visit] for at in fields.values() if visit in at]) for visit in held),
            fields=tuple(
                (field, tuple(_heat([at[visit]] if visit in at else []) for visit in held))
                for field, at in fields.items()
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
