"""Statements that every save runs, on the cursor of the database's driver.

SQLAlchemy takes several times as long to run a statement as SQLite takes to answer it.
A prepared one is written with the tables like any other, and compiled once for each
kind of database. It takes and gives the same values, types and errors.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, CompoundSelect, Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter

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
    those that it brings itself, and what converts each.
    """

    sql: str
    names: Sequence[str]
    own_values: Mapping[str, Any]
    converts: Mapping[str, Convert]
    is_positional: bool

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        known = {**values, **self.own_values} if self.own_values else values
        converts = self.converts
        taken = [
            converts[name](known[name]) if name in converts else known[name]
            for name in self.names
        ]
        return (
            taken if self.is_positional else dict(zip(self.names, taken, strict=True))
        )


class PreparedStatement:
    """An INSERT or UPDATE that runs on the driver's cursor.

    ``columns`` are those that an INSERT gives values for, where it does not say so.
    """

    def __init__(
        self, statement: ClauseElement, columns: Sequence[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Runs it in a transaction under way, with values by name; gives the cursor."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compile(dialect)
            self._compiled[dialect.name] = compiled

        return execute_sql(connection, compiled.sql, compiled.parameters(values))

    def run_each(
        self, connection: Connection, rows: Iterable[Mapping[str, Any]]
    ) -> None:
        """Runs it once for each row."""
        for row in rows:
            self.run(connection, row)

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled = self._statement.compile(
            dialect=dialect,
            column_keys=self._columns,
            compile_kwargs={"render_postcompile": True},
        )
        assert isinstance(compiled, SQLCompiler)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        converts = {name: _bind_convert(bind, dialect) for name, bind in binds.items()}
        return _Compiled(
            sql=str(compiled),
            names=compiled.positiontup or list(binds),
            own_values={
                name: bind.value for name, bind in binds.items() if not bind.required
            },
            converts={name: done for name, done in converts.items() if done},
            is_positional=compiled.positional,
        )


def _bind_convert(bind: BindParameter[Any], dialect: Dialect) -> Convert | None:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


class PreparedQuery(PreparedStatement):
    """A SELECT that runs on the driver's cursor. Its rows have the names of its columns."""

    def __init__(self, query: Query) -> None:
        super().__init__(query)
        self._columns_read = tuple(query.selected_columns)
        names = [column.name for column in self._columns_read]
        # mypy wants the names of a named tuple in the text.
        self._row: Any = namedtuple("PreparedRow", names, rename=True)  # type: ignore[misc]
        self._converts: dict[str, list[Convert | None]] = {}

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Every row, in a transaction under way."""
        rows = self.run(connection, values).fetchall()
        converts = self._converts_of(connection.dialect)
        return [
            self._row._make(
                convert(value) if convert else value
                for convert, value in zip(converts, row, strict=True)
            )
            for row in rows
        ]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        """The first row, or None where there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def _converts_of(self, dialect: Dialect) -> list[Convert | None]:
        if dialect.name not in self._converts:
            self._converts[dialect.name] = [
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in self._columns_read
            ]
        return self._converts[dialect.name]
