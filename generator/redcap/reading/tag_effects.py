"""Action tags with a meaning here.

Each sets keys of its field, or says why it has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from generator.redcap.reading.answers import exclusive_codes
from generator.redcap.reading.field_plan import FieldPlan, Keys
from generator.redcap.reading.labels import piped, plain_text
from generator.redcap.reading.tag_parser import Tag

DEFAULT = "DEFAULT"
_DEFAULTS, BOXES, _LENGTHS = (
    frozenset(item.name for item in FIELD_TYPES if key in item.facets)
    for key in ("default", "placeholder", "length")
)
"""The field types that have a default, a box to type into, and a length."""

_TODAY: Mapping[str, str] = MappingProxyType({"date": "today", "text": "today"})
_NOW: Mapping[str, str] = MappingProxyType(
    {"date": "today", "datetime": "now", "time": "now", "text": "now"}
)
_USER: Mapping[str, str] = MappingProxyType({"text": "user"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Without:
    """Why a tag has no effect; ``harmless`` when it has none that could be missed here."""

    why: str
    harmless: bool = False


Heeded = Callable[[FieldPlan, Keys, Tag], Without | None]


def _default(plan: FieldPlan, keys: Keys, tag: Tag) -> Without | None:
    argument = tag.argument or ""
    if piped(argument):
        return Without(why="an answer cannot be copied from another field")
    if keys["type"] not in _DEFAULTS:
        return Without(why=f"a {keys['type']} field has no default from REDCap")
    if not argument.strip():
        return Without(why="an empty default")
    if "prefill" in keys:
        return Without(why="another tag sets the field's default")
    keys["default"] = _default_text(plan, keys, argument)

    return None


def _default_text(plan: FieldPlan, keys: Keys, text: str) -> str:
    if keys["type"] == "multiple_choice":
        return plain_text(";".join(code.strip() for code in text.split(",")))
    if keys["type"] == "datetime":
        return text.strip().replace(" ", "T", 1)
    return plain_text(text.replace(",", ".") if plan.validation.comma else text)


def _prefill(by_type: Mapping[str, str], *, clock: str = "") -> Heeded:
    """``@TODAY``, ``@NOW``, ``@USERNAME``: what a new form is filled with.

    ``clock`` says a nearness.
    """

    def heed(_plan: FieldPlan, keys: Keys, _tag: Tag) -> Without | None:
        if keys["type"] not in by_type or "pattern" in keys:
            return Without(why=f"a {keys['type']} field cannot be filled with it")
        if "default" in keys or "prefill" in keys:
            return Without(why="another tag sets the field's default")
        keys["prefill"] = by_type[keys["type"]]
        if clock and keys["prefill"] != "user":
            return Without(why=clock, harmless=True)
        return None

    return heed


_STUDYS = "by the study's clock"
_BROWSERS = "by the study's clock, not the browser's"


def _longest(_plan: FieldPlan, keys: Keys, tag: Tag) -> Without | None:
    text = (tag.argument or "").strip()
    if keys["type"] not in _LENGTHS or not (text.isascii() and text.isdecimal()):
        return Without(why="only a text has a length")

    if len(text.lstrip("0")) > 8 or not int(text):
        return Without(why="no text can be that long")
    keys["length"] = str(int(text))

    return None


MOST_WORDS = 900


def _most_words(_plan: FieldPlan, keys: Keys, tag: Tag) -> Without | None:
    text = (tag.argument or "").strip()
    if keys["type"] not in ("text", "long_text") or not (
        text.isascii() and text.isdecimal()
    ):
        return Without(why="only a text has words")

    if "pattern" in keys or not 0 < int(text[:6]) <= MOST_WORDS:
        return Without(
            why=f"words are counted up to {MOST_WORDS}, and beside no other pattern"
        )

    keys["pattern"] = {
        "matches": words_pattern(int(text)),
        "message": f"at most {int(text)} words",
    }

    return None


def words_pattern(most: int) -> str:
    r"""At most so many words: ``\s*\S+(\s+\S+){0,4}\s*``."""
    return rf"\s*\S+(\s+\S+){{0,{most - 1}}}\s*"


def _exclusive(plan: FieldPlan, _keys: Keys, tag: Tag) -> Without | None:
    known = {code for code, _, _ in plan.answers}
    if plan.item.type != "checkbox" or not exclusive_codes(tag) <= known:
        return Without(why="only codes of a checkbox can be none of the above")
    return None


def _not_offered(plan: FieldPlan, keys: Keys, tag: Tag) -> Without | None:
    if not plan.answers or keys["type"] not in ("choice", "multiple_choice"):
        return Without(why="only answers of a list can be hidden")
    known = {code for code, _, _ in plan.answers}
    text = [code.strip() for code in (tag.argument or "").split(",") if code.strip()]
    result = [code for code in text if code in known]
    if result:
        keys["retired"] = list(dict.fromkeys([*keys.get("retired", []), *result]))
    if odd := [code for code in text if code not in known]:
        return Without(why=f"the list has no {', '.join(odd)}")
    return None if result else Without(why="it names no answer")


def _most(_plan: FieldPlan, keys: Keys, tag: Tag) -> Without | None:
    text = (tag.argument or "").strip()
    if keys["type"] != "multiple_choice" or not (
        text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 1000
    ):
        return Without(why="only a checkbox can have a maximum number of answers")

    keys["max_choices"] = str(int(text))

    return None


def _placeholder(_plan: FieldPlan, keys: Keys, tag: Tag) -> Without | None:
    text = plain_text(tag.argument or "").replace("\n", " ")
    if keys["type"] not in BOXES:
        return Without(why="only a box shows words while it is empty")
    if not text:
        return Without(why="it says nothing", harmless=True)
    keys["placeholder"] = text

    return (
        Without(why="the name is shown in the box as written") if piped(text) else None
    )


def _hidden(_plan: FieldPlan, keys: Keys, _tag: Tag) -> None:
    keys["entry"] = "hidden"


def _read_only(_plan: FieldPlan, keys: Keys, _tag: Tag) -> Without | None:
    if keys["type"] in ("calculated", "note"):
        return Without(why="it is read-only anyway", harmless=True)
    keys.setdefault("entry", "read_only")
    return None


def _elsewhere(_plan: FieldPlan, _keys: Keys, _tag: Tag) -> None:
    """The tag was heeded where the type or the limits were made."""


def _moot(why: str) -> Heeded:
    """A tag that speaks of what is not here."""
    return lambda _plan, _keys, _tag: Without(why=why, harmless=True)


def _lost(why: str) -> Heeded:
    return lambda _plan, _keys, _tag: Without(why=why)


_NO_SURVEYS = "there are no surveys here"
_NO_APP = "there is no app here"
_OVERWRITES = "answers are not overwritten when a form is opened"

TAGS: Mapping[str, Heeded] = MappingProxyType(
    {
        DEFAULT: _default,
        "TODAY": _prefill(_TODAY, clock=_BROWSERS),
        "TODAY-SERVER": _prefill(_TODAY, clock=_STUDYS),
        "TODAY-UTC": _prefill(_TODAY, clock=_STUDYS),
        "NOW": _prefill(_NOW, clock=_BROWSERS),
        "NOW-SERVER": _prefill(_NOW, clock=_STUDYS),
        "NOW-UTC": _prefill(_NOW, clock=_STUDYS),
        "USERNAME": _prefill(_USER),
        "CHARLIMIT": _longest,
        "WORDLIMIT": _most_words,
        "NONEOFTHEABOVE": _exclusive,
        "HIDECHOICE": _not_offered,
        "MAXCHECKED": _most,
        "PLACEHOLDER": _placeholder,
        "HIDDEN": _hidden,
        "HIDDEN-FORM": _hidden,
        "READONLY": _read_only,
        "READONLY-FORM": _read_only,
        "FORCE-MINMAX": _elsewhere,
        "CALCTEXT": _elsewhere,
        "CALCDATE": _elsewhere,
        "IF": _elsewhere,
        "HIDDEN-SURVEY": _moot(_NO_SURVEYS),
        "READONLY-SURVEY": _moot(_NO_SURVEYS),
        "HIDDEN-APP": _moot(_NO_APP),
        "READONLY-APP": _moot(_NO_APP),
        "BARCODE-APP": _moot(_NO_APP),
        "SYNC-APP": _moot(_NO_APP),
        "APPUSERNAME-APP": _moot(_NO_APP),
        "HIDEBUTTON": _moot("there are no buttons beside dates and times"),
        "NOMISSING": _moot("the field takes no codes of missing data"),
        "SETVALUE": _lost(_OVERWRITES),
        "PREFILL": _lost(_OVERWRITES),
    }
)
"""Heeded in the order in which they are written."""
