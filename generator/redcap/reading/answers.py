"""The answers of a field, as its choices and its action tags say them."""

from __future__ import annotations

from generator.redcap.reading.choices import parse_choices
from generator.redcap.reading.codelists import Answer, Answers
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.labels import plain_text
from generator.redcap.reading.tag_parser import Tag


def answers_of(item: Item, tags: tuple[Tag, ...]) -> Answers:
    """Code, label and exclusiveness of every answer.

    A code is listed once, and none is empty.
    """
    exclusive: set[str] = set()
    if item.type == "checkbox":
        for tag in tags:
            if tag.name == "NONEOFTHEABOVE":
                exclusive.update(tag_codes(tag))

    answers: dict[str, Answer] = {}
    for choice in parse_choices(item.choices):
        code = choice.code
        if code and code not in answers:
            label = plain_text(choice.label) or code
            answers[code] = (code, label, code in exclusive)

    return tuple(answers.values())


def tag_codes(tag: Tag) -> list[str]:
    """The codes that an argument lists: ``@NONEOFTHEABOVE='98,99'``."""
    codes = [code.strip() for code in (tag.argument or "").split(",")]
    return [code for code in codes if code]
