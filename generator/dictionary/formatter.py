"""Lays out the text of a dictionary file anew: indentation, spaces, and entries on one
line or on many.

The layout alone changes. What a file says, its quotes and its comments stay, and a text
that would not stay the same is given back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

import yaml

from forms_spec.yaml_source.document import LINE_BREAK, Document, YamlNode
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_writer import WIDTH, scalar

STEP = 2
"""Spaces of indentation for each level."""

ENTRIES = frozenset(
    {"fields", "rules", "derivations", "visits", "criteria", "parameters", "texts"}
)
"""Keys whose entries can stand on one line or on many."""

FLOW_ENDS = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
FLOW_STARTS = (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)


class EntryLayout(Enum):
    """How the entries of a file stand: as they are, on one line each, or on many."""

    KEEP = "keep"
    LINE = "line"
    BLOCK = "block"


class _Edit(NamedTuple):
    """What stands in the place of some characters of the text."""

    start: int
    end: int
    text: str


def formatted(text: str, layout: EntryLayout = EntryLayout.KEEP) -> str:
    """The text of a dictionary file in the layout asked for.

    A text with a fault, and one that would say something else, comes back unchanged.
    """
    document = read_document("", text)
    if document.root is None or document.lost:
        return text

    body = "\n".join(LINE_BREAK.split(document.text))
    if layout is not EntryLayout.KEEP:
        edits = _layout_edits(read_document("", body), layout)
        body = _if_same(body, _edited(body, edits))
    body = _if_same(body, _edited(body, _space_edits(body)))
    body = _if_same(body, _indented(body))
    body = _if_same(body, _even_lines(body))

    return text if body == document.text else body


def _if_same(before: str, after: str) -> str:
    """The text after a step, or the one before it where it would not say the same."""
    if after == before:
        return before

    document = read_document("", after)
    if document.root is None or document.lost:
        return before

    same_data = document.data == read_document("", before).data
    same_comments = sorted(_comments(after)) == sorted(_comments(before))
    return after if same_data and same_comments else before


def _even_lines(text: str) -> str:
    """At most one empty line between others, and one line break at the end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _edited(text: str, edits: Iterator[_Edit]) -> str:
    """The text with edits that do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = f"{text[: edit.start]}{edit.text}{text[edit.end :]}"

    return text


# Entries on one line or on many


def _layout_edits(document: Document, layout: EntryLayout) -> Iterator[_Edit]:
    if document.root is None:
        return
    for key, value in _entries(document.text, document.root):
        edit = (
            _on_many_lines(document.text, key, value)
            if layout is EntryLayout.BLOCK
            else _on_one_line(document.text, key, value)
        )
        if edit is not None:
            yield edit


def _entries(
    text: str, node: YamlNode, name: str = ""
) -> Iterator[tuple[YamlNode, YamlNode]]:
    """Every entry below a key of ``ENTRIES``, with its own key.

    What stands inside brackets has no lines of its own to begin on.
    """
    if not isinstance(node.children, dict) or text[node.start.index] == "{":
        return
    for below, (key, value) in node.children.items():
        if name in ENTRIES:
            yield key, value
        else:
            yield from _entries(text, value, below)


def _on_many_lines(text: str, key: YamlNode, value: YamlNode) -> _Edit | None:
    start, end = value.start.index, value.end.index
    written = text[start:end]
    if not isinstance(value.children, dict) or not written.startswith("{"):
        return None
    if "\n" in written or not value.children or not _owns_its_parts(value):
        return None

    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    comment = text[end:line_end].strip()
    margin = " " * (key.start.column + STEP)
    lines = [f" {comment}" if comment else ""]
    lines += [
        f"{margin}{_slice(text, name)}: {_slice(text, part)}".rstrip()
        for name, part in value.children.values()
    ]

    # The space before the bracket goes with it.
    before = len(text[:start].rstrip(" "))
    return _Edit(before, line_end, "\n".join(lines))


def _on_one_line(text: str, key: YamlNode, value: YamlNode) -> _Edit | None:
    if not isinstance(value.children, dict) or not _owns_its_parts(value):
        return None
    start = key.end.index
    colon = text.find(":", start)
    end = value.end.index
    written = text[colon + 1 : end].rstrip()
    parts = [_flow_text(text, part) for _, part in value.children.values()]
    is_block = written.lstrip(" ").startswith("\n")
    if not is_block or None in parts or len(written.split("\n")) != len(parts) + 1:
        return None

    pairs = [
        f"{_slice(text, name)}: {part}".rstrip()
        for (name, _), part in zip(value.children.values(), parts, strict=True)
    ]
    entry = f" {{{', '.join(pairs)}}}"
    line_start = text.rfind("\n", 0, start) + 1
    has_comment = any(_comments(text[line_start : colon + 1 + len(written)]))
    if has_comment or colon + 1 - line_start + len(entry) > WIDTH:
        return None

    return _Edit(colon + 1, colon + 1 + len(written), entry)


def _owns_its_parts(value: YamlNode) -> bool:
    """False where an alias or a merge brings parts from another place of the file."""
    assert isinstance(value.children, dict)
    start, end = value.start.index, value.end.index
    nodes = [node for pair in value.children.values() for node in pair]
    return all(start <= node.start.index <= node.end.index <= end for node in nodes)


def _slice(text: str, node: YamlNode) -> str:
    return text[node.start.index : node.end.index].strip()


def _flow_text(text: str, part: YamlNode) -> str | None:
    """A value as it is written inside ``{ }``; None where it needs lines of its own."""
    written = _slice(text, part)
    if "\n" in written or written[:1] in ("|", ">", "&", "*", "-"):
        return None
    if isinstance(part.children, dict | list):
        return written if written[:1] in ("{", "[") else None
    if part.plain and isinstance(part.data, str):
        return scalar(part.data, flow=True)

    return written


# Spaces


def _space_edits(text: str) -> Iterator[_Edit]:
    """Inside brackets one space behind a comma or a colon, and no other.

    Outside of them spaces may bring things into columns: they are the writer's.
    """
    depth = 0
    for before, after in pairwise(yaml.scan(text, Loader=yaml.CBaseLoader)):
        depth += isinstance(before, FLOW_STARTS) - isinstance(before, FLOW_ENDS)
        start, end = before.end_mark.index, after.start_mark.index
        if depth == 0 or text[start:end].strip(" "):
            continue

        wanted = _space_between(before, after)
        if wanted is not None and wanted != text[start:end]:
            yield _Edit(start, end, wanted)


def _space_between(before: yaml.Token, after: yaml.Token) -> str | None:
    """What stands between two tokens inside brackets; None where it is left alone."""
    if isinstance(before, FLOW_STARTS) or isinstance(after, FLOW_ENDS):
        return ""
    if isinstance(after, yaml.FlowEntryToken):
        return ""
    if isinstance(before, yaml.FlowEntryToken):
        return " "
    # A key's colon is followed by a value, unless there is none.
    if isinstance(before, yaml.ValueToken) and not isinstance(after, yaml.KeyToken):
        return " "

    return None


# Indentation


def _indented(text: str) -> str:
    """Every level two spaces further in than the one above; no space at a line's end."""
    root = read_document("", text).root
    if root is None:
        return text

    margins = _Margins(text)
    margins.note(root, 0)

    shift = 0
    lines: list[str] = []
    for number, line in reversed(list(enumerate(margins.lines))):
        # A comment goes with the line below it.
        shift = margins.shifts.get(number, shift)
        lines.append(_shifted(line, shift, is_text=number in margins.texts))

    return "\n".join(reversed(lines))


