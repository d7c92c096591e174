"""The answers of a field, as its choices and its action tags say them."""

from __future__ import annotations

from generator.redcap.reading.choices import parse_choices
from generator.redcap.reading.codelists import Answers
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.labels import plain_text
from generator.redcap.reading.tag_parser import Tag


def exclusive_codes(tag: Tag) -> set[str]:
    return {code.strip() for code in (tag.argument or "").split(",") if code.strip()}


def answers_of(item: Item, tags: tuple[Tag, ...]) -> Answers:
    """Code, label and exclusiveness of every answer; a code stands once, and none is
    empty.
    """
    alone = {
        code
        for tag in tags
        if tag.name == "NONEOFTHEABOVE"
        for code in exclusive_codes(tag)
    }
    texts: dict[str, tuple[str, str, bool]] = {}
    for choice in parse_choices(item.choices):
        if choice.code and choice.code not in texts:
            label = plain_text(choice.label) or choice.code
            texts[choice.code] = (
                choice.code,
                label,
                choice.code in alone and item.type == "checkbox",
            )

    return tuple(texts.values())
