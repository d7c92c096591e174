"""Rows of repeating groups and instances of forms: a few of them, and "and more"."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from forms_spec.model.fields import Repetition
from forms_spec.model.study import Study
from forms_spec.rules.semantics.resolved import RowSource
from generator.heavy_libraries import z3
from generator.proof.cells import is_refusal
from generator.proof.logic import Bool, conj, implies, neg, pick, whole
from generator.proof.places import (
    EARLIER,
    LOGGED,
    SOME,
    VISIT,
    FramePlace,
    FramePlaces,
    Occurrence,
)
from generator.proof.world import SubjectWorld

UNROLLED = 3
"""So many rows are looked at one by one."""
UNROLLED_FIXED = 12
"""So many of those that the dictionary lays down."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowSet:
    """The rows that an aggregate goes over: each with whether it is there, and how many
    more there are (None where there are no more).
    """

    rows: tuple[tuple[Bool, FramePlace], ...]
    more: Any = None


class RowSets:
    """The rows of each instance, the same for all that read them."""

    def __init__(self, world: SubjectWorld) -> None:
        self.world = world

    def of(self, source: RowSource, frames: FramePlaces) -> RowSet:
        place = frames[source.depth][0]
        if source.visit == "this":
            return self.of_group(place, source.table)

        instances = self.instances(source, place)
        if not source.group:
            return instances

        rows: list[tuple[Bool, FramePlace]] = []
        rests = []
        for there, (instance, _) in instances.rows:
            inner = self.of_group(instance, source.table)
            rows += [(conj((there, exists)), frame) for exists, frame in inner.rows]
            if inner.more is not None:
                rests.append(pick(there, inner.more, whole(0)))

        more = self._more(source, rests, instances.more)
        return RowSet(rows=tuple(rows), more=more)

    def _more(self, source: RowSource, rests: list[Any], instances: Any) -> Any:
        """How many more rows there are: of these forms, and of more forms."""
        if instances is None:
            return z3.Sum(rests) if rests else None

        def make() -> Any:
            total = z3.Int(f"{source.form}.{source.table}[{source.visit}] more")
            own = z3.Sum(rests) if rests else whole(0)
            self.world.blocks.demand(total >= own)
            self.world.blocks.demand(implies(instances == 0, total == own))
            return total

        return self.world.noted(("more", source.table, source.visit), make)

    def of_group(self, place: Occurrence, table: str) -> RowSet:
        """The rows of a group in one instance."""
        rows: RowSet = self.world.noted(
            ("rows", place, table), lambda: self._of_group(place, table)
        )
        return rows

    def _of_group(self, place: Occurrence, table: str) -> RowSet:
        group = self.world.study.tables[table].group
        assert group is not None
        assert group.rows is not None
        most = group.rows.maximum
        single = min(most, unrolled(self.world.study, table))
        there = [z3.Bool(f"{place}.{table} row {index}") for index in range(single)]
        exists = self.world.exists(place)

        # A row is there only after the one before it, but for those laid down.
        is_fixed = bool(pinned_rows(self.world.study, table))
        for before, row in zip([exists, *there], there, strict=False):
            self.world.blocks.demand(implies(row, exists if is_fixed else before))

        rows = tuple((row, (place, (table, index))) for index, row in enumerate(there))
        limits_rows = is_refusal(group.checks, "too-many-rows")
        if single == most and limits_rows:
            return RowSet(rows=rows)

        more = z3.Int(f"{place}.{table} more")
        self.world.blocks.demand(more >= 0)
        if limits_rows:
            self.world.blocks.demand(more <= most - single)
        self.world.blocks.demand(implies(more > 0, there[-1] if there else exists))
        return RowSet(rows=rows, more=more)

    def instances(self, source: RowSource, place: Occurrence) -> RowSet:
        """The instances of a form that a selector means, seen from another."""
        form = source.form
        if source.visit == "previous":
            return self._single(Occurrence(form, EARLIER, str(place)))
        if self.world.study.forms[form].log:
            return self._single(Occurrence(form, LOGGED))
        if source.visit != "all" and not self.world.visits.repeats(source.visit):
            return self._single(Occurrence(form, VISIT, source.visit))

        key = ("instances", form, source.visit)
        rows: RowSet = self.world.noted(key, lambda: self._instances(source))
        return rows

    def _single(self, place: Occurrence) -> RowSet:
        return RowSet(rows=((self.world.exists(place), (place, None)),))

    def _instances(self, source: RowSource) -> RowSet:
        """Some of all instances, in no order, and how many more there are."""
        places = [
            Occurrence(source.form, SOME, f"{source.visit} {index}")
            for index in range(UNROLLED)
        ]
        there = [self.world.exists(place) for place in places]
        for before, row in pairwise(there):
            self.world.blocks.demand(implies(row, before))

        if source.visit != "all":
            for place in places:
                visit = self.world.visit(place)
                self.world.blocks.demand(visit.value == self.world.text(source.visit))

        self._are_apart(places)
        rows = tuple(
            (row, (place, None)) for row, place in zip(there, places, strict=True)
        )
        more = z3.Int(f"{source.form}[{source.visit}] more")
        self.world.blocks.demand(conj((more >= 0, implies(more > 0, there[-1]))))
        return RowSet(rows=rows, more=more)

    def _are_apart(self, places: list[Occurrence]) -> None:
        """No two captured instances have the same visit and number."""
        for index, first in enumerate(places):
            for other in places[index + 1 :]:
                same = conj(
                    (
                        self.world.visit(first).value == self.world.visit(other).value,
                        self.world.visit_number(first).value
                        == self.world.visit_number(other).value,
                    )
                )
                both = conj((self.world.exists(first), self.world.exists(other)))
                self.world.blocks.demand(implies(both, neg(same)))


def unrolled(study: Study, table: str) -> int:
    """How many rows of a group are looked at one by one."""
    return len(pinned_rows(study, table)) or UNROLLED


def pinned_rows(study: Study, table: str) -> tuple[tuple[str, ...], ...]:
    """The codes of the rows that are looked at one by one, where the dictionary lays
    the rows down and they are few.
    """
    codes = fixed_codes(study, table)
    group = study.tables[table].group
    are_apart = group is not None and is_refusal(group.checks, "row-twice")
    return codes if are_apart and len(codes) <= UNROLLED_FIXED else ()


def fixed_codes(study: Study, table: str) -> tuple[tuple[str, ...], ...]:
    """The codes of each row that the dictionary lays down, in the order of
    ``Group.fixed``.
    """
    group = study.tables[table].group
    rows: Repetition | None = group.rows if group is not None else None
    if group is None or rows is None or not rows.fixed:
        return ()

    lists = {item.name: item.codelist for item in group.fields}
    codes = []
    for name in rows.fixed:
        codelist = lists[name]
        codes.append([code.code for code in codelist.codes] if codelist else [])

    return tuple(product(*codes))
