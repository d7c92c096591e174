"""The annotation of a field on its way back: its own words, and the action tags that
its keys mean.

Tags that have a meaning here are written anew, each where it stood, so that a key that
was changed is not said in two ways. All others stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.model.fields import Field
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.field_plan import Keys, Plan
from generator.redcap.reading.tag_effects import MOST_WORDS, TAGS, words_pattern
from generator.redcap.reading.tag_parser import Tag, parse_tags
from generator.redcap.reading.validation import PLAIN, VALIDATIONS

TagTexts = dict[str, str]
"""The tags of a field by what they are about."""

_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "CALCTEXT": "value",
        "CALCDATE": "value",
        "FORCE-MINMAX": "range",
        "NONEOFTHEABOVE": "exclusive",
    }
)


def tags_of(field: Field) -> TagTexts:
    """The tags that a field's keys mean, but for those of its formula, limits and
    codes.
    """
    results = {key: make(field) for key, make in _WRITERS.items()}
    return {key: tag for key, tag in results.items() if tag}


def about_of(tag: str) -> str:
    """What one of the tags of formula, limits or codes is about."""
    return _ELSEWHERE[parse_tags(tag)[0].name]


def words_said(field: Field) -> int | None:
    """How many words the field's pattern lets in, where that is what it says."""
    expression = field.pattern.expression if field.pattern else ""
    if not expression.startswith(r"\s*\S+(\s+\S+){0,"):
        return None
    number = expression.removeprefix(r"\s*\S+(\s+\S+){0,").partition("}")[0]
    most = int(number) + 1 if number.isdecimal() and len(number) < 5 else 0

    return (
        most if 0 < most <= MOST_WORDS and words_pattern(most) == expression else None
    )


def annotation(
    kept: str, field: Field, type_: str, validation: str, tags: TagTexts
) -> str:
    """The kept annotation with these tags in the place of those that meant the same."""
    left = dict(tags)
    plan = _plan(field, type_, validation)
    keys: Keys = {"type": field.type.name}
    parts, index = [], 0

    for tag in parse_tags(kept):
        start = kept.index(tag.original, index)
        about = _about(plan, keys, tag, field)
        parts.append(kept[index:start])
        index = start + len(tag.original)
        if about is None or (about == "value" and about not in tags):
            parts.append(tag.original)
        elif about in left:
            parts.append(left.pop(about))

    parts.append(kept[index:])
    text = "".join(parts)

    return " ".join([*([text.strip()] if text.strip() else []), *left.values()])


def _about(plan: Plan, keys: Keys, tag: Tag, field: Field) -> str | None:
    """What a tag is about, as far as it had an effect; None where it stays as it is."""
    if tag.name in _ELSEWHERE:
        about = _ELSEWHERE[tag.name]
        return (
            None if about == "exclusive" and TAGS[tag.name](plan, keys, tag) else about
        )

    if tag.name == "IF" or tag.name not in TAGS:
        return None
    before = dict(keys)
    TAGS[tag.name](plan, keys, tag)
    changed = [key for key in keys if keys.get(key) != before.get(key)]
    if (
        not changed
        and tag.name in ("READONLY", "READONLY-FORM")
        and field.entry != "typed"
    ):
        return "entry"

    return changed[0] if changed else None


def _plan(field: Field, type_: str, validation: str) -> Plan:
    """What was known of the field when its tags were read."""
    codes = field.codelist.codes if field.codelist else ()
    value = VALIDATIONS.get(validation, PLAIN)

    return Plan(
        item=Item(row=0, name=field.name, form=field.form, type=type_),
        name=field.name,
        type=field.type.name,
        value_type=value.value_type,
        form=field.form,
        validation=value,
        answers=tuple((code.code, code.label, code.exclusive) for code in codes),
    )


def quoted(text: str) -> str:
    """A text as the argument of a tag."""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _default(field: Field) -> str:
    if field.default is None:
        return ""
    default = field.default
    if field.kind.name == "choices":
        default = default.replace(";", ",")
    elif field.kind.name == "datetime":
        default = default.replace("T", " ", 1)

    return f"@DEFAULT={quoted(default)}"


_WRITERS: Mapping[str, Callable[[Field], str]] = MappingProxyType(
    {
        "entry": lambda field: {"hidden": "@HIDDEN", "read_only": "@READONLY"}.get(
            field.entry, ""
        ),
        "default": _default,
        "prefill": lambda field: (
            {"today": "@TODAY", "now": "@NOW", "user": "@USERNAME"}[field.prefill]
            if field.prefill
            else ""
        ),
        "length": lambda field: (
            f"@CHARLIMIT={field.max_length}" if field.max_length is not None else ""
        ),
        "pattern": lambda field: (
            f"@WORDLIMIT={words_said(field)}" if words_said(field) else ""
        ),
        "placeholder": lambda field: (
            f"@PLACEHOLDER={quoted(field.placeholder)}" if field.placeholder else ""
        ),
        "retired": lambda field: (
            f"@HIDECHOICE='{','.join(field.retired)}'" if field.retired else ""
        ),
        "max_choices": lambda field: (
            f"@MAXCHECKED={field.max_choices}" if field.max_choices else ""
        ),
    }
)
