"""The action tags of a field, one after the other: what each sets, and what is lost."""

from __future__ import annotations

from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.scope import LogicScope
from generator.redcap.logic.translate import translate_condition
from generator.redcap.reading.field_context import FieldContext
from generator.redcap.reading.field_plan import Keys, RedcapFieldPlan
from generator.redcap.reading.tag_effects import DEFAULT, TAGS, Without
from generator.redcap.reading.tag_parser import Tag, if_parts, parse_tags

_KEPT = Without(why="kept in the annotation, without effect")


def heed_tags(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, scope: LogicScope
) -> None:
    """Sets the keys that the tags of a field mean; those without effect are listed."""
    for tag in plan.tags:
        _heed(fields, plan, keys, tag, scope)

    if keys.get("entry"):
        _require_where_filled(fields, plan, keys)


def _require_where_filled(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys
) -> None:
    """Nobody answers a hidden or read-only field, so it is required only where a new
    form fills it.
    """
    was_required = keys.pop("required", None)
    if "default" in keys or "prefill" in keys:
        if plan.item.required.strip().lower() == "y":
            keys["required"] = "true"
    elif was_required:
        why = "it cannot be answered on the page"
        fields.keep(keys, plan.item, "unused-flag", "required", why)


def _heed(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, tag: Tag, scope: LogicScope
) -> None:
    if tag.name == "IF":
        _heed_branch(fields, plan, keys, tag, scope)
        return

    without = _effect(fields, plan, keys, tag)
    if without is not None:
        fields.loss(
            plan.item,
            f"@{tag.name}",
            "annotation",
            without.why,
            harmless=without.harmless,
            original=tag.original,
        )


def _effect(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, tag: Tag
) -> Without | None:
    """Sets what the tag means, or says why it has no effect."""
    dropped = fields.dropped.get((plan.item.name, "default"))
    if tag.name == DEFAULT and dropped:
        return Without(why=dropped)

    effect = TAGS.get(tag.name)
    if effect is None:
        return _KEPT

    return effect(plan, keys, tag)


def _heed_branch(
    fields: FieldContext, plan: RedcapFieldPlan, keys: Keys, tag: Tag, scope: LogicScope
) -> None:
    """``@IF(condition, tags, tags)``: where the condition is constant, or hides a note."""
    try:
        condition, then, otherwise = _branches(fields, plan, tag, scope)
        if condition not in ("true", "false"):
            _show_note(keys, condition, then, otherwise)
            return
    except LogicFault as fault:
        scope.notes.clear()
        fields.loss(plan.item, "@IF", "annotation", fault.why, original=tag.original)
        return

    for chosen in then if condition == "true" else otherwise:
        _heed(fields, plan, keys, chosen, scope)


def _branches(
    fields: FieldContext, plan: RedcapFieldPlan, tag: Tag, scope: LogicScope
) -> tuple[str, list[Tag], list[Tag]]:
    """The condition in our language, and the tags where it holds and where not."""
    parts = if_parts(tag.argument or "")
    if len(parts) != 3:
        raise LogicFault("@IF takes a condition and two groups of tags")
    if why := fields.dropped.get((plan.item.name, "show_when")):
        raise LogicFault(why)

    condition = translate_condition(parts[0], scope)
    fields.noted(plan.item, "annotation", tag.original, scope)
    return condition, parse_tags(parts[1]), parse_tags(parts[2])


def _show_note(
    keys: Keys, condition: str, then: list[Tag], otherwise: list[Tag]
) -> None:
    """A note that one branch hides is shown where the other one applies."""
    if keys["type"] == "note" and _hides(then) and not otherwise:
        shown = f"({condition}) is not true"
    elif keys["type"] == "note" and _hides(otherwise) and not then:
        shown = condition
    else:
        raise LogicFault("tags cannot depend on answers")

    if "show_when" in keys:
        shown = f"({keys['show_when']}) and ({shown})"

    keys["show_when"] = shown


def _hides(tags: list[Tag]) -> bool:
    """Whether there are tags, and all of them do nothing but hide the field."""
    if not tags:
        return False

    return {tag.name for tag in tags} <= {"HIDDEN", "HIDDEN-FORM"}
