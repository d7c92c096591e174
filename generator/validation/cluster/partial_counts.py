"""Findings of many workers: each counts all of its own and keeps the first of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from generator.validation.report.report import Collector, Reported

ONCE = frozenset(
    {"missing-column", "unknown-column", "repeated-column", "column-order", "empty-table", "other-delimiter"}
)
"""What is said of a table's header is said once, however many parts have it."""
_Kind = tuple[str, str | None, str | None, str, str | None]


@dataclass(kw_only=True)
class Tally:
    """What one worker found. ``kept`` are located; ``counts`` has an example and the number of each kind."""

    kept: list[Reported] = field(default_factory=list)
    counts: dict[_Kind, tuple[Reported, int]] = field(default_factory=dict)

    def count(self, one: Reported, count: int) -> None:
        """So many more like this one."""
        kind = _kind(one)
        self.counts[kind] = (one, self.counts.get(kind, (one, 0))[1] + count)


class Counting(Collector):
    """A collector whose findings can be sent to another machine."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)
        self.tally = Tally()
        self._held: dict[tuple[str, str | None, str | None], int] = {}

    def add(self, one: Reported) -> None:
        cause = (one.finding.code, one.table, one.field)
        held = self._held.get(cause, 0)
        if held < self.limit:
            self._held[cause] = held + 1
            self.tally.kept.append(one)
        self.more(one, 1)

    def has_room(self, code: str, table: str, field: str | None) -> bool:
        return self._held.get((code, table, field), 0) < self.limit

    def more(self, one: Reported, count: int) -> None:
        self.tally.count(one, count)


def _kind(one: Reported) -> _Kind:
    found = one.finding
    return found.code, one.table, one.field, found.severity.value, found.rule


def merge(tallies: Iterable[Tally], collector: Collector) -> None:
    """Adds up what the workers found; the located cases are the first by table and row."""
    kept: list[Reported] = []
    counts: dict[_Kind, tuple[Reported, int]] = {}
    for tally in tallies:
        kept += tally.kept
        for kind, (one, count) in tally.counts.items():
            counts[kind] = (one, counts.get(kind, (one, 0))[1] + count)
    for one in _in_order(kept):
        collector.add(one)
        kind = _kind(one)
        counts[kind] = (one, counts[kind][1] - 1)
    for kind, (one, count) in counts.items():
        if count and kind[0] not in ONCE:
            collector.more(one, count)


def _in_order(kept: Iterable[Reported]) -> list[Reported]:
    once: set[tuple[str, str | None, str | None, str | None]] = set()
    found = []
    for one in sorted(kept, key=_place):
        code = one.finding.code
        said = (code, one.table, one.field, one.finding.value)
        if code in ONCE and said in once:
            continue
        once.add(said)
        found.append(one)
    return found


def _place(one: Reported) -> tuple[str, int, str, str, str, str]:
    found = one.finding
    return (one.table or "", one.row or 0, one.field or "", found.code, found.value or "", found.message)


def with_key(one: Reported, key: dict[str, str | int]) -> Reported:
    """The finding with the key of its row, unless it has one."""
    return one if one.key or not key else replace(one, key=key)
