"""What is wrong with a package: counts that are always complete, and the first cases of
each.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from forms_spec.findings.finding import ALERTS, Finding, Severity
from generator.validation.dependencies import Links
from generator.validation.report.file_remedies import for_files
from generator.validation.report.root_causes import FindingKind, Origin, Origins

if TYPE_CHECKING:
    from generator.validation.completeness import Missingness

LIMIT = 100
MOST_LOCATED = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A finding and the line that it is about.

    ``file`` is the path inside the package, ``row`` the physical line of that file,
    ``key`` the key columns of the row by name. ``of`` is the table that it is about,
    where that is another than ``table``; ``origin`` the place in the report's origins
    of what it follows from.
    """

    finding: Finding
    file: str | None = None
    table: str | None = None
    row: int | None = None
    field: str | None = None
    key: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    of: str | None = None
    origin: int | None = None

    @property
    def alike(self) -> FindingKind:
        """What it shares with findings alike."""
        return FindingKind(self.finding.code, self.table, self.field)

    @property
    def place(self) -> str:
        """``table.field``, the table, or nothing."""
        return ".".join(part for part in (self.table, self.field) if part)

    @property
    def row_key(self) -> str:
        """The key as a person says it: ``01 01-007 SCR``."""
        return " ".join(
            str(part) for name, part in self.key.items() if (name, part) != ("unsno", 0)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Findings alike: how many there are, and how many of them are listed."""

    code: str
    table: str | None
    field: str | None
    findings: int
    located: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """``located`` findings are listed, all are counted. ``by_field`` is keyed
    ``table.field``.

    ``by_check`` counts each finding under the rule or protocol check that found it,
    else under its code.
    """

    findings: int
    located: int
    rows: Mapping[str, int]
    forms: int
    subjects: int
    by_severity: Mapping[str, int]
    by_code: Mapping[str, int]
    by_table: Mapping[str, int]
    by_field: Mapping[str, int]
    by_rule: Mapping[str, int]
    by_check: Mapping[str, int]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The verdict on one package. ``readable`` is False when nothing of it could be
    judged.

    ``notes`` say what was judged in another way, ``handed`` how many tables
    Frictionless judged by itself. Codes that are ``tolerated`` are told and refuse
    nothing. ``origins`` say what to look at first.
    """

    source: str
    study: str | None
    readable: bool
    findings: tuple[Reported, ...]
    counts: Counts
    missingness: tuple[Missingness, ...] = ()
    notes: tuple[str, ...] = ()
    tolerated: frozenset[str] = frozenset()
    handed: int = 0
    origins: tuple[Origin, ...] = ()

    def sentence(self) -> str:
        """The verdict in one sentence."""
        if not self.readable:
            return "The package cannot be read."
        counts = self.counts
        value = self._held()
        if not counts.findings:
            return f"{value}: no findings."
        errors = counts.by_severity[Severity.REFUSE.value]
        alerts = sum(counts.by_code.get(code, 0) for code in ALERTS)
        weights = [many(errors, "error") if errors else "no errors"]
        if alerts:
            weights.append(many(alerts, "alert value"))
        return f"{value}: {many(counts.findings, 'finding')} ({', '.join(weights)})."

    def _held(self) -> str:
        """What was judged, and by whom."""
        tables = self.counts.rows
        if not tables and not self.handed:
            return "No table was validated"
        text = (
            f"{sum(tables.values()):,} rows in {many(len(tables), 'table')}"
            if tables
            else ""
        )
        handed = (
            f"{many(self.handed, 'table')} validated by Frictionless"
            if self.handed
            else ""
        )

        return ", ".join(part for part in (text, handed) if part)

    @property
    def hidden(self) -> int:
        """How many findings are counted and not listed."""
        return self.counts.findings - self.counts.located

    @property
    def valid(self) -> bool:
        """True when there is no finding but tolerated ones."""
        return self.readable and set(self.counts.by_code) <= self.tolerated


_Named = TypeVar("_Named", str, FindingKind)


def _most_first(counts: Counter[_Named]) -> dict[_Named, int]:
    """The largest count first, equal ones by name, whatever was found first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))


def many(count: int, noun: str) -> str:
    """A number and its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class Collector:
    """Counts every finding and keeps the first ``limit`` of each code, table and field.

    ``tolerated`` is None where each finding has a severity of its own. In a package of
    others a finding refuses it unless its code is tolerated; then it warns. So the
    verdict and the severities say the same.
    """

    def __init__(self, *, limit: int = LIMIT) -> None:
        self.limit = limit
        self.tolerated: frozenset[str] | None = None
        self.links = Links()
        self.explained: set[FindingKind] = set()
        self._about: Counter[tuple[FindingKind, str]] = Counter()
        self._causes: Counter[FindingKind] = Counter()
        self._severities: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._checks: Counter[str] = Counter()
        self._kept: list[Reported] = []
        self._located: Counter[FindingKind] = Counter()

    def fork(self) -> Collector:
        """Another one that has what was added so far."""
        collector = Collector(limit=self.limit)
        collector.links = self.links
        collector._about, collector._causes = self._about.copy(), self._causes.copy()
        collector._severities, collector._rules = (
            self._severities.copy(),
            self._rules.copy(),
        )
        collector._checks, collector._located = (
            self._checks.copy(),
            self._located.copy(),
        )
        collector._kept = list(self._kept)

        return collector

    @property
    def causes(self) -> Mapping[FindingKind, int]:
        """How many findings of each kind were added."""
        return self._causes

    def add(self, reported: Reported) -> None:
        weighed = self._weighed(reported.finding)
        cause = reported.alike
        self._count(weighed, cause, 1)
        if reported.of is not None:
            self._about[cause, reported.of] += 1
        if self._causes[cause] <= self.limit and len(self._kept) < MOST_LOCATED:
            self._kept.append(dataclasses.replace(reported, finding=for_files(weighed)))
            self._located[cause] += 1

    def has_room(self, code: str, table: str, field: str | None) -> bool:
        """True while findings of this kind are listed and not only counted."""
        return self._causes[FindingKind(code, table, field)] < self.limit

    def more(self, reported: Reported, count: int) -> None:
        """Counts findings like this one that are not listed."""
        self._count(self._weighed(reported.finding), reported.alike, count)

    def _weighed(self, finding: Finding) -> Finding:
        """The finding with the severity that it has in this package."""
        if self.tolerated is None:
            return finding
        severity = (
            Severity.WARNING if finding.code in self.tolerated else Severity.REFUSE
        )

        return (
            finding
            if finding.severity is severity
            else dataclasses.replace(finding, severity=severity)
        )

    def _count(self, finding: Finding, cause: FindingKind, count: int) -> None:
        self._causes[cause] += count
        self._severities[finding.severity.value] += count
        self._checks[finding.rule or finding.code] += count
        if finding.rule:
            self._rules[finding.rule] += count

    def report(
        self,
        *,
        source: str,
        study: str | None,
        readable: bool,
        rows: Mapping[str, int],
        forms: int,
        subjects: int,
        missingness: tuple[Missingness, ...] = (),
        notes: tuple[str, ...] = (),
        handed: int = 0,
    ) -> Report:
        """Everything that was added, by file and line."""
        places = {name: index for index, name in enumerate(rows)}
        origins = Origins(
            counts=self._causes,
            about=self._about,
            links=self.links,
            explained=self.explained,
        )
        result = origins.found()
        kept = sorted(
            self._kept,
            key=lambda item: (places.get(item.table or "", -1), item.row or 0),
        )
        counts = Counts(
            findings=sum(self._causes.values()),
            located=len(kept),
            rows=rows,
            forms=forms,
            subjects=subjects,
            by_severity={item.value: self._severities[item.value] for item in Severity},
            by_code=self._sum(0),
            by_table=self._sum(1),
            by_field=self._by_field(),
            by_rule=_most_first(self._rules),
            by_check=_most_first(self._checks),
            causes=tuple(
                self._cause(alike, count)
                for alike, count in _most_first(self._causes).items()
            ),
        )

        return Report(
            source=source,
            study=study,
            readable=readable,
            findings=_with_origins(kept, origins, result),
            counts=counts,
            missingness=missingness,
            notes=notes,
            tolerated=self.tolerated or frozenset(),
            handed=handed,
            origins=result,
        )

    def _cause(self, alike: FindingKind, count: int) -> Cause:
        code, table, name = alike
        return Cause(
            code=code,
            table=table,
            field=name,
            findings=count,
            located=self._located[alike],
        )

    def _sum(self, part: int) -> dict[str, int]:
        summed: Counter[str] = Counter()
        for cause, count in self._causes.items():
            if name := cause[part]:
                summed[name] += count

        return _most_first(summed)

    def _by_field(self) -> dict[str, int]:
        summed: Counter[str] = Counter()
        for (_, table, name), count in self._causes.items():
            if table and name:
                summed[f"{table}.{name}"] += count

        return _most_first(summed)


def _with_origins(
    kept: list[Reported], finder: Origins, origins: tuple[Origin, ...]
) -> tuple[Reported, ...]:
    """The findings, each with the place of what it follows from."""
    if not origins:
        return tuple(kept)
    places = {
        FindingKind(origin.code, origin.table, origin.field): index
        for index, origin in enumerate(origins)
    }
    sources = ((item, finder.origin_of(item.alike, item.of)) for item in kept)

    return tuple(
        dataclasses.replace(item, origin=places[source]) if source else item
        for item, source in sources
    )
