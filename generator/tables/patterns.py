"""What a text has to look like, in regular expressions that every reader of a schema
understands.

Table Schema asks for XML Schema's syntax. The programs that read packages use the
engines of RE2, Rust, ICU, Python or ECMAScript. These patterns keep to what all of them
read alike: no look-around, no back references and no anchors. They match the whole text
in a reader that does as the standard says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from forms_spec.kinds.bounded import PLACES
from forms_spec.kinds.file import LONGEST_NAME
from forms_spec.kinds.numbers import INTEGER_DIGITS
from forms_spec.kinds.pattern import LONGEST_MATCHED
from forms_spec.kinds.pattern_tree import (
    EMPTY,
    Alternatives,
    Characters,
    Node,
    Repeat,
    Span,
    longest_match,
    parse_pattern,
    positive,
    simplified,
    write_pattern,
)
from forms_spec.kinds.pattern_tree import Sequence as Chain
from forms_spec.model.characters import BLANKS
from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field

_LINE: tuple[Span, ...] = (
    (0x20, 0x7E),
    (0xA0, 0x2027),
    (0x202A, 0xFFFD),
    (0x10000, 0x10FFFF),
)
"""What may be in a text of one line: the complement of the control characters that
kinds refuse.
"""
_LINES: tuple[Span, ...] = ((0x09, 0x0A), *_LINE)
_UNSAFE_IN_NAMES = '/\\:*?"<>|'


def _common(spans: Iterable[Span], other: Iterable[Span]) -> tuple[Span, ...]:
    """The characters that are in both."""
    common: list[Span] = []
    for (low, high), (other_low, other_high) in product(spans, other):
        first = max(low, other_low)
        last = min(high, other_high)
        if first <= last:
            common.append((first, last))

    return tuple(common)


def _spans_of(characters: str) -> tuple[Span, ...]:
    return tuple((point, point) for point in sorted(map(ord, characters)))


def _without(spans: Iterable[Span], characters: str) -> tuple[Span, ...]:
    others = positive(Characters(_spans_of(characters), negated=True))
    return _common(spans, others)


_BLANK: tuple[Span, ...] = _spans_of(BLANKS)


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPattern:
    """``expression`` None: no text is right. ``shows`` False: texts of nothing but
    blanks pass it.

    The lengths belong to it: a text has to keep to them as well.
    """

    expression: str | None
    min_length: int | None = None
    max_length: int | None = None
    shows: bool = True


def text_pattern(field: Field) -> TextPattern:
    """Something to see, no control characters, and the field's own pattern."""
    allowed = _LINES if field.type.multiline else _LINE
    if field.pattern is None:
        return TextPattern(expression=write_pattern(_showing(allowed)))

    tree = _restricted(parse_pattern(field.pattern.expression), allowed)
    if tree is None:
        return TextPattern(expression=None)

    # A blank cell is no value, so a pattern that takes nothing else takes no text.
    simple = simplified(tree)
    if simple == EMPTY:
        return TextPattern(expression=None)

    shown = _showing_pattern(simple)
    longest = longest_match(tree)
    if longest is not None and longest <= LONGEST_MATCHED:
        return shown

    # The kind never tries a longer text.
    most = min(LONGEST_MATCHED, shown.max_length or LONGEST_MATCHED)

    return replace(shown, max_length=most)


def _showing_pattern(tree: Node) -> TextPattern:
    """The tree's texts that have something to see, as far as a pattern can tell."""
    as_it_is = TextPattern(expression=_grouped([tree]))
    # No text of blanks matches it anyway.
    if _restricted(tree, _BLANK) in (None, EMPTY):
        return as_it_is

    if isinstance(tree, Characters):
        tree = Repeat(tree, 1, 1)

    match tree:
        case Repeat(Characters() as characters, least, most):
            return TextPattern(
                expression=write_pattern(_showing(characters.spans)),
                min_length=least or None,
                max_length=most,
            )

    return replace(as_it_is, shows=False)


def _showing(spans: tuple[Span, ...]) -> Node:
    """Any number of the characters, one of which can be seen."""
    any_number = Repeat(Characters(spans), 0, None)
    return Chain((any_number, Characters(_without(spans, BLANKS)), any_number))


