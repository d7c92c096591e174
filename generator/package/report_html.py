"""The report as one HTML file: offline, readable without a script, a table that can be worked through."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from generator.package.report import Report

SIGNS = {"refuse": "✗", "query": "?", "warning": "!"}


def report_html(report: Report) -> str:
    """A whole page; it loads nothing."""
    counts = report.counts
    causes = [one for one in counts.causes if one.findings > one.located]
    return _template().render(
        report=report,
        counts=counts,
        signs=SIGNS,
        hidden=sum(one.findings - one.located for one in causes),
        summaries=(
            ("table", "By table", counts.by_table),
            ("where", "By field", counts.by_field),
            ("code", "By rule", counts.by_code),
        ),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("generator.package", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")
