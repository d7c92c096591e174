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
class RedcapFieldPlan:
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
        """The first tag of this name."""
        for tag in self.tags:
            if tag.name == name:
                return tag

        return None


def item_type(plan: RedcapFieldPlan) -> str:
    """The type of REDCap, ``calculated`` where a tag makes one of a text, or
    ``unknown``.
    """
    if plan.type == "calculated":
        return "calculated"
    if plan.item.type not in TYPES:
        return "unknown"

    return plan.item.type


def field_of(type_: str) -> str:
    """``an integer field``"""
    article = "an" if type_[0] in "aeiou" else "a"
    return f"{article} {type_} field"
