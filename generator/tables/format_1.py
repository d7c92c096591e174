"""Schemas as packages of format 1 have them, whose patterns only Python and ECMAScript
read.

They are never written again, only compared with: a package of that time is not a
changed one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

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
from generator.tables import layout
from generator.tables.schema import Descriptor, field_schema, table_schema


def _ranges(characters: str) -> str:
    """The characters as the inside of a class, neighbours joined to ranges."""
    spans: list[tuple[int, int]] = []
    for point in sorted(map(ord, characters)):
        is_neighbour = bool(spans) and spans[-1][1] == point - 1
        first = spans.pop()[0] if is_neighbour else point
        spans.append((first, point))

    ranges = [_range(_code(low), _code(high)) for low, high in spans]

    return "".join(ranges)


def _code(point: int) -> str:
    return f"\\u{point:04x}"


def _range(low: str, high: str) -> str:
    if low == high:
        return low

    return f"{low}-{high}"


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
    controls = _CONTROL_BUT_LINES if field.type.multiline else _CONTROL
    allowed = f"[^{controls}]*"
    something = f"(?=[{_BLANK}]*[^{_BLANK}])"
    if field.pattern is None:
        return f"{something}{allowed}{_END}"

    own = _whole(_written(parse_pattern(field.pattern.expression)))

    return f"{something}(?={allowed}{_END}){own}"


def _choices_pattern(codelist: Codelist, most: int | None = None) -> str:
    """Codes joined by ``;``, none twice, an exclusive one alone, ``most`` of them at
    most.
    """
    branches = [re.escape(code.code) for code in codelist.codes if code.exclusive]
    shared_codes = [
        re.escape(code.code) for code in codelist.codes if not code.exclusive
    ]

    if shared_codes:
        shared = "|".join(shared_codes)
        again = "*" if most is None else f"{{0,{most - 1}}}"

        # A code may not come again further on.
        none_twice = f"(?!(?:[^;]*;)*([^;]+);(?:[^;]*;)*\\1(?:;|{_END}))"
        branches.append(f"{none_twice}(?:{shared})(?:;(?:{shared})){again}")

    return _whole("|".join(branches))


def _file_pattern(endings: Iterable[str]) -> str:
    """``files/<16 hex digits>/<name>``: a name that every file system takes, with an
    allowed ending.
    """
    name = f"(?=[\\s\\S]{{1,200}}{_END})(?![.{_BLANK}])[^{_UNSAFE_IN_NAMES}]*"
    tail = "|".join(map(_any_case, endings))
    # Windows drops a dot or a blank at the end of a name.
    last = f"\\.(?:{tail})" if tail else f"[^{_UNSAFE_IN_NAMES}.{_BLANK}]"

    return f"files/[0-9a-f]{{16}}/{name}{last}{_END}"


def _any_case(ending: str) -> str:
    return "".join(map(_letter_in_any_case, ending))


def _letter_in_any_case(character: str) -> str:
    # Outside of ASCII, engines differ in what the other case of a letter is.
    if not character.isascii() or not character.isalpha():
        return re.escape(character)

    return f"[{character.lower()}{character.upper()}]"


def _written(node: Node) -> str:
    match node:
        case Characters():
            return _characters(node)
        case Sequence(parts):
            return "".join(map(_part, parts))
        case Alternatives(branches):
            return "|".join(map(_written, branches))
        case Repeat(part, least, most):
            inside = _written(part) if isinstance(part, Characters) else _group(part)
            return inside + _count(least, most)


def _part(node: Node) -> str:
    """A part of a sequence, which binds closer than alternatives do."""
    return _group(node) if isinstance(node, Alternatives) else _written(node)


def _group(node: Node) -> str:
    return f"(?:{_written(node)})"


_SIGNS: Mapping[tuple[int, int | None], str] = {
    (0, None): "*",
    (1, None): "+",
    (0, 1): "?",
}
"""How often a part repeats, by its least and its most."""


def _count(least: int, most: int | None) -> str:
    sign = _SIGNS.get((least, most))
    if sign:
        return sign

    if most is None:
        return f"{{{least},}}"
    if least == most:
        return f"{{{least}}}"

    return f"{{{least},{most}}}"


def _characters(characters: Characters) -> str:
    match characters:
        case Characters(((low, high),), negated=False) if low == high:
            return _escaped(low, r"\.*+?()[]{}|^$")

    # Inside of brackets, fewer signs mean something.
    special = r"\[]^-"
    ranges = [
        _range(_escaped(low, special), _escaped(high, special))
        for low, high in characters.spans
    ]
    sign = "^" if characters.negated else ""

    return f"[{sign}{''.join(ranges)}]"


def _escaped(code: int, special: str) -> str:
    names = {0x09: "\\t", 0x0A: "\\n"}
    if code in names:
        return names[code]

    character = chr(code)
    if character in special:
        return f"\\{character}"

    return character


def _text(field: Field) -> Descriptor:
    constraints: Descriptor = {"pattern": _text_pattern(field)}
    if field.min_length is not None:
        constraints["minLength"] = field.min_length
    if field.max_length is not None:
        constraints["maxLength"] = field.max_length

    return {"type": "string", "constraints": constraints}


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
    endings: tuple[str, ...] = ()
    if field.upload:
        endings = field.upload.endings

    return {"type": "string", "constraints": {"pattern": _file_pattern(endings)}}


_DESCRIBED: Mapping[str, Callable[[Field], Descriptor]] = {
    "text": _text,
    "partial_date": _partial_date,
    "choices": _choices,
    "file": _file,
}


def schema_of_format_1(study: Study, table: Table) -> Descriptor:
    """The schema of a table as format 1 wrote it."""
    schema = table_schema(study, table)
    # The key columns come first, and are the same in both formats.
    fields = schema["fields"][: len(layout.key_columns(table))]

    for field in table.fields:
        describe = _DESCRIBED.get(field.kind.name)
        described = describe(field) if describe else None
        fields.append(field_schema(study, field, described=described))

    return {**schema, "fields": fields}
