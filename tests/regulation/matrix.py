"""Writes ``docs/regulation.md`` from the items: ``python -m tests.regulation.matrix``."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.regulation.items import ITEMS, RegulationItem, Standing

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "regulation.md"
HEAD = """# What regulation asks, and what shows it

This page lists thirty demands on a computerised system of a clinical trial, and the
tests that show how crfsmith meets each. The wording is ours. Read the sources for what
binds you: 21 CFR Part 11, ICH E6(R3) Annex 1 section 4, and the EMA guideline on
computerised systems (2023).

You can run each test yourself: `python -m pytest tests/FILE -k NAME`.

**{met} of 30 met, {partly} partly, {open} not yet.** Partly also means that a part of
the demand is up to your own procedures.
"""


def page() -> str:
    """The whole page."""
    counts = Counter(item.standing for item in ITEMS)
    head = HEAD.format(
        met=counts[Standing.MET],
        partly=counts[Standing.PARTLY],
        open=counts[Standing.OPEN],
    )
    return "\n".join([head, *map(_section, ITEMS)])


def _section(item: RegulationItem) -> str:
    lines = [
        f"## {item.number}. {item.source}: {item.standing.value}",
        "",
        item.demand,
        "",
    ]
    if item.done:
        lines += [f"**crfsmith:** {item.done}", ""]
    if item.lacking:
        lines += [f"**Left:** {item.lacking}", ""]
    lines += [f"- `{test.removesuffix('::*')}`" for test in item.tests]
    if item.tests:
        lines.append("")

    return "\n".join(lines)


def unknown_tests() -> Iterator[str]:
    """The tests that items name and that are not there."""
    for item in ITEMS:
        for test in item.tests:
            file, _, name = test.partition("::")
            if name not in _functions(TESTS / file):
                yield test


def _functions(file: Path) -> set[str]:
    """The names of a file's tests; ``*`` stands for all of them."""
    if not file.is_file():
        return set()
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    names = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}

    return {"*", *(name for name in names if name.startswith("test_"))}


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
