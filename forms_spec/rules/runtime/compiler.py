"""The Python back end: closures over frames, compiled once.

The operators stand in ``operators.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.runtime.aggregates import FOLD_MAKERS
from forms_spec.rules.runtime.environment import FramePosition, Frames
from forms_spec.rules.runtime.more_operators import MORE_LAZY, MORE_STRICT
from forms_spec.rules.runtime.operators import LAZY, STRICT
from forms_spec.rules.semantics import resolved as core
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

Closure = Callable[[Frames], "RuleValue | None"]


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
        return (
            there.entered(form, None, field)
            if entered
            else there.value(form, None, field)
        )

    return read


def _key(node: core.Key) -> Closure:
    return _KEYS[node.name](node.depth)


def _row_number(depth: int) -> Closure:
    def read(frames: Frames) -> RuleValue | None:
        row = frames[depth].row
        return None if row is None else row * SCALE

    return read


def _site(depth: int) -> Closure:
    def read(frames: Frames) -> RuleValue | None:
        subject = frames[depth].instance.world.subject
        return None if subject is None else subject.split("-")[0]

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
    depth, field = cell.depth, cell.field.name

    def test(frames: Frames) -> bool:
        here = frames[depth].instance
        if isinstance(cell, core.Read):
            missing = here.missing(
                cell.table, frames[depth].row if cell.row else None, field
            )
        else:
            there = here.world.at(cell.form, cell.visit, here.key, field)
            missing = None if there is None else there.missing(cell.form, None, field)

        return missing is not None and (code is None or missing == code)

    return test


def _apply(node: core.Apply) -> Closure:
    if node.operator == "lookup":
        return _lookup(node)
    arguments = tuple(compile_core(argument) for argument in node.arguments)
    if node.operator in _ALL_LAZY:
        return _ALL_LAZY[node.operator](arguments)
    return _strict(_ALL_STRICT[node.operator], arguments)


_ALL_STRICT = {**STRICT, **MORE_STRICT}
_ALL_LAZY = {**LAZY, **MORE_LAZY}


def _lookup(node: core.Apply) -> Closure:
    of, table = compile_core(node.arguments[0]), node.arguments[1]
    assert isinstance(table, core.Constant)
    assert isinstance(table.value, Mapping)
    numbers: Mapping[str, int] = table.value

    def look(frames: Frames) -> RuleValue | None:
        code = of(frames)
        return numbers.get(code) if isinstance(code, str) else None

    return look


def _strict(
    function: Callable[..., RuleValue | None], arguments: tuple[Closure, ...]
) -> Closure:
    """UNKNOWN when an argument is."""
    if len(arguments) == 1:
        return _strict_one(function, arguments[0])
    if len(arguments) == 2:
        return _strict_two(function, *arguments)

    def apply(frames: Frames) -> RuleValue | None:
        values = [argument(frames) for argument in arguments]
        return None if None in values else function(*values)

    return apply


def _strict_one(function: Callable[..., RuleValue | None], of: Closure) -> Closure:
    def apply(frames: Frames) -> RuleValue | None:
        value = of(frames)
        return None if value is None else function(value)

    return apply


def _strict_two(
    function: Callable[..., RuleValue | None], left: Closure, right: Closure
) -> Closure:
    def apply(frames: Frames) -> RuleValue | None:
        item = left(frames)
        if item is None:
            return None
        other = right(frames)
        return None if other is None else function(item, other)

    return apply


def _fold(node: core.Fold) -> Closure:
    where = compile_core(node.where) if node.where is not None else None
    body = compile_core(node.body) if node.body is not None else None
    depth, source, finish = node.depth, node.source, FOLD_MAKERS[node.operator]

    def fold(frames: Frames) -> RuleValue | None:
        inner = frames[:depth]
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
    """The rows of a source, in order."""
    here = frames[source.depth].instance
    if source.visit == "this":
        for row in here.rows(source.table):
            yield FramePosition(here, row)
        return

    for instance in here.world.instances(source.form, source.visit, here.key):
        if not source.group:
            yield FramePosition(instance, None)
            continue

        for row in instance.rows(source.table):
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
if {*_ALL_STRICT, *_ALL_LAZY, "lookup"} != set(core.OPERATORS) or set(
    FOLD_MAKERS
) != set(core.FOLDS):
    holes = {*_ALL_STRICT, *_ALL_LAZY, "lookup", *FOLD_MAKERS} ^ {
        *core.OPERATORS,
        *core.FOLDS,
    }
    raise TypeError(f"the Python back end and the operators differ: {holes}")
