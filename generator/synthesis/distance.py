"""How far a condition is from what it should be: a search needs to know when it comes
closer.
"""

from __future__ import annotations

from collections.abc import Callable

from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core, places
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, Fold
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

Distance = Callable[[Frames], float]
FARTHEST = 9
"""What cannot become otherwise, such as a constant, is so far away."""


def distance_of(
    expression: Expression, study: Study, home: Home, *, wanted: bool
) -> Distance:
    """The number of conditions that have to become otherwise; 0 where it is as wanted.

    Of an ``and`` that should be TRUE every part counts, of one that should be FALSE the
    nearest. Of ``any`` over rows the nearest row counts.
    """
    resolved = resolve(expression, study, home, Type.CONDITION)
    if resolved.findings:
        return lambda _frames: 0

    return _distance(resolved.core, wanted=wanted)


def _distance(node: Core, *, wanted: bool) -> Distance:
    if isinstance(node, Constant):
        return lambda _frames: 0 if node.value is wanted else FARTHEST
    if isinstance(node, Apply) and node.operator == "not":
        return _distance(node.arguments[0], wanted=not wanted)
    if isinstance(node, Apply) and node.operator in ("and", "or"):
        return _of_parts(node, wanted=wanted)

    closure, inside = compile_core(node), _inside(node, wanted=wanted)
    if inside is None:
        return lambda frames: 0 if closure(frames) is wanted else 1

    def distance(frames: Frames) -> float:
        if closure(frames) is wanted:
            return 0

        # Where its parts do not tell, the condition counts as a whole.
        inner = inside(frames)
        return inner if 0 < inner < FARTHEST else 1

    return distance


def _inside(node: Core, *, wanted: bool) -> Distance | None:
    """Of a condition that is not as wanted, by what it consists of; None of a simple
    one.
    """
    match node:
        case Fold(operator="any" | "every", where=Core()):
            return _of_rows(node, wanted=wanted)
        case Apply(operator="eq") if node.arguments[0].type is Type.CONDITION:
            return _of_equal(node, wanted=wanted)
        case Apply(operator="case"):
            return _of_branches(node, wanted=wanted)

    return None


def _of_parts(node: Apply, *, wanted: bool) -> Distance:
    parts = [_distance(part, wanted=wanted) for part in node.arguments]
    needs_all = (node.operator == "and") is wanted
    fold: Callable[[list[float]], float] = sum if needs_all else min
    return lambda frames: fold([part(frames) for part in parts])


def _of_rows(node: Fold, *, wanted: bool) -> Distance:
    """Of what is said of each row: one row is enough, or every row has to be so."""
    assert node.where is not None
    of_row = _distance(node.where, wanted=wanted)
    one_is_enough = (node.operator == "any") is wanted

    def distance(frames: Frames) -> float:
        inner = [*frames[: node.depth], frames[0]]
        distances: list[float] = []
        for place in places(node.source, inner):
            inner[node.depth] = place
            distances.append(of_row(inner))

        if one_is_enough:
            return min(distances, default=FARTHEST)

        return sum(distances)

    return distance


def _of_equal(node: Apply, *, wanted: bool) -> Distance:
    """Of two conditions that should both be so, or both not so."""
    left, right = node.arguments
    pairs = [
        (_distance(left, wanted=side), _distance(right, wanted=side is wanted))
        for side in (True, False)
    ]
    return lambda frames: min(own(frames) + other(frames) for own, other in pairs)


def _of_branches(node: Apply, *, wanted: bool) -> Distance:
    """Of the nearest branch of a ``case`` that has a condition."""
    *pairs, _otherwise = node.arguments
    branches = [
        (_distance(condition, wanted=True), _distance(value, wanted=wanted))
        for condition, value in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return lambda frames: min(gate(frames) + value(frames) for gate, value in branches)
