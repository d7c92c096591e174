"""Fields whose conditions ask for each other: each is shown as long as the other is
blank.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from generator.redcap.reading.dictionary_rows import Item

_NAMED = re.compile(r"\[\s*([A-Za-z0-9_]+)")

FieldGraph = Mapping[str, Collection[str]]
"""Fields by the name of a field that leads to them."""


def cyclic_fields(items: Sequence[Item]) -> frozenset[str]:
    """The names of all fields that wait for themselves, over however many others."""
    names = {item.name for item in items}
    reads = {item.name: _reads(item, names) for item in items}

    cyclic: set[str] = set()
    for component in _components(reads):
        first = component[0]
        reads_itself = first in reads[first]
        if reads_itself or len(component) > 1:
            cyclic.update(component)

    return frozenset(cyclic)


def _reads(item: Item, names: Collection[str]) -> list[str]:
    """The fields that a field's condition and formula name, each once."""
    logic = [item.branching]
    if item.type == "calc":
        logic.append(item.choices)

    # The formula of @CALCTEXT and @CALCDATE stands in the tag.
    if "@CALC" in item.annotation:
        logic.append(item.annotation)

    text = " ".join(logic)
    named = dict.fromkeys(_NAMED.findall(text))
    return [name for name in named if name in names]


def _components(reads: FieldGraph) -> Iterator[list[str]]:
    """The strongly connected components, by the algorithm of Kosaraju and Sharir."""
    readers: dict[str, list[str]] = {name: [] for name in reads}
    for name, others in reads.items():
        for other in others:
            readers[other].append(name)

    seen: set[str] = set()
    finished: list[str] = []
    for start in reads:
        finished += _walk(start, reads, seen)

    # Backwards along the edges, what was finished last reaches its component alone.
    seen = set()
    for start in reversed(finished):
        component = list(_walk(start, readers, seen))
        if component:
            yield component


def _walk(start: str, graph: FieldGraph, seen: set[str]) -> Iterator[str]:
    """What can be reached from a field and was not ``seen``, each after all that it
    leads to.
    """
    if start in seen:
        return

    seen.add(start)

    # No recursion: a chain of conditions may be longer than Python's stack.
    path = [(start, iter(graph[start]))]
    while path:
        name, others = path[-1]
        for other in others:
            if other not in seen:
                seen.add(other)
                path.append((other, iter(graph[other])))
                break
        else:
            path.pop()
            yield name
