"""How far a condition is from what it should be: a search needs to know when it comes
closer.
"""

from __future__ import annotations

from collections.abc import Callable

from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import Apply, Core
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

Distance = Callable[[Frames], float]


def distance_of(
    expression: Expression, study: Study, home: Home, *, wanted: bool
) -> Distance:
    """The number of conditions that have to become otherwise; 0 where it is as wanted.

    Of an ``and`` that should be TRUE every part counts, of one that should be FALSE the
    nearest.
    """
    resolved = resolve(expression, study, home, Type.CONDITION)
    if resolved.findings:
        return lambda _frames: 0

    return _distance(resolved.core, wanted=wanted)


def _distance(node: Core, *, wanted: bool) -> Distance:
    if isinstance(node, Apply) and node.operator == "not":
        return _distance(node.arguments[0], wanted=not wanted)

    if isinstance(node, Apply) and node.operator in ("and", "or"):
        parts = [_distance(part, wanted=wanted) for part in node.arguments]
        needs_all = (node.operator == "and") is wanted
        fold: Callable[[list[float]], float] = sum if needs_all else min
        return lambda frames: fold([part(frames) for part in parts])

    closure = compile_core(node)
    return lambda frames: 0 if closure(frames) is wanted else 1
