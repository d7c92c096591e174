"""What is wrong with a package: counts that are always complete, and the first cases of
each.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from forms_spec.findings.finding import ALERTS, Finding, Severity
from generator.tables import layout
from generator.validation.dependencies import Links
from generator.validation.report.file_remedies import for_files
from generator.validation.report.root_causes import FindingKind, Origin, OriginFinder

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
    def kind(self) -> FindingKind:
        """What it shares with findings alike."""
        return FindingKind(self.finding.code, self.table, self.field)

    @property
    def place(self) -> str:
        """``table.field``, the table, or nothing."""
        return ".".join(filter(None, (self.table, self.field)))

    @property
    def row_key(self) -> str:
        """The key as a person says it: ``01 01-007 SCR``."""
        parts: list[str] = []
        for name, part in self.key.items():
            # Number 0 is the visit itself, and not one that was repeated.
            if name == layout.UNSNO and part == 0:
                continue

            parts.append(str(part))

        return " ".join(parts)


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

        counts, validated = self.counts, self._validated()
        if not counts.findings:
            return f"{validated}: no findings."

        errors = counts.by_severity[Severity.ERROR.value]
        weights = many(errors, "error") if errors else "no errors"

        # An alert is a matter of the subject's safety, whatever else there is.
        alerts = sum(counts.by_code.get(code, 0) for code in ALERTS)
        if alerts:
            weights += f", {many(alerts, 'alert value')}"

        return f"{validated}: {many(counts.findings, 'finding')} ({weights})."

    def _validated(self) -> str:
        """What was validated, and by whom."""
        rows = self.counts.rows
        parts: list[str] = []
        if rows:
            total = sum(rows.values())
            parts.append(f"{total:,} rows in {many(len(rows), 'table')}")

        if self.handed:
            parts.append(f"{many(self.handed, 'table')} validated by Frictionless")

        return ", ".join(parts) or "No table was validated"

    @property
    def hidden(self) -> int:
        """How many findings are counted and not listed."""
        return self.counts.findings - self.counts.located

    @property
    def valid(self) -> bool:
        """True when there is no finding but tolerated ones."""
        return self.readable and set(self.counts.by_code) <= self.tolerated


_Named = TypeVar("_Named", str, FindingKind)


def most_first(counts: Counter[_Named]) -> dict[_Named, int]:
    """The largest count first, equal ones by name, whatever was found first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))


def many(count: int, noun: str) -> str:
    """A number and its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class Collector:
    """Counts every finding and keeps the first ``limit`` of each code, table and field.

    ``tolerated`` is None where each finding has a severity of its own. In a package of
    others a finding errors it unless its code is tolerated; then it warns. So the
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
        fork = Collector(limit=self.limit)
        fork.links = self.links
        fork._about = self._about.copy()
        fork._causes = self._causes.copy()
        fork._severities = self._severities.copy()
        fork._rules = self._rules.copy()
        fork._checks = self._checks.copy()
        fork._located = self._located.copy()
        fork._kept = list(self._kept)

        return fork

    @property
    def causes(self) -> Mapping[FindingKind, int]:
        """How many findings of each kind were added."""
        return self._causes

    def add(self, reported: Reported) -> None:
        """Counts a finding, and lists it while there is room."""
        weighed = self._weighed(reported.finding)
        kind = reported.kind
        self._count(weighed, kind, 1)
        if reported.of is not None:
            self._about[kind, reported.of] += 1

        if self._causes[kind] <= self.limit and len(self._kept) < MOST_LOCATED:
            self._kept.append(dataclasses.replace(reported, finding=for_files(weighed)))
            self._located[kind] += 1

    def has_room(self, code: str, table: str, field: str | None) -> bool:
        """True while findings of this kind are listed and not only counted."""
        return self._causes[FindingKind(code, table, field)] < self.limit

    def more(self, reported: Reported, count: int) -> None:
        """Counts findings like this one that are not listed."""
        self._count(self._weighed(reported.finding), reported.kind, count)

    def _weighed(self, finding: Finding) -> Finding:
        """The finding with the severity that it has in this package."""
        if self.tolerated is None:
            return finding

        tolerated = finding.code in self.tolerated
        severity = Severity.WARNING if tolerated else Severity.ERROR
        if finding.severity is severity:
            return finding

        return dataclasses.replace(finding, severity=severity)

    def _count(self, finding: Finding, kind: FindingKind, count: int) -> None:
        self._causes[kind] += count
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
        finder = OriginFinder(
            counts=self._causes,
            about=self._about,
            links=self.links,
            explained=self.explained,
        )
        origins = finder.found()

        # What is about no table that was read comes first.
        places = {name: index for index, name in enumerate(rows)}
        listed = sorted(
            self._kept,
            key=lambda finding: (places.get(finding.table or "", -1), finding.row or 0),
        )

        return Report(
            source=source,
            study=study,
            readable=readable,
            findings=_with_origins(listed, finder, origins),
            counts=self._counts(rows, forms, subjects),
            missingness=missingness,
            notes=notes,
            tolerated=self.tolerated or frozenset(),
            handed=handed,
            origins=origins,
        )

    def _counts(self, rows: Mapping[str, int], forms: int, subjects: int) -> Counts:
        return Counts(
            findings=sum(self._causes.values()),
            located=len(self._kept),
            rows=rows,
            forms=forms,
            subjects=subjects,
            by_severity={
                severity.value: self._severities[severity.value]
                for severity in Severity
            },
            by_code=self._sum(lambda kind: kind.code),
            by_table=self._sum(lambda kind: kind.table),
            by_field=self._sum(_table_and_field),
            by_rule=most_first(self._rules),
            by_check=most_first(self._checks),
            causes=tuple(
                Cause(**kind._asdict(), findings=count, located=self._located[kind])
                for kind, count in most_first(self._causes).items()
            ),
        )

    def _sum(self, name_of: Callable[[FindingKind], str | None]) -> dict[str, int]:
        """The findings of each name, without those that have none."""
        summed: Counter[str] = Counter()
        for kind, count in self._causes.items():
            name = name_of(kind)
            if name:
                summed[name] += count

        return most_first(summed)


def _table_and_field(kind: FindingKind) -> str | None:
    if not kind.table or not kind.field:
        return None

    return f"{kind.table}.{kind.field}"


def _with_origins(
    listed: list[Reported], finder: OriginFinder, origins: tuple[Origin, ...]
) -> tuple[Reported, ...]:
    """The findings, each with the place of what it follows from."""
    if not origins:
        return tuple(listed)

    places = {origin.kind: index for index, origin in enumerate(origins)}
    findings: list[Reported] = []

    for finding in listed:
        origin = finding.origin
        source = finder.origin_of(finding.kind, finding.of)
        if source:
            origin = places[source]

        findings.append(dataclasses.replace(finding, origin=origin))

    return tuple(findings)
