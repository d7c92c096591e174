"""Why a comparison has one result, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from forms_spec.checks.reasoning.conditions import key_of
from forms_spec.checks.reasoning.domains import NUMBERS, Domains, bare
from forms_spec.checks.reasoning.value_sets import FAR, CodeSet, ValueSet
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.kinds.numbers import write_number
from forms_spec.rule_syntax.limits import SCALE
from forms_spec.rules.semantics.reads import children
from forms_spec.rules.semantics.resolved import (
    Apply,
    Constant,
    Core,
    Key,
    Read,
    Remote,
)
from forms_spec.rules.semantics.types import Type

MOST_CODES = 8
"""A list of thousands of codes would hide the message."""

IMPRECISE = frozenset({"partial_date", "bounded"})


def is_exact(core: Core) -> bool:
    """Whether no source may be several values at once, as a partial date is."""
    if isinstance(core, Read | Remote):
        return core.field.kind.name not in IMPRECISE

    return all(map(is_exact, children(core)))


def is_single(core: Core) -> bool:
    """Whether a field with a single code is compared: then ``a = '1'`` only asks
    whether there is an answer.
    """
    if not isinstance(core, Apply):
        return False

    codelists = filter(None, (side.codelist for side in core.arguments))
    return any(len(codelist.codes) == 1 for codelist in codelists)


def reason(core: Core, forms: Sequence[str], domains: Domains) -> str:
    """Why a comparison never changes: what its sides can be."""
    sides = _sides(core)
    keys = list(map(key_of, sides))

    if len(keys) == 2:
        first, other = keys
        if first is not None and first == other:
            return "Both sides are the same."

    place = _place(sides, forms, domains)
    if place:
        return place

    # ``between`` names its middle twice, which is described once.
    sentences: dict[str, None] = {}
    for side in sides:
        text = _described(bare(side), forms, domains)
        if text:
            sentences[text] = None

    return " ".join(sentences)


def _sides(core: Core) -> Sequence[Core]:
    """What a comparison compares."""
    if not isinstance(core, Apply):
        return ()
    if core.operator not in ("and", "or"):
        return core.arguments

    # ``between`` is two comparisons with the same value in the middle.
    sides: list[Core] = []
    for part in core.arguments:
        if isinstance(part, Apply):
            sides.extend(part.arguments)

    return sides


def _described(core: Core, forms: Sequence[str], domains: Domains) -> str:
    """What one side can be, as a sentence; nothing where it can be anything."""
    # A constant is seen in the text, and the place has words of its own.
    if isinstance(core, Constant | Key):
        return ""

    possible = values_in_words(domains.of(core, forms), core.type)
    if not isinstance(core, Read | Remote):
        return f"The result is {possible}." if possible else ""

    # "x is a whole number from 0 to 10."
    is_whole = core.field.kind.name == "integer"
    words = filter(None, ("a whole number" if is_whole else "", possible))
    description = " ".join(words)
    if not description:
        return ""

    return f"{core.field.name} is {description}."


def _place(sides: Sequence[Core], forms: Sequence[str], domains: Domains) -> str:
    """Why a visit or site is not that of the form; nothing for other comparisons."""
    key = next((side for side in sides if isinstance(side, Key)), None)
    study = domains.study
    places = {
        "visitid": ("visit", list(study.visits)),
        "siteid": ("site", list(study.sites)),
    }
    if key is None or key.name not in places:
        return ""

    what, known = places[key.name]
    for side in sides:
        if isinstance(side, Constant) and str(side.value) not in known:
            name = str(side.value)
            near = did_you_mean(name, known)
            return f'There is no {what} "{name}". {near}'.strip()

    possible = getattr(domains.of(key, forms), "words", ())
    collected = [name for name in known if name in possible]
    form = study.forms[forms[key.depth]]
    return f'The form "{form.title}" is collected at {", ".join(collected)}.'


def values_in_words(values: ValueSet, type_: Type) -> str:
    """``from 0 to 10``, ``only Y or N``; nothing where every value is possible."""
    if isinstance(values, CodeSet):
        return _codes_in_words(values)
    if values.is_empty:
        return ""

    # FAR stands for no end; a formula may have moved it a little.
    low, high = values.hull
    has_low = low > -FAR // 2
    has_high = high < FAR // 2

    if has_low and has_high:
        return f"from {_value(low, type_)} to {_value(high, type_)}"
    if has_low:
        return f"at least {_value(low, type_)}"
    if has_high:
        return f"at most {_value(high, type_)}"

    return ""


def _codes_in_words(values: CodeSet) -> str:
    # A checkbox that may be either says nothing.
    if values.but or values.words == {True, False}:
        return ""
    if not values.words:
        return ""

    words = sorted(map(str, values.words))
    shown = " or ".join(words[:MOST_CODES])
    more = " or another code" if len(words) > MOST_CODES else ""

    return f"only {shown}{more}"


def _value(value: int, type_: Type) -> str:
    if type_ in NUMBERS:
        return write_number((Decimal(value) / SCALE).normalize())
    if type_ is Type.DATE:
        return date.fromordinal(value).isoformat()

    if type_ is Type.TIME:
        minutes = value // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"

    return str(value)
