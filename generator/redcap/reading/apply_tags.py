"""The action tags of a field, one after the other: what each sets, and what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import translate_condition
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.field_plan import FieldPlan, Keys
from generator.redcap.reading.tag_effects import DEFAULT, TAGS, Without
from generator.redcap.reading.tag_parser import Tag, if_parts, parse_tags

_KEPT = Without(why="kept in the annotation, without effect")


class TaggedFields(Protocol):
    """What makes the fields: it knows what was dropped, and lists what is lost."""

    dropped: Mapping[tuple[str, str], str]

    def loss(
        self,
        item: Item,
        kind: str,
        column: str,
        why: str,
        *,
        harmless: bool = False,
        original: str | None = None,
    ) -> None: ...

    def keep(
        self, keys: Keys, item: Item, kind: str, column: str, why: str
    ) -> None: ...

    def noted(self, item: Item, column: str, text: str, scope: LogicScope) -> None: ...


def _only_hides(then: list[Tag], otherwise: list[Tag]) -> bool:
    return (
        bool(then)
        and not otherwise
        and all(item.name in ("HIDDEN", "HIDDEN-FORM") for item in then)
    )


def heed_tags(
    maker: TaggedFields, plan: FieldPlan, keys: Keys, scope: LogicScope
) -> None:
    """Sets the keys that the tags of a field mean; those without effect are listed."""
    for tag in plan.tags:
        if tag.name == "IF":
            _either(maker, plan, keys, tag, scope)
        else:
            _heed(maker, plan, keys, tag)

    starts = "default" in keys or "prefill" in keys
    if keys.get("entry") and keys.pop("required", None) and not starts:
        maker.keep(
            keys,
            plan.item,
            "unused-flag",
            "required",
            "it cannot be answered on the page",
        )
    elif keys.get("entry") and starts and plan.item.required.strip().lower() == "y":
        keys["required"] = "true"


def _heed(maker: TaggedFields, plan: FieldPlan, keys: Keys, tag: Tag) -> None:
    result = TAGS.get(tag.name)
    why = (
        maker.dropped.get((plan.item.name, "default")) if tag.name == DEFAULT else None
    )
    without: Without | None = Without(why=why) if why else _KEPT
    if why is None and result is not None:
        without = result(plan, keys, tag)
    if without is not None:
        maker.loss(
            plan.item,
            f"@{tag.name}",
            "annotation",
            without.why,
            harmless=without.harmless,
            original=tag.original,
        )


def _either(
    maker: TaggedFields, plan: FieldPlan, keys: Keys, tag: Tag, scope: LogicScope
) -> None:
    """``@IF(condition, tags, tags)``: where the condition is constant, or hides a note."""
    parts = if_parts(tag.argument or "")
    try:
        if len(parts) != 3:
            raise LogicFault("@IF takes a condition and two groups of tags")
        if why := maker.dropped.get((plan.item.name, "show_when")):
            raise LogicFault(why)
        asked = translate_condition(parts[0], scope)
        maker.noted(plan.item, "annotation", tag.original, scope)
        then, otherwise = (parse_tags(part) for part in parts[1:])
        if asked in ("true", "false"):
            for item in then if asked == "true" else otherwise:
                _either(maker, plan, keys, item, scope) if item.name == "IF" else _heed(
                    maker, plan, keys, item
                )

            return

        if keys["type"] != "note" or not (
            _only_hides(then, otherwise) or _only_hides(otherwise, then)
        ):
            raise LogicFault("tags cannot depend on answers")

        text = f"({asked}) is not true" if _only_hides(then, otherwise) else asked
        keys["show_when"] = (
            f"({keys['show_when']}) and ({text})" if "show_when" in keys else text
        )
    except LogicFault as fault:
        scope.notes.clear()
        maker.loss(plan.item, "@IF", "annotation", fault.why, original=tag.original)
