"""Schemas as packages of format 1 have them, whose patterns only Python and ECMAScript
read.

They are never written again, only compared with: a package of that time is not a
changed one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from forms_spec.kinds.pattern_tree import (
    Alternatives,
    Characters,
    Node,
    Repeat,
    Sequence,
    parse_pattern,
)
from forms_spec.model.characters import BLANKS
from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field, Table
from forms_spec.model.study import Study
from generator.tables.schema import Descriptor, field_schema, table_schema


def _ranges(characters: str) -> str:
    """The characters as the inside of a class, neighbours joined to ranges."""
    spans: list[tuple[int, int]] = []
    for point in sorted(map(ord, characters)):
        if spans and spans[-1][1] == point - 1:
            spans[-1] = (spans[-1][0], point)
        else:
            spans.append((point, point))

    return "".join(
        _code(low) + (f"-{_code(high)}" if high > low else "") for low, high in spans
    )


def _code(point: int) -> str:
    return f"\\u{point:04x}"


_END = r"(?![\s\S])"
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_CONTROL_BUT_LINES = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
_UNSAFE_IN_NAMES = r'/\\:*?"<>|' + _CONTROL
_BLANK = _ranges(BLANKS)

_MONTH = "(?:0[1-9]|1[0-2])"
_YEAR = "[1-9][0-9]{3}"
# Years from 1000.
_LEAP_YEAR = (
    "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|[2468][048]|[3579][26])00)"
)
_DAY = (
    f"(?:{_YEAR}-(?:{_MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    f"|{_LEAP_YEAR}-02-29)"
)

_PARTIAL_DATE = f"(?:{_YEAR}(?:-{_MONTH})?|{_DAY}){_END}"


def _whole(expression: str) -> str:
    """The expression, matched against the whole text however the reader anchors it."""
    return f"(?:{expression}){_END}"


def _text_pattern(field: Field) -> str:
    """Something to see, no control characters, and the field's own pattern."""
    allowed = f"[^{_CONTROL_BUT_LINES if field.type.multiline else _CONTROL}]*"
    if field.pattern is None:
        return f"(?=[{_BLANK}]*[^{_BLANK}]){allowed}{_END}"
    own = _whole(_written(parse_pattern(field.pattern.expression)))
    return f"(?=[{_BLANK}]*[^{_BLANK}])(?={allowed}{_END}){own}"


def _choices_pattern(codelist: Codelist, most: int | None = None) -> str:
    """Codes joined by ``;``, none twice, an exclusive one alone, ``most`` of them at
    most.
    """
    exclusive = [re.escape(code.code) for code in codelist.codes if code.exclusive]
    shared = "|".join(
        re.escape(code.code) for code in codelist.codes if not code.exclusive
    )
    again = "*" if most is None else f"{{0,{most - 1}}}"
    together = (
        [
            f"(?!(?:[^;]*;)*([^;]+);(?:[^;]*;)*\\1(?:;|{_END}))(?:{shared})(?:;(?:{shared})){again}"
        ]
        if shared
        else []
    )

    return _whole("|".join([*exclusive, *together]))


def _file_pattern(endings: Iterable[str]) -> str:
    """``files/<16 hex digits>/<name>``: a name that every file system takes, with an
    allowed ending.
    """
    name = f"(?=[\\s\\S]{{1,200}}{_END})(?![.{_BLANK}])[^{_UNSAFE_IN_NAMES}]*"
    tail = "|".join(_any_case(ending) for ending in endings)
    last = f"\\.(?:{tail})" if tail else f"[^{_UNSAFE_IN_NAMES}.{_BLANK}]"
    return f"files/[0-9a-f]{{16}}/{name}{last}{_END}"


def _any_case(ending: str) -> str:
    return "".join(
        f"[{character.lower()}{character.upper()}]"
        if character.isascii() and character.isalpha()
        else re.escape(character)
        for character in ending
    )


def _written(node: Node) -> str:
    match node:
        case Characters():
            return _characters(node)
        case Sequence(parts):
            return "".join(
                _group(p) if isinstance(p, Alternatives) else _written(p) for p in parts
            )
        case Alternatives(branches):
            return "|".join(map(_written, branches))
        case Repeat(part, least, most):
            inside = _written(part) if isinstance(part, Characters) else _group(part)
            return inside + _count(least, most)


def _group(node: Node) -> str:
    return f"(?:{_written(node)})"


def _count(least: int, most: int | None) -> str:
    plain = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    if plain:
        return plain
    return (
        f"{{{least},{'' if most is None else most}}}"
        if least != most
        else f"{{{least}}}"
    )


def _characters(characters: Characters) -> str:
    spans = characters.spans
    if not characters.negated and len(spans) == 1 and spans[0][0] == spans[0][1]:
        return _escaped(spans[0][0], r"\.*+?()[]{}|^$")
    escaped = [tuple(_escaped(end, r"\[]^-") for end in span) for span in spans]
    inside = "".join(low + (f"-{high}" if high != low else "") for low, high in escaped)
    return f"[{'^' if characters.negated else ''}{inside}]"


def _escaped(code: int, special: str) -> str:
    names = {0x09: "\\t", 0x0A: "\\n"}
    return names.get(code) or ("\\" if chr(code) in special else "") + chr(code)


def _text(field: Field) -> Descriptor:
    limits = {"minLength": field.min_length, "maxLength": field.max_length}
    constraints = {name: limit for name, limit in limits.items() if limit is not None}
    return {
        "type": "string",
        "constraints": {"pattern": _text_pattern(field), **constraints},
    }


def _partial_date(field: Field) -> Descriptor:  # noqa: ARG001
    return {"type": "string", "constraints": {"pattern": _PARTIAL_DATE}}


def _choices(field: Field) -> Descriptor:
    assert field.codelist is not None, field.name
    codes = {code.code: code.label for code in field.codelist.codes}
    pattern = _choices_pattern(field.codelist, field.max_choices)

    return {
        "type": "string",
        "crfsmith:codes": codes,
        "constraints": {"pattern": pattern},
    }


def _file(field: Field) -> Descriptor:
    endings = field.upload.endings if field.upload else ()
    return {"type": "string", "constraints": {"pattern": _file_pattern(endings)}}


_DESCRIBED: Mapping[str, Callable[[Field], Descriptor]] = {
    "text": _text,
    "partial_date": _partial_date,
    "choices": _choices,
    "file": _file,
}


def schema_of_format_1(study: Study, table: Table) -> Descriptor:
    """The schema of a table as format 1 wrote it."""
    built = table_schema(study, table)
    own = {
        field.name: _field(study, field)
        for field in table.fields
        if field.kind.name in _DESCRIBED
    }
    keys = len(built["fields"]) - len(table.fields)
    fields = [
        *built["fields"][:keys],
        *(own.get(item["name"], item) for item in built["fields"][keys:]),
    ]

    return {**built, "fields": fields}


def _field(study: Study, field: Field) -> Any:
    return field_schema(study, field, described=_DESCRIBED[field.kind.name](field))
