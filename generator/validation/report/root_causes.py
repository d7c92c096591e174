"""What a report begins with: the faults of whole files, and how many findings follow
from each.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
_PROGRAMS = ("saved-by-program", "rewritten-by-program")
_DONE_BY_PROGRAM = frozenset({"column-rewritten", "cell-lost", "row-numbers-added"})
_CHANGED = "file-changed"
_OWN_CAUSE = ("cell-differs", "files-written-again", _CHANGED)
"""Findings that are a cause of their own, and that nothing is counted under."""
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

    def is_one(self, alike: FindingKind) -> bool:
        """True for the origin's own findings."""
        return alike == (self.code, self.table, self.field) or (
            self.table is None
            and alike.code == self.code
            and self.field in (None, alike.field)
        )


def _rank(origin: Origin) -> tuple[int, int]:
    """What programs did comes first, then the cells that somebody changed, then what
    most follows from.
    """
    first = (*_PROGRAMS, *_OWN_CAUSE[:2])
    return first.index(origin.code) if origin.code in first else len(first), -max(
        origin.follow, origin.findings
    )


def _alike(origin: Origin) -> FindingKind:
    return FindingKind(origin.code, origin.table, origin.field)


@dataclass(kw_only=True)
class Origins:
    """Finds them in the counts of a report, which are complete whatever is listed."""

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
        for code in _LOST:
            for alike in self.counts:
                if alike.code == code and alike.table:
                    self._lost.setdefault(alike.table, alike)

        for alike in self.counts:
            if alike.code == _COLUMN and alike.table and alike.field:
                self._column(alike, alike.table, alike.field)
            if (
                alike.code in _REFUSED
                and alike.table == layout.SUBJECTS
                and alike.field in _SUBJECT_KEY
            ):
                self._refused = alike

        self._program = next(
            (alike for alike in self.counts if alike.code in _PROGRAMS), None
        )
        self._find_stray()

    def _find_stray(self) -> None:
        """Tables in which so many keys are wrong that every row that is missed may be
        one of theirs.
        """
        missed = {
            of: count
            for (alike, of), count in self.about.items()
            if alike.code == _NO_ROW
        }
        for alike, count in self.counts.items():
            refused = alike.code in _REFUSED and alike.field in _KEYS
            unknown = alike.code == _NO_SUBJECT and self.origin_of(alike, None) is None
            table = (
                alike.table
                if (refused or unknown) and alike.table not in self._lost
                else None
            )
            if table and count >= missed.get(table, count + 1):
                self._stray.setdefault(table, alike)

    def _column(self, alike: FindingKind, table: str, name: str) -> None:
        self._columns[table, name] = alike
        if self.links.study is not None and name in _KEYS:
            self._lost.setdefault(table, alike)

    def found(self) -> tuple[Origin, ...]:
        """Those from which most follow first."""
        follow: dict[FindingKind, Counter[str]] = {
            item: Counter() for item in self._own()
        }
        bounds: dict[FindingKind, str] = {}
        for alike, count in self.counts.items():
            for source, number, bound in self._shares(alike, count):
                follow[source][alike.code] += number
                bounds[source] = bound or bounds.get(source, EXACT)

        built = [
            self._origin(item, value, bounds.get(item, EXACT))
            for item, value in follow.items()
        ]
        built = [
            item
            for item in built
            if item.follow or item.code in _LOST or item.code in (_COLUMN, *_PROGRAMS)
        ]
        several = [*self._alike_files(built), *self._scattered()]
        several += self._own_causes(alone=not built and not several)
        built = [
            item
            for item in built
            if item.follow or not any(other.is_one(_alike(item)) for other in several)
        ]

        return tuple(sorted((*built, *several), key=_rank))

    def _own_causes(self, *, alone: bool) -> Iterator[Origin]:
        """A file that was changed says little beside what else is wrong with files."""
        for code in _OWN_CAUSE:
            count = sum(
                count for alike, count in self.counts.items() if alike.code == code
            )
            if count and (alone or code != _CHANGED):
                yield Origin(code=code, table=None, field=None, findings=count)

    def _own(self) -> Iterator[FindingKind]:
        if self._program:
            yield self._program
        yield from dict.fromkeys((*self._lost.values(), *self._columns.values()))
        yield from self._at_most()

    def _at_most(self) -> tuple[FindingKind, ...]:
        """Origins of which nobody can tell whether all that may follow does."""
        return (*((self._refused,) if self._refused else ()), *self._stray.values())

    def _origin(self, alike: FindingKind, values: Counter[str], bound: str) -> Origin:
        by_code = dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))
        return Origin(
            **alike._asdict(),
            findings=self.counts[alike],
            follow=sum(by_code.values()),
            by_code=by_code,
            bound=bound,
        )

    @staticmethod
    def _alike_files(origins: Sequence[Origin]) -> Iterator[Origin]:
        """What is wrong with several files in the same way, where nothing else shows of
        it.
        """
        files = Counter(
            item.code for item in origins if item.code in _LOST and not item.follow
        )
        yield from (
            Origin(code=code, table=None, field=None, findings=count)
            for code, count in files.items()
            if count > 1
        )

    def _scattered(self) -> Iterator[Origin]:
        """Subjects that stand otherwise in data/subjects.csv than in all other tables,
        and keys that are refused in several.
        """
        kinds = [(code, None) for code in (_OTHER_SITE, _NO_SUBJECT)]
        refused = {
            (item.code, item.field)
            for item in self.counts
            if item.code in _REFUSED and item.field in _KEYS
        }
        for code, name in (*kinds, *sorted(refused)):
            value = [
                (item, count)
                for item, count in self.counts.items()
                if item.code == code and name in (None, item.field)
            ]
            if len(value) > 1 and not any(
                self.origin_of(item, None) for item, _ in value
            ):
                yield Origin(
                    code=code,
                    table=None,
                    field=name,
                    findings=sum(count for _, count in value),
                )

    def _shares(
        self, alike: FindingKind, count: int
    ) -> Iterator[tuple[FindingKind, int, str]]:
        """How many findings of a kind follow from which origin."""
        if source := self.origin_of(alike, None):
            yield source, count, AT_MOST if source in self._at_most() else EXACT
            return

        value = [
            (of, number) for (item, of), number in self.about.items() if item == alike
        ]
        known = sum(number for _, number in value)

        for of, number in value:
            if source := self.origin_of(alike, of):
                bound = EXACT if known == count else AT_LEAST
                yield source, number, AT_MOST if source in self._at_most() else bound

    def origin_of(self, alike: FindingKind, of: str | None) -> FindingKind | None:
        """What findings of this kind, about the table ``of``, follow from."""
        lost, code, table, name = self._lost, *alike
        if code in _DONE_BY_PROGRAM or alike in self.explained:
            return self._program
        own = (
            lost.get(table or ""),
            self._stray.get(table or ""),
            self._columns.get((table or "", name or "")),
        )
        if table is None or alike in own:
            return None
        if code == _NO_SUBJECT:
            return lost.get(layout.SUBJECTS, self._refused)
        if code == _NO_FORM:
            return lost.get(layout.FORMS, self._stray.get(table))
        if code == "unknown-reference":
            return self._first(
                lost.get(parent) for parent in self.links.parents(table, name)
            )

        if of is not None and (of in lost or of in self._stray):
            return lost.get(of) or self._stray[of]
        if code == "empty-table":
            return lost.get(table)
        if name and (table, name) in self._columns:
            return self._columns[table, name]
        return (
            self._untold(self.links.untold_by(code, table, name))
            if lost or self._stray or self._columns
            else None
        )

    def _untold(self, places: frozenset[tuple[str, str]]) -> FindingKind | None:
        return self._first(
            self._columns.get(place)
            or self._lost.get(place[0])
            or self._stray.get(place[0])
            for place in sorted(places)
        )

    @staticmethod
    def _first(kinds: Iterator[FindingKind | None]) -> FindingKind | None:
        return next((item for item in kinds if item is not None), None)
