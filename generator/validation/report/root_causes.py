"""What a report begins with: the faults of whole files, and how many findings follow
from each.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from generator.tables import layout
from generator.validation.dependencies import Links


class FindingKind(NamedTuple):
    """What findings alike share."""

    code: str
    table: str | None
    field: str | None


About = Mapping[tuple[FindingKind, str], int]
"""How many findings of a kind are about a table."""

_LOST = (
    "missing-file", "broken-schema", "other-delimiter", "utf-16", "mac-line-ends",
    "broken-file", "too-much-damage", "empty-table",
)  # fmt: skip
"""Faults by which a table, or the rest of it, is not there; the first that a table has
is its origin.
"""
_COLUMN = "missing-column"
_KEYS = frozenset((*layout.FORM_KEY, layout.ROW))
_REFUSED = frozenset({"cell-type", "cell-constraint", "not-utf8", "nul-character"})
_SUBJECT_KEY = frozenset({layout.SITE, layout.SUBJECT})
_NO_SUBJECT, _OTHER_SITE = "unknown-subject", "other-site"
_NO_ROW, _NO_FORM = "form-without-row", "row-without-form"
_NO_PARENT = "unknown-reference"
_PROGRAMS = ("saved-by-program", "rewritten-by-program")
_DONE_BY_PROGRAM = frozenset({"column-rewritten", "cell-lost", "row-numbers-added"})
_CHANGED = "file-changed"
_OWN_CAUSE = ("cell-differs", "files-written-again", _CHANGED)
"""Findings that are a cause of their own, and that nothing is counted under."""
_NAMED_WITHOUT_FOLLOWERS = frozenset((*_LOST, _COLUMN, *_PROGRAMS))
_FIRST_IN_REPORT = (*_PROGRAMS, *_OWN_CAUSE[:2])
EXACT, AT_LEAST, AT_MOST = "", "at least", "up to"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Findings alike from which others follow, and how many of each code do.

    ``bound`` is ``at least`` where more than are counted may follow, ``up to`` where
    some may have another reason, and else empty. What stands in several tables has no
    ``table``: then nothing follows, and ``findings`` are all that have this one reason.
    """

    code: str
    table: str | None
    field: str | None
    findings: int
    follow: int = 0
    by_code: Mapping[str, int] = dataclasses.field(default_factory=dict)
    bound: str = EXACT

    @property
    def kind(self) -> FindingKind:
        return FindingKind(self.code, self.table, self.field)

    def is_one(self, kind: FindingKind) -> bool:
        """True for the origin's own findings."""
        if kind == self.kind:
            return True

        # An origin without a table stands for its findings in all of them.
        if self.table is not None or kind.code != self.code:
            return False

        return self.field in (None, kind.field)


def _rank(origin: Origin) -> tuple[int, int]:
    """What programs did comes first, then the cells that somebody changed, then what
    most follows from.
    """
    first = _FIRST_IN_REPORT
    place = first.index(origin.code) if origin.code in first else len(first)

    return place, -max(origin.follow, origin.findings)


