"""Findings of many workers: each counts all of its own and keeps the first of each
kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from generator.validation.report.report import Collector, Reported

ONCE = frozenset(
    {
        "missing-column",
        "unknown-column",
        "repeated-column",
        "column-order",
        "empty-table",
        "other-delimiter",
    }
)
"""What is said of a table's header is said once, however many parts have it."""
_Kind = tuple[str, str | None, str | None, str, str | None]


@dataclass(kw_only=True)
class Tally:
    """What one worker found.

    ``kept`` are located; ``counts`` has an example and the number of each kind.
    """

    kept: list[Reported] = field(default_factory=list)
    counts: dict[_Kind, tuple[Reported, int]] = field(default_factory=dict)

    def count(self, reported: Reported, count: int) -> None:
        """So many more like this one."""
        kind = _kind(reported)
        self.counts[kind] = (reported, self.counts.get(kind, (reported, 0))[1] + count)


class Counting(Collector):
    """A collector whose findings can be sent to another machine."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)
        self.tally = Tally()
        self._held: dict[tuple[str, str | None, str | None], int] = {}

    def add(self, reported: Reported) -> None:
        cause = (reported.finding.code, reported.table, reported.field)
        value = self._held.get(cause, 0)
        if value < self.limit:
            self._held[cause] = value + 1
            self.tally.kept.append(reported)

        self.more(reported, 1)

    def has_room(self, code: str, table: str, field: str | None) -> bool:
        return self._held.get((code, table, field), 0) < self.limit

    def more(self, reported: Reported, count: int) -> None:
        self.tally.count(reported, count)


def _kind(reported: Reported) -> _Kind:
    finding = reported.finding
    return (
        finding.code,
        reported.table,
        reported.field,
        finding.severity.value,
        finding.rule,
    )


def merge(tallies: Iterable[Tally], collector: Collector) -> None:
    """Adds up what the workers found; the located cases are the first by table and row."""
    kept: list[Reported] = []
    counts: dict[_Kind, tuple[Reported, int]] = {}
    for tally in tallies:
        kept += tally.kept
        for kind, (item, count) in tally.counts.items():
            counts[kind] = (item, counts.get(kind, (item, 0))[1] + count)

    for item in _in_order(kept):
        collector.add(item)
        kind = _kind(item)
        counts[kind] = (item, counts[kind][1] - 1)

    for kind, (item, count) in counts.items():
        if count and kind[0] not in ONCE:
            collector.more(item, count)


def _in_order(kept: Iterable[Reported]) -> list[Reported]:
    once: set[tuple[str, str | None, str | None, str | None]] = set()
    results = []
    for item in sorted(kept, key=_place):
        code = item.finding.code
        text = (code, item.table, item.field, item.finding.value)
        if code in ONCE and text in once:
            continue
        once.add(text)
        results.append(item)

    return results


def _place(reported: Reported) -> tuple[str, int, str, str, str, str]:
    finding = reported.finding
    return (
        reported.table or "",
        reported.row or 0,
        reported.field or "",
        finding.code,
        finding.value or "",
        finding.message,
    )


def with_key(reported: Reported, key: dict[str, str | int]) -> Reported:
    """The finding with the key of its row, unless it has one."""
    return reported if reported.key or not key else replace(reported, key=key)
