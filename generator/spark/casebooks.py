"""The relation that rules run over on Spark: one row for each subject, its lines in arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from forms_spec.judge.world import CapturedForm
from forms_spec.model import Field, Form, Study
from forms_spec.rules.more_operators import MORE_STRICT
from forms_spec.rules.types import Type, type_of
from generator.sql.functions import SIGNATURES
from generator.sql.relations import ORDER, SQL_TYPES, VISIT_STEP, entered_column, missing_column, relation

WHOLE = "decimal(38,0)"
PAIR = f"struct<lo:{WHOLE},hi:{WHOLE}>"
SPARK_TYPES: Mapping[Type, str] = MappingProxyType(
    {
        Type.CONDITION: "boolean",
        Type.NUMBER: WHOLE,
        Type.SPREAD: PAIR,
        Type.TEXT: "string",
        Type.CHOICE: "string",
        Type.CHOICES: "array<string>",
        Type.DATE: PAIR,
        Type.TIME: WHOLE,
        Type.DATETIME: WHOLE,
        Type.FILE: "string",
    }
)
if SPARK_TYPES.keys() != SQL_TYPES.keys():
    raise TypeError("a type has no type in Spark")
_KEYS = {"visitid": "string", "unsno": WHOLE, ORDER: WHOLE, "rowno": WHOLE}


def schema(study: Study) -> str:
    """The columns of the relation, as Spark declares them."""
    columns = ["`subjid` string"]
    for name, fields in _relations(study):
        held = dict(_KEYS)
        for one in fields:
            held |= dict.fromkeys((one.name, entered_column(study, one)), SPARK_TYPES[type_of(one)])
            held[missing_column(one.name)] = "string"
        parts = ",".join(f"`{key}`:{type_}" for key, type_ in held.items())
        columns.append(f"`{name}` array<struct<{parts}>>")
    return ", ".join(columns)


def _relations(study: Study) -> Iterator[tuple[str, tuple[Field, ...]]]:
    for form in study.forms.values():
        yield relation(form.name, group=False), tuple(one for one in form.fields if one.collected)
        for group in form.row_groups:
            yield relation(group.name, group=True), tuple(one for one in group.fields if one.collected)


def casebook(study: Study, subject: str, forms: Iterable[tuple[CapturedForm, int]]) -> tuple[Any, ...]:
    """A subject's row. ``forms`` are its captured forms, each with its visit's place in time."""
    lines: dict[str, list[tuple[Any, ...]]] = {name: [] for name, _ in _relations(study)}
    for captured, position in forms:
        for name, line in _lines(captured, position):
            lines[name].append(line)
    return (subject, *lines.values())


def _lines(captured: CapturedForm, position: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    form: Form = captured.plan.form
    own = tuple(one for one in form.fields if one.collected)
    yield relation(form.name, group=False), _line(captured, position, form.name, None, own)
    for group in form.row_groups:
        fields = tuple(one for one in group.fields if one.collected)
        for row in captured.rows(group.name):
            yield relation(group.name, group=True), _line(captured, position, group.name, row, fields)


def _line(
    captured: CapturedForm, position: int, table: str, row: int | None, fields: Iterable[Field]
) -> tuple[Any, ...]:
    key, study = captured.key, captured.world.study
    order = position * VISIT_STEP + key.unsno
    held: list[Any] = [key.visit, Decimal(key.unsno), Decimal(order), None if row is None else Decimal(row)]
    for one in fields:
        held.append(_value(captured.value(table, row, one.name)))
        if entered_column(study, one) != one.name:
            held.append(_value(captured.entered(table, row, one.name)))
        held.append(captured.missing(table, row, one.name))
    return tuple(held)


def _value(value: Any) -> Any:
    """A value of a rule as Spark takes it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, frozenset):
        return sorted(value)
    return tuple(map(Decimal, value)) if isinstance(value, tuple) else Decimal(value)


_RETURNS = {"HUGEINT": WHOLE, "BIGINT": WHOLE, "VARCHAR": "string", "BOOLEAN": "boolean"}


def prepare(spark: Any) -> None:
    """Gives a session the functions that are Python's, and NULL where numbers become too large."""
    spark.conf.set("spark.sql.ansi.enabled", "false")
    for name, (_, gives) in SIGNATURES.items():
        spark.udf.register(f"crf_{name}", _strict(MORE_STRICT[name]), _RETURNS[gives])


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """NULL when an argument is."""

    def called(*arguments: Any) -> Any:
        if None in arguments:
            return None
        return _value(function(*map(_given, arguments)))

    return called


def _given(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    return (int(value[0]), int(value[1])) if isinstance(value, tuple) else value
