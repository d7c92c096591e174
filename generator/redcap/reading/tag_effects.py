"""Action tags with a meaning here.

Each sets keys of its field, or says why it has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.field_types import FIELD_TYPES
from generator.redcap.reading.answers import tag_codes
from generator.redcap.reading.field_plan import Keys, RedcapFieldPlan, field_of
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
_TEXTS = ("text", "long_text")


@dataclass(frozen=True, kw_only=True, slots=True)
class Without:
    """Why a tag has no effect; ``harmless`` when it has none that could be missed here."""

    why: str
    harmless: bool = False


TagEffect = Callable[[RedcapFieldPlan, Keys, Tag], Without | None]


def _default(plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> Without | None:
    argument = tag.argument or ""
    if piped(argument):
        return Without(why="an answer cannot be copied from another field")
    if keys["type"] not in _DEFAULTS:
        return Without(why=f"{field_of(keys['type'])} takes no default from REDCap")
    if not argument.strip():
        return Without(why="the default is empty")
    if "prefill" in keys:
        return Without(why="another tag sets the field's default")

    keys["default"] = _default_text(plan, keys, tag)
    return None


def _default_text(plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> str:
    """The default as a cell of its field has it."""
    text = tag.argument or ""
    if keys["type"] == "multiple_choice":
        codes = [code.strip() for code in text.split(",")]
        return plain_text(";".join(codes))

    if keys["type"] == "datetime":
        return text.strip().replace(" ", "T", 1)

    # A field that is typed with a comma is stored with a point.
    if plan.validation.comma:
        text = text.replace(",", ".")

    return plain_text(text)


def _prefill(by_type: Mapping[str, str], *, clock: str = "") -> TagEffect:
    """``@TODAY``, ``@NOW``, ``@USERNAME``: what a new form is filled with.

    ``clock`` says how the clock here differs from that of the tag.
    """

    def effect(_plan: RedcapFieldPlan, keys: Keys, _tag: Tag) -> Without | None:
        prefill = by_type.get(keys["type"])
        if prefill is None or "pattern" in keys:
            return Without(why=f"it cannot prefill {field_of(keys['type'])}")

        is_set = not keys.keys().isdisjoint(("default", "prefill"))
        if is_set:
            return Without(why="another tag sets the field's default")

        keys["prefill"] = prefill
        # A name of a user depends on no clock.
        if clock and prefill != "user":
            return Without(why=clock, harmless=True)

        return None

    return effect


_STUDYS = "uses the study's clock"
_BROWSERS = "uses the study's clock, not the browser's"


def _whole_number(tag: Tag) -> int | None:
    """The argument of ``@CHARLIMIT=20``; None where it is no whole number."""
    text = (tag.argument or "").strip()
    has_digits_only = text.isascii() and text.isdecimal()
    if not has_digits_only:
        return None

    # Python reads no number of thousands of digits. No limit has more than eight.
    digits = text.lstrip("0")[:9]
    return int(digits or "0")


def _longest(_plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> Without | None:
    length = _whole_number(tag)
    if length is None or keys["type"] not in _LENGTHS:
        return Without(why="only a text field has a maximum length")
    if not 0 < length < LENGTHS_END:
        return Without(why="no text can have this length")

    keys["length"] = str(length)
    return None


MOST_WORDS = 900
MOST_CHECKED = 999
LENGTHS_END = 10**8


def _most_words(_plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> Without | None:
    words = _whole_number(tag)
    if words is None or keys["type"] not in _TEXTS:
        return Without(why="only the words of a text field are counted")
    if "pattern" in keys or not 0 < words <= MOST_WORDS:
        return Without(
            why=f"words are counted up to {MOST_WORDS}, and not beside another pattern"
        )

    keys["pattern"] = {
        "matches": words_pattern(words),
        "message": f"at most {words} words",
    }

    return None


def words_pattern(most: int) -> str:
    r"""At most so many words: ``\s*\S+(\s+\S+){0,4}\s*``."""
    return rf"\s*\S+(\s+\S+){{0,{most - 1}}}\s*"


def _exclusive(plan: RedcapFieldPlan, _keys: Keys, tag: Tag) -> Without | None:
    """The answers have the tag's effect already; here its codes are checked."""
    refused = Without(why="only codes of a checkbox can be none of the above")
    if plan.item.type != "checkbox":
        return refused

    known = {code for code, _, _ in plan.answers}
    if known.issuperset(tag_codes(tag)):
        return None

    return refused


def _not_offered(plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> Without | None:
    is_choice = keys["type"] in ("choice", "multiple_choice")
    if not is_choice or not plan.answers:
        return Without(why="only answers of a list can be hidden")

    known = {code for code, _, _ in plan.answers}
    hidden: list[str] = []
    unknown: list[str] = []
    for code in tag_codes(tag):
        (hidden if code in known else unknown).append(code)

    # The tag may stand twice, and name an answer twice.
    if hidden:
        retired = [*keys.get("retired", []), *hidden]
        keys["retired"] = list(dict.fromkeys(retired))

    if unknown:
        return Without(why=f"the list has no {', '.join(unknown)}")
    if not hidden:
        return Without(why="it names no answer")

    return None


def _most(_plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> Without | None:
    answers = _whole_number(tag)
    if (
        answers is None
        or not 0 < answers <= MOST_CHECKED
        or keys["type"] != "multiple_choice"
    ):
        return Without(why="only a checkbox can have a maximum number of answers")

    keys["max_choices"] = str(answers)
    return None


def _placeholder(_plan: RedcapFieldPlan, keys: Keys, tag: Tag) -> Without | None:
    text = plain_text(tag.argument or "").replace("\n", " ")
    if keys["type"] not in BOXES:
        return Without(why="only a box for typing has a placeholder")
    if not text:
        return Without(why="the placeholder is empty", harmless=True)

    keys["placeholder"] = text
    if piped(text):
        return Without(why="the name is shown in the box as written")

    return None


def _hidden(_plan: RedcapFieldPlan, keys: Keys, _tag: Tag) -> None:
    keys["entry"] = "hidden"


def _read_only(_plan: RedcapFieldPlan, keys: Keys, _tag: Tag) -> Without | None:
    if keys["type"] in ("calculated", "note"):
        return Without(why="it is read-only anyway", harmless=True)

    keys.setdefault("entry", "read_only")
    return None


def _elsewhere(_plan: RedcapFieldPlan, _keys: Keys, _tag: Tag) -> None:
    """The tag was heeded where the type or the limits were made."""


def _moot(why: str) -> TagEffect:
    """A tag that speaks of what is not here."""
    return lambda _plan, _keys, _tag: Without(why=why, harmless=True)


def _lost(why: str) -> TagEffect:
    """A tag whose effect is missed here."""
    return lambda _plan, _keys, _tag: Without(why=why)


_NO_SURVEYS = "there are no surveys here"
_NO_APP = "there is no mobile app here"
_OVERWRITES = "answers are not overwritten when a form is opened"

TAGS: Mapping[str, TagEffect] = MappingProxyType(
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
        "NOMISSING": _moot("the field takes no missing codes"),
        "SETVALUE": _lost(_OVERWRITES),
        "PREFILL": _lost(_OVERWRITES),
    }
)
"""What each tag does. A field's tags are heeded in the order in which they are written."""
