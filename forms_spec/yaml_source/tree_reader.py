"""Builds the tree of one file from the parser's events.

The events of PyYAML's C parser are read with a loop and not with its ``compose``: that
is four times faster, and deep nesting meets our bound instead of the end of the C
stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import yaml

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import Renaming, YamlNode, place_between
from forms_spec.yaml_source.renamed_keys import (
    OLD_KEYS,
    renamed_key,
    renamed_severity,
    renamed_type,
)

PresentName = Callable[[Sequence[str | None], str], str | None]
"""The present name of an old value in the mapping at a path."""

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

EMPTY_COMMENT = re.compile(r"[ \t]*(#[ \t]*\w[^\r\n]*)")
"""A comment where a value is missing, as in ``label: # of tablets``."""

GREATER = "\u203a"
"""Stands for > in a list of comparators, where YAML takes none without quotes."""
_GREATER = frozenset({GREATER, f"{GREATER}="})


class ReadingStopped(Exception):
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


class TreeReader:
    """Reads one text; ``root`` is its tree afterwards."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.parser = yaml.CBaseLoader(text)
        self.findings: list[Finding] = []
        self.renamings: list[Renaming] = []
        self.anchors: dict[str, YamlNode | None] = {}  # None: still being read
        self.open: list[_Open] = []
        self.root: YamlNode | None = None
        self.long_quote: Event | None = None  # the last quoted text over several lines
        self.aliased = 0
        self.at_alias = (
            False  # whether the node that was read last is an alias of an earlier one
        )

    def read(self) -> None:
        """Read the only document; ``root`` stays None when there is nothing in it."""
        root: YamlNode | None = None
        documents = 0

        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise ReadingStopped(
                        finding("second-document", text=self._place(event))
                    )
            elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                root = self._node(event) or root

        is_empty = root is None or (root.data is None and root.plain)
        self.root = None if is_empty else root

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
            raise ReadingStopped(
                finding("too-deep", text=self._place(event), most=DEEPEST)
            )

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
        plain = not event.style
        in_key = (
            bool(self.open)
            and isinstance(self.open[-1].node.data, dict)
            and self.open[-1].key is None
        )
        empty = plain and not in_key and event.value in ("", "null", "~")
        text = (
            event.value.replace(GREATER, ">")
            if event.value in _GREATER
            else event.value
        )
        node = YamlNode(None if empty else text, event, plain=plain)
        if event.anchor:
            self.anchors[event.anchor] = node

        if not plain and event.end_mark.line > event.start_mark.line:
            self.long_quote = event
        if plain and not in_key:
            self._warn_of_comment(event, EMPTY_COMMENT if empty else GLUED_COMMENT)

        return node

    def _warn_of_comment(self, event: Event, comment: re.Pattern[str]) -> None:
        cut = comment.match(self.text, event.end_mark.index)
        if cut:
            place = self._place(event)
            # An empty value has no place of its own.
            if not event.value and self.open and self.open[-1].key:
                place = self.open[-1].key.place(self.file)
            self.findings.append(
                finding("comment-cuts-text", text=place, rest=cut[1], value=event.value)
            )

    def _alias(self, event: Event) -> YamlNode:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise ReadingStopped(self._bad_alias(event))

        self.aliased += node.size
        if self.aliased > MOST_ALIASED:
            raise ReadingStopped(
                finding("too-many-aliases", text=self._place(event), most=MOST_ALIASED)
            )

        return node

    def _bad_alias(self, event: Event) -> Finding:
        place = self._place(event)
        if event.anchor in self.anchors:
            return finding("alias-of-itself", text=place, name=event.anchor)

        # Where nothing is marked in the whole file, the writer meant a plain text.
        if not self.anchors and f"&{event.anchor}" not in self.text:
            return finding("sign-needs-quotes", text=place, sign="*")

        return finding("unknown-anchor", text=place, name=event.anchor)

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

    def _rename_value(self, code: str, value: YamlNode, present: PresentName) -> None:
        """Reads an old value as the one that it has become, and says so."""
        if not isinstance(value.data, str):
            return

        new = present(self._path(), value.data)
        if new is not None:
            self._rename(code, value, value.data, new)

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
        keys = (holder.key for holder in self.open[:-1])
        return [key.data if key and isinstance(key.data, str) else None for key in keys]

    def _pair(self, parent: _Open, key: YamlNode, node: YamlNode) -> None:
        if key.data == "type":
            self._rename_value("old-type", node, renamed_type)
        elif key.data == "severity":
            self._rename_value("old-severity", node, renamed_severity)

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