class _Margins:
    """How far each line of a text moves, and which lines go on with a text of many."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.shifts: dict[int, int] = {}
        self.texts: set[int] = set()

    def note(self, node: YamlNode, column: int) -> None:
        """Notes the lines of a mapping or list, whose parts shall begin in a column."""
        for key, value in _parts(node):
            line = key.start.line
            margin = len(self.lines[line]) - len(self.lines[line].lstrip(" "))
            is_block = bool(value.children) and self.text[value.start.index] not in "{["
            last = line if is_block else self._last_line(value)
            # Behind a dash the line belongs to the item, and has been noted.
            if key.start.column == margin or isinstance(node.children, list):
                for number in range(line, last + 1):
                    self.shifts[number] = column - margin

            if is_block:
                self.note(value, column + STEP)
            elif not value.children:
                self.texts.update(range(value.start.line + 1, last + 1))

    def _last_line(self, node: YamlNode) -> int:
        """The last line of a value; one that ends before a line's first character does
        not reach into it.
        """
        reaches_in = node.end.column > 0 or node.end.line == node.start.line
        return node.end.line if reaches_in else node.end.line - 1


def _parts(node: YamlNode) -> list[tuple[YamlNode, YamlNode]]:
    if isinstance(node.children, dict):
        return list(node.children.values())

    return [(part, part) for part in node.children or ()]


def _shifted(line: str, shift: int, *, is_text: bool) -> str:
    content = line.lstrip(" ")
    if not content:
        return ""

    margin = max(len(line) - len(content) + shift, 0)
    return f"{' ' * margin}{content if is_text else content.rstrip()}"


def _comments(text: str) -> list[str]:
    """The comments of a text, without their place."""
    tokens = list(yaml.scan(text, Loader=yaml.CBaseLoader))
    comments: list[str] = []
    for before, after in pairwise(tokens):
        gap = text[before.end_mark.index : after.start_mark.index]
        comments += re.findall(r"#[^\n]*", gap)

    return [comment.rstrip() for comment in comments]
