"""ES modules of the pages, joined into one script for each page.

A page that fetched each module by itself would need a request for every level of its
imports. The modules stay what browsers and editors understand; what is joined is their
text, in the order in which they import each other.

Modules keep to a subset, so that this needs no parser of JavaScript: imports come
first, and one list of exports last.

    import { parse, write as writeText } from "./kinds.js";
    import "./form_keys.js";
    ...
    export { judge, slotWords };
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

Read = Callable[[str], str]
"""Gives the text of a module by its file name; raises ``KeyError`` without one."""

_IMPORT: Final = re.compile(
    r'^import (?:\{(?P<names>[^}]+)\} from )?"\./(?P<file>\w+\.js)";\n', re.MULTILINE
)
_EXPORT: Final = re.compile(r"^export \{(?P<names>[^}]+)\};\n\Z", re.MULTILINE)
_STATEMENT: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def join_modules(names: Sequence[str], read: Read) -> str:
    """One script that runs the named modules, and before each what it imports.

    Every module keeps its own scope; what it exports is a constant named like its file,
    with ``_`` in place of the point. Raises ``ValueError`` for modules that import each
    other in a circle, and for a statement outside the subset.
    """
    return "".join(_as_function(name, read(name)) for name in in_order(names, read))


def in_order(names: Sequence[str], read: Read) -> list[str]:
    """The named modules and all that they import, each after what it imports."""
    order: list[str] = []
    for name in names:
        _visit(name, read, order, ())

    return order


def _visit(name: str, read: Read, order: list[str], importers: tuple[str, ...]) -> None:
    if name in order:
        return
    if name in importers:
        circle = " -> ".join((*importers[importers.index(name) :], name))
        raise ValueError(f"modules import each other in a circle: {circle}")

    for imported in _imported(read(name)):
        _visit(imported, read, order, (*importers, name))

    order.append(name)


def _imported(text: str) -> Iterator[str]:
    return (match["file"] for match in _IMPORT.finditer(text))


def _as_function(name: str, text: str) -> str:
    exports = _EXPORT.search(text)
    body = _IMPORT.sub(_as_constants, _EXPORT.sub("", text))
    if other := _STATEMENT.search(body):
        raise ValueError(f"{name}: not understood when joining: {other[0]}")

    if exports is None:
        return f"(() => {{\n{body}}})();\n"

    returned = ", ".join(
        f"{public}: {own}" for own, public in _renamed(exports["names"])
    )

    return (
        f"const {_constant(name)} = (() => {{\n{body}return {{ {returned} }};\n}})();\n"
    )


def _as_constants(statement: re.Match[str]) -> str:
    """An import as a pattern that takes names out of the module's constant."""
    if not statement["names"]:
        return ""

    taken = ", ".join(
        f"{theirs}: {own}" for theirs, own in _renamed(statement["names"])
    )

    return f"const {{ {taken} }} = {_constant(statement['file'])};\n"


def _renamed(names: str) -> Iterator[tuple[str, str]]:
    """The names of a list, each with what it is called on the other side of ``as``."""
    for part in names.split(","):
        name, _, other = part.strip().partition(" as ")
        # A list may end with a comma.
        if name:
            yield name, other or name


def _constant(file: str) -> str:
    return file.replace(".", "_")
