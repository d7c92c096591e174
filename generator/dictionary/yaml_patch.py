"""Writes changed data into a YAML text and leaves the rest of it as it was typed.

Comments, quotes, blank lines and the order of keys stay wherever the data are the same.
What was written is read again: a text that would say something else is never given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from forms_spec.yaml_source.document import Data, Document, YamlNode
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_writer import WIDTH, flow, scalar, write_yaml

BOM = "\ufeff"


class PatchedText(NamedTuple):
    """The new text. ``kept`` is False if all of it had to be written anew, without its
    comments.
    """

    text: str
    kept: bool


def patch_yaml(name: str, text: str, data: Mapping[str, Data]) -> PatchedText:
    """The text of a file, changed so that it says ``data``, in the order of ``data``."""
    document = read_document(name, text)
    if same_data(document.data, dict(data)):
        return PatchedText(text, True)

    try:
        patched = _TextPatch(document).text(dict(data))
    except _NotPatchable:
        return PatchedText(write_yaml(data), False)

    # Anchors and unusual layouts: what cannot be patched safely is written anew.
    again = read_document(name, patched)
    if again.findings != () and not document.findings:
        return PatchedText(write_yaml(data), False)
    if not same_data(again.data, dict(data)):
        return PatchedText(write_yaml(data), False)

    before = BOM if text.startswith(BOM) else ""
    return PatchedText(before + patched, True)


def same_data(first: Data, second: Data) -> bool:
    """Whether two values are the same, with the keys of mappings in the same order."""
    if isinstance(first, dict) and isinstance(second, dict):
        return list(first) == list(second) and all(
            map(same_data, first.values(), second.values())
        )
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same_data, first, second))

    return first == second


class _NotPatchable(Exception):
    """This part of the text cannot be changed by itself."""


class _TextEdit(NamedTuple):
    """A span of the old text, and what stands there instead."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _SourceEntry:
    """A pair of a mapping, or an item of a list, whose ``key`` is None.

    ``name`` tells entries of one collection apart.
    """

    name: str
    key: YamlNode | None
    value: YamlNode


class _NewEntry(NamedTuple):
    """An entry as it shall be: the old one that it comes from, if there is one."""

    old: int | None
    name: str
    data: Data


