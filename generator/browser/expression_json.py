"""Rules as data for ``static/rules.js``: names resolved, and what lies outside the form
asked for.

A node is ``{"op": ..., ...}``. Numbers travel as text in 10^-9, dates as pairs of days
since 1970-01-01, date-times as seconds since then. What another form holds does not
exist on a page: every such cell, and every set of such rows, becomes a *given*, which
``server_values.py`` evaluates on the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import Type

EPOCH = date(1970, 1, 1).toordinal()
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """Something from outside the form: a cell, whether it is missing, a key, or rows
    with columns.

    ``columns`` of rows are read with the row as frame ``depth``.
    """

    node: (
        resolved.Remote
        | resolved.Read
        | resolved.Missing
        | resolved.Key
        | resolved.RowSource
    )
    columns: Givens | None = None
    depth: int = 0


@dataclass(slots=True)
class Givens:
    """What one frame asks for, each thing once, in the order in which the server sends
    it.
    """

    asked: list[Given] = field(default_factory=list)
    known: dict[object, int] = field(default_factory=dict)

    def at(
        self, node: resolved.Remote | resolved.Read | resolved.Missing | resolved.Key
    ) -> int:
        key = _identity(node)
        if key not in self.known:
            self.known[key] = len(self.asked)
            self.asked.append(Given(node=node))

        return self.known[key]

    def rows(self, source: resolved.RowSource, columns: Givens, depth: int) -> int:
        """Rows are asked for by every aggregate on its own, since their columns differ."""
        self.asked.append(Given(node=source, columns=columns, depth=depth))
        return len(self.asked) - 1


def _identity(node: resolved.Core) -> object:
    """What makes two readings the same; a field is known by its place."""
    if isinstance(node, resolved.Missing):
        return "missing", _identity(node.cell), node.code
    if isinstance(node, resolved.Read):
        return "read", node.depth, node.table, node.row, node.field.name, node.entered
    if isinstance(node, resolved.Remote):
        return (
            "remote",
            node.depth,
            node.form,
            node.visit,
            node.field.name,
            node.entered,
        )

    assert isinstance(node, resolved.Key)

    return "key", node.depth, node.name


class ToJson:
    """Turns resolved expressions of one form into JSON; ``frames`` holds the givens of
    each frame.
    """

    def __init__(self, form: str, givens: Givens) -> None:
        self.form = form
        self.frames: list[Givens | None] = [None]
        self.givens = givens

    def node(self, node: resolved.Core) -> Json:
        return _WRITERS[type(node)](self, node)

    def asked_of(self, depth: int) -> Givens:
        """The givens of a frame; rows of the page itself share those of the form."""
        frame = self.frames[depth]
        if frame is None:
            return self.givens

        return frame

    def constant(self, node: resolved.Constant) -> Json:
        assert not isinstance(node.value, Mapping)
        return {
            "op": "const",
            "as": node.type.name,
            "value": encode(node.value, node.type),
        }

    def read(self, node: resolved.Read) -> Json:
        if self.frames[node.depth] is None:
            return _cell(
                node.table,
                node.field.name,
                node.depth,
                row=node.row,
                entered=node.entered,
            )

        return self.given(node, node.depth, node.type)

    def remote(self, node: resolved.Remote) -> Json:
        given = self.given(node, node.depth, node.type)
        if node.form == self.form:
            given["own"] = _cell(
                node.form, node.field.name, 0, row=False, entered=node.entered
            )

        return given

    def given(
        self,
        node: resolved.Remote | resolved.Read | resolved.Missing | resolved.Key,
        depth: int,
        type_: Type,
    ) -> Json:
        """A row of the page stands at the page's own visit, so the form itself asks for
        it.
        """
        if self.frames[depth] is None and depth:
            node, depth = _at_home(node), 0

        return {
            "op": "given",
            "depth": depth,
            "at": self.asked_of(depth).at(node),
            "as": type_.name,
        }

    def key(self, node: resolved.Key) -> Json:
        is_on_page = self.frames[node.depth] is None
        if node.name == "rowno" and is_on_page:
            return {"op": "rowno", "depth": node.depth}

        return self.given(node, node.depth, node.type)

    def missing(self, node: resolved.Missing) -> Json:
        cell = node.cell
        if isinstance(cell, resolved.Read) and self.frames[cell.depth] is None:
            return {"op": "missing", "cell": self.read(cell), "code": node.code}

        given = self.given(node, cell.depth, node.type)
        # The other visit may turn out to be the page's own, which only the page knows.
        if isinstance(cell, resolved.Remote) and cell.form == self.form:
            own = _cell(cell.form, cell.field.name, 0, row=False)
            given["own"] = {"op": "missing", "cell": own, "code": node.code}

        return given

    def apply(self, node: resolved.Apply) -> Json:
        if node.operator == "lookup":
            return self.lookup(node)

        arguments = [self.node(argument) for argument in node.arguments]
        return {"op": node.operator, "args": arguments}

    def lookup(self, node: resolved.Apply) -> Json:
        # The second argument is the table itself, which is no value of the language.
        code, table = node.arguments
        assert isinstance(table, resolved.Constant)
        assert isinstance(table.value, Mapping)
        numbers = {key: str(number) for key, number in table.value.items()}

        return {"op": "lookup", "args": [self.node(code)], "numbers": numbers}

    def fold(self, node: resolved.Fold) -> Json:
        own = node.source.visit == "this" and self.frames[node.source.depth] is None
        columns = None if own else Givens()
        before = self.frames
        self.frames = [*before[: node.depth], columns]
        json: Json = {
            "op": "fold",
            "fold": node.operator,
            "depth": node.depth,
            "where": None if node.where is None else self.node(node.where),
            "body": None if node.body is None else self.node(node.body),
        }

        if node.operator == resolved.NTH:
            json["place"] = node.place

        if columns is not None and node.source.form == self.form:
            json["columns"] = self.live(columns, node.depth)

        # The rows themselves are asked for from outside of them.
        self.frames = before
        json["rows"] = self.rows(node.source, columns, node.depth)

        return json

    def rows(
        self, source: resolved.RowSource, columns: Givens | None, depth: int
    ) -> Json:
        if columns is None:
            return {"own": source.table}

        return {
            "table": source.table if source.group else None,
            "depth": source.depth,
            "at": self.asked_of(source.depth).rows(source, columns, depth),
        }

    def live(self, columns: Givens, depth: int) -> list[Json]:
        """The same columns read from the page, for the rows that are the page's own."""
        here = self.frames
        # A frame of the page itself is None: its cells are read where they stand.
        around = here[:depth]
        self.frames = around + [None] * (depth + 1 - len(around))
        live = [self.column(given) for given in columns.asked]
        self.frames = here

        return live

    def column(self, given: Given) -> Json:
        node = given.node
        if isinstance(node, resolved.RowSource):
            return self.live_rows(given, node)

        return self.node(node)

    def live_rows(self, given: Given, source: resolved.RowSource) -> Json:
        """Rows of the page's own row: on the page where they are its own, else from the
        server.
        """
        assert given.columns is not None
        columns = self.live(given.columns, given.depth)
        if source.visit == "this":
            return {"own": source.table, "columns": columns}

        rows = self.givens.rows(replace(source, depth=0), given.columns, given.depth)

        return {
            "at": rows,
            "columns": columns,
            "table": source.table if source.group else None,
        }


