"""Fields that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.checks.constants import home_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.rules import Expression, Home, Type, type_of
from forms_spec.rules.semantics.name_lookup import PREVIOUS
from forms_spec.rules.semantics.reads import Dependency, targets
from forms_spec.rules.semantics.resolver import resolve

Cell = tuple[str, str | None]
"""A field of a table, or the table's rows as a whole."""


def check_cycles(loaded: LoadedStudy) -> Iterator[Finding]:
    """Circles of calculations and of conditions for being shown, each field in one,
    named in full.

    ``required`` makes no circle: it changes no value, so two fields may each be
    required where the other is blank. Neither does what stands at the visit before:
    time has an end there.
    """
    reads: dict[Cell, tuple[Cell, ...]] = {}
    for of_form in loaded.of_each_form(_reads):
        for cell, cells in of_form.items():
            # Two fields of one name, which is refused, are one cell.
            reads[cell] = (*reads[cell], *cells) if cell in reads else cells

    circles = list(_circles(reads))
    if not circles:
        return

    spots: dict[Cell, SourceNode] = {
        (part.table, part.field.name): part.spot for part in loaded.parts.fields
    }
    reported: set[Cell] = set()
    for circle in circles:
        if reported.isdisjoint(circle):
            reported.update(circle)
            yield _circle_found(circle, spots)


def _circle_found(
    circle: tuple[Cell, ...], spots: Mapping[Cell, SourceNode]
) -> Finding:
    home = circle[0][0]
    closed = (*circle, circle[0])
    names = [_name(cell, home) for cell in closed]

    # The rows of a table as a whole have no text of their own.
    first, *others = [cell for cell in circle if cell in spots]

    return finding(
        "cycle",
        text=_waiting_place(spots[first]),
        related=tuple(spots[cell].key for cell in others),
        names=" -> ".join(names),
    )


def _waiting_place(spot: SourceNode) -> TextPlace:
    """The expression that makes a field wait, as far as it has one of its own."""
    for key in ("value", "show_when"):
        if spot.at(key).has:
            return spot.at(key).place

    return spot.key


def _name(cell: Cell, home: str) -> str:
    """A cell as a rule of the table ``home`` calls it."""
    table, field = cell
    if field is None:
        return table
    if table == home:
        return field

    return f"{table}.{field}"


def _reads(loaded: LoadedStudy) -> Mapping[Cell, tuple[Cell, ...]]:
    """What the fields of a form wait for, each cell once, in the order of the text.
    Those that wait for nothing are left out.
    """
    study = loaded.study
    of_groups: dict[tuple[str, str], list[Cell]] = {}
    waits: dict[Cell, list[Cell]] = {}

    for part in loaded.parts.fields:
        field, home = part.field, home_of(part, study)
        if home is None:
            continue

        group = (field.form, field.group)
        if group not in of_groups:
            of_groups[group] = _group_waits(study, home.form, field.group)

        cells = waits.setdefault((part.table, field.name), [])
        cells += of_groups[group]
        cells += _cells(field.show_when, study, home, Type.CONDITION)
        # Without its type or codelist a formula cannot be resolved.
        if part.sound:
            cells += _cells(field.value, study, home, type_of(field))

    for group_part in loaded.parts.groups:
        rows, form = group_part.group, study.forms.get(group_part.group.form)
        if rows.rows is not None and form is not None:
            waits[rows.name, None] = _group_waits(study, form, rows.name)

    return {cell: tuple(dict.fromkeys(cells)) for cell, cells in waits.items() if cells}


def _group_waits(study: Study, form: Form, name: str) -> list[Cell]:
    """What the fields of a group wait for together."""
    for group in form.groups:
        if group.name == name:
            return _cells(group.show_when, study, Home(form=form), Type.CONDITION)

    return []


def _cells(
    expression: Expression | None, study: Study, home: Home, expects: Type
) -> list[Cell]:
    """The cells that an expression waits for; none when it has findings."""
    if expression is None:
        return []

    resolved = resolve(expression, study, home, expects)
    if resolved.findings:
        return []

    cells: list[Cell] = []
    for dependency in targets(resolved.core):
        # A parameter has no table, and nothing to wait for.
        if _waits(dependency) and dependency.table:
            cells.append((dependency.table, dependency.field))

    return cells


def _waits(dependency: Dependency) -> bool:
    """What was entered is there without waiting; what stands at the visit before, too."""
    # What was entered, and what stands at the visit before, is there without waiting.
    if dependency.entered:
        return False

    return dependency.visit != PREVIOUS


def _circles(reads: Mapping[Cell, tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    """One circle of each set of cells that wait for each other.

    A search in depth. ``path`` holds the cells on the way down, each with those it
    still has to try; a cell that is on the path already closes a circle.
    """
    done: set[Cell] = set()
    for start in reads:
        if start in done:
            continue

        # No recursion: chains may be longer than Python's stack.
        path: dict[Cell, Iterator[Cell]] = {start: iter(reads[start])}
        while path:
            current = next(reversed(path))
            step = next(path[current], None)

            # All that the cell reads has been tried, so it is on no other circle.
            if step is None:
                done.add(current)
                del path[current]
                continue

            if step in path:
                cells = list(path)
                begins = cells.index(step)
                yield tuple(cells[begins:])
            elif step in reads and step not in done:
                path[step] = iter(reads[step])