class _TextPatch:
    """The changes of one text."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.source = document.text

    def text(self, data: Data) -> str:
        """The whole text with the changes."""
        root = self.document.root
        if root is None:
            raise _NotPatchable

        edits = [*self._collection(root, data)]
        return self._applied(0, len(self.source), edits)

    def _applied(self, start: int, end: int, edits: Sequence[_TextEdit]) -> str:
        """A span of the text after the edits in it."""
        parts: list[str] = []
        position = start
        for edit in sorted(edits):
            parts += [self.source[position : edit.start], edit.text]
            position = edit.end

        return "".join([*parts, self.source[position:end]])

    def _is_flow(self, node: YamlNode) -> bool:
        return self.source[node.start.index : node.start.index + 1] in ("{", "[")

    def _value(
        self, entry: _SourceEntry, data: Data, *, in_flow: bool, name: str
    ) -> Iterator[_TextEdit]:
        """The edits that give the value of an entry new data."""
        node = entry.value
        if same_data(node.data, data):
            return

        self._refuse_shared(entry)
        alike = type(node.data) is type(data)
        if isinstance(data, dict | list) and alike and data:
            edits = [*self._collection(node, data)]
            if in_flow or entry.key is None or self._fits(edits):
                yield from edits
                return

        if in_flow or entry.key is None:
            yield _TextEdit(node.start.index, self._end(node), flow(data))
            return

        line = self._one_line(entry, data)
        if line is not None:
            yield _TextEdit(node.start.index, self._end(node), line)
        else:
            indent = entry.key.start.column
            text = self._indented({name: data}, indent).lstrip(" ").rstrip("\r\n")
            start = self.source.index(":", entry.key.end.index) + 1
            head = len(scalar(name)) + 1
            yield _TextEdit(start, max(start, self._end(node)), text[head:])

    def _refuse_shared(self, entry: _SourceEntry) -> None:
        """Refuses values that stand elsewhere too: an alias, a merge or an anchor."""
        start = entry.value.start.index
        if self.source[start : start + 1] in ("&", "*", "!"):
            raise _NotPatchable
        if entry.key is not None and start < entry.key.end.index:
            raise _NotPatchable

    def _one_line(self, entry: _SourceEntry, data: Data) -> str | None:
        """A text that takes the place of another on its line, if it has room there."""
        node = entry.value
        is_empty = node.start.index == self._end(node)
        if is_empty or not (data is None or isinstance(data, str)):
            return None
        if isinstance(node.data, dict | list):
            return None
        if self.source[node.start.index] in "|>" or "\n" in (data or ""):
            return None

        text = "null" if data is None else scalar(data)
        rest = self.source[self._end(node) : self._line_end(self._end(node))]
        # A comment behind the value is kept, so that the line may become long.
        fits = node.start.column + len(text) <= WIDTH or "#" in rest
        return text if fits else None

    def _fits(self, edits: Sequence[_TextEdit]) -> bool:
        """Whether all edits leave lines of a usual length, or keep a comment there."""
        for edit in edits:
            line_end = self._line_end(edit.end)
            length = edit.start - self._line_start(edit.start) + len(edit.text)
            is_one_line = "\n" not in edit.text and edit.text[:1] in ("{", "[")
            if (
                is_one_line
                and length > WIDTH
                and "#" not in self.source[edit.end : line_end]
            ):
                return False

        return True

    def _collection(self, node: YamlNode, data: Data) -> Iterator[_TextEdit]:
        """The edits of a mapping or a list that stays one."""
        entries = _entries(node)
        parts = _parts(entries, data)
        is_flow = self._is_flow(node)
        in_place = [part.old for part in parts] == [*range(len(entries))]

        if in_place:
            for entry, part in zip(entries, parts, strict=True):
                yield from self._renamed(entry, part, is_flow=is_flow)
        elif is_flow:
            yield _TextEdit(node.start.index, node.end.index, flow(data))
        elif entries:
            yield self._rebuilt(entries, parts)
        else:
            raise _NotPatchable

    def _renamed(
        self, entry: _SourceEntry, part: _NewEntry, *, is_flow: bool
    ) -> Iterator[_TextEdit]:
        key = entry.key
        if key is not None and entry.name != part.name:
            self._refuse_shared(entry)
            name = scalar(part.name, flow=is_flow)
            yield _TextEdit(key.start.index, key.end.index, name)

        yield from self._value(entry, part.data, in_flow=is_flow, name=part.name)

    def _rebuilt(
        self, entries: Sequence[_SourceEntry], parts: Sequence[_NewEntry]
    ) -> _TextEdit:
        """A block of entries in its new order, with some added and some gone."""
        starts, ends = self._spans(entries)
        indent = _column(entries[0])
        kept = {part.old for part in parts}
        pieces: dict[int | None, str] = {}
        orphans = ""

        for index, entry in enumerate(entries):
            # What stands between two entries belongs to the second.
            gap_end = self._line_start(_start(entry))
            gap = self.source[starts[index] : gap_end]
            if index not in kept:
                # The comment of an entry that is gone may be about those behind it.
                orphans += gap if "#" in gap else ""
                continue

            part = next(part for part in parts if part.old == index)
            edits = [*self._renamed(entry, part, is_flow=False)]
            body = self._applied(gap_end, ends[index], edits)
            pieces[index] = orphans + gap + self._ended(body)
            orphans = ""

        texts = [
            self._new_entry(entries[0], part, indent)
            if part.old is None
            else pieces[part.old]
            for part in parts
        ]
        return _TextEdit(starts[0], ends[-1], "".join([*texts, orphans]))

    def _spans(self, entries: Sequence[_SourceEntry]) -> tuple[list[int], list[int]]:
        """Where the lines of each entry begin, with the comments above it, and end."""
        ends = [self._line_end(self._entry_end(entry)) for entry in entries]
        first = self._line_start(_start(entries[0]))
        starts = [first, *ends[:-1]]
        for start, end, entry in zip(starts, ends, entries, strict=True):
            before = self.source[self._line_start(_start(entry)) : _start(entry)]
            if start >= end or before.strip(" -"):
                raise _NotPatchable

        return starts, ends

    def _new_entry(self, like: _SourceEntry, part: _NewEntry, indent: int) -> str:
        if like.key is not None:
            return self._indented({part.name: part.data}, indent)

        line_start = self._line_start(_start(like))
        dash = self.source[line_start : _start(like)]
        return self._ended(f"{dash}{flow(part.data)}")

    def _indented(self, data: Mapping[str, Data], indent: int) -> str:
        text = write_yaml(data, indent)
        return text.replace("\n", "\r\n") if "\r\n" in self.source else text

    def _ended(self, text: str) -> str:
        if text.endswith("\n"):
            return text

        return text + ("\r\n" if "\r\n" in self.source else "\n")

    def _entry_end(self, entry: _SourceEntry) -> int:
        end = self._end(entry.value)
        if entry.key is None:
            return end

        return max(end, entry.key.end.index)

    def _end(self, node: YamlNode) -> int:
        """Where a value ends; the parser ends a block behind the comments below it."""
        children = node.children
        if children and not self._is_flow(node):
            if isinstance(children, dict):
                return max(
                    max(key.end.index, self._end(value))
                    for key, value in children.values()
                )
            return max(map(self._end, children))

        text = self.source[node.start.index : node.end.index]
        return node.start.index + len(text.rstrip())

    def _line_start(self, index: int) -> int:
        return self.source.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """The index behind the line break of the line that ``index`` is on."""
        end = self.source.find("\n", index)
        return len(self.source) if end < 0 else end + 1


def _entries(node: YamlNode) -> list[_SourceEntry]:
    if isinstance(node.children, dict):
        return [_SourceEntry(name, *pair) for name, pair in node.children.items()]

    items = node.children or []
    return [_SourceEntry(repr(item.data), None, item) for item in items]


def _start(entry: _SourceEntry) -> int:
    node = entry.value if entry.key is None else entry.key
    return node.start.index


def _column(entry: _SourceEntry) -> int:
    node = entry.value if entry.key is None else entry.key
    return node.start.column


def _parts(entries: Sequence[_SourceEntry], data: Data) -> list[_NewEntry]:
    """The new entries, each with the old one that it comes from.

    An entry with a new name in the place of one that is gone is that one, renamed.
    """
    if isinstance(data, dict):
        new = [*data.items()]
    else:
        assert isinstance(data, list)
        new = [(repr(item), item) for item in data]

    old_names = [entry.name for entry in entries]
    new_names = [name for name, _ in new]
    old: dict[int, int] = {}
    matcher = SequenceMatcher(None, old_names, new_names, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag in ("equal", "replace") and end - start == new_end - new_start:
            old |= zip(range(new_start, new_end), range(start, end), strict=True)

    if isinstance(data, dict):
        _by_name(old, old_names, new_names)

    return [
        _NewEntry(old.get(index), name, value)
        for index, (name, value) in enumerate(new)
    ]


def _by_name(
    old: dict[int, int], old_names: Sequence[str], new_names: Sequence[str]
) -> None:
    """Names of a mapping are the same entry wherever they stand now."""
    places = {name: index for index, name in enumerate(old_names)}
    for index, name in enumerate(new_names):
        if name in places:
            old[index] = places[name]
        elif index in old and old_names[old[index]] in new_names:
            del old[index]
