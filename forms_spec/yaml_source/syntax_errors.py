"""Says in plain words why a file is no YAML, and what to do about it.

The parser says where it stopped and what it was reading. What the writer did there, we
find out from the lines around.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.lost_lines import (
    first_of_odd_indent,
    has_colon,
    indent_of,
    line_with_text,
    owners,
)

FLOWS: Mapping[str, str] = {
    "while parsing a flow mapping": "{",
    "while parsing a flow sequence": "[",
}
MARKS: Mapping[str, str] = {
    "while scanning an alias": "*",
    "while scanning an anchor": "&",
}
"""What a text seems to begin when it begins with one of these."""

QUOTED_SIGNS = "@`%&*!|>"
WITHOUT_SPACE = re.compile(r"[ \t]*(?:- +)*(\w+):(?=[^\s:])")
"""A key whose colon has no space behind it."""

COMMENT = re.compile(r"\s(#.*)")


def explain_syntax(
    file: str, lines: Sequence[str], error: yaml.MarkedYAMLError
) -> Finding:
    """The finding for a parser's error, at the place where the writer has to change it."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines) or (not lines[line].strip() and line):
        line, column = _last_text(lines, line)
    fault = _Fault(file=file, lines=lines, line=line, column=column, error=error)

    for explain in (
        _tab,
        _missing_colon,
        _second_colon,
        _sign,
        _quote,
        _bracket,
        _dash,
        _indent,
    ):
        explained = explain(fault)
        if explained is not None:
            return explained

    context = f"{error.context}, " if error.context else ""
    return finding("not-yaml", text=fault.place(), problem=f"{context}{error.problem}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fault:
    """Where the parser stopped; lines and columns count from 0."""

    file: str
    lines: Sequence[str]
    line: int
    column: int
    error: yaml.MarkedYAMLError

    @property
    def source(self) -> str:
        return self.lines[self.line]

    @property
    def problem(self) -> str:
        return self.error.problem or ""

    def place(self, line: int | None = None, column: int | None = None) -> TextPlace:
        """A place in the file; without arguments, where the parser stopped."""
        if line is None:
            line, column = self.line, self.column
        return TextPlace(file=self.file, line=line + 1, column=(column or 0) + 1)


def _tab(fault: _Fault) -> Finding | None:
    source = fault.source
    margin = source[: len(source) - len(source.lstrip())]
    if "\t" not in margin and source[fault.column : fault.column + 1] != "\t":
        return None

    return finding("tab-indent", text=fault.place())


def _missing_colon(fault: _Fault) -> Finding | None:
    """A key without its colon, or with one that has no space behind it.

    The parser takes such a line for a text, and stumbles over the next one.
    """
    if "could not find expected ':'" in fault.problem and fault.error.context_mark:
        line = fault.error.context_mark.line
    elif "mapping values are not allowed" in fault.problem:
        line = line_with_text(fault.lines, fault.line - 1)
    else:
        return None

    source = fault.lines[line] if line >= 0 else ""
    glued = WITHOUT_SPACE.match(source)
    if glued:
        place = fault.place(line, glued.start(1))
        return finding("colon-without-space", text=place, key=glued[1])

    if not source.strip() or has_colon(source):
        return None

    return finding("colon-missing", text=fault.place(line, indent_of(source)))


def _second_colon(fault: _Fault) -> Finding | None:
    if "mapping values are not allowed" not in fault.problem:
        return None

    # A line with one colon is no text with a second: it is indented below a line that
    # already has its value.
    if fault.source[: fault.column].count(": ") == 0:
        above = line_with_text(fault.lines, fault.line - 1)
        if above >= 0 and indent_of(fault.source) > indent_of(fault.lines[above]):
            return _wrong_indent(fault, [above])

    return finding("colon-in-text", text=fault.place())


def _sign(fault: _Fault) -> Finding | None:
    sign = MARKS.get(fault.error.context or "")
    if sign and fault.error.context_mark:
        mark = fault.error.context_mark
        place = fault.place(mark.line, mark.column)
        return finding("sign-needs-quotes", text=place, sign=sign)

    here = fault.source[fault.column : fault.column + 1]
    if "cannot start any token" in fault.problem and here and here in QUOTED_SIGNS:
        return finding("sign-needs-quotes", text=fault.place(), sign=here)

    return None


def _quote(fault: _Fault) -> Finding | None:
    opened = fault.error.context_mark
    if fault.error.context == "while scanning a quoted scalar" and opened:
        place = fault.place(opened.line, opened.column)
        return finding("quote-not-closed", text=place)

    # A bracket that was left open earlier may end at any line, whatever it says.
    if fault.error.context in FLOWS and opened and opened.line < fault.line:
        return None

    value = _value(fault.source)
    is_behind_it = fault.column > len(fault.source) - len(value)
    begins_quoted = is_behind_it and value[:1] in ("'", '"')
    if begins_quoted and fault.problem.startswith("did not find expected"):
        return finding("quote-ends-early", text=fault.place())

    return None


def _bracket(fault: _Fault) -> Finding | None:
    sign = FLOWS.get(fault.error.context or "")
    opened = fault.error.context_mark
    if not sign or not opened:
        return None

    # A comment swallows the bracket that would close it.
    comment = COMMENT.search(fault.lines[opened.line], opened.column)
    if comment and opened.line < fault.line and comment[1].rstrip()[-1:] in ("}", "]"):
        place = fault.place(opened.line, comment.start(1))
        return finding("comment-in-brackets", text=place, sign=sign, rest=comment[1])

    line = opened.line + 1
    return finding("brackets-not-read", text=fault.place(), sign=sign, line=line)


def _dash(fault: _Fault) -> Finding | None:
    is_item = fault.source.lstrip().startswith("- ")
    if not is_item or "did not find expected key" not in fault.problem:
        return None

    return finding("dash-among-keys", text=fault.place())


def _indent(fault: _Fault) -> Finding | None:
    if "did not find expected" not in fault.problem:
        return None

    odd = first_of_odd_indent(fault.lines, fault.line)
    if odd is not None:
        return _wrong_indent(replace(fault, line=odd), [fault.line])

    fitting = list(_neighbours(fault.lines, fault.line))
    indents = {indent_of(fault.lines[line]) for line in fitting}
    if not fitting or indent_of(fault.source) in indents:
        return None

    return _wrong_indent(fault, fitting)


def _wrong_indent(fault: _Fault, fitting: Sequence[int]) -> Finding:
    """The finding of a line that is indented like none above it.

    ``fitting`` are the lines that it may be meant to stand beside.
    """
    given = indent_of(fault.source)
    nearest = min(fitting, key=lambda line: abs(indent_of(fault.lines[line]) - given))
    spaces = indent_of(fault.lines[nearest])

    return finding(
        "wrong-indent",
        text=fault.place(fault.line, given),
        given=_spaces(given),
        wanted=_spaces(spaces),
        key=_first_words(fault.lines[nearest]),
        line=nearest + 1,
    )


def _spaces(number: int) -> str:
    if number == 0:
        return "no spaces"
    return "1 space" if number == 1 else f"{number} spaces"


def _first_words(line: str) -> str:
    """A line's key, to point at it."""
    return line.strip().partition(":")[0][:40]


def _neighbours(lines: Sequence[str], line: int) -> Iterator[int]:
    """The lines above that this one may stand beside: the last one with text, and
    those that it stands below.
    """
    above = line_with_text(lines, line - 1)
    if above >= 0:
        yield above
        yield from owners(lines, above)


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
    return after.lstrip() if colon else source.lstrip(" -")