def _restricted(node: Node, allowed: tuple[Span, ...]) -> Node | None:
    """What a tree matches by these characters alone; None for nothing, not even the
    empty text.
    """
    match node:
        case Characters():
            spans = _common(positive(node), allowed)
            return Characters(spans) if spans else None
        case Chain(parts):
            whole = _all_restricted(parts, allowed)

            # Every part has to match something.
            if len(whole) < len(parts):
                return None

            return simplified(Chain(whole))
        case Alternatives(branches):
            some = _all_restricted(branches, allowed)
            if not some:
                return None

            return simplified(Alternatives(some))
        case Repeat(part, least, most):
            inside = _restricted(part, allowed)
            if inside is not None:
                return simplified(Repeat(inside, least, most))

            # What may be left out is left out.
            return None if least else EMPTY


def _all_restricted(
    nodes: Iterable[Node], allowed: tuple[Span, ...]
) -> tuple[Node, ...]:
    """Those of the nodes that still match something."""
    restricted: list[Node] = []
    for node in nodes:
        rest = _restricted(node, allowed)
        if rest is not None:
            restricted.append(rest)

    return tuple(restricted)


def choices_pattern(codelist: Codelist, most: int | None = None) -> str:
    """Codes joined by ``;``, an exclusive one alone, ``most`` of them at most.

    That none is named twice is more than such a pattern can say.
    """
    alone = [_text(code.code) for code in codelist.codes if code.exclusive]
    shared = [_text(code.code) for code in codelist.codes if not code.exclusive]
    if not shared:
        return _grouped(alone)

    alternatives = Alternatives(tuple(shared))
    most_more = None if most is None else most - 1
    more = Repeat(Chain((_text(";"), alternatives)), 0, most_more)

    return _grouped([*alone, Chain((alternatives, more))])


def _grouped(branches: Sequence[Node]) -> str:
    """In parentheses, because some readers put anchors around it."""
    tree = simplified(Alternatives(tuple(branches)))
    written = write_pattern(tree)
    if not isinstance(tree, Alternatives):
        return written

    return f"({written})"


def _text(text: str) -> Node:
    characters = [Characters(_spans_of(character)) for character in text]
    return Chain(tuple(characters))


FILE_LENGTH = len("files/0123456789abcdef/") + LONGEST_NAME


def file_pattern(endings: Iterable[str]) -> str:
    """``files/<16 hex digits>/<name>``: a name that every file system takes, with an
    allowed ending.

    Names are of at most 200 characters; ``FILE_LENGTH`` is the length of the whole
    text.
    """
    inside = Characters(_without(_LINE, _UNSAFE_IN_NAMES))
    end = Characters(_without(_LINE, _UNSAFE_IN_NAMES + BLANKS + "."))
    any_number = Repeat(inside, 0, None)
    tails = tuple(Chain(tuple(map(_any_case, ending))) for ending in endings)
    name: Node = Chain((end, Repeat(Chain((any_number, end)), 0, 1)))
    if tails:
        name = Chain((end, any_number, _text("."), Alternatives(tails)))

    digits = Characters(((0x30, 0x39), (0x61, 0x66)))

    return write_pattern(
        Chain((_text("files/"), Repeat(digits, 16, 16), _text("/"), name))
    )


def _any_case(character: str) -> Node:
    is_letter = character.isascii() and character.isalpha()
    if not is_letter:
        return _text(character)

    return Characters(_spans_of(character.upper() + character.lower()))


_MONTH = "(0[1-9]|1[0-2])"
_YEAR = "[1-9][0-9]{3}"
_LEAP_YEAR = "([1-9][0-9](0[48]|[2468][048]|[13579][26])|(1[26]|[2468][048]|[3579][26])00)"  # years from 1000
_DAY = (
    f"{_YEAR}-({_MONTH}-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
    f"|{_LEAP_YEAR}-02-29"
)
PARTIAL_DATE = f"({_YEAR}(-{_MONTH})?|{_DAY})"


def bounded_pattern(comparators: tuple[str, ...], places: int | None) -> str:
    """A number of so many places, after one of the comparators or none."""
    most = PLACES if places is None else min(places, PLACES)
    fraction = f"(\\.[0-9]{{1,{most}}})?" if most else ""
    signs = "|".join(sorted(comparators, key=len, reverse=True))

    return f"({signs})?-?(0|[1-9][0-9]{{0,{INTEGER_DIGITS - 1}}}){fraction}"
