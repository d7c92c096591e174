"""What of the stored answers exists for somebody: what a role may not see, and what a
person may not see yet, is left out where it is read, so that nothing above can show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    false,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.schema import Column

from forms_spec.evaluation.hidden_findings import HiddenFindings
from forms_spec.model.captured_data import Record
from webapp.storage.tables import (
    double_entry_act,
    form_instance,
    form_version,
    second_entry,
)

Place = tuple[str, str, str, int]
"""Subject, form, visit and its number: what an ``InstanceKey`` is made of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlindEntries:
    """The forms that a person may have to enter a second time, and so may not see until
    the two entries are compared, unless the person typed or read the first one.
    """

    username: str
    forms: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What a person sees. ``forms`` are those of which the role sees something, None is
    all; of those in ``partly``, counts and reasons tell more than it may know.
    ``hidden`` are columns by table and field, ``findings`` those that hang on them;
    ``columns`` are all that it sees, where some dictionary cannot be read any more.
    ``record`` gives the part of a form's record that it sees. ``dates``
    says whether it sees the answers from which the days of visits follow.
    """

    forms: frozenset[str] | None
    partly: frozenset[str]
    hidden: frozenset[tuple[str, str]]
    findings: HiddenFindings
    dates: bool
    record: Callable[[str, Record], Record]
    blind: BlindEntries | None = None
    columns: frozenset[tuple[str, str]] | None = None

    def sees_form(self, form: str) -> bool:
        """Whether the role sees something of a form."""
        return self.forms is None or form in self.forms

    def sees_place(self, form: str, table: str, field: str) -> bool:
        """Whether somebody sees what is said of a place; blank is no form, no field."""
        if form and not self.sees_form(form):
            return False
        if field and self.columns is not None:
            return (table, field) in self.columns
        return (table, field) not in self.hidden


def sees_form(sight: Sight | None, form: str) -> bool:
    """Whether something exists for somebody that is about a form; blank is no form."""
    return sight is None or not form or sight.sees_form(form)


Cell = Column[str] | ColumnClause[str]


class PlaceColumns(Protocol):
    """The columns of a table whose rows are about forms."""

    @property
    def subjid(self) -> Any: ...

    @property
    def form(self) -> Any: ...

    @property
    def visit(self) -> Any: ...

    @property
    def unsno(self) -> Any: ...


def seen_places(
    sight: Sight | None, columns: PlaceColumns, table: Cell, field: Cell
) -> list[ColumnElement[bool]]:
    """What is said of places, as conditions on a table's columns; none for who sees
    everything.
    """
    if sight is None:
        return []
    conditions: list[ColumnElement[bool]] = [*not_blind(sight, columns)]
    if sight.forms is not None:
        of_seen = columns.form.in_(sorted(sight.forms))
        conditions.append(or_(columns.form == "", of_seen))
    if sight.hidden:
        conditions.append(not_(tuple_(table, field).in_(sorted(sight.hidden))))
    if sight.columns is not None:
        is_seen = tuple_(table, field).in_(sorted(sight.columns))
        conditions.append(or_(field == "", is_seen))

    return conditions


def seen_forms(
    sight: Sight | None, columns: PlaceColumns, *, wholly: bool = False
) -> list[ColumnElement[bool]]:
    """Rows about forms of which somebody sees something, or all (``wholly``), as
    conditions on a table's columns.
    """
    if sight is None:
        return []
    conditions = not_blind(sight, columns)
    if sight.forms is not None:
        forms = sight.forms - sight.partly if wholly else sight.forms
        conditions.append(columns.form.in_(sorted(forms)))

    return conditions


def not_blind(sight: Sight, columns: PlaceColumns) -> list[ColumnElement[bool]]:
    """Rows about forms that somebody need not enter a second time without seeing them."""
    return [not_(is_blind(sight, columns))] if sight.blind is not None else []


def is_blind(sight: Sight | None, columns: PlaceColumns) -> ColumnElement[bool]:
    """Rows about forms that somebody may not see before the two entries are compared:
    no second entry is complete, and the person neither typed nor read the first one.
    """
    blind = sight.blind if sight is not None else None
    if blind is None:
        return false()

    compared = select(second_entry.c.id).where(
        *_same(second_entry.c, columns), second_entry.c.status == "complete"
    )
    read = select(double_entry_act.c.id).where(
        *_same(double_entry_act.c, columns),
        double_entry_act.c.act == "read",
        double_entry_act.c.username == blind.username,
    )
    return and_(
        columns.form.in_(sorted(blind.forms)),
        not_(exists(compared)),
        not_(exists(read)),
        not_(_typed_first(columns, blind.username)),
    )


def _typed_first(columns: PlaceColumns, username: str) -> ColumnElement[bool]:
    """Rows about forms of which an account saved a version."""
    first = form_instance.alias("first_entry")
    typed = (
        select(form_version.c.id)
        .join(first, first.c.id == form_version.c.instance_id)
        .where(*_same(first.c, columns), form_version.c.saved_by == username)
    )
    return exists(typed)


def entered_by(columns: PlaceColumns, username: str) -> ColumnElement[bool]:
    """Rows about forms of which an account typed one of the two entries."""
    second = select(second_entry.c.id).where(
        *_same(second_entry.c, columns), second_entry.c.saved_by == username
    )
    return or_(_typed_first(columns, username), exists(second))


def _same(table: Any, columns: PlaceColumns) -> list[ColumnElement[bool]]:
    """The same form in two tables."""
    return [
        table.subjid == columns.subjid,
        table.form == columns.form,
        table.visit == columns.visit,
        table.unsno == columns.unsno,
    ]


def blind_places(
    connection: Connection, sight: Sight | None, subjects: Iterable[str] | None = None
) -> frozenset[Place]:
    """The captured forms that somebody may not see yet: of some subjects, or of all."""
    if sight is None or sight.blind is None:
        return frozenset()
    columns = form_instance.c
    query = select(columns.subjid, columns.form, columns.visit, columns.unsno)
    query = query.where(is_blind(sight, columns))
    if subjects is not None:
        query = query.where(columns.subjid.in_(sorted(subjects)))
    return frozenset(
        (row.subjid, row.form, row.visit, row.unsno)
        for row in connection.execute(query)
    )
