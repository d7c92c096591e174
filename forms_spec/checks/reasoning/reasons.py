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

    return all(is_exact(child) for child in children(core))


def is_single(core: Core) -> bool:
    """Whether a field with a single code is compared: then ``a = '1'`` only asks
    whether there is an answer.
    """
    sides = core.arguments if isinstance(core, Apply) else ()
    codelists = [side.codelist for side in sides if side.codelist is not None]
    return any(len(codelist.codes) == 1 for codelist in codelists)


def reason(core: Core, forms: Sequence[str], domains: Domains) -> str:
    """Why a comparison never changes: what its sides can be."""
    sides = core.arguments if isinstance(core, Apply) else ()
    # ``between`` is two comparisons with the same value in the middle.
    if isinstance(core, Apply) and core.operator in ("and", "or"):
        parts = [part for part in core.arguments if isinstance(part, Apply)]
        sides = tuple(side for part in parts for side in part.arguments)

    keys = [key_of(side) for side in sides]
    if len(keys) == 2 and keys[0] is not None and keys[0] == keys[1]:
        return "Both sides are the same."

    place = _place(sides, forms, domains)
    if place:
        return place

    said: dict[str, None] = {}
    for side in sides:
        text = _said(bare(side), forms, domains)
        if text:
            said[text] = None

    return " ".join(said)


def _said(core: Core, forms: Sequence[str], domains: Domains) -> str:
    """What one side can be, as a sentence; nothing where it can be anything."""
    if isinstance(core, Constant):
        return ""
    if isinstance(core, Key):
        return ""

    values = domains.of(core, forms)
    told = values_in_words(values, core.type)

    if isinstance(core, Read | Remote):
        whole = "a whole number" if core.field.kind.name == "integer" else ""
        words = " ".join(part for part in (whole, told) if part)
        return f"{core.field.name} is {words}." if words else ""

    return f"The result is {told}." if told else ""


def _place(sides: Sequence[Core], forms: Sequence[str], domains: Domains) -> str:
    """Why a visit or site is not that of the form; nothing for other comparisons."""
    keys = [side for side in sides if isinstance(side, Key)]
    if not keys or keys[0].name not in ("visitid", "siteid"):
        return ""

    study = domains.study
    names = [str(side.value) for side in sides if isinstance(side, Constant)]
    what, known = "site", list(study.sites)
    if keys[0].name == "visitid":
        what, known = "visit", list(study.visits)

    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            return f'There is no {what} "{name}". {near}'.strip()

    values = domains.of(keys[0], forms)
    collected = [name for name in known if name in getattr(values, "words", ())]
    form = study.forms[forms[keys[0].depth]]
    return f'The form "{form.title}" is collected at {", ".join(collected)}.'


def values_in_words(values: ValueSet, type_: Type) -> str:
    """``from 0 to 10``, ``only Y or N``; nothing where every value is possible."""
    if isinstance(values, CodeSet):
        if values.but or values.words == {True, False}:
            return ""

        words = sorted(str(word) for word in values.words)
        more = " or another code" if len(words) > MOST_CODES else ""
        return f"only {' or '.join(words[:MOST_CODES])}{more}" if words else ""

    if values.is_empty:
        return ""

    low, high = values.hull
    has_low, has_high = low > -FAR // 2, high < FAR // 2
    if has_low and has_high:
        return f"from {_value(low, type_)} to {_value(high, type_)}"
    if has_low:
        return f"at least {_value(low, type_)}"

    return f"at most {_value(high, type_)}" if has_high else ""


def _value(value: int, type_: Type) -> str:
    if type_ in NUMBERS:
        return write_number((Decimal(value) / SCALE).normalize())
    if type_ is Type.DATE:
        return date.fromordinal(value).isoformat()

    if type_ is Type.TIME:
        minutes = value // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"

    return str(value)
