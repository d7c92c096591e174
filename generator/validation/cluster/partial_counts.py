"""Findings of many workers: each counts all of its own and keeps the first of each
kind.
"""

from __future__ import annotations

from collections import Counter
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
_Counts = dict[_Kind, tuple[Reported, int]]


@dataclass(kw_only=True)
class WorkerFindings:
    """What one worker finds.

    ``kept`` are the first of each cause, with their rows; ``counts`` has an example and
    the number of each kind.
    """

    kept: list[Reported] = field(default_factory=list)
    counts: _Counts = field(default_factory=dict)

    def count(self, reported: Reported, count: int) -> None:
        """So many more like this one."""
        _add(self.counts, reported, count)


class WorkerCollector(Collector):
    """A collector whose findings can be sent to another machine."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)
        self.findings = WorkerFindings()
        self._kept_by_cause: Counter[tuple[str, str | None, str | None]] = Counter()

    def add(self, reported: Reported) -> None:
        cause = (reported.finding.code, reported.table, reported.field)
        if self.has_room(*cause):
            self._kept_by_cause[cause] += 1
            self.findings.kept.append(reported)

        self.more(reported, 1)

    def has_room(self, code: str, table: str | None, field: str | None) -> bool:
        return self._kept_by_cause[code, table, field] < self.limit

    def more(self, reported: Reported, count: int) -> None:
        self.findings.count(reported, count)


def _kind(reported: Reported) -> _Kind:
    finding = reported.finding

    return (
        finding.code,
        reported.table,
        reported.field,
        finding.severity.value,
        finding.rule,
    )


def _add(counts: _Counts, reported: Reported, count: int) -> None:
    kind = _kind(reported)
    _, before = counts.get(kind, (reported, 0))
    counts[kind] = (reported, before + count)


def merge(workers: Iterable[WorkerFindings], collector: Collector) -> None:
    """Adds up what the workers found; the located cases are the first by table and row."""
    kept: list[Reported] = []
    counts: _Counts = {}

    for findings in workers:
        kept += findings.kept
        for example, count in findings.counts.values():
            _add(counts, example, count)

    for reported in _in_order(kept):
        collector.add(reported)
        _add(counts, reported, -1)

    # What is left are the cases that no worker has located.
    for example, count in counts.values():
        if count and example.finding.code not in ONCE:
            collector.more(example, count)


def _in_order(kept: Iterable[Reported]) -> list[Reported]:
    """By table and row; of what is said once, only the first."""
    seen: set[tuple[str, str | None, str | None, str | None]] = set()
    results = []

    for reported in sorted(kept, key=_place):
        code, value = reported.finding.code, reported.finding.value
        words = (code, reported.table, reported.field, value)
        if code in ONCE:
            if words in seen:
                continue
            seen.add(words)

        results.append(reported)

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
