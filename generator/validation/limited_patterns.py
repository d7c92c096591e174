"""Patterns of others, matched without a text being able to hold up the judging.

A pattern that our own analysis knows to be harmless is left to Frictionless. Any other
is matched by Rust's engine, which takes time in proportion to the text. What that
engine cannot say, or refuses in doubt, is matched by Python in a process of its own,
which is ended when it takes too long.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from select import select
from typing import Any

from generator.heavy_libraries import polars
from generator.validation.pattern_translation import positions, translated

SECONDS = 2.0
"""As long as a text may be matched."""
_CHILD = (
    "import json, re, sys\n"
    "pattern = re.compile(json.loads(sys.stdin.readline()))\n"
    "for line in sys.stdin:\n"
    "    print(int(pattern.match(json.loads(line)) is not None), flush=True)\n"
)
Read = Callable[[Any], tuple[Any, dict[str, str] | None]]


@lru_cache(maxsize=4096)
def is_harmless(pattern: str) -> bool:
    """True where no text of any length takes Python long: ``^`` and ``$`` around it
    change nothing.
    """
    body = pattern.removeprefix("^")
    # An escaped dollar is a sign of the text itself.
    if body.endswith("$") and not body.endswith("\\$"):
        body = body[:-1]

    if body == "":
        return True

    # Where each character has its place, Python never has to try another way.
    if positions(body) is not None:
        return True

    # All kinds, and the analysis of patterns: packages without patterns do without.
    from forms_spec.kinds.pattern import pattern_problem

    return pattern_problem(body) is None


class LimitedPattern:
    """One pattern of a schema, as Frictionless anchors it.

    ``stopped``: a text took too long, so no more are matched and every one passes.
    """

    def __init__(self, pattern: str, *, seconds: float = SECONDS) -> None:
        self.pattern = pattern
        self.stopped = False
        self._seconds = seconds
        self._child: subprocess.Popen[str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Workers of a cluster start processes of their own."""
        return {**self.__dict__, "_child": None}

    def fits(self, text: str) -> bool:
        """Whether the text matches; True once the pattern was given up."""
        if self.stopped:
            return True

        linear = _linear(self.pattern)
        if linear is not None:
            if linear.matches(text):
                return True
            if linear.refuses(text):
                return False

        return self._ask(text)

    def close(self) -> None:
        """Ends the process."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _ask(self, text: str) -> bool:
        child = self._child or self._started()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(text) + "\n")
        child.stdin.flush()

        answered, _, _ = select([child.stdout], [], [], self._seconds)
        if not answered:
            self.stopped = True
            self.close()
            return True

        return child.stdout.readline().strip() == "1"

    def _started(self) -> subprocess.Popen[str]:
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(f"^{self.pattern}$") + "\n")

        return self._child


class _Linear:
    """A pattern in the words of Rust's engine."""

    def __init__(self, pattern: str, expressions: tuple[str, ...]) -> None:
        self._expressions = expressions
        self._exact = not _has_open_bar(pattern)

    def matches(self, text: str) -> bool:
        series = polars.Series([text])
        for expression in self._expressions:
            is_there = series.str.contains(expression)[0]
            if not is_there:
                return False

        return True

    def refuses(self, text: str) -> bool:
        """Whether the refusal of a text that does not match is Python's as well."""
        # Python knows other letters and digits, and its ``$`` also fits before a last
        # line feed.
        if not self._exact or not text.isascii():
            return False

        return not text.endswith("\n")


@lru_cache(maxsize=256)
def _linear(pattern: str) -> _Linear | None:
    expressions = translated(pattern)
    if not expressions:
        return None

    try:
        for expression in expressions:
            polars.Series([""]).str.contains(expression)
    except polars.exceptions.PolarsError:
        return None

    return _Linear(pattern, expressions)


def _has_open_bar(pattern: str) -> bool:
    """True for alternatives outside of any group: the anchors around them belong to one
    of them each.
    """
    depth, in_class, index = 0, False, 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "\\":
            # Whatever follows is a plain sign.
            index += 1
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            # A bracket that comes first in a class does not end it.
            in_class = True
            index += pattern[index + 1 : index + 2] == "^"
            index += pattern[index + 1 : index + 2] == "]"
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif sign == "|" and depth == 0:
            return True

        index += 1

    return False


def limit_pattern(field: Any) -> LimitedPattern | None:
    """Makes a Frictionless field match its pattern within limits; None where that is
    not needed.
    """
    pattern = field.constraints.get("pattern")
    if not isinstance(pattern, str) or is_harmless(pattern):
        return None

    limited = LimitedPattern(pattern)
    field.create_cell_reader = partial(_limited_reader, field, limited)

    return limited


def _limited_reader(field: Any, limited: LimitedPattern) -> Read:
    constraints: Mapping[str, Any] = field.constraints
    others = dict(constraints)
    others.pop("pattern", None)

    # The reader that Frictionless makes would match the pattern without limits.
    field.constraints = others
    try:
        plain: Read = type(field).create_cell_reader(field)
    finally:
        field.constraints = constraints

    def read(cell: Any) -> tuple[Any, dict[str, str] | None]:
        value, notes = plain(cell)
        if value is None or (notes and "type" in notes):
            return value, notes
        if limited.fits(value):
            return value, notes

        words = f'constraint "pattern" is "{limited.pattern}"'
        unordered = {**(notes or {}), "pattern": words}
        order = field.supported_constraints

        return value, {name: unordered[name] for name in order if name in unordered}

    return read
