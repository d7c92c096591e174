"""The annotation of a field on its way back: its own words, and the action tags that
its keys mean.

Tags that have a meaning here are written anew, each where it stood, so that a key that
was changed is not said in two ways. All others stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.model.fields import Field
from generator.redcap.logic.write_context import quoted
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.field_plan import Keys, RedcapFieldPlan
from generator.redcap.reading.tag_effects import MOST_WORDS, TAGS, words_pattern
from generator.redcap.reading.tag_parser import Tag, parse_tags
from generator.redcap.reading.validation import PLAIN, VALIDATIONS

TagTexts = dict[str, str]
"""The tags of a field by what they are about."""

_TAGS_OF_CELLS: Mapping[str, str] = MappingProxyType(
    {
        "CALCTEXT": "value",
        "CALCDATE": "value",
        "FORCE-MINMAX": "range",
        "NONEOFTHEABOVE": "exclusive",
    }
)
"""Tags that the writers of cells give, and what they are about."""

_WORD_LIMIT = re.compile(r"\{0,([0-9]{1,4})\}")


def tags_of(field: Field) -> TagTexts:
    """The tags that a field's keys mean, but for those of its formula, limits and
    codes.
    """
    tags = {about: write(field) for about, write in _WRITERS.items()}
    return {about: tag for about, tag in tags.items() if tag}


def about_of(tag: str) -> str:
    """What one of the tags of formula, limits or codes is about."""
    return _TAGS_OF_CELLS[parse_tags(tag)[0].name]


def word_limit(field: Field) -> int | None:
    """How many words the field's pattern lets in, where that is what it says."""
    if field.pattern is None:
        return None

    expression = field.pattern.expression
    match = _WORD_LIMIT.search(expression)
    if match is None:
        return None

    most = int(match[1]) + 1
    if most > MOST_WORDS or words_pattern(most) != expression:
        return None

    return most


def annotation(
    kept: str, field: Field, type_: str, validation: str, tags: TagTexts
) -> str:
    """The kept annotation with these tags in the place of those that meant the same."""
    new_tags = dict(tags)
    plan = _plan(field, type_, validation)
    keys: Keys = {"type": field.type.name}
    parts = []
    end = 0

    for tag in parse_tags(kept):
        start = kept.index(tag.original, end)
        parts.append(kept[end:start])
        end = start + len(tag.original)

        about = _about(plan, keys, tag, field)
        # A formula that REDCap cannot say stays as it was written.
        is_lost_formula = about == "value" and about not in tags
        if about is None or is_lost_formula:
            parts.append(tag.original)
        elif about in new_tags:
            parts.append(new_tags.pop(about))

    parts.append(kept[end:])
    text = "".join(parts).strip()
    return " ".join(filter(None, [text, *new_tags.values()]))


def _about(plan: RedcapFieldPlan, keys: Keys, tag: Tag, field: Field) -> str | None:
    """What a tag is about, as far as it had an effect; None where it stays as it is."""
    about = _TAGS_OF_CELLS.get(tag.name)
    if about == "exclusive":
        refused = TAGS[tag.name](plan, keys, tag)
        return about if refused is None else None

    if about is not None:
        return about

    # An @IF stays as it was written, whatever its tags did.
    if tag.name == "IF" or tag.name not in TAGS:
        return None

    before = dict(keys)
    TAGS[tag.name](plan, keys, tag)
    for key, entry in keys.items():
        if entry != before.get(key):
            return key

    # A second tag may say again that nobody types into the field.
    is_typed = field.entry == "typed"
    if tag.name in ("READONLY", "READONLY-FORM") and not is_typed:
        return "entry"

    return None


def _plan(field: Field, type_: str, validation: str) -> RedcapFieldPlan:
    """What was known of the field when its tags were read."""
    codes = field.codelist.codes if field.codelist else ()
    read_as = VALIDATIONS.get(validation, PLAIN)
    return RedcapFieldPlan(
        item=Item(
            row=0,
            name=field.name,
            form=field.form,
            type=type_,
        ),
        name=field.name,
        type=field.type.name,
        value_type=read_as.value_type,
        form=field.form,
        validation=read_as,
        answers=tuple((code.code, code.label, code.exclusive) for code in codes),
    )


# Each writes the tag of one key, empty where the key says nothing


def _entry(field: Field) -> str:
    return {"hidden": "@HIDDEN", "read_only": "@READONLY"}.get(field.entry, "")


def _default(field: Field) -> str:
    if field.default is None:
        return ""

    default = field.default
    if field.kind.name == "choices":
        default = default.replace(";", ",")
    elif field.kind.name == "datetime":
        default = default.replace("T", " ", 1)

    return f"@DEFAULT={quoted(default)}"


def _prefill(field: Field) -> str:
    if not field.prefill:
        return ""
    return {"today": "@TODAY", "now": "@NOW", "user": "@USERNAME"}[field.prefill]


def _length(field: Field) -> str:
    if field.max_length is None:
        return ""
    return f"@CHARLIMIT={field.max_length}"


def _pattern(field: Field) -> str:
    most = word_limit(field)
    return f"@WORDLIMIT={most}" if most else ""


def _placeholder(field: Field) -> str:
    if not field.placeholder:
        return ""
    return f"@PLACEHOLDER={quoted(field.placeholder)}"


def _retired(field: Field) -> str:
    if not field.retired:
        return ""
    return f"@HIDECHOICE='{','.join(field.retired)}'"


def _max_choices(field: Field) -> str:
    if not field.max_choices:
        return ""

    return f"@MAXCHECKED={field.max_choices}"


_WRITERS: Mapping[str, Callable[[Field], str]] = MappingProxyType(
    {
        "entry": _entry,
        "default": _default,
        "prefill": _prefill,
        "length": _length,
        "pattern": _pattern,
        "placeholder": _placeholder,
        "retired": _retired,
        "max_choices": _max_choices,
    }
)
