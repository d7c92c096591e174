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
class FormPart:
    """The form, and the group and field of it, that a line of text belongs to, as far
    as it does.
    """

    form: str | None = None
    group: str | None = None
    field: str | None = None


def about(place: TextPlace | None, files: Mapping[str, str]) -> FormPart:
    """What the text at a place is about."""
    if place is None:
        return FormPart()

    text = files.get(place.file, "")
    form = FORM.search(text)
    if form is None:
        return FormPart()
    return _inside(form[1], path_at(text, place.line, place.column))


def path_at(text: str, line: int, column: int = 1) -> list[str]:
    """The keys that enclose a line, from the outermost in; ``fields: {a: {..}}`` on one
    line too.
    """
    lines = text.splitlines()[:line]
    path: list[str] = []
    indent: int | None = None

    # From the place upwards: each key that is less indented encloses those below it.
    for number in range(len(lines) - 1, -1, -1):
        key = KEY.match(lines[number])
        is_comment = lines[number].lstrip().startswith("#")
        if key is None or is_comment:
            continue

        depth = len(key[1])
        if indent is not None and depth >= indent:
            continue
        indent = depth

        # On the line itself, braces may be open before the column.
        before = lines[number][: column - 1] if number == line - 1 else ""
        path[:0] = [key[2], *_flow(before[key.end(2) :])]
        if indent == 0:
            break

    return path


def _flow(before: str) -> list[str]:
    """The keys of the braces that are open at the end of a line's beginning."""
    open_keys: list[str] = []
    for token in FLOW.finditer(before):
        key, opens = token[1], token[2]
        if opens:
            # A brace without a key is an item of a list.
            open_keys.append(key or "")
        elif open_keys:
            open_keys.pop()

    return [key for key in open_keys if key]


def _inside(form: str, path: list[str]) -> FormPart:
    group = field = None
    match path:
        case ["groups", name, *path]:
            group = name

    match path:
        case ["fields", name, *_]:
            field = name

    return FormPart(form=form, group=group, field=field)


def by_form(
    findings: Iterable[Finding], files: Mapping[str, str]
) -> Mapping[str, list[tuple[FormPart, Finding]]]:
    """The findings that are about a form, by the form's name."""
    by_form: dict[str, list[tuple[FormPart, Finding]]] = {}
    for finding in findings:
        place = about(finding.text, files)
        if place.form:
            by_form.setdefault(place.form, []).append((place, finding))

    return by_form
