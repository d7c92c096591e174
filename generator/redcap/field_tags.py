"""Action tags with a meaning here. Each sets keys of its field, or says why it has no effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from generator.redcap.answers import exclusive_codes
from generator.redcap.labels import piped, plain_text
from generator.redcap.plans import Keys, Plan
from generator.redcap.tags import Tag

DEFAULT = "DEFAULT"
_DEFAULTS = ("text", "long_text", "integer", "decimal", "choice", "choices", "date")


def _default(plan: Plan, keys: Keys, tag: Tag) -> str | None:
    said = tag.argument or ""
    if piped(said):
        return "an answer of another field is not taken over"
    if keys["type"] not in _DEFAULTS:
        return f"a {keys['type']} field has no default from REDCap"
    if not said.strip():
        return "an empty default"
    if keys["type"] == "choices":
        said = ";".join(code.strip() for code in said.split(","))
    elif plan.validation.comma:
        said = said.replace(",", ".")
    keys["default"] = plain_text(said)
    return None


def _longest(_plan: Plan, keys: Keys, tag: Tag) -> str | None:
    said = tag.argument or ""
    if keys["type"] not in ("text", "long_text") or not (said.isascii() and said.isdecimal()):
        return "only a text has a length"
    if len(said.lstrip("0")) > 8:
        return "no text is as long as that"
    keys["length"] = str(int(said))
    return None


def _exclusive(plan: Plan, _keys: Keys, tag: Tag) -> str | None:
    known = {code for code, _, _ in plan.answers}
    if plan.item.type != "checkbox" or not exclusive_codes(tag) <= known:
        return "only codes of a checkbox can be none of the above"
    return None


def _elsewhere(_plan: Plan, _keys: Keys, _tag: Tag) -> None:
    """The tag was heeded where the type or the limits were made."""


TAGS: Mapping[str, Callable[[Plan, Keys, Tag], str | None]] = MappingProxyType(
    {
        DEFAULT: _default,
        "CHARLIMIT": _longest,
        "NONEOFTHEABOVE": _exclusive,
        "FORCE-MINMAX": _elsewhere,
        "CALCTEXT": _elsewhere,
        "CALCDATE": _elsewhere,
    }
)
