"""What of the stored answers exists for somebody: what a role may not see is left out
where it is read, so that nothing above can show it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, not_, or_, tuple_
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.schema import Column

from forms_spec.model.captured_data import Record


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What a role sees. ``forms`` are those of which it sees something; of those in
    ``partly``, counts and reasons tell more than it may know. ``hidden`` are columns by
    table and field, ``hidden_codes`` the codes of findings that hang on them. ``record``
    gives the part of a form's record that it sees. ``dates`` says whether it sees the
    answers from which the days of visits follow.
    """

    forms: frozenset[str]
    partly: frozenset[str]
    hidden: frozenset[tuple[str, str]]
    hidden_codes: frozenset[str]
    dates: bool
    record: Callable[[str, Record], Record]

    def sees_place(self, form: str, table: str, field: str, code: str) -> bool:
        """Whether somebody sees what is said of a place; blank is no form, no field."""
        if form and form not in self.forms:
            return False
        return (table, field) not in self.hidden and code not in self.hidden_codes


def sees_form(sight: Sight | None, form: str) -> bool:
    """Whether something exists for somebody that is about a form; blank is no form."""
    if sight is None or not form:
        return True
    return form in sight.forms


Cell = Column[str] | ColumnClause[str]


def seen_places(
    sight: Sight | None, form: Cell, table: Cell, field: Cell, code: Cell
) -> list[ColumnElement[bool]]:
    """The same as conditions on a table's columns; none for who sees everything."""
    if sight is None:
        return []
    conditions: list[ColumnElement[bool]] = [
        or_(form == "", form.in_(sorted(sight.forms)))
    ]
    if sight.hidden:
        conditions.append(not_(tuple_(table, field).in_(sorted(sight.hidden))))
    if sight.hidden_codes:
        conditions.append(code.not_in(sorted(sight.hidden_codes)))

    return conditions
