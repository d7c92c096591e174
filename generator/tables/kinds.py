"""Every kind as Table Schema: its type, its constraints, and the texts that
Frictionless reads laxly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from forms_spec.kinds import KINDS
from forms_spec.kinds.calendar import FIRST_YEAR
from forms_spec.kinds.choices import SEPARATOR
from forms_spec.kinds.numbers import INTEGER_DIGITS
from forms_spec.model.characters import BLANKS
from forms_spec.model.fields import Field
from generator.tables.patterns import (
    FILE_LENGTH,
    PARTIAL_DATE,
    bounded_pattern,
    choices_pattern,
    file_pattern,
    text_pattern,
)

LARGEST = 10**INTEGER_DIGITS - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Laxity:
    """Texts that the kind refuses and Frictionless lets pass, or the reverse; ``texts``
    matches them all.
    """

    texts: re.Pattern[str]
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KindSchema:
    """How one kind is said in Table Schema. ``describe`` gives type, format and
    constraints.

    ``laxities`` are those of every field, ``own_laxities`` those that depend on the
    field.
    """

    describe: Callable[[Field], dict[str, Any]]
    laxities: tuple[Laxity, ...] = field(default=())
    own_laxities: Callable[[Field], tuple[Laxity, ...]] = lambda _: ()


def laxities(field: Field) -> tuple[Laxity, ...]:
    """What the schema of a field lets pass, or refuses, against the field's kind."""
    schema = KIND_SCHEMAS[field.kind.name]
    return (*schema.laxities, *schema.own_laxities(field))


def _text(field: Field) -> dict[str, Any]:
    """A pattern may bring limits of its own; where it matches nothing, no text is short
    enough.
    """
    pattern = text_pattern(field)
    if pattern.expression is None:
        return {"type": "string", "constraints": {"maxLength": 0}}

    constraints: dict[str, Any] = {"pattern": pattern.expression}

    # Both limits hold, so the narrower one is said.
    least = max(field.min_length or 0, pattern.min_length or 0)
    if least:
        constraints["minLength"] = least

    ends = (field.max_length, pattern.max_length)
    stated = [end for end in ends if end is not None]
    if stated:
        constraints["maxLength"] = min(stated)

    return {"type": "string", "constraints": constraints}


