"""What the casebooks, their relations and their scenes know of each other.

CasebookLookup make relations and scenes, a relation asks its books for a scene, and a scene
reads relations.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rules.semantics import resolved
from generator.validation.columnar.forms.dependencies import Place, TableShape
from generator.validation.columnar.forms.field_readers import Readers
from generator.validation.columnar.forms.row_keys import Keys
from generator.validation.columnar.forms.value_columns import Array, Column, at_places


class RelationLines(Protocol):
    """The lines of a form or of a repeating group, as expressions read them."""

    shape: TableShape
    key: Array
    rowno: Array | None
    parent: Array | None

    def __len__(self) -> int: ...

    @property
    def subject(self) -> Array: ...

    @property
    def visit(self) -> Array: ...

    @property
    def unsno(self) -> Array: ...

    def entered(self, field: Field) -> Column: ...

    def value(self, field: Field) -> Column: ...

    def missing(self, field: Field, code: str | None) -> Array: ...


@dataclass(frozen=True, kw_only=True)
class RelationFrame:
    """``form`` and ``rows`` are relations, ``at`` and ``row_at`` the places in them;
    None: all, in order.

    A frame that nothing but the subject is read of has no relation, and its
    ``subjects`` instead.
    """

    form: RelationLines | None = None
    at: Array | None = None
    rows: RelationLines | None = None
    row_at: Array | None = None
    subjects: Array | None = None

    @property
    def subject(self) -> Array:
        """The number of each line's subject."""
        if self.subjects is not None:
            return self.subjects

        assert self.form is not None

        return at_places(self.form.subject, self.at)

    def take(self, lines: Array) -> RelationFrame:
        """Some of the lines."""
        return replace(
            self,
            at=None if self.form is None else _taken(self.at, lines),
            row_at=None if self.rows is None else _taken(self.row_at, lines),
            subjects=None if self.subjects is None else self.subjects[lines],
        )


def _taken(places: Array | None, lines: Array) -> Array:
    return lines if places is None else places[lines]


class ColumnEvaluator(Protocol):
    """What works expressions out over all lines at once."""

    def column(self, node: resolved.Core) -> Column: ...


class CasebookContext(Protocol):
    """The casebooks, as far as one relation needs them."""

    keys: Keys
    readers: Readers

    def is_read(self, shape: TableShape, field: Field) -> bool: ...

    def scene(self, relation: RelationLines) -> ColumnEvaluator: ...

    def working_out(self, place: Place, what: str) -> AbstractContextManager[None]: ...


class CasebookLookup(Protocol):
    """The casebooks, as far as expressions look into them."""

    keys: Keys
    study: Study
    today: int

    def form(self, name: str) -> RelationLines: ...

    def at(self, form: str, visit: str | None, frame: RelationFrame) -> Array: ...

    def latest_known(self, form: str, field: Field, frame: RelationFrame) -> Array: ...

    def rows_of(
        self, source: resolved.RowSource, frame: RelationFrame
    ) -> tuple[Array, Array]: ...

    def frame(self, source: resolved.RowSource, places: Array) -> RelationFrame: ...
