"""Which field a place in a dictionary's text is about.

Read from the text itself, by indentation, so that it works while the text is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace

KEY = re.compile(r"""^(\s*)(?:- )?['"]?([A-Za-z0-9_.$-]+)['"]?\s*:(?:\s|$)""")
FORM = re.compile(r"""^form:\s*['"]?([A-Za-z0-9_]+)""", re.MULTILINE)
FLOW = re.compile(r"""(?:([A-Za-z0-9_]+)['"]?\s*:\s*)?(\{)|(\})""")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """The form, and the group and field of it, that a line of text belongs to, as far
    as it does.
    """

    form: str | None = None
    group: str | None = None
    field: str | None = None


def about(place: TextPlace | None, files: Mapping[str, str]) -> About:
    """What the text at a place is about."""
    text = files.get(place.file) if place else None
    if place is None or text is None:
        return About()
    form = FORM.search(text)
    if form is None:
        return About()
    return _inside(form[1], path_at(text, place.line, place.column))


def path_at(text: str, line: int, column: int = 1) -> list[str]:
    """The keys that enclose a line, from the outermost in; ``fields: {a: {..}}`` on one
    line too.
    """
    lines = text.splitlines()[:line]
    path: list[str] = []
    indent: int | None = None

    for number in range(len(lines) - 1, -1, -1):
        result = KEY.match(lines[number])
        if result is None or lines[number].lstrip().startswith("#"):
            continue
        depth = len(result[1])
        if indent is not None and depth >= indent:
            continue
        indent = depth
        before = lines[number][: column - 1] if number == line - 1 else ""
        path[:0] = [result[2], *_flow(before[result.end(2) :])]
        if indent == 0:
            break

    return path


def _flow(before: str) -> list[str]:
    """The keys of the braces that are open at the end of a line's beginning."""
    texts: list[str] = []
    for result in FLOW.finditer(before):
        if result[2]:
            texts.append(result[1] or "")
        elif texts:
            texts.pop()

    return [key for key in texts if key]


def _inside(form: str, path: list[str]) -> About:
    group = None
    if path[:1] == ["groups"]:
        group = path[1] if len(path) > 1 else None
        path = path[2:]

    field = path[1] if path[:1] in (["fields"], ["each"]) and len(path) > 1 else None

    return About(
        form=form, group=group, field=field if path[:1] == ["fields"] else None
    )


def by_form(
    findings: Iterable[Finding], files: Mapping[str, str]
) -> Mapping[str, list[tuple[About, Finding]]]:
    """The findings that are about a form, by the form's name."""
    by_form: dict[str, list[tuple[About, Finding]]] = {}
    for finding in findings:
        place = about(finding.text, files)
        if place.form:
            by_form.setdefault(place.form, []).append((place, finding))

    return by_form