def _integer(field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {"type": "integer", "constraints": {"minimum": -LARGEST, "maximum": LARGEST}}


def _decimal(field: Field) -> dict[str, Any]:  # noqa: ARG001
    """The open ends also keep ``NaN`` and ``Infinity`` out, which ``number`` lets in."""
    ends = {"exclusiveMinimum": -LARGEST - 1, "exclusiveMaximum": LARGEST + 1}
    return {"type": "number", "constraints": ends}


def _bounded(field: Field) -> dict[str, Any]:
    return {
        "type": "string",
        "constraints": {"pattern": bounded_pattern(field.comparators, field.places)},
    }


def _bounded_laxities(field: Field) -> tuple[Laxity, ...]:  # noqa: ARG001
    return (_LAST_BREAK, _LIMIT_OF_MINUS_ZERO)


def _boolean(field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {
        "type": "boolean",
        "trueValues": ["true"],
        "falseValues": ["false"],
        "constraints": {},
    }


def _date(field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {"type": "date", "constraints": {"minimum": f"{FIRST_YEAR}-01-01"}}


def _partial_date(field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {"type": "string", "constraints": {"pattern": PARTIAL_DATE}}


def _time(field: Field) -> dict[str, Any]:
    return {
        "type": "time",
        "format": "%H:%M:%S" if field.seconds else "%H:%M",
        "constraints": {},
    }


def _datetime(field: Field) -> dict[str, Any]:
    clock, midnight = "%H:%M", "00:00"
    if field.seconds:
        clock, midnight = "%H:%M:%S", "00:00:00"

    first = f"{FIRST_YEAR}-01-01T{midnight}"

    return {
        "type": "datetime",
        "format": f"%Y-%m-%dT{clock}",
        "constraints": {"minimum": first},
    }


def _duration(field: Field) -> dict[str, Any]:  # noqa: ARG001
    return {"type": "duration", "constraints": {}}


def _choice(field: Field) -> dict[str, Any]:
    codes = _codes(field)
    categories = [{"value": code, "label": label} for code, label in codes.items()]

    return {
        "type": "string",
        "categories": categories,
        "constraints": {"enum": list(codes)},
    }


def _choices(field: Field) -> dict[str, Any]:
    assert field.codelist is not None, field.name
    alone = [code.code for code in field.codelist.codes if code.exclusive]

    described: dict[str, Any] = {
        "type": "string",
        "crfsmith:codes": _codes(field),
        "crfsmith:separator": SEPARATOR,
    }
    if alone:
        described["crfsmith:exclusive"] = alone

    described["crfsmith:distinct"] = True
    pattern = choices_pattern(field.codelist, field.max_choices)
    described["constraints"] = {"pattern": pattern}

    return described


def _file(field: Field) -> dict[str, Any]:
    endings = field.upload.endings if field.upload else ()
    return {
        "type": "string",
        "constraints": {"pattern": file_pattern(endings), "maxLength": FILE_LENGTH},
    }


def _codes(field: Field) -> dict[str, str]:
    assert field.codelist is not None, field.name
    return {code.code: code.label for code in field.codelist.codes}


_NUMBER_BLANKS = Laxity(
    texts=re.compile(r"\s[\s\S]*|[\s\S]*\s"),
    why="spaces before and after a number are accepted",
)
_PLUS = Laxity(
    texts=re.compile(r"[\s\S]*\+[\s\S]*"), why="a plus sign before a number is accepted"
)
_GROUPED = Laxity(
    texts=re.compile(r"[\s\S]*_[\s\S]*"),
    why="underscores between digits are accepted (1_000)",
)
_OTHER_DIGITS = Laxity(
    texts=re.compile(r"[\s\S]*[^\x00-\x7f][\s\S]*"),
    why="digits of other scripts are accepted",
)
_ZEROS = Laxity(
    texts=re.compile(r"\s*[+-]?0[0-9][\s\S]*"), why="leading zeros are accepted (007)"
)
_MINUS_ZERO = Laxity(
    texts=re.compile(r"\s*-[0_]*(?:\.[0_]*)?\s*"), why="minus zero is accepted"
)
_LIMIT_OF_MINUS_ZERO = Laxity(
    texts=re.compile(r"(?:[<>]=?)?-0(?:\.0*)?"), why="minus zero is accepted"
)
_BARE_POINT = Laxity(
    texts=re.compile(r"[\s\S]*(?:(?<![0-9])\.|\.(?![0-9]))[\s\S]*"),
    why="a point without digits on both sides is accepted (.5, 5.)",
)
_EXPONENT = Laxity(
    texts=re.compile(r"[\s\S]*[0-9.][eE][\s\S]*"), why="exponents are accepted (1e3)"
)
_PLACES = Laxity(
    texts=re.compile(r"-?[0-9]+\.[0-9]+"), why="decimal places are not counted"
)
_SIGNALLING = Laxity(
    texts=re.compile(r"\s*[+-]?snan[0-9]*\s*", re.I),
    why="sNaN stops frictionless 5.21 with an error",
)
_SHORT_PARTS = Laxity(
    texts=re.compile(r"[0-9]{4}-(?:[0-9]|[0-9]{2})-(?: ?[0-9]|[0-9]{2})(?:T.*)?", re.I),
    why="one-digit months and days are accepted (2024-4-5)",
)
_SHORT_TIME = Laxity(
    texts=re.compile(r"(?:.*T)?(?:[0-9]{1,2}:){1,2}[0-9]{1,2}", re.I),
    why="one-digit hours and minutes are accepted (9:3)",
)
_SMALL_T = Laxity(
    texts=re.compile(r"[^T]*t[^T]*"),
    why="a lowercase t between date and time is accepted",
)

_OTHER_DURATIONS = Laxity(
    texts=re.compile(r"[+-]?P[0-9YMWDTHS.,:\-]*\n?"),
    why="other durations of ISO 8601 are accepted (-P1D, P2W, PT0.5H, P03D)",
)
_LAST_BREAK = Laxity(
    texts=re.compile(r"[\s\S]*\n"),
    why="a line break after a text with a pattern is accepted",
)
_ONLY_BLANKS = Laxity(
    texts=re.compile(f"[{re.escape(BLANKS)}]*"),
    why="a text of only spaces matches its pattern",
)
_TWICE = Laxity(
    texts=re.compile(r"(?:[\s\S]*;)?([^;]+);(?:[\s\S]*;)?\1(?:;[\s\S]*)?"),
    why="an answer given twice is accepted (A;A)",
)


def _text_laxities(field: Field) -> tuple[Laxity, ...]:
    """Long texts may end with a line break anyway, unless they have a pattern."""
    listed: list[Laxity] = []
    takes_breaks = field.type.multiline and field.pattern is None
    if not takes_breaks:
        listed.append(_LAST_BREAK)

    if not text_pattern(field).shows:
        listed.append(_ONLY_BLANKS)

    return tuple(listed)


KIND_SCHEMAS: Mapping[str, KindSchema] = MappingProxyType(
    {
        "text": KindSchema(describe=_text, own_laxities=_text_laxities),
        "integer": KindSchema(
            describe=_integer,
            laxities=(_NUMBER_BLANKS, _PLUS, _GROUPED, _OTHER_DIGITS, _ZEROS, _MINUS_ZERO),
        ),
        "decimal": KindSchema(
            describe=_decimal,
            laxities=(
                _NUMBER_BLANKS, _PLUS, _GROUPED, _OTHER_DIGITS, _ZEROS, _MINUS_ZERO, _BARE_POINT,
                _EXPONENT, _PLACES, _SIGNALLING,
            ),
        ),
        "bounded": KindSchema(describe=_bounded, own_laxities=_bounded_laxities),
        "boolean": KindSchema(describe=_boolean),
        "date": KindSchema(describe=_date, laxities=(_SHORT_PARTS, _OTHER_DIGITS)),
        "partial_date": KindSchema(describe=_partial_date, laxities=(_LAST_BREAK,)),
        "time": KindSchema(describe=_time, laxities=(_SHORT_TIME,)),
        "datetime": KindSchema(
            describe=_datetime, laxities=(_SHORT_PARTS, _SHORT_TIME, _OTHER_DIGITS, _SMALL_T)
        ),
        "duration": KindSchema(describe=_duration, laxities=(_OTHER_DURATIONS,)),
        "choice": KindSchema(describe=_choice),
        "choices": KindSchema(describe=_choices, laxities=(_LAST_BREAK, _TWICE)),
        "file": KindSchema(describe=_file, laxities=(_LAST_BREAK,)),
    }
)  # fmt: skip

if set(KIND_SCHEMAS) != {kind.name for kind in KINDS}:
    raise ImportError(
        f"tables and kinds differ: {set(KIND_SCHEMAS) ^ {kind.name for kind in KINDS}}"
    )