def _at_home(
    node: resolved.Remote | resolved.Read | resolved.Missing | resolved.Key,
) -> resolved.Remote | resolved.Read | resolved.Missing | resolved.Key:
    """The same, seen from the form itself instead of one of its rows."""
    if isinstance(node, resolved.Missing):
        return replace(node, cell=replace(node.cell, depth=0))
    return replace(node, depth=0)


def _cell(
    table: str, field_name: str, depth: int, *, row: bool, entered: bool = False
) -> Json:
    """A cell of the page, of the row at frame ``depth`` when ``row``."""
    json: Json = {
        "op": "cell",
        "depth": depth,
        "row": row,
        "table": table,
        "field": field_name,
    }

    if entered:
        return {**json, "entered": True}

    return json


def encode(value: RuleValue | None, type_: Type) -> Any:
    """A value as JSON."""
    if value is None:
        return None

    return _ENCODERS[type_](value)


def _interval(value: Any) -> list[int]:
    return [value[0] - EPOCH, value[1] - EPOCH]


_ENCODERS: Mapping[Type, Callable[[Any], Any]] = MappingProxyType(
    {
        Type.CONDITION: bool,
        Type.NUMBER: str,
        Type.SPREAD: lambda value: [str(value[0]), str(value[1])],
        Type.TEXT: str,
        Type.CHOICE: str,
        Type.CHOICES: sorted,
        Type.DATE: _interval,
        Type.TIME: int,
        Type.DURATION: lambda value: {"months": value.months, "seconds": value.seconds},
        Type.DATETIME: lambda value: value - EPOCH * 86_400,
        Type.FILE: str,
    }
)
_WRITERS: Mapping[type[resolved.Core], Callable[..., Json]] = MappingProxyType(
    {
        resolved.Constant: ToJson.constant,
        resolved.Read: ToJson.read,
        resolved.Remote: ToJson.remote,
        resolved.Key: ToJson.key,
        resolved.Missing: ToJson.missing,
        resolved.Apply: ToJson.apply,
        resolved.Fold: ToJson.fold,
    }
)
if {writer.__name__ for writer in _WRITERS} != {
    subclass.__name__ for subclass in resolved.Core.__subclasses__()
}:
    raise TypeError("a part of the rule language has no JSON")
