"""Writes dictionaries as a designer would: YAML in a fixed order, short things on one
line, few quotes.

What is read back is exactly what was written: every scalar is text.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

Data = str | None | Sequence["Data"] | Mapping[str, "Data"]
"""None is written as ``null``, an open end."""

WIDTH = 110
_SPECIAL_START = re.compile(r"[-?:](?:\s|$)|[,\[\]{}#&*!|>'\"%@`\s]|---|\.\.\.|<<$")
_ENDS_PLAIN = re.compile(r":(?:\s|$)|\s#|\s$")
_FLOW_SIGNS = re.compile(r"[,\[\]{}]|:$|^[-?:]")
_ESCAPED = re.compile(
    '[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|["\\\\]|[\u2028\u2029]'
)
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_BLANKS_OF_LINES = re.compile(r"^[ \t]|[ \t]$|\t", re.MULTILINE)
_NULLS = ("", "null", "~")


def write_yaml(data: Mapping[str, Data], indent: int = 0) -> str:
    """The text of one file, or with ``indent`` of entries that stand so far right."""
    return "\n".join([*_mapping(data, indent), ""])


def _mapping(data: Mapping[str, Data], indent: int) -> Iterator[str]:
    before = " " * indent
    for key, value in data.items():
        head = f"{before}{scalar(key)}:"
        if isinstance(value, str):
            yield from _text(head, value, indent)
            continue

        line = f"{head} {flow(value)}"
        if not isinstance(value, Mapping):
            yield line
            continue

        fits_one_line = _short(value) and len(line) <= WIDTH
        if fits_one_line:
            yield line
            continue

        yield head
        yield from _mapping(value, indent + 2)


def _short(mapping: Mapping[str, Data]) -> bool:
    """True for a mapping that reads well on one line: nothing in it has lines or is
    deep.
    """
    return all(map(_short_value, mapping.values()))


def _short_value(value: Data) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return "\n" not in value
    if isinstance(value, Mapping) and len(value) > 4:
        return False

    # A mapping gives its keys here, which are texts: its values may be anything.
    return all(part is None or isinstance(part, str) for part in value)


def _text(head: str, value: str, indent: int) -> Iterator[str]:
    """A text behind its key: on its line, folded when it is long, as a block when it
    has lines.
    """
    line = f"{head} {scalar(value)}"
    margin = " " * (indent + 2)

    if len(line) <= WIDTH and "\n" not in value:
        yield line
    elif _literal(value):
        yield f"{head} |-"
        for part in value.split("\n"):
            # Blanks at the end of an empty line would change the text.
            yield f"{margin}{part}" if part else ""
    elif _foldable(value):
        yield f"{head} >-"
        # Deep in a file a little width is left, so that words are not stacked.
        width = max(WIDTH - len(margin), 40)
        for part in _folded(value, width):
            yield f"{margin}{part}"
    else:
        yield line


def _literal(value: str) -> bool:
    """Whether a block shows the text as it is: no tabs, no blanks at a line's ends."""
    if "\n" not in value:
        return False
    if _BLANKS_OF_LINES.search(value):
        return False

    return _printable(value)


def _foldable(value: str) -> bool:
    """Whether folding keeps the text: a line break stands for one blank only."""
    if "\n" in value or "  " in value:
        return False
    if value != value.strip():
        return False

    return _printable(value)


def _printable(value: str) -> bool:
    """Whether a block may hold the text: nothing can be escaped there, and ``|-``
    strips the last line break.
    """
    if value.endswith("\n"):
        return False
    return not _ESCAPED.search(re.sub(r'[\n"\\]', "", value))


def _folded(value: str, width: int) -> list[str]:
    return textwrap.wrap(
        value, width, break_long_words=False, break_on_hyphens=False, expand_tabs=False
    )


def flow(value: Data) -> str:
    """A value on one line: texts, ``{key: value}`` and ``[item, item]``."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return scalar(value, flow=True)

    if isinstance(value, Mapping):
        pairs = [f"{scalar(key, flow=True)}: {flow(of)}" for key, of in value.items()]
        return f"{{{', '.join(pairs)}}}"

    return f"[{', '.join(map(flow, value))}]"


@lru_cache(maxsize=1 << 16)
def scalar(text: str, *, flow: bool = False) -> str:
    """A text on one line, quoted only where it has to be."""
    # Quotes and backslashes need no escape unless something else does.
    without_quotes = re.sub(r'["\\]', "", text)
    if _ESCAPED.search(without_quotes):
        escaped = _ESCAPED.sub(_escape, text)
        return f'"{escaped}"'

    if not _needs_quotes(text, flow=flow):
        return text

    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _needs_quotes(text: str, *, flow: bool) -> bool:
    """Whether a program would read something else from the text as it is."""
    if text in _NULLS:
        return True
    if _SPECIAL_START.match(text) or _ENDS_PLAIN.search(text):
        return True

    return flow and _FLOW_SIGNS.search(text) is not None


def _escape(result: re.Match[str]) -> str:
    character = result[0]
    if character in _ESCAPES:
        return _ESCAPES[character]

    # YAML has an escape of two, of four and of eight digits.
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02X}"
    if code <= 0xFFFF:
        return f"\\u{code:04X}"

    return f"\\U{code:08X}"
