"""Why there is no answer: blank, missing with a reason, hidden, not due yet, overdue.
All told apart.

Counted for each field at each visit. A form that a visit asks for and that nobody began
counts once for each of its own fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

ANSWERED, INVALID, HIDDEN = "answered", "invalid", "not applicable"
BLANK, OPTIONAL = "blank though expected", "left blank"
NOT_DUE, DUE, OVERDUE, MISSED = "not yet due", "due", "overdue", "visit missed"
MISSING = "missing: "
"""Before the missing code that gives the reason."""

ASKED = (ANSWERED, INVALID, BLANK, OVERDUE)
"""States that say how complete a field is, with all missing codes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missingness:
    """One field at one visit: how many cells are in which state, in the order of
    ``state_order``.
    """

    table: str
    field: str
    visit: str
    states: Mapping[str, int]

    @property
    def answered(self) -> float | None:
        """The share of answers among the cells that should have one; None when there
        are none.
        """
        return share_answered(self.states)


def share_answered(states: Mapping[str, int]) -> float | None:
    """Answers among cells that should have one: hidden, optional and not yet due ones
    do not count.
    """
    asked = 0
    for state, count in states.items():
        if state in ASKED or state.startswith(MISSING):
            asked += count

    if not asked:
        return None

    return states.get(ANSWERED, 0) / asked


def in_order(states: Mapping[str, int]) -> dict[str, int]:
    """States from answered to not yet due, missing codes after the answers."""
    order = (
        ANSWERED,
        MISSING,
        INVALID,
        BLANK,
        OVERDUE,
        DUE,
        NOT_DUE,
        MISSED,
        OPTIONAL,
        HIDDEN,
    )
    places = {state: index for index, state in enumerate(order)}

    return dict(
        sorted(
            states.items(),
            key=lambda item: (places.get(item[0], places[MISSING]), item[0]),
        )
    )


def visits(lines: Iterable[Missingness]) -> tuple[str, ...]:
    """The visits of a table, log forms among them, each once and in the study's order.

    The lines of every field are in it; together they say where the visits of one form
    stand among those of another.
    """
    before: dict[str, set[str]] = {}
    last: dict[tuple[str, str], str] = {}

    for line in lines:
        setdefault = before.setdefault(line.visit, set())
        place = (line.table, line.field)
        if place in last:
            setdefault.add(last[place])

        last[place] = line.visit

    return tuple(TopologicalSorter(before).static_order())


def total(lines: Iterable[Missingness]) -> dict[str, int]:
    """The states of many fields together."""
    summed: Counter[str] = Counter()
    for line in lines:
        summed.update(line.states)

    return in_order(summed)