@dataclass(kw_only=True)
class OriginFinder:
    """Finds origins in the counts of a report, which are complete whatever is listed.

    ``explained`` are kinds of findings that a program is known to have made.
    """

    counts: Mapping[FindingKind, int]
    about: About
    links: Links
    explained: Collection[FindingKind] = ()
    _lost: dict[str, FindingKind] = dataclasses.field(default_factory=dict)
    _columns: dict[tuple[str, str], FindingKind] = dataclasses.field(
        default_factory=dict
    )
    _refused: FindingKind | None = None
    _stray: dict[str, FindingKind] = dataclasses.field(default_factory=dict)
    _program: FindingKind | None = None

    def __post_init__(self) -> None:
        self._find_lost_tables()
        self._find_lost_columns()
        self._find_refused_subjects()
        self._find_program()
        # Last, since it has to know what follows from the others.
        self._find_stray_keys()

    def _find_lost_tables(self) -> None:
        for code in _LOST:
            for kind in self._kinds_of(code):
                # The first reason counts: nothing else of the file was read.
                if kind.table:
                    self._lost.setdefault(kind.table, kind)

    def _find_lost_columns(self) -> None:
        for kind in self._kinds_of(_COLUMN):
            if not kind.table or not kind.field:
                continue

            self._columns[kind.table, kind.field] = kind

            # Without a key column no row of a study's table can be placed.
            is_key = kind.field in _KEYS
            if is_key and self.links.study is not None:
                self._lost.setdefault(kind.table, kind)

    def _find_refused_subjects(self) -> None:
        for kind in self._refused_keys():
            if kind.table != layout.SUBJECTS:
                continue

            # A visit or a row is no part of what names a subject.
            if kind.field in _SUBJECT_KEY:
                self._refused = kind

    def _find_program(self) -> None:
        for kind in self.counts:
            if kind.code in _PROGRAMS:
                self._program = kind
                return

    def _find_stray_keys(self) -> None:
        """Tables in which so many keys are wrong that every row that is missed may be
        one of theirs.
        """
        missed: dict[str, int] = {}
        for (kind, about), count in self.about.items():
            if kind.code == _NO_ROW:
                missed[about] = count

        refused = set(self._refused_keys())

        for kind, count in self.counts.items():
            table = kind.table
            if table is None or table in self._lost:
                continue

            # Fewer wrong keys than missed rows cannot be all of the reason.
            if table not in missed or count < missed[table]:
                continue

            if kind in refused or self._is_unknown_subject(kind):
                self._stray.setdefault(table, kind)

    def _is_unknown_subject(self, kind: FindingKind) -> bool:
        """Whether the subjects themselves are unknown, and not the list of them lost."""
        return kind.code == _NO_SUBJECT and self.origin_of(kind, None) is None

    def _kinds_of(self, code: str) -> Iterator[FindingKind]:
        return (kind for kind in self.counts if kind.code == code)

    def _refused_keys(self) -> Iterator[FindingKind]:
        """Keys that nobody can read."""
        for kind in self.counts:
            if kind.code in _REFUSED and kind.field in _KEYS:
                yield kind

    def found(self) -> tuple[Origin, ...]:
        """Those from which most follow first."""
        single = self._single_origins()
        several = [*_alike_files(single), *self._scattered()]
        has_others = bool(single or several)
        several += self._own_causes(alone=not has_others)

        # What stands in several tables is said once for all of them.
        alone: list[Origin] = []
        for origin in single:
            if origin.follow or not _is_any(several, origin.kind):
                alone.append(origin)

        return tuple(sorted((*alone, *several), key=_rank))

    def _single_origins(self) -> list[Origin]:
        """The origins in one table each."""
        follow = {kind: Counter[str]() for kind in self._candidates()}
        bounds = dict.fromkeys(follow, EXACT)

        for kind, count in self.counts.items():
            for source, number, bound in self._shares(kind, count):
                follow[source][kind.code] += number
                bounds[source] = bound or bounds[source]

        origins: list[Origin] = []
        for kind, followers in follow.items():
            origin = self._origin(kind, followers, bounds[kind])
            if origin.follow or origin.code in _NAMED_WITHOUT_FOLLOWERS:
                origins.append(origin)

        return origins

    def _candidates(self) -> Iterator[FindingKind]:
        if self._program:
            yield self._program

        yield from dict.fromkeys((*self._lost.values(), *self._columns.values()))
        yield from self._at_most()

    def _at_most(self) -> tuple[FindingKind, ...]:
        """Origins of which nobody can tell whether all that may follow does."""
        if self._refused is None:
            return tuple(self._stray.values())

        return (self._refused, *self._stray.values())

    def _origin(self, kind: FindingKind, followers: Counter[str], bound: str) -> Origin:
        by_code = dict(sorted(followers.items(), key=lambda item: (-item[1], item[0])))

        return Origin(
            code=kind.code,
            table=kind.table,
            field=kind.field,
            findings=self.counts[kind],
            follow=sum(by_code.values()),
            by_code=by_code,
            bound=bound,
        )

    def _own_causes(self, *, alone: bool) -> Iterator[Origin]:
        """A file that was changed says little beside what else is wrong with files."""
        for code in _OWN_CAUSE:
            if code == _CHANGED and not alone:
                continue

            count = sum(self.counts[kind] for kind in self._kinds_of(code))
            if count:
                yield Origin(code=code, table=None, field=None, findings=count)

    def _scattered(self) -> Iterator[Origin]:
        """Subjects that stand otherwise in data/subjects.csv than in all other tables,
        and keys that are refused in several.
        """
        for code in (_OTHER_SITE, _NO_SUBJECT):
            yield from self._in_several(code, None, list(self._kinds_of(code)))

        refused: dict[tuple[str, str], list[FindingKind]] = {}
        for kind in self._refused_keys():
            place = (kind.code, kind.field or "")
            refused.setdefault(place, []).append(kind)

        for (code, name), kinds in sorted(refused.items()):
            yield from self._in_several(code, name, kinds)

    def _in_several(
        self, code: str, name: str | None, kinds: Sequence[FindingKind]
    ) -> Iterator[Origin]:
        """One origin of all these, unless something else is known to be theirs."""
        if len(kinds) < 2:
            return

        explained = any(self.origin_of(kind, None) for kind in kinds)
        if explained:
            return

        count = sum(self.counts[kind] for kind in kinds)
        yield Origin(code=code, table=None, field=name, findings=count)

    def _shares(
        self, kind: FindingKind, count: int
    ) -> Iterator[tuple[FindingKind, int, str]]:
        """How many findings of a kind follow from which origin."""
        source = self.origin_of(kind, None)
        if source:
            yield source, count, self._bound(source, EXACT)
            return

        shares: dict[str, int] = {}
        for (other, table), number in self.about.items():
            if other == kind:
                shares[table] = number

        # Findings that are about no table may follow from the same origin.
        known = sum(shares.values())
        bound = EXACT if known == count else AT_LEAST

        for table, number in shares.items():
            source = self.origin_of(kind, table)
            if source:
                yield source, number, self._bound(source, bound)

    def _bound(self, source: FindingKind, bound: str) -> str:
        if source in self._at_most():
            return AT_MOST

        return bound

    def origin_of(self, kind: FindingKind, about: str | None) -> FindingKind | None:
        """What findings of this kind, about the table ``about``, follow from."""
        if kind.code in _DONE_BY_PROGRAM or kind in self.explained:
            return self._program
        if kind.table is None or self._is_candidate(kind):
            return None

        # What refers to a row follows from whatever keeps that row from being read.
        table = kind.table
        if kind.code == _NO_SUBJECT:
            return self._lost.get(layout.SUBJECTS, self._refused)
        if kind.code == _NO_FORM:
            return self._lost.get(layout.FORMS, self._stray.get(table))
        if kind.code == _NO_PARENT:
            parents = self.links.parents(table, kind.field)
            return _first(map(self._lost.get, parents))

        # A finding about another table follows from what is wrong there.
        fault = self._table_fault(about or "")
        if fault:
            return fault

        if kind.code == "empty-table":
            return self._lost.get(table)

        column = self._columns.get((table, kind.field or ""))

        return column or self._origin_of_unknown(kind, table)

    def _is_candidate(self, kind: FindingKind) -> bool:
        table = kind.table or ""

        return kind in (
            self._lost.get(table),
            self._stray.get(table),
            self._columns.get((table, kind.field or "")),
        )

    def _table_fault(self, table: str) -> FindingKind | None:
        return self._lost.get(table) or self._stray.get(table)

    def _origin_of_unknown(self, kind: FindingKind, table: str) -> FindingKind | None:
        """The first fault by which an answer that the finding needs is not there."""
        # Most reports. The rules of the study need not be looked through.
        if not (self._lost or self._stray or self._columns):
            return None

        places = sorted(self.links.untold_by(kind.code, table, kind.field))

        return _first(map(self._fault_of, places))

    def _fault_of(self, place: tuple[str, str]) -> FindingKind | None:
        """What is wrong with a column, or with its table."""
        table, _ = place
        return self._columns.get(place) or self._table_fault(table)


def _is_any(origins: Iterable[Origin], kind: FindingKind) -> bool:
    return any(origin.is_one(kind) for origin in origins)


def _alike_files(origins: Sequence[Origin]) -> Iterator[Origin]:
    """What is wrong with several files in the same way, where nothing else shows of it."""
    files: Counter[str] = Counter()
    for origin in origins:
        # What others follow from is told by itself.
        if origin.code in _LOST and not origin.follow:
            files[origin.code] += 1

    for code, count in files.items():
        if count < 2:
            continue

        yield Origin(code=code, table=None, field=None, findings=count)


def _first(kinds: Iterable[FindingKind | None]) -> FindingKind | None:
    for kind in kinds:
        if kind is not None:
            return kind

    return None
