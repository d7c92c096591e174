"""What is known of a field before its logic is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.redcap.logic.values import ValueType
from generator.redcap.reading.codelists import Answers
from generator.redcap.reading.dictionary_rows import TYPES, Item
from generator.redcap.reading.tag_parser import Tag
from generator.redcap.reading.validation import PLAIN, Validation

Keys = dict[str, Any]
"""The keys of a field, as a dictionary has them."""


@dataclass(frozen=True, kw_only=True)
class FieldPlan:
    """What is known of a field before logic is read: its name, type, answers and tags."""

    item: Item
    name: str
    type: str
    value_type: ValueType
    form: str
    validation: Validation = PLAIN
    answers: Answers = ()
    tags: tuple[Tag, ...] = ()

    def tag(self, name: str) -> Tag | None:
        return next((item for item in self.tags if item.name == name), None)


def item_type(plan: FieldPlan) -> str:
    """The type of REDCap, ``calculated`` where a tag makes one of a text, or
    ``unknown``.
    """
    if plan.type == "calculated":
        return "calculated"
    return plan.item.type if plan.item.type in TYPES else "unknown"
