"""Says in plain words why a file is no YAML, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace

FLOWS: Mapping[str, str] = {
    "while parsing a flow mapping": "{",
    "while parsing a flow sequence": "[",
}
QUOTED_SIGNS = "@`%&*!|>"


def explain_syntax(
    file: str, lines: Sequence[str], error: yaml.MarkedYAMLError
) -> Finding:
    """The finding for a parser's error; the place is where the parser stopped."""
    line, column = _stopped_at(lines, error)
    place = TextPlace(file=file, line=line + 1, column=column + 1)
    source = lines[line]
    here = source[column : column + 1]
    indent = source[: len(source) - len(source.lstrip())]
    problem = error.problem or "no YAML"

    if "\t" in (*indent, here):
        return finding("tab-indent", text=place)
    if "mapping values are not allowed" in problem:
        return finding("colon-in-text", text=place)
    if "cannot start any token" in problem and here in QUOTED_SIGNS:
        return finding("sign-needs-quotes", text=place, sign=here)

    # ``label: 'Yes' or 'no'``: the parser stops behind the second quote.
    begins_with_quote = _value(source).startswith(("'", '"'))
    if begins_with_quote and problem.startswith("did not find expected"):
        return finding("quote-ends-early", text=place)

    opened = error.context_mark
    if opened is not None:
        return _never_closed(file, place, opened, error)

    return finding("not-yaml", text=place, problem=_problem(error))


def _stopped_at(lines: Sequence[str], error: yaml.MarkedYAMLError) -> tuple[int, int]:
    """The line and column, from 0, where the parser stopped, as far as there is text."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)

    is_behind_text = line >= len(lines)
    if is_behind_text or (line > 0 and not lines[line].strip()):
        return _last_text(lines, line)

    return line, column


def _never_closed(
    file: str, place: TextPlace, opened: yaml.Mark, error: yaml.MarkedYAMLError
) -> Finding:
    """The finding for what began at ``opened`` and could not be read to its end."""
    context = error.context or ""
    if context == "while scanning a quoted scalar":
        begin = TextPlace(file=file, line=opened.line + 1, column=opened.column + 1)
        return finding("quote-not-closed", text=begin)

    sign = FLOWS.get(context)
    if sign:
        line = opened.line + 1
        return finding("brackets-not-read", text=place, sign=sign, line=line)

    return finding("not-yaml", text=place, problem=_problem(error))


def _last_text(lines: Sequence[str], line: int) -> tuple[int, int]:
    """The end of the last line with text: an error at the end of the file belongs
    there.
    """
    for index in range(min(line, len(lines) - 1), -1, -1):
        if lines[index].strip():
            return index, len(lines[index].rstrip())

    return 0, 0


def _value(source: str) -> str:
    """The text after a line's first key, or after its dash."""
    _, colon, after = source.partition(": ")
    if colon:
        return after.lstrip()

    return source.lstrip(" -")


def _problem(error: yaml.MarkedYAMLError) -> str:
    context = f"{error.context}, " if error.context else ""
    return f"{context}{error.problem}"
