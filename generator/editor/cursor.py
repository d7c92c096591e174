"""Where in a file the cursor is: the keys that lead there, and what is typed so far.

The text up to the cursor is read with a mark at its end. What is being typed is rarely
whole, so the mark is tried with what may follow it, until the parser reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

MARK = "CRFSMITHCURSOR"
ENDINGS = ("", ": x", '"', "'")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """The path of the value or key that is being typed.

    ``typed`` is its text up to the cursor. ``beside`` holds the scalars of the mapping
    around it that were read before it, ``around`` those of the mappings further out,
    the nearest first. ``top`` is the first key of the file, ``quote`` the sign around
    the text.
    """

    path: tuple[str | int, ...]
    is_key: bool
    typed: str
    beside: Mapping[str, str]
    around: tuple[Mapping[str, str], ...] = ()
    top: str = ""
    quote: str = ""


@dataclass(slots=True)
class _Level:
    """A mapping or list that is being read."""

    is_mapping: bool
    key: str | None = None
    awaits_value: bool = False
    index: int = 0
    scalars: dict[str, str] = field(default_factory=dict)

    @property
    def step(self) -> str | int:
        return (self.key or "") if self.is_mapping else self.index

    def take(self, text: str | None) -> None:
        """Take a key, a value or an item; None is one that is no scalar."""
        if not self.is_mapping:
            self.index += 1
        elif self.awaits_value:
            if self.key is not None and text is not None:
                self.scalars[self.key] = text
            self.awaits_value = False
        else:
            self.key = text
            self.awaits_value = True


def cursor_at(text: str, offset: int) -> Cursor | None:
    """Where the cursor is behind ``offset`` characters; None inside a comment, or where
    the text before it cannot be read.
    """
    before = text[:offset]
    for ending in ENDINGS:
        cursor = _read(before + MARK + ending)
        if cursor is not None:
            return cursor

    return None


def _read(text: str) -> Cursor | None:
    loader = yaml.CBaseLoader(text)
    levels: list[_Level] = []
    first = ""

    try:
        while loader.check_event():
            event: Any = loader.get_event()
            if isinstance(event, yaml.ScalarEvent):
                if MARK in event.value:
                    cursor = _cursor(levels, event.value, first)
                    return replace(cursor, quote=event.style or "")

                first = first or event.value

            _take(levels, event)
    except yaml.YAMLError:
        return None
    finally:
        loader.dispose()

    return None


def _take(levels: list[_Level], event: Any) -> None:
    if isinstance(event, yaml.CollectionStartEvent):
        levels.append(_Level(isinstance(event, yaml.MappingStartEvent)))
    elif isinstance(event, yaml.CollectionEndEvent):
        levels.pop()
        if levels:
            levels[-1].take(None)
    elif isinstance(event, yaml.NodeEvent) and levels:
        levels[-1].take(event.value if isinstance(event, yaml.ScalarEvent) else None)


def _cursor(levels: list[_Level], value: str, first: str) -> Cursor:
    typed, _, _ = value.partition(MARK)
    if not levels:
        return Cursor(path=(), is_key=True, typed=typed, beside={})

    inner = levels[-1]
    is_key = inner.is_mapping and not inner.awaits_value
    steps = [level.step for level in levels[:-1]]
    # The key that is being typed is no step of the path to its mapping.
    path = tuple(steps) if is_key else (*steps, inner.step)

    return Cursor(
        path=path,
        is_key=is_key,
        typed=typed,
        beside=inner.scalars,
        around=tuple(level.scalars for level in reversed(levels[:-1])),
        top=first,
    )
