"""Fields that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.checks.constants import home_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.study import Study
from forms_spec.rules import Expression, Home, Type, type_of
from forms_spec.rules.semantics.name_lookup import PREVIOUS
from forms_spec.rules.semantics.reads import Dependency, targets
from forms_spec.rules.semantics.resolver import resolve

Cell = tuple[str, str | None]
"""A field of a table, or the table's rows as a whole."""


def check_cycles(draft: LoadedStudy) -> Iterator[Finding]:
    """Circles of calculations and of conditions for being shown, each field in one,
    named in full.

    ``required`` makes no circle: it changes no value, so two fields may each be
    required where the other is blank. Neither does what stands at the visit before:
    time has an end there.
    """
    reads = _reads(draft)
    places = {(part.table, part.field.name): part.spot for part in draft.parts.fields}
    cells: set[Cell] = set()

    for circle in _circles(reads):
        if not cells.isdisjoint(circle):
            continue
        cells.update(circle)
        home = circle[0][0]
        names = " -> ".join(_name(cell, home) for cell in (*circle, circle[0]))
        first = next(cell for cell in circle if cell in places)
        spot = places[first]
        key = next((key for key in ("value", "show_when") if spot.at(key).has), None)
        place = spot.at(key).place if key else spot.key
        related = tuple(
            places[cell].key for cell in circle if cell in places and cell != first
        )
        yield finding("cycle", text=place, related=related, names=names)


def _name(cell: Cell, home: str) -> str:
    table, field = cell
    return table if field is None else field if table == home else f"{table}.{field}"


def _reads(draft: LoadedStudy) -> Mapping[Cell, tuple[Cell, ...]]:
    """What each field waits for."""
    study = draft.study
    shown: dict[tuple[str, str], list[Cell]] = {}
    result: dict[Cell, list[Cell]] = {}

    for part in draft.parts.groups:
        form = study.forms.get(part.group.form)
        cells = (
            _cells(part.group.show_when, study, Home(form=form), Type.CONDITION)
            if form
            else []
        )
        shown[part.group.form, part.group.name] = cells

    for part_ in draft.parts.fields:
        field, home = part_.field, home_of(part_, study)
        if home is None:
            continue
        waits = result.setdefault((part_.table, field.name), [])
        waits += shown.get((field.form, field.group), [])
        waits += _cells(field.show_when, study, home, Type.CONDITION)
        if part_.sound:
            waits += _cells(field.value, study, home, type_of(field))

    for part in draft.parts.groups:
        if part.group.rows is not None:
            result[part.group.name, None] = shown[part.group.form, part.group.name]

    return {cell: tuple(dict.fromkeys(waits)) for cell, waits in result.items()}


def _cells(
    expression: Expression | None, study: Study, home: Home, expects: Type
) -> list[Cell]:
    if expression is None:
        return []
    resolved = resolve(expression, study, home, expects)
    if resolved.findings:
        return []
    return [
        (target.table, target.field)
        for target in targets(resolved.core)
        if _waits(target) and target.table
    ]


def _waits(target: Dependency) -> bool:
    """What was entered is there without waiting; what stands at the visit before, too."""
    return target.visit != PREVIOUS and not target.entered


def _circles(reads: Mapping[Cell, tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """One circle of each set of cells that wait for each other.

    No recursion: chains may be long.
    """
    done: set[Cell] = set()
    for start in reads:
        path: dict[Cell, Iterator[Cell]] = {}
        if start not in done:
            path[start] = iter(reads[start])
        while path:
            index = next(reversed(path))
            step = next(path[index], None)
            if step is None:
                done.add(index)
                del path[index]
            elif step in path:
                cells = list(path)
                yield tuple(cells[cells.index(step) :])
            elif step in reads and step not in done:
                path[step] = iter(reads[step])
