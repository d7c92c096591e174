"""DuckDB's nodes made Spark's: macros written out, one type of whole numbers, Spark's names of functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlglot import exp, parse_one

from generator.sql.functions import SIGNATURES
from generator.sql.macros import MACROS

Sql = Any


class NotOnSpark(Exception):
    """The rule needs a function of Python inside an aggregate; the judge on the workers knows it."""


_WHOLE = "DECIMAL(38, 0)"
_NUMBERS = (exp.DataType.Type.BIGINT, exp.DataType.Type.INT128)

_OWN: Mapping[str, str] = MappingProxyType(
    {
        "crf_date(o)": "date_add(DATE '0001-01-01', CAST(o - 1 AS INT))",
        "crf_on_month(o, n)": "get(transform(array(named_struct('o', o, 'n', n)), s -> "
        "CASE WHEN crf_months(s.o) + s.n BETWEEN 12 AND 119999 THEN CAST(datediff("
        f"add_months(crf_date(s.o), CAST(s.n AS INT)), DATE '0001-01-01') AS {_WHOLE}) + 1 END), 0)",
        "list_has_all(r, l)": "CASE WHEN r IS NOT NULL THEN forall(l, x -> array_contains(r, x)) END",
        "list_has_any(l, r)": "arrays_overlap(l, r)",
        "crf_median(l)": "get(transform(array(array_sort(filter(l, x -> x IS NOT NULL))), v -> "
        "CASE WHEN size(v) = 0 THEN NULL "
        "WHEN size(v) % 2 = 1 THEN get(v, CAST((size(v) - 1) / 2 AS INT)) "
        "ELSE crf_divided(get(v, CAST(size(v) / 2 AS INT) - 1) + get(v, CAST(size(v) / 2 AS INT)), "
        f"CAST(2 AS {_WHOLE})) END), 0)",
    }
)
"""What Spark calls otherwise."""
_PYTHON = frozenset(f"crf_{name}" for name in SIGNATURES)


def in_spark(node: Sql) -> Sql:
    """The expression for Spark; the node itself may be used up. Raises ``NotOnSpark``."""
    holder = exp.Paren(this=node)
    _expand(holder, _macros())
    for called in list(holder.find_all(exp.Anonymous)):
        if str(called.this).lower() in _PYTHON and called.find_ancestor(exp.Lambda):
            raise NotOnSpark(str(called.this))
    for one in reversed(list(holder.find_all(exp.Not, exp.Is, exp.In))):  # Spark wants brackets around them
        one.replace(exp.paren(one.copy()))
    for divided in reversed(list(holder.find_all(exp.IntDiv))):
        divided.replace(_quotient(divided.this, divided.expression))
    return holder.transform(_told).this


Macros = Mapping[str, tuple[tuple[str, ...], Any]]


def _expand(root: Sql, macros: Macros) -> None:
    """Every macro below a node, written out; the innermost first."""
    for one in reversed(list(root.find_all(exp.Anonymous))):
        macro = macros.get(str(one.this).lower())
        if macro is not None:
            names, body = macro
            arguments = dict(zip(names, one.expressions, strict=True))
            one.replace(_with(body.copy(), arguments))


def _with(body: Sql, arguments: Mapping[str, Sql]) -> Sql:
    def given(node: Sql) -> Sql:
        if isinstance(node, exp.Column) and not node.table and node.name in arguments:
            return arguments[node.name].copy()
        return node

    return body.transform(given)


@cache
def _macros() -> Macros:
    """The parameters and the body of each macro, in which no other macro is left."""
    heads = {head: parse_one(body, dialect="duckdb") for head, body in MACROS}
    heads |= {head: parse_one(body, dialect="spark") for head, body in _OWN.items()}
    found: dict[str, tuple[tuple[str, ...], Sql]] = {}
    for head, body in heads.items():
        name, _, names = head.rstrip(")").partition("(")
        holder = exp.Paren(this=body)
        _expand(holder, found)
        found[name] = tuple(one.strip() for one in names.split(",")), holder.this
    return found


def _told(node: Sql) -> Sql:
    if isinstance(node, exp.DataType) and node.this in _NUMBERS:
        return exp.DataType.build(_WHOLE)
    if isinstance(node, exp.Column) and node.name == "subjid":
        return exp.column("subjid", quoted=True)
    return node


def _quotient(number: Sql, divisor: Sql) -> Sql:
    """Towards zero. Spark's own is for numbers of 64 bits; what is left without remainder divides exactly."""
    rest = exp.Mod(this=exp.paren(number.copy()), expression=exp.paren(divisor.copy()))
    whole = exp.paren(exp.Sub(this=exp.paren(number.copy()), expression=rest))
    return exp.cast(exp.Div(this=whole, expression=exp.paren(divisor.copy())), exp.DataType.build(_WHOLE))
