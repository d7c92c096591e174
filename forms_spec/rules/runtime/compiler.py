"""The Python back end: closures over frames, compiled once.

The operators stand in ``operators.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.aggregates import FOLD_MAKERS, nth
from forms_spec.rules.runtime.environment import (
    Closure,
    FramePosition,
    Frames,
    Instance,
)
from forms_spec.rules.runtime.operators import LAZY, STRICT
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

LOOKUP = "lookup"
"""The one operator whose second operand is no value, but a table of numbers."""


def compile_expression(
    expression: Expression, study: Study, home: Home, expects: Type | None = None
) -> Closure:
    """The expression as a function of frames.

    It must have been checked: one with findings is UNKNOWN.
    """
    resolved = resolve(expression, study, home, expects)
    if resolved.findings:
        return lambda _frames: None

    return compile_core(resolved.core)


def compile_core(node: core.Core) -> Closure:
    return _COMPILERS[type(node)](node)


def _constant(node: core.Constant) -> Closure:
    value = node.value
    assert not isinstance(value, Mapping)
    return lambda _frames: value


def _read(node: core.Read) -> Closure:
    depth, table, field, row = node.depth, node.table, node.field.name, node.row
    # A closure for each case: a read is the most frequent step of all.
    if node.entered:
        return lambda frames: frames[depth].instance.entered(
            table, frames[depth].row if row else None, field
        )

    if row:
        return lambda frames: frames[depth].instance.value(
            table, frames[depth].row, field
        )

    return lambda frames: frames[depth].instance.value(table, None, field)


def _remote(node: core.Remote) -> Closure:
    depth, form, visit, field = node.depth, node.form, node.visit, node.field.name
    entered = node.entered

    def read(frames: Frames) -> RuleValue | None:
        here = frames[depth].instance
        there = here.world.at(form, visit, here.key, field)
        if there is None:
            return None
        if entered:
            return there.entered(form, None, field)

        return there.value(form, None, field)

    return read


def _key(node: core.Key) -> Closure:
    return _KEYS[node.name](node.depth)


def _row_number(depth: int) -> Closure:
    def read(frames: Frames) -> RuleValue | None:
        row = frames[depth].row
        if row is None:
            return None

        return row * SCALE

    return read


def _site(depth: int) -> Closure:
    def read(frames: Frames) -> RuleValue | None:
        # A subject's number begins with the site: ``01-005``.
        subject = frames[depth].instance.world.subject
        if subject is None:
            return None

        return subject.split("-")[0]

    return read


_KEYS: Mapping[str, Callable[[int], Closure]] = MappingProxyType(
    {
        "visitid": lambda depth: lambda frames: frames[depth].instance.key.visit,
        "unsno": lambda depth: lambda frames: frames[depth].instance.key.unsno * SCALE,
        "subjid": lambda depth: lambda frames: frames[depth].instance.world.subject,
        "siteid": _site,
        "rowno": _row_number,
    }
)


def _missing(node: core.Missing) -> Closure:
    cell, code = node.cell, node.code
    missing_in = (
        _missing_code(cell)
        if isinstance(cell, core.Read)
        else _remote_missing_code(cell)
    )

    def test(frames: Frames) -> bool:
        missing = missing_in(frames)
        if code is None:
            return missing is not None

        return missing == code

    return test


def _missing_code(cell: core.Read) -> Callable[[Frames], str | None]:
    depth, table, field, row = cell.depth, cell.table, cell.field.name, cell.row

    def read(frames: Frames) -> str | None:
        position = frames[depth]
        return position.instance.missing(table, position.row if row else None, field)

    return read


def _remote_missing_code(cell: core.Remote) -> Callable[[Frames], str | None]:
    depth, form, visit, field = cell.depth, cell.form, cell.visit, cell.field.name

    def read(frames: Frames) -> str | None:
        here = frames[depth].instance
        there = here.world.at(form, visit, here.key, field)
        if there is None:
            return None

        return there.missing(form, None, field)

    return read


def _apply(node: core.Apply) -> Closure:
    if node.operator == LOOKUP:
        return _lookup(node)

    arguments = tuple(map(compile_core, node.arguments))
    if node.operator in LAZY:
        return LAZY[node.operator](arguments)

    return _strict(STRICT[node.operator], arguments)


def _lookup(node: core.Apply) -> Closure:
    of_code, table = compile_core(node.arguments[0]), node.arguments[1]
    assert isinstance(table, core.Constant)
    assert isinstance(table.value, Mapping)
    numbers: Mapping[str, int] = table.value

    def look(frames: Frames) -> RuleValue | None:
        code = of_code(frames)
        if not isinstance(code, str):
            return None

        return numbers.get(code)

    return look


def _strict(
    function: Callable[..., RuleValue | None], arguments: tuple[Closure, ...]
) -> Closure:
    """UNKNOWN when an argument is."""
    # Nearly all operators have one or two operands; a list for them costs time.
    if len(arguments) == 1:
        return _strict_one(function, arguments[0])
    if len(arguments) == 2:
        return _strict_two(function, *arguments)

    def apply(frames: Frames) -> RuleValue | None:
        values = [argument(frames) for argument in arguments]
        if None in values:
            return None

        return function(*values)

    return apply


def _strict_one(function: Callable[..., RuleValue | None], operand: Closure) -> Closure:
    def apply(frames: Frames) -> RuleValue | None:
        value = operand(frames)
        if value is None:
            return None

        return function(value)

    return apply


def _strict_two(
    function: Callable[..., RuleValue | None], left: Closure, right: Closure
) -> Closure:
    def apply(frames: Frames) -> RuleValue | None:
        first = left(frames)
        if first is None:
            return None

        second = right(frames)
        if second is None:
            return None

        return function(first, second)

    return apply


def _fold(node: core.Fold) -> Closure:
    where = compile_core(node.where) if node.where is not None else None
    body = compile_core(node.body) if node.body is not None else None
    depth, source = node.depth, node.source
    is_lookup = node.operator == core.NTH
    finish = nth(node.place) if is_lookup else FOLD_MAKERS[node.operator]

    def fold(frames: Frames) -> RuleValue | None:
        inner = frames[:depth]
        # A place for the row; any position does until the first row takes it.
        inner.append(frames[0])
        return finish(_pairs(inner))

    def _pairs(inner: Frames) -> Iterator[tuple[bool | None, RuleValue | None]]:
        for place in places(source, inner):
            inner[depth] = place
            value = True if where is None else where(inner)

            if value is False:
                yield False, None
            else:
                yield value, body(inner) if body is not None else None  # type: ignore[misc]

    return fold


def places(source: core.RowSource, frames: Frames) -> Iterator[FramePosition]:
    """The rows of a source: in the order of the visits, then of their numbers."""
    here = frames[source.depth].instance
    if source.visit == "this":
        yield from places_in(source, here)
        return

    for instance in here.world.instances(source.form, source.visit, here.key):
        yield from places_in(source, instance)


def places_in(source: core.RowSource, instance: Instance) -> Iterator[FramePosition]:
    """The rows of a source in one form, or the form itself."""
    if not source.group:
        yield FramePosition(instance, None)
        return

    for row in sorted(instance.rows(source.table)):
        yield FramePosition(instance, row)


_COMPILERS: Mapping[type[core.Core], Callable[..., Closure]] = MappingProxyType(
    {
        core.Constant: _constant,
        core.Read: _read,
        core.Remote: _remote,
        core.Key: _key,
        core.Missing: _missing,
        core.Apply: _apply,
        core.Fold: _fold,
    }
)
_HOLES = {*STRICT, *LAZY, LOOKUP} ^ set(core.OPERATORS)
_HOLES |= {*FOLD_MAKERS, core.NTH} ^ set(core.FOLDS)
if _HOLES:
    raise TypeError(f"the Python back end and the operators differ: {_HOLES}")
