"""Statements that every save runs, on the cursor of the database's driver.

SQLAlchemy takes several times as long to run a statement as SQLite takes to answer it.
A prepared one is written with the tables like any other, and compiled once for each
kind of database. It takes and gives the same values, types and errors.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    CompoundSelect,
    Connection,
    Dialect,
    Select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]
"""Brings a value into the form that the driver takes, or that the program is given."""
Query = Select[Any] | CompoundSelect[Any]


def execute_sql(connection: Connection, sql: str, parameters: Any = ()) -> Any:
    """Runs SQL on a cursor of the driver, in a transaction under way; gives the cursor.

    Raises what SQLAlchemy would. A connection that was lost is not used again.
    """
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _sqlalchemy_error(connection, sql, error) from error


def _execute_many(connection: Connection, sql: str, rows: Sequence[Any]) -> None:
    """The same for many rows: PostgreSQL is not waited for between them."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.cursor().executemany(sql, rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _sqlalchemy_error(connection, sql, error) from error


@contextmanager
def sent_together(connection: Connection) -> Iterator[None]:
    """The prepared statements of the block reach PostgreSQL one after the other, but are
    waited for only once, at its end, where the error of any of them is raised.

    Nothing is read in the block, and SQLAlchemy runs no statement of its own there.
    """
    if connection.dialect.name != "postgresql":
        yield
        return

    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _sqlalchemy_error(connection, "", error) from error


def _sqlalchemy_error(connection: Connection, sql: str, error: Any) -> BaseException:
    dialect = connection.dialect
    driver = connection.connection.dbapi_connection
    is_lost = dialect.is_disconnect(error, driver, None)
    if is_lost:
        connection.invalidate(error)

    raised: BaseException = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
    return raised


@dataclass(frozen=True, kw_only=True, slots=True)
class _Compiled:
    """A statement for one kind of database: the names of its parameters in their order,
    the values that it brings itself, and what converts parameters and columns, each with
    its place.
    """

    sql: str
    names: Sequence[str]
    is_positional: bool
    own_values: Mapping[str, Any]
    parameter_converts: Sequence[tuple[int, Convert]]
    column_converts: Sequence[tuple[int, Convert]]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        known = {**values, **self.own_values} if self.own_values else values
        taken = _convert([known[name] for name in self.names], self.parameter_converts)
        if self.is_positional:
            return taken
        return dict(zip(self.names, taken, strict=True))


def _convert(values: list[Any], converts: Sequence[tuple[int, Convert]]) -> list[Any]:
    """Converts the few values that need it, in their places."""
    for place, convert in converts:
        values[place] = convert(values[place])
    return values


class PreparedStatement:
    """An INSERT or UPDATE that runs on the driver's cursor.

    ``columns`` are those that an INSERT gives values for, where it does not say so.
    """

    def __init__(
        self, statement: ClauseElement, columns: Sequence[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._by_dialect: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Runs it in a transaction under way, with values by name; gives the cursor."""
        compiled = self._compiled(connection.dialect)
        return execute_sql(connection, compiled.sql, compiled.parameters(values))

    def run_each(
        self, connection: Connection, rows: Iterable[Mapping[str, Any]]
    ) -> None:
        """Runs it once for each row, in their order."""
        compiled = self._compiled(connection.dialect)
        every = [compiled.parameters(row) for row in rows]
        if len(every) == 1:
            execute_sql(connection, compiled.sql, every[0])
        elif every:
            _execute_many(connection, compiled.sql, every)

    def _compiled(self, dialect: Dialect) -> _Compiled:
        known = self._by_dialect.get(dialect.name)
        if known is None:
            known = self._by_dialect[dialect.name] = self._compile(dialect)
        return known

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._statement.compile(
            dialect=dialect,
            column_keys=self._columns,
            compile_kwargs={"render_postcompile": True},
        )
        assert isinstance(compiled, SQLCompiler)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        names = compiled.positiontup or list(binds)
        return _Compiled(
            sql=str(compiled),
            names=names,
            is_positional=compiled.positional,
            own_values={
                name: bind.value for name, bind in binds.items() if not bind.required
            },
            parameter_converts=_with_places(
                binds[name].type.dialect_impl(dialect).bind_processor(dialect)
                for name in names
            ),
            column_converts=_with_places(
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in self._columns_read()
            ),
        )

    def _columns_read(self) -> Iterable[ColumnElement[Any]]:
        return ()


def _with_places(converts: Iterable[Convert | None]) -> list[tuple[int, Convert]]:
    return [(place, convert) for place, convert in enumerate(converts) if convert]


class PreparedQuery(PreparedStatement):
    """A SELECT that runs on the driver's cursor. Its rows have the names of its columns."""

    def __init__(self, query: Query) -> None:
        super().__init__(query)
        self._query = query
        names = [column.name for column in query.selected_columns]
        # mypy wants the names of a named tuple in the text.
        self._row: Any = namedtuple("PreparedRow", names, rename=True)  # type: ignore[misc]

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Every row, in a transaction under way."""
        converts = self._compiled(connection.dialect).column_converts
        rows = self.run(connection, values).fetchall()
        return [self._row._make(_convert(list(row), converts)) for row in rows]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        """The first row, or None where there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def _columns_read(self) -> Iterable[ColumnElement[Any]]:
        return self._query.selected_columns
