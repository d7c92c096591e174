"""Reads the text of one dictionary file into a ``Document``.

The events of PyYAML's C parser are read with a loop and not with its ``compose``: that
is four times faster, and deep nesting meets our bound instead of the end of the C
stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import (
    LINE_BREAK,
    Document,
    Renaming,
    YamlNode,
    place_between,
)
from forms_spec.yaml_source.renamed_keys import (
    OLD_KEYS,
    TYPES,
    renamed_key,
    renamed_type,
)
from forms_spec.yaml_source.syntax_errors import explain_syntax

Event = Any
"""An event of the parser.

PyYAML's stubs do not say that each has marks, and which has a tag.
"""

DEEPEST = 40
MOST_ALIASED = 100_000
"""How many values aliases may add to a file: a few lines could otherwise stand for
billions.
"""

GLUED_COMMENT = re.compile(r"[ \t]+(#[^\s#][^\r\n]*)")
"""A comment that begins right behind the sign, as in ``Pain #1``: more likely a part of
the text.
"""

UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\ud800-\udfff]"
)


_COMPARATORS = re.compile(r"\bcomparator:[ \t]*\[[<>=, \t]*\]")
GREATER = "\u203a"
_GREATER = frozenset({GREATER, f"{GREATER}="})
"""Stands for > in a list of comparators, where YAML takes none without quotes."""


def read_document(file: str, text: str) -> Document:
    """Read one file.

    What is no YAML, or says something twice, is a finding and never an error.
    """
    text = text.removeprefix("\ufeff")
    bad = UNPRINTABLE.search(text)
    if bad:
        return _broken(file, text, _unprintable(file, text, bad.start()))

    reader = _YamlReader(file, _with_comparators(text))

    try:
        root = reader.read()
    except yaml.MarkedYAMLError as error:
        return _broken(file, text, explain_syntax(file, LINE_BREAK.split(text), error))
    except _Bounded as bound:
        return _broken(file, text, bound.finding)
    finally:
        reader.parser.dispose()

    if root is None:
        return _broken(
            file,
            text,
            finding("empty-file", text=TextPlace(file=file, line=1, column=1)),
        )

    return Document(
        file=file,
        text=text,
        root=root,
        findings=(*reader.findings, *_old_names(reader.renamings)),
        renamings=tuple(reader.renamings),
    )


def _old_names(renamings: Sequence[Renaming]) -> Iterator[Finding]:
    """One finding for each old name of a file, where it first stands, with the number
    of its places.
    """
    by_name: dict[tuple[str, str], list[Renaming]] = {}
    for renaming in renamings:
        by_name.setdefault((renaming.code, renaming.old), []).append(renaming)

    for (code, old), same in by_name.items():
        times = "" if len(same) == 1 else f" ({len(same)} times in this file)"
        yield finding(code, text=same[0].place, old=old, new=same[0].new, times=times)


def with_present_names(text: str) -> str:
    """The text of a file with its old keys and types renamed; every other character
    stays.
    """
    document = read_document("", text)
    body = document.text

    for renaming in sorted(
        document.renamings, key=lambda renaming: renaming.start, reverse=True
    ):
        after = renaming.start + len(renaming.old)
        if body[renaming.start : after] == renaming.old:
            body = f"{body[: renaming.start]}{renaming.new}{body[after:]}"

    return text[: len(text) - len(document.text)] + body


def _with_comparators(text: str) -> str:
    """``comparator: [<, >]`` so that YAML reads it; every character stays in its place."""
    if "comparator" not in text:
        return text

    return _COMPARATORS.sub(lambda result: result[0].replace(">", GREATER), text)


def _broken(file: str, text: str, result: Finding) -> Document:
    return Document(file=file, text=text, root=None, findings=(result,))


def _unprintable(file: str, text: str, position: int) -> Finding:
    before = LINE_BREAK.split(text[:position])
    place = TextPlace(file=file, line=len(before), column=len(before[-1]) + 1)
    return finding(
        "unprintable-character", text=place, character=f"U+{ord(text[position]):04X}"
    )


class _Bounded(Exception):
    """The file goes beyond a bound; reading stops."""

    def __init__(self, result: Finding) -> None:
        super().__init__(result.message)
        self.finding = result


class _Open:
    """A mapping or list that is being read; ``key`` waits for its value."""

    __slots__ = ("anchor", "key", "node", "taken")

    def __init__(self, node: YamlNode, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: YamlNode | None = None
        self.taken: set[str] = (
            set()
        )  # keys that came from a merge: the mapping may still give its own


class _YamlReader:
    """Builds the tree of one file from the parser's events."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.parser = yaml.CBaseLoader(text)
        self.findings: list[Finding] = []
        self.renamings: list[Renaming] = []
        self.anchors: dict[str, YamlNode | None] = {}  # None: still being read
        self.open: list[_Open] = []
        self.aliased = 0
        self.at_alias = (
            False  # whether the node that was read last is an alias of an earlier one
        )

    def read(self) -> YamlNode | None:
        """The root of the only document; None when there is nothing in it."""
        root: YamlNode | None = None
        documents = 0

        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Bounded(finding("second-document", text=self._place(event)))
            elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                root = self._node(event) or root

        if root is None:
            return None

        # A file of comments alone is an empty scalar to the parser.
        is_blank = root.data is None and root.plain
        if is_blank:
            return None

        return root

    def _events(self) -> Iterator[Event]:
        while self.parser.check_event():
            yield self.parser.get_event()

    def _node(self, event: Event) -> YamlNode | None:
        """Take one event; the root when it is complete."""
        if isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
            return None

        self.at_alias = isinstance(event, yaml.AliasEvent)
        if isinstance(event, yaml.CollectionEndEvent):
            node = self._end(event)
        elif self.at_alias:
            node = self._alias(event)
        else:
            node = self._scalar(event)

        if not self.open:
            return node

        self._add(self.open[-1], node)

        return None

    def _begin(self, event: Event) -> None:
        self._refuse_tag(event)
        if len(self.open) >= DEEPEST:
            raise _Bounded(finding("too-deep", text=self._place(event), most=DEEPEST))

        mapping = isinstance(event, yaml.MappingStartEvent)
        node = YamlNode({} if mapping else [], event)
        node.children = {} if mapping else []
        if event.anchor:
            self.anchors[event.anchor] = None

        self.open.append(_Open(node, event.anchor))

    def _end(self, event: Event) -> YamlNode:
        closed = self.open.pop()
        closed.node.end = event.end_mark
        if closed.anchor:
            self.anchors[closed.anchor] = closed.node

        return closed.node

    def _scalar(self, event: Event) -> YamlNode:
        self._refuse_tag(event)
        text: str = event.value
        plain = not event.style
        is_blank = text in ("", "null", "~")
        empty = plain and is_blank and not self._awaits_key()

        # The mark was put there for a > that YAML takes in quotes only.
        if text in _GREATER:
            text = text.replace(GREATER, ">")

        node = YamlNode(None if empty else text, event, plain=plain)
        if event.anchor:
            self.anchors[event.anchor] = node

        if plain and not empty:
            self._warn_of_comment(event)

        return node

    def _awaits_key(self) -> bool:
        """Whether the next scalar is a key of the mapping that is being read."""
        if not self.open:
            return False

        holder = self.open[-1]
        return holder.key is None and isinstance(holder.node.data, dict)

    def _warn_of_comment(self, event: Event) -> None:
        cut = GLUED_COMMENT.match(self.text, event.end_mark.index)
        if cut:
            place = place_between(self.file, event.start_mark, event.end_mark)
            self.findings.append(
                finding("comment-cuts-text", text=place, rest=cut[1], value=event.value)
            )

    def _alias(self, event: Event) -> YamlNode:
        node = self.anchors.get(event.anchor)
        if node is None:
            code = (
                "alias-of-itself" if event.anchor in self.anchors else "unknown-anchor"
            )
            raise _Bounded(finding(code, text=self._place(event), name=event.anchor))

        self.aliased += node.size
        if self.aliased > MOST_ALIASED:
            raise _Bounded(
                finding("too-many-aliases", text=self._place(event), most=MOST_ALIASED)
            )

        return node

    def _add(self, parent: _Open, node: YamlNode) -> None:
        """Put a node into the list, or take it as the mapping's next key or that key's
        value.
        """
        children = parent.node.children
        if isinstance(children, list) and isinstance(parent.node.data, list):
            parent.node.data.append(node.data)
            children.append(node)
            parent.node.size += node.size
        elif parent.key is None:
            if isinstance(node.data, str) and node.data in OLD_KEYS:
                self._rename_key(node, node.data)

            parent.key = node
        else:
            key, parent.key = parent.key, None
            self._pair(parent, key, node)

    def _rename_key(self, key: YamlNode, name: str) -> None:
        """Reads an old key as the one that it has become, and says so."""
        new = renamed_key(self._path(), name)
        if new is not None:
            self._rename("old-key", key, name, new)

    def _rename_type(self, value: YamlNode) -> None:
        """Reads an old field type as the one that it has become, and says so."""
        if not isinstance(value.data, str) or value.data not in TYPES:
            return

        new = renamed_type(self._path(), value.data)
        if new is not None:
            self._rename("old-type", value, value.data, new)

    def _rename(self, code: str, node: YamlNode, old: str, new: str) -> None:
        if self.at_alias:
            return  # at its anchor the text may be a label that only looks like an old name

        # The node may begin with an anchor or a quote; the name itself comes last.
        start = self.text.rfind(old, node.start.index, node.end.index)
        place = node.place(self.file)
        self.renamings.append(
            Renaming(start=start, old=old, new=new, code=code, place=place)
        )
        node.data = new

    def _path(self) -> list[str | None]:
        """The keys that lead to the mapping that is being read; None for an item of a
        list.
        """
        path: list[str | None] = []
        for holder in self.open[:-1]:
            name = holder.key.data if holder.key else None
            path.append(name if isinstance(name, str) else None)

        return path

    def _pair(self, parent: _Open, key: YamlNode, node: YamlNode) -> None:
        if key.data == "type":
            self._rename_type(node)

        if not isinstance(key.data, str):
            self.findings.append(finding("key-not-text", text=key.place(self.file)))
        elif key.data == "<<" and key.plain:
            self._merge(parent, node)
        elif key.data in self._children(parent) and key.data not in parent.taken:
            first = self._children(parent)[key.data][0].place(self.file)
            place = key.place(self.file)
            text = finding(
                "duplicate-key",
                text=place,
                related=(first,),
                name=key.data,
                line=first.line,
            )
            self.findings.append(text)
        else:
            parent.taken.discard(key.data)
            self._put(parent, key.data, key, node)

    def _merge(self, parent: _Open, node: YamlNode) -> None:
        """Take the keys of ``<<: *anchor``; a key of the mapping itself wins, wherever
        it stands.
        """
        for part in node.children if isinstance(node.children, list) else [node]:
            if not isinstance(part.children, dict):
                self.findings.append(
                    finding("merge-of-no-mapping", text=node.place(self.file))
                )
                continue

            for name, (key, value) in part.children.items():
                if name not in self._children(parent):
                    parent.taken.add(name)
                    self._put(parent, name, key, value)

    def _put(self, parent: _Open, name: str, key: YamlNode, node: YamlNode) -> None:
        assert isinstance(parent.node.data, dict)
        parent.node.data[name] = node.data
        self._children(parent)[name] = (key, node)
        parent.node.size += node.size + 1

    def _children(self, parent: _Open) -> dict[str, tuple[YamlNode, YamlNode]]:
        assert isinstance(parent.node.children, dict)
        return parent.node.children

    def _refuse_tag(self, event: Event) -> None:
        if event.tag not in (None, "!"):
            name = event.tag.removeprefix("tag:yaml.org,2002:")
            self.findings.append(
                finding("yaml-tag", text=self._place(event), name=name)
            )

    def _place(self, event: Event) -> TextPlace:
        return place_between(self.file, event.start_mark, event.end_mark)
