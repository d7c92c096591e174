"""An expression's meaning as a text: the same for the same meaning, and for no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from forms_spec.rules.semantics import resolved as core

_TEXTS: dict[int, tuple[core.Core, str]] = {}
"""Texts by the identity of their node, which is kept with them."""
MOST_TEXTS = 100_000


def core_text(node: core.Core) -> str:
    """The meaning as a text. What fields hold stands under their names alone."""
    entry = _TEXTS.get(id(node))
    if entry is None:
        if len(_TEXTS) >= MOST_TEXTS:
            _TEXTS.clear()
        entry = _TEXTS[id(node)] = (node, _WRITERS[type(node)](node))

    return entry[1]


def _constant(node: core.Constant) -> str:
    value: Any = node.value
    if isinstance(value, Mapping):
        value = sorted(value.items())
    elif isinstance(value, frozenset):
        value = sorted(value)

    return f"{node.type.name}:{value!r}"


def _read(node: core.Read) -> str:
    marks = f"{'r' if node.row else ''}{'!' if node.entered else ''}"
    return f"{node.depth}{marks}.{node.table}.{node.field.name}"


def _remote(node: core.Remote) -> str:
    mark = "!" if node.entered else ""
    return f"{node.depth}{mark}.{node.form}[{node.visit}].{node.field.name}"


def _key(node: core.Key) -> str:
    return f"{node.depth}.{node.name}"


def _missing(node: core.Missing) -> str:
    return f"missing({core_text(node.cell)},{node.code})"


def _apply(node: core.Apply) -> str:
    return f"{node.operator}({','.join(map(core_text, node.arguments))})"


def _fold(node: core.Fold) -> str:
    source = node.source
    rows = f"{source.depth}.{source.form}.{source.table}[{source.visit}]"
    parts = [
        core_text(part) if part is not None else "" for part in (node.where, node.body)
    ]
    name = f"{node.operator}{node.place or ''}.{node.depth}"
    return f"{name}({rows};{';'.join(parts)})"


_WRITERS: Mapping[type[core.Core], Callable[[Any], str]] = MappingProxyType(
    {
        core.Constant: _constant,
        core.Read: _read,
        core.Remote: _remote,
        core.Key: _key,
        core.Missing: _missing,
        core.Apply: _apply,
        core.Fold: _fold,
    }
)
_NODES = {subclass.__name__ for subclass in core.Core.__subclasses__()}
if {node.__name__ for node in _WRITERS} != _NODES:
    raise TypeError("an expression has nodes that have no text here")
