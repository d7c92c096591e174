"""How readable the bodies of functions are, in figures: ``python -m tests.code_measures``.

A body is the lines of a function below its signature and its docstring; those of a
function inside another count once. Comment lines are lines with nothing but a comment.
A decision is what a reader has to keep in mind: ``if``, ``for``, ``while``, ``except``,
``assert``, a ``case``, each ``and`` or ``or``, each conditional expression, and each
``for`` and ``if`` of a comprehension.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("forms_spec", "generator", "webapp")
WIDE = 95
"""Characters beyond which a line is long."""

BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.Assert,
    ast.IfExp,
    ast.match_case,
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """Counts of some files, and what follows from them."""

    decisions: int = 0
    body_lines: int = 0
    body_comments: int = 0
    long_lines: int = 0
    lines: int = 0

    def __add__(self, other: Measures) -> Measures:
        return Measures(
            decisions=self.decisions + other.decisions,
            body_lines=self.body_lines + other.body_lines,
            body_comments=self.body_comments + other.body_comments,
            long_lines=self.long_lines + other.long_lines,
            lines=self.lines + other.lines,
        )

    @property
    def density(self) -> float:
        """Decisions in 100 lines of bodies."""
        return 100 * self.decisions / max(self.body_lines, 1)

    @property
    def comments(self) -> float:
        """Percent of the lines of bodies that are comments."""
        return 100 * self.body_comments / max(self.body_lines, 1)

    @property
    def long(self) -> float:
        """Percent of all lines that are long."""
        return 100 * self.long_lines / max(self.lines, 1)


def source_files() -> Iterator[Path]:
    """Every Python file of the three packages."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file's syntax tree: parsed once, and asked by many."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def measures(paths: Iterable[Path]) -> Measures:
    """The counts of several files together."""
    return sum(map(measures_of, paths), Measures())


def measures_of(path: Path) -> Measures:
    """The counts of one file."""
    functions = [node for node in nodes_of(path) if isinstance(node, Function)]
    body = {number for function in functions for number in body_numbers(function)}
    inside = {id(node): node for function in functions for node in ast.walk(function)}
    lines = path.read_text().splitlines()

    return Measures(
        decisions=sum(map(decisions, inside.values())),
        body_lines=len(body),
        body_comments=len(body & comment_numbers(path)),
        long_lines=sum(len(line) > WIDE for line in lines),
        lines=len(lines),
    )


def body_numbers(function: Function) -> range:
    """The numbers of the lines of a body."""
    first = function.body[0].lineno
    if ast.get_docstring(function, clean=False) is not None:
        first = (function.body[0].end_lineno or first) + 1

    return range(first, (function.end_lineno or first) + 1)


def decisions(node: ast.AST) -> int:
    """The decisions that a node adds by itself, without those below it."""
    if isinstance(node, BRANCHES):
        return 1
    if isinstance(node, ast.BoolOp):
        return len(node.values) - 1
    if isinstance(node, ast.comprehension):
        return 1 + len(node.ifs)

    return 0


def comment_numbers(path: Path) -> set[int]:
    """The numbers of the lines that hold a comment alone."""
    texts = (
        node
        for node in nodes_of(path)
        if isinstance(node, ast.Constant | ast.JoinedStr)
    )
    inside_texts = {
        number
        for node in texts
        for number in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    lines = path.read_text().splitlines()
    signs = {number for number, line in enumerate(lines, 1) if line.lstrip()[:1] == "#"}

    return signs - inside_texts


def crowded_comprehensions(path: Path) -> Iterator[str]:
    """The places of comprehensions with two ``for`` and a condition."""
    for node in nodes_of(path):
        if not isinstance(node, Comprehension):
            continue
        has_condition = any(generator.ifs for generator in node.generators)
        if has_condition and len(node.generators) > 1:
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def class_places() -> dict[str, list[str]]:
    """The files in which each name of a class stands, once for each class."""
    places: dict[str, list[str]] = {}
    for path in source_files():
        for node in nodes_of(path):
            if isinstance(node, ast.ClassDef):
                place = str(path.relative_to(ROOT))
                places.setdefault(node.name, []).append(place)

    return places


def main() -> None:
    """Print the figures of each room, and of everything."""
    rooms: dict[str, list[Path]] = {}
    for path in source_files():
        rooms.setdefault(str(path.parent.relative_to(ROOT)), []).append(path)

    for name, paths in {**rooms, "all": list(source_files())}.items():
        found = measures(paths)
        print(
            f"{name:45} {found.density:5.1f} decisions "
            f"{found.comments:5.1f} % comments {found.long:5.1f} % long "
            f"{found.body_lines:6} body lines"
        )


if __name__ == "__main__":
    main()
