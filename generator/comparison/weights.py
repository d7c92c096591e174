"""How grave a changed value is for captured data, by the two values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from forms_spec.model.facets import Range
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.syntax_tree import Literal, Negative
from generator.comparison.change import Consequence, Effect
from generator.comparison.gist import gist

Weigh = Callable[[Any, Any], Consequence]
"""The consequence of a value before and after; the two differ."""


def always(effect: Effect, why: str, *, judged: bool = True) -> Weigh:
    """The same consequence whatever the values are."""
    consequence = Consequence(effect, why, judged)
    return lambda _before, _after: consequence


def harmless(why: str) -> Weigh:
    return always(Effect.HARMLESS, why)


def look(why: str) -> Weigh:
    return always(Effect.LOOK, why)


def breaks(why: str, *, judged: bool = True) -> Weigh:
    return always(Effect.BREAKS, why, judged=judged)


LOOSER = Consequence(
    Effect.HARMLESS, "Every answer that was accepted still is. Findings may go."
)
WORDING = harmless("Only what people read changes.")
NOTHING_CAPTURED = harmless("No captured answer is touched.")


def required(before: bool | Expression, after: bool | Expression) -> Consequence:
    """A question that has to be answered, or no longer has to be."""
    if after is False:
        return Consequence(
            Effect.HARMLESS, "Fewer answers are required, so complete forms stay so."
        )
    if before is True:
        return Consequence(
            Effect.LOOK, "Where the condition is unknown, a blank answer gets a query."
        )

    return Consequence(
        Effect.BREAKS, "Complete forms in which it is blank become incomplete."
    )


def shown(
    before: Expression | None,  # noqa: ARG001
    after: Expression | None,
) -> Consequence:
    """A condition under which something is asked."""
    if after is None:
        return Consequence(
            Effect.LOOK,
            "It is asked always now, so a complete form may lack an answer.",
        )

    return Consequence(
        Effect.BREAKS, "Answers where the condition is not met become hidden."
    )


def hard_ranges(before: Any, after: Any) -> Consequence:
    """Ranges that refuse an answer, by unit."""
    if _all_wider(before, after):
        return LOOSER

    return Consequence(Effect.BREAKS, "Answers outside the new range become errors.")


def soft_ranges(before: Any, after: Any) -> Consequence:
    """Ranges outside which an answer is asked about."""
    if _all_wider(before, after):
        return LOOSER

    return Consequence(
        Effect.LOOK, "Answers outside the new range get a query or a warning."
    )


def _all_wider(
    before: Mapping[str | None, Range], after: Mapping[str | None, Range]
) -> bool:
    """Whether each range holds all that it held before. False where nobody can say."""
    return all(unit in before and _wider(before[unit], after[unit]) for unit in after)


def _wider(before: Range, after: Range) -> bool:
    ends_open = (before.low_open, before.high_open), (after.low_open, after.high_open)
    return (
        _end_wider(before.low, after.low, operator.ge)
        and _end_wider(before.high, after.high, operator.le)
        # An end that was included is outside where the new range is open.
        and all(map(operator.ge, *ends_open))
    )


def _end_wider(
    before: Expression | None,
    after: Expression | None,
    holds: Callable[[Any, Any], bool],
) -> bool:
    if after is None or gist(before) == gist(after):
        return True

    old, new = _literal(before), _literal(after)
    # Ends of two kinds, and those that a rule gives, cannot be compared here.
    return old is not None and type(old) is type(new) and holds(old, new)


def _literal(expression: Expression | None) -> Decimal | str | None:
    """An end that is a number or a whole date; None for all others."""
    if expression is None:
        return None

    node, sign = expression.tree, 1
    if isinstance(node, Negative):
        node, sign = node.operand, -1
    if not isinstance(node, Literal):
        return None
    if isinstance(node.value, Decimal):
        return node.value * sign

    # Whole dates and times of one kind are in order as text.
    return f"{node.kind} {node.value}" if isinstance(node.value, str) else None


def at_most(before: int | None, after: int | None) -> Consequence:
    """An upper bound: of a length, of decimal places, of choices."""
    if after is None or (before is not None and after >= before):
        return LOOSER

    return Consequence(Effect.BREAKS, "Answers beyond the new bound become errors.")


def at_least(before: int | None, after: int | None) -> Consequence:
    """A lower bound."""
    if after is None or (before is not None and after <= before):
        return LOOSER

    return Consequence(Effect.BREAKS, "Answers below the new bound become errors.")


def allowed(before: Any, after: Any) -> Consequence:
    """A collection of what an answer may be, or None for anything."""
    if set(map(_name, before)) <= set(map(_name, after)):
        return LOOSER

    return Consequence(
        Effect.BREAKS, "Answers that are no longer allowed become errors."
    )


def _name(value: Any) -> Any:
    return getattr(value, "code", value)


def fewer(before: Any, after: Any) -> Consequence:
    """A collection of what is not allowed."""
    return allowed(after, before)


def or_nothing(weigh: Weigh) -> Weigh:
    """The same, where a value that is taken away leaves nothing to refuse an answer."""

    def weighed(before: Any, after: Any) -> Consequence:
        return LOOSER if not after else weigh(before, after)

    return weighed


def repetition(before: Any, after: Any) -> Consequence:
    """How a group repeats."""
    if before is None or after is None:
        return Consequence(
            Effect.BREAKS,
            "The answers belong to another table, so those captured are not shown.",
            judged=False,
        )
    if (before.fixed, before.carried) != (after.fixed, after.carried):
        return Consequence(
            Effect.BREAKS,
            "Captured rows keep their numbers, which may stand for other rows now.",
            judged=False,
        )
    if after.minimum > before.minimum or after.maximum < before.maximum:
        return Consequence(
            Effect.BREAKS, "Forms with more or fewer rows than allowed become errors."
        )

    return LOOSER


def repeats(before: bool, after: bool) -> Consequence:  # noqa: ARG001
    """A visit that took place once or several times."""
    if after:
        return Consequence(
            Effect.LOOK, "Forms captured once keep the number 0 beside new ones."
        )

    return Consequence(
        Effect.BREAKS,
        "Only one time of the visit is expected, so the others are of the past.",
        judged=False,
    )


def unit(before: Any, after: Any) -> Consequence:
    """The unit that a number is in."""
    if _unit_labels(before).items() <= _unit_labels(after).items() and before:
        return Consequence(Effect.HARMLESS, "Every unit that was used stays.")

    return Consequence(
        Effect.BREAKS,
        "Captured numbers stay as typed, and are read in the new unit.",
        judged=False,
    )


def _unit_labels(value: Any) -> dict[Any, Any]:
    if value is None:
        return {}

    labels: dict[Any, Any] = {item.code: gist(item) for item in value.choices}
    return labels | {"fixed": value.fixed, "companion": value.companion}


def sites(before: Mapping[str, str], after: Mapping[str, str]) -> Consequence:
    """The sites of the study."""
    if set(before) <= set(after):
        return NOTHING_CAPTURED(before, after)

    return Consequence(
        Effect.BREAKS,
        "Subjects of a site that is gone stay, but nobody can add to it.",
        judged=False,
    )


def permissions(before: Any, after: Any) -> Consequence:
    """What a role may do."""
    if set(before) <= set(after):
        return Consequence(
            Effect.LOOK, "People of the role may do more. Check that they should."
        )

    return Consequence(
        Effect.LOOK, "People of the role may do less with what they captured."
    )
