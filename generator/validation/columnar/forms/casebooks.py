"""The casebooks of some subjects: every form and group as a relation, and how one is
found from another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from forms_spec.model.captured_data import LOG
from forms_spec.model.fields import Field
from forms_spec.model.visit_lookup import nearest_visit
from forms_spec.rules.semantics import resolved
from generator.validation.columnar.forms.dependencies import Place, TableShape, shapes
from generator.validation.columnar.forms.expressions import Scene
from generator.validation.columnar.forms.field_readers import Readers
from generator.validation.columnar.forms.form_table import Relation
from generator.validation.columnar.forms.interfaces import RelationFrame, RelationLines
from generator.validation.columnar.forms.needed_columns import Needs, NotVectorizable
from generator.validation.columnar.forms.row_keys import (
    NOWHERE,
    STEP,
    Structure,
    places_of,
    visit_numbers,
)
from generator.validation.columnar.forms.value_columns import Array, at_places, known

DEEP = 5
"""Cells behind so many others are worked out in order, so that no chain of them goes
deep.
"""


class Casebooks:
    """Some subjects, all of whose rows fit together."""

    def __init__(self, structure: Structure, needs: Needs, readers: Readers) -> None:
        self.keys = structure.keys
        self.study = structure.keys.study
        self.needs = needs
        self.readers = readers
        self.today = readers.today.toordinal()
        self.shapes = shapes(self.study)
        self._forms: dict[str, Relation] = {}
        self._groups: dict[str, Relation] = {}
        self._found: dict[tuple[object, ...], tuple[RelationLines, Array]] = {}
        self._being: set[tuple[Place, str]] = set()
        for shape in self.shapes:
            self._add(shape, structure)

        self._work_out_in_order()

    def _add(self, shape: TableShape, structure: Structure) -> None:
        heads = structure.heads[shape.form.name]
        table = structure.tables[shape.name] if shape.has_file else None
        if shape.group is None:
            self._forms[shape.name] = Relation(
                shape=shape,
                books=self,
                key=heads.key,
                line=heads.line if table is None else table.line,
                complete=heads.complete,
                cells={} if table is None else table.cells,
            )
            return

        assert table is not None
        parent = places_of(heads.key, table.key)
        self._groups[shape.name] = Relation(
            shape=shape,
            books=self,
            key=table.key,
            line=table.line,
            complete=heads.complete[parent],
            cells=table.cells,
            rowno=table.rowno,
            parent=parent,
        )

    def _work_out_in_order(self) -> None:
        layers = self.needs.layers
        if max(layers.values(), default=0) <= DEEP:
            return

        derived: list[tuple[int, TableShape, Field]] = []
        for shape in self.shapes:
            for field in shape.fields:
                # What a text alone tells is in layer 0, and waits for nothing.
                layer = layers.get(shape.place(field), 0)
                if layer:
                    derived.append((layer, shape, field))

        for _, shape, field in sorted(derived, key=lambda item: item[0]):
            self.relation(shape).value(field)

    def close(self) -> None:
        """Relations and books know each other; memory is given back at once when they
        are parted.
        """
        for entry in (self._forms, self._groups, self._found):
            entry.clear()

    def form(self, name: str) -> Relation:
        return self._forms[name]

    def rows(self, name: str) -> Relation:
        """A repeating group."""
        return self._groups[name]

    def relation(self, shape: TableShape) -> Relation:
        relations = self._groups if shape.group else self._forms
        return relations[shape.name]

    def scene(self, relation: RelationLines) -> Scene:
        """What expressions at home in a relation see."""
        frame = RelationFrame(form=relation)
        if relation.shape.group is not None:
            frame = RelationFrame(
                form=self.form(relation.shape.form.name),
                at=relation.parent,
                rows=relation,
            )

        return Scene(books=self, frames=[frame], lines=len(relation))

    def is_read(self, shape: TableShape, field: Field) -> bool:
        """Whether some expression reads the cell."""
        place, needs = shape.place(field), self.needs
        return place in needs.values or place in needs.missing or place in needs.entered

    @contextmanager
    def working_out(self, place: Place, what: str) -> Iterator[None]:
        """Refuses what hangs on itself."""
        if (place, what) in self._being:
            raise NotVectorizable("some cells depend on themselves")

        self._being.add((place, what))
        try:
            yield
        finally:
            self._being.discard((place, what))

    # Where other forms and rows are

    def at(self, form: str, visit: str | None, frame: RelationFrame) -> Array:
        """The line of another form as it is meant from each line; NOWHERE where there
        is none.
        """
        here = _form_of(frame)
        return at_places(
            self._once(("at", form, visit), here, lambda: self._at(form, visit, here)),
            frame.at,
        )

    def latest_known(self, form: str, field: Field, frame: RelationFrame) -> Array:
        """The line of the last form before this one in which a field has a value."""
        here = _form_of(frame)
        once = self._once(
            ("latest", form, field.name), here, lambda: self._latest(form, field, here)
        )

        return at_places(once, frame.at)

    def _once(
        self, what: tuple[object, ...], here: RelationLines, find: Callable[[], Array]
    ) -> Array:
        key = (*what, id(here))
        if key not in self._found:
            self._found[key] = here, find()

        return self._found[key][1]

    def _at(self, form: str, visit: str | None, here: RelationLines) -> Array:
        there, subject = self.form(form), here.subject
        if self.study.forms[form].log:
            visit = LOG
        if visit is not None:
            number = np.array([visit_numbers(self.study).get(visit, NOWHERE)])
            return places_of(there.key, self.keys.of(subject, number, np.array([0])))

        nearest = self._nearest(form)[here.visit]
        unsno = np.where(nearest == here.visit, here.unsno, 0)

        return places_of(there.key, self.keys.of(subject, nearest, unsno))

    def _nearest(self, form: str) -> Array:
        """The number of the visit that is meant from each visit."""
        numbers = visit_numbers(self.study)
        result = (nearest_visit(self.study, form, name) for name in numbers)

        return np.array([NOWHERE if item is None else numbers[item] for item in result])

    def _latest(self, form: str, field: Field, here: RelationLines) -> Array:
        there = self.form(form)
        has = known(there.value(field))
        latest = np.maximum.accumulate(np.where(has, np.arange(len(there)), NOWHERE))
        # Where no line stands before, -1 takes the NOWHERE at the end.
        before = np.append(latest, NOWHERE)[_before(there, here)]

        return _of_subject(there, before, here)

    def rows_of(
        self, source: resolved.RowSource, frame: RelationFrame
    ) -> tuple[Array, Array]:
        """The first place, and the number, of the rows that a source has for each line
        of a frame.
        """
        if source.visit in ("this", "previous"):
            here = _form_of(frame)
            first, count = self._rows_of_form(source, here)
            return at_places(first, frame.at), at_places(count, frame.at)

        key = self._source(source).key
        subject = frame.subject
        low, high = subject * self.keys.visits, (subject + 1) * self.keys.visits
        if source.visit != "all":
            low = low + visit_numbers(self.study).get(source.visit, self.keys.visits)
            high = low + (source.visit in self.study.visits or source.visit == LOG)

        first = np.searchsorted(key, low * STEP)

        return first, np.searchsorted(key, high * STEP) - first

    def _rows_of_form(
        self, source: resolved.RowSource, here: RelationLines
    ) -> tuple[Array, Array]:
        """Of the form itself, or of the one before it."""
        form = self.form(source.form)
        lines = np.arange(len(here)) if here is form else np.full(len(here), NOWHERE)
        if source.visit == "previous":
            lines = _of_subject(form, _before(form, here), here)
        if not source.group:
            return np.maximum(lines, 0), (lines >= 0).astype(np.int64)

        # NOWHERE takes the 0 at the end.
        parent = self.rows(source.table).parents
        counts = np.append(np.bincount(parent, minlength=len(form)), 0)
        firsts = np.append(np.cumsum(counts[:-1]) - counts[:-1], 0)

        return firsts[lines], counts[lines]

    def _source(self, source: resolved.RowSource) -> Relation:
        if source.group:
            return self.rows(source.table)

        return self.form(source.form)

    def frame(self, source: resolved.RowSource, places: Array) -> RelationFrame:
        """The rows of a source at some places."""
        rows, form = self._source(source), self.form(source.form)
        if not source.group:
            return RelationFrame(form=form, at=places)

        return RelationFrame(
            form=form, at=rows.parents[places], rows=rows, row_at=places
        )


def _form_of(frame: RelationFrame) -> RelationLines:
    assert frame.form is not None
    return frame.form


def _before(there: RelationLines, here: RelationLines) -> Array:
    """For each line the last one of another relation that stands before it, NOWHERE
    where none does.
    """
    return np.searchsorted(there.key, here.key) - 1


def _of_subject(there: RelationLines, lines: Array, here: RelationLines) -> Array:
    """These lines where they are of the same subject, else NOWHERE."""
    subject = np.append(there.subject, NOWHERE)[lines]
    return np.where((lines != NOWHERE) & (subject == here.subject), lines, NOWHERE)
