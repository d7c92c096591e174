"""The house keeps its shape: one import direction, no circles, few loose modules, and a
rule in each room.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.code_measures import (
    PACKAGES,
    ROOT,
    class_places,
    crowded_comprehensions,
    measures,
    nodes_of,
    source_files,
)
from tests.script_measures import script_files, script_names

MOST_LOOSE = 5
"""So many modules may lie in a package beside its rooms."""
MOST_LATE = 20
"""So many imports may stand inside functions, each of something heavy, under a comment
that says why.
"""


def test_imports_point_one_way() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def rooms() -> list[str]:
    """Every folder with modules, but for the migrations of the database."""
    inits = [
        init for package in PACKAGES for init in (ROOT / package).rglob("__init__.py")
    ]
    folders = sorted(init.parent.relative_to(ROOT) for init in inits)
    return [str(folder) for folder in folders if "migrations" not in folder.parts]


@pytest.mark.parametrize("room", ["data_dictionary", "tests", *rooms()])
def test_every_room_states_its_rule(room: str) -> None:
    title, *rule = (ROOT / room / "README.md").read_text().splitlines()
    assert title == f"# {room}"
    assert len(rule) >= 2, "say what belongs here and what it may import"


@pytest.mark.parametrize("package", PACKAGES)
def test_few_modules_lie_beside_the_rooms(package: str) -> None:
    loose = [
        path.stem for path in (ROOT / package).glob("*.py") if path.stem != "__init__"
    ]
    assert len(loose) <= MOST_LOOSE, sorted(loose)


def test_no_module_imports_itself_in_a_circle_not_even_for_types() -> None:
    assert circles(imports()) == []


def test_imports_inside_functions_are_few_and_give_their_reason() -> None:
    late = [
        place for name, path in modules().items() for place in late_imports(name, path)
    ]
    assert len(late) <= MOST_LATE, "\n".join(place for place, _ in late)
    assert [place for place, reason in late if not reason.startswith("#")] == []


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the three packages by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules of ours that an import statement names."""
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{name}" for name in names]
    for name in names:
        module = name
        while module and module not in modules():
            module = module.rpartition(".")[0]
        if module:
            yield module


def imports() -> dict[str, set[str]]:
    """What each module imports, at the top of its file, inside functions, and for types
    alone.
    """
    found: dict[str, set[str]] = {}
    for name, path in modules().items():
        targets = {
            target
            for node in nodes_of(path)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for target in imported(node)
        }
        found[name] = targets - {name}
    return found


def circles(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules that can be reached from themselves: what remains once the others are
    taken away.
    """
    rest = {name: set(targets) for name, targets in graph.items()}
    while True:
        pointed_at = {target for targets in rest.values() for target in targets}
        outside = {
            name
            for name, targets in rest.items()
            if not targets or name not in pointed_at
        }
        if not outside:
            return sorted(rest)
        rest = {
            name: targets - outside
            for name, targets in rest.items()
            if name not in outside
        }


def late_imports(name: str, path: Path) -> Iterator[tuple[str, str]]:
    """The places of imports inside functions, each with the line above it or above
    those before it.
    """
    lines = path.read_text().splitlines()
    functions = (
        node
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    late = {
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    for number in sorted(late):
        above = number - 1
        while above in late:
            above -= 1
        yield f"{name}:{number} {lines[number - 1].strip()}", lines[above - 1].strip()


QUIRKS = frozenset({"one", "held", "said", "told", "found", "made", "at"})
"""Words that say nothing of what a variable holds."""
MOST_QUIRKS = 10
"""So many of 1,000 names of parameters and variables may be such a word."""


def test_names_say_what_they_hold() -> None:
    names = [
        name for path in modules().values() for name in bound_names(nodes_of(path))
    ]
    quirks = [name for name in names if name in QUIRKS]
    assert len(quirks) * 1000 <= MOST_QUIRKS * len(names)


def bound_names(nodes: tuple[ast.AST, ...]) -> Iterator[str]:
    """The parameters of functions, and the variables that are given a value inside
    them.
    """
    for function in nodes:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = function.args
            parameters = (
                *arguments.posonlyargs,
                *arguments.args,
                *arguments.kwonlyargs,
            )
            yield from (parameter.arg for parameter in parameters)
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def test_names_in_scripts_say_what_they_hold() -> None:
    quirks = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in script_files()
        for line, name in script_names(path.read_text())
        if name in QUIRKS
    ]
    assert quirks == []


def test_names_in_scripts_are_told_from_texts_patterns_and_keys() -> None:
    script = (
        "const one = { at: 1, said };  // held\n"
        'const size = one.made / 2 + `told ${found ? `at ${made}` : "held"} at`;\n'
        "const sign = [/[`/]at/, '`', one.at];\n"
        "held(({ told }) => told);\n"
    )
    names = [place for place in script_names(script) if place[1] in QUIRKS]
    assert names == [
        (1, "one"),
        (1, "said"),
        (2, "one"),
        (2, "found"),
        (2, "made"),
        (3, "one"),
        (4, "held"),
        (4, "told"),
        (4, "told"),
    ]


LONGEST_SCRIPT_LINE = 110


def test_lines_of_scripts_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in script_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LONGEST_SCRIPT_LINE
    ]
    assert long == []


MOST_DECISIONS = 28
"""So many decisions may stand in 100 lines of function bodies. Codebases that engineers
hold up as models lie between 17 and 28.
"""
LEAST_COMMENTS = 2
"""Percent of the lines of bodies that say why; the models begin at 2."""
MOST_LONG = 0.2
"""Percent of all lines that may be longer than 95 characters."""


def test_bodies_read_from_top_to_bottom() -> None:
    found = measures(source_files())
    assert found.density <= MOST_DECISIONS, "python -m tests.code_measures: by room"
    assert found.comments >= LEAST_COMMENTS
    assert found.long <= MOST_LONG


def test_a_comprehension_holds_one_idea() -> None:
    crowded = [
        place for path in source_files() for place in crowded_comprehensions(path)
    ]
    assert not crowded, "\n".join(crowded)


def test_a_class_has_its_name_to_itself() -> None:
    shared = {name: places for name, places in class_places().items() if places[1:]}
    assert shared == {}
