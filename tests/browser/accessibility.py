"""What axe finds on a page."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_MEASURE_ONCE = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

_FAULTS = (
    f"async ([options, clear]) => {{\n  const measureOnce = {_MEASURE_ONCE}"
    """
  const more = measureOnce(clear);
  const found = await axe.run(options);
  const faults = found.violations.map((rule) =>
    [rule.id, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
  return [faults, [...more]];
}"""
)

_CLEAR: set[int] = set()
"""The looks that axe has found to have contrast, on any page of this run."""


def faults_of(page: Page, *, only: str | None = None) -> list[list[object]]:
    """The rules that a page breaks, each with the first three places; of all rules, or
    of one.

    Only these leave the page: what axe says of all that is right is much more.
    """
    options: dict[str, object] = {
        "resultTypes": ["violations"],
        "reporter": "no-passes",
    }
    if only is not None:
        options["runOnly"] = [only]
    page.evaluate(f"{AXE_SCRIPT}\nvoid 0")
    faults: list[list[object]]
    faults, more = page.evaluate(_FAULTS, [options, sorted(_CLEAR)])
    _CLEAR.update(more)
    return faults
