"""Fields whose conditions ask for each other: each is shown as long as the other is
blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from generator.redcap.reading.dictionary_rows import Item

_NAMED = re.compile(r"\[\s*([A-Za-z0-9_]+)")


def circles(items: Sequence[Item]) -> frozenset[str]:
    """The names of all fields that wait, by whatever way round, for themselves."""
    names = {item.name for item in items}
    reads = {item.name: _reads(item, names) for item in items}
    return frozenset(name for part in _parts(reads) for name in part)


def _reads(item: Item, names: set[str]) -> list[str]:
    text = (
        f"{item.branching} {item.choices if item.type == 'calc' else ''} "
        f"{_formula(item.annotation)}"
    )
    return [name for name in dict.fromkeys(_NAMED.findall(text)) if name in names]


def _formula(annotation: str) -> str:
    return annotation if "@CALC" in annotation else ""


def _parts(reads: Mapping[str, list[str]]) -> Iterable[list[str]]:
    """Tarjan's strongly connected parts, those of one field only where it reads itself.

    No recursion.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    texts: list[str] = []

    for root in reads:
        if root in index:
            continue
        walk: list[tuple[str, int]] = [(root, 0)]
        while walk:
            name, position = walk.pop()
            if position == 0:
                index[name] = low[name] = len(index)
                texts.append(name)

            step = _step(
                reads[name], position, index=index, low=low, name=name, texts=texts
            )
            if step is not None:
                walk += [(name, step + 1), (reads[name][step], 0)]
            elif low[name] == index[name]:
                part = _taken(texts, name)
                if len(part) > 1 or name in reads[name]:
                    yield part

            if step is None and walk:
                above = walk[-1][0]
                low[above] = min(low[above], low[name])


def _step(
    reads: list[str],
    position: int,
    *,
    index: dict[str, int],
    low: dict[str, int],
    name: str,
    texts: list[str],
) -> int | None:
    """The next field to walk to; those that were met already only lower the mark."""
    for number in range(position, len(reads)):
        other = reads[number]
        if other not in index:
            return number
        if other in texts:
            low[name] = min(low[name], index[other])

    return None


def _taken(texts: list[str], name: str) -> list[str]:
    part = []
    while True:
        part.append(texts.pop())
        if part[-1] == name:
            return part
