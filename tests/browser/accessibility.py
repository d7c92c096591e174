"""What axe finds on a page."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_FAULTS = """async (options) => {
  const found = await axe.run(options);
  return found.violations.map((rule) =>
    [rule.id, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]);
}"""

_READ_COLOURS_ONCE = """(() => {
  const colour = axe.commons.color.Color.prototype;
  const parse = colour.parseString;
  const known = new Map();
  colour.parseString = function (text) {
    const channels = known.get(text);
    if (channels) {
      [this.r, this.g, this.b, this.alpha] = channels;
      return this;
    }
    parse.call(this, text);
    known.set(text, [this.r, this.g, this.b, this.alpha]);
    return this;
  };
})()"""
"""A page has a dozen colours, and axe reads each of them some thousand times: a third of
all its time. A colour's text means the same every time.
"""


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
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE_SCRIPT}\n{_READ_COLOURS_ONCE}")
    found: list[list[object]] = page.evaluate(_FAULTS, options)
    return found
