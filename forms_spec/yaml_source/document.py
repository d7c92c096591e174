"""One dictionary file as data whose every key and value knows its place.

Every scalar is text, so that ``no``, ``10:30`` and ``007`` stay what was typed; a plain
``null``, ``~`` or nothing at all is None.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.lost_lines import LostLines

Data = dict[str, "Data"] | list["Data"] | str | None
Path = tuple[str | int, ...]

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML 1.1 counts as the end of a line."""


class YamlNode:
    """A value of the file: its data, its span and, in a mapping or list, its children."""

    __slots__ = ("children", "data", "end", "plain", "size", "start")

    def __init__(self, data: Data, event: Any, *, plain: bool = False) -> None:
        self.data = data
        self.start: yaml.Mark = event.start_mark
        self.end: yaml.Mark = event.end_mark
        self.plain = plain
        self.size = 1
        self.children: dict[str, tuple[YamlNode, YamlNode]] | list[YamlNode] | None = (
            None
        )

    def place(self, file: str) -> TextPlace:
        return place_between(file, self.start, self.end)


def place_between(file: str, start: yaml.Mark, end: yaml.Mark) -> TextPlace:
    """The span between two marks of the parser, which count from 0."""
    return TextPlace(
        file=file,
        line=start.line + 1,
        column=start.column + 1,
        end_line=end.line + 1,
        end_column=end.column + 1,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Renaming:
    """An old name in the text: where it begins, counted in characters from 0, and what
    replaces it.

    ``code`` is the code of its finding.
    """

    start: int
    old: str
    new: str
    code: str
    place: TextPlace


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file's data with its places.

    ``root`` is None when the file is no YAML or is empty. ``lost`` are the lines that
    were left out around faults; the file's text still has them.
    """

    file: str
    text: str
    root: YamlNode | None
    findings: tuple[Finding, ...]
    renamings: tuple[Renaming, ...] = ()
    lost: tuple[LostLines, ...] = ()

    @property
    def data(self) -> Data:
        if not self.root:
            return None

        return self.root.data

    @cached_property
    def lines(self) -> Sequence[str]:
        """The lines as YAML counts them."""
        return LINE_BREAK.split(self.text)

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        return [0, *(result.end() for result in LINE_BREAK.finditer(self.text))]

    def place(self, path: Path) -> TextPlace:
        """Where a value stands, or its nearest ancestor when it is absent."""
        return self._span(self._find(path)[1])

    def key_place(self, path: Path) -> TextPlace:
        """Where a key stands; for an item of a list, or the whole file, the value
        itself.
        """
        key, node, _ = self._find(path)
        return self._span(key or node)

    def has(self, path: Path) -> bool:
        """True when the file has a value at exactly this path."""
        return self._find(path)[2]

    def value(self, path: Path) -> Data:
        """The data at a path; None when there is none."""
        _, node, result = self._find(path)
        if result and node:
            return node.data

        return None

    def inside(self, path: Path, first: int, last: int) -> TextPlace:
        """The span of the characters ``first`` to ``last`` (not included) of a scalar's
        text.
        """
        node = self._find(path)[1]
        if node is None or not isinstance(node.data, str):
            return self._span(node)

        offsets = self._offsets(node, node.data)
        start = offsets[min(max(first, 0), len(node.data))]
        end = offsets[min(last, len(node.data)) - 1] + 1 if last > first else start

        return self._at(start, max(start, end))

    def renamed_tables(self, path: Path) -> Mapping[str, str]:  # noqa: ARG002
        """What the expression at a path calls tables, and which it means: the same,
        except in a form that is like another one.
        """
        return {}

    def _find(self, path: Path) -> tuple[YamlNode | None, YamlNode | None, bool]:
        """The key and value at a path, or its nearest ancestor's, and whether all of it
        was found.
        """
        key: YamlNode | None = None
        node = self.root

        for step in path:
            below = node.children if node else None
            if isinstance(below, dict):
                pair = below.get(str(step)) if isinstance(step, str) else None
                if pair is None:
                    return key, node, False

                key, node = pair
            elif isinstance(below, list) and isinstance(step, int):
                if step >= len(below):
                    return key, node, False

                key, node = None, below[step]
            else:
                return key, node, False

        return key, node, node is not None

    def _span(self, node: YamlNode | None) -> TextPlace:
        if node:
            return node.place(self.file)

        return TextPlace(file=self.file, line=1, column=1)

    def _offsets(self, node: YamlNode, data: str) -> Sequence[int]:
        """The place in the file's text of each character of a scalar, and of its end.

        Folding, quotes and escapes only add characters to the source, so each character
        is found by looking on from the one before; an escaped one takes the place where
        it was sought.
        """
        index, end = node.start.index, node.end.index
        if not node.plain:
            index += 1

        # Most texts stand in the source as they are.
        if self.text.startswith(data, index, end):
            return range(index, index + len(data) + 1)

        numbers: list[int] = []

        for character in data:
            here = self.text.find(character, index, end)
            numbers.append(here if here >= 0 else index)
            index = here + 1 if here >= 0 else index

        return [*numbers, index]

    def _at(self, start: int, end: int) -> TextPlace:
        line = bisect_right(self._line_starts, start)
        end_line = bisect_right(self._line_starts, end)

        return TextPlace(
            file=self.file,
            line=line,
            column=start - self._line_starts[line - 1] + 1,
            end_line=end_line,
            end_column=end - self._line_starts[end_line - 1] + 1,
        )
