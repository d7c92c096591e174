"""The line on which a key of a thing is written."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import YamlNode
from forms_spec.yaml_source.reader import read_document

Start = tuple[str, int, int]
"""A file, and a line and column in it."""
Keys = Mapping[Start, Mapping[str, TextPlace]]


class SourceLines:
    """The keys of a dictionary's files by where their things begin. A file is read when
    it is asked for.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self._keys: dict[str, tuple[Keys, Keys]] = {}

    def place(self, thing: TextPlace | None, key: str) -> TextPlace | None:
        """Where a thing has a key; the thing itself where it has none of it, which may
        be because it is not said there.
        """
        if thing is None or thing.file not in self._files:
            return thing

        if thing.file not in self._keys:
            self._keys[thing.file] = _keys(thing.file, self._files[thing.file])

        start = (thing.file, thing.line, thing.column)

        for mappings in self._keys[thing.file]:
            if key in mappings.get(start, {}):
                return mappings[start][key]

        return thing


def _keys(file: str, text: str) -> tuple[Keys, Keys]:
    """The keys of every mapping, by where its own key begins and by where it does."""
    root = read_document(file, text).root
    stack = [root] if root is not None else []
    by_key: dict[Start, Mapping[str, TextPlace]] = {}
    by_node: dict[Start, Mapping[str, TextPlace]] = {}

    while stack:
        node = stack.pop()
        if not isinstance(node.children, dict):
            stack += node.children or ()
            continue

        by_node[_start(file, node)] = _places(file, node)
        for key, value in node.children.values():
            stack.append(value)
            if isinstance(value.children, dict):
                by_key[_start(file, key)] = _places(file, value)

    # A mapping begins where its first key does: mostly the thing of that name is meant.
    return by_key, by_node


def _places(file: str, node: YamlNode) -> Mapping[str, TextPlace]:
    assert isinstance(node.children, dict)
    return {name: key.place(file) for name, (key, _) in node.children.items()}


def _start(file: str, node: YamlNode) -> Start:
    place = node.place(file)
    return place.file, place.line, place.column
