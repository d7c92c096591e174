"""Reads a pattern into a tree and writes it back so that every regex engine reads it
alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import digits, punctuation

MOST_CHARACTERS = 500
MOST_REPEATS = 1000  # RE2's limit, nested counts multiplied
MOST_DEPTH = 20
_LAST = 0x10FFFF

Span = tuple[int, int]
_DIGITS: tuple[Span, ...] = ((0x30, 0x39),)
_WORD: tuple[Span, ...] = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: tuple[Span, ...] = ((0x09, 0x0A), (0x20, 0x20))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"t": 0x09, "n": 0x0A}
_SIGNS: dict[str, tuple[int, int | None]] = {
    "*": (0, None),
    "+": (1, None),
    "?": (0, 1),
}
_ANCHORS = "^$"
_SPECIAL = r"\.*+?()[]{}|^"
_UNESCAPABLE = "$"
"""XML Schema takes it for itself and knows no escape of it; everywhere else it is an
anchor.
"""
_SPECIAL_IN_CLASS = r"\[]^-"


class PatternError(ValueError):
    """Why an expression is outside the common subset."""


@dataclass(frozen=True, slots=True)
class Characters:
    """Any one character of the spans, or any outside them where ``negated``."""

    spans: tuple[Span, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``most`` None: without end."""

    part: Node
    least: int
    most: int | None


Node = Characters | Sequence | Alternatives | Repeat
EMPTY = Sequence(())
"""Matches nothing but the empty text."""
_ANY = Characters(((0x0A, 0x0A),), negated=True)


def parse_pattern(expression: str) -> Node:
    """The tree of an expression.

    Raises PatternError with a reason that a designer understands.
    """
    if not expression:
        raise PatternError("it is empty")
    if len(expression) > MOST_CHARACTERS:
        raise PatternError(f"it is longer than {MOST_CHARACTERS} characters")

    parser = _PatternParser(expression)
    tree = parser.alternatives(0)
    if not parser.at_end:
        raise PatternError("a ) has no (")
    if most_repeats(tree) > MOST_REPEATS:
        raise PatternError(f"its counts multiply to more than {MOST_REPEATS}")

    return tree


def most_repeats(node: Node) -> int:
    """The largest product of nested counts."""
    match node:
        case Characters():
            return 1
        case Sequence(parts) | Alternatives(parts):
            return max(map(most_repeats, parts), default=1)
        case Repeat(part, least, most):
            return max(1, least, most or 0) * most_repeats(part)


def longest_match(node: Node) -> int | None:
    """The characters of the longest text that a tree matches; None where there is no
    end to them.
    """
    match node:
        case Characters():
            return 1
        case Sequence(parts):
            lengths = _longest_matches(parts)
            return None if lengths is None else sum(lengths)
        case Alternatives(branches):
            lengths = _longest_matches(branches)
            return None if lengths is None else max(lengths, default=0)
        case Repeat(part, _, most):
            length = longest_match(part)
            # However often the empty text is repeated, it stays empty.
            if most is None and length == 0:
                return 0
            if most is None or length is None:
                return None

            return length * most


def _longest_matches(nodes: Iterable[Node]) -> list[int] | None:
    """The longest matches of several trees; None where one of them has no end."""
    lengths: list[int] = []
    for node in nodes:
        length = longest_match(node)
        if length is None:
            return None

        lengths.append(length)

    return lengths


class _PatternParser:
    """Recursive descent; one method for each line of the grammar in ``pattern``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def at_end(self) -> bool:
        return self.at >= len(self.text)

    def next(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def take(self, wanted: str) -> bool:
        """Steps over the wanted characters where they come next."""
        if not self.text.startswith(wanted, self.at):
            return False

        self.at += len(wanted)
        return True

    def step(self) -> str:
        character = self.next()
        self.at += 1
        return character

    def alternatives(self, depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise PatternError(f"its groups are nested more than {MOST_DEPTH} deep")

        branches = [self.sequence(depth)]
        while self.take("|"):
            branches.append(self.sequence(depth))

        if len(branches) == 1:
            return branches[0]

        return Alternatives(tuple(branches))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while not self.at_end and self.next() not in "|)":
            parts.append(self.repeated(self.atom(depth)))

        if len(parts) == 1:
            return parts[0]

        return Sequence(tuple(parts))

    def repeated(self, atom: Node) -> Node:
        bounds = self.quantifier()
        if bounds is None:
            return atom

        self.take("?")  # lazy or greedy, the whole text matches or it does not
        if not self.at_end and self.next() in "*+?{":
            raise PatternError(f"{self.next()} follows another count")

        return Repeat(atom, *bounds)

    def quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in _SIGNS.items():
            if self.take(sign):
                return bounds

        if not self.take("{"):
            return None

        inside, closed, _ = self.text[self.at :].partition("}")
        least, comma, most = inside.partition(",")
        has_least = _is_count(least)
        has_most = not most or _is_count(most)

        # Some engines take such a { for itself, others refuse it.
        if not closed or not has_least or not has_most:
            raise PatternError(
                "for a { that is not a count such as {2} or {1,3} write \\{"
            )

        self.at += len(inside) + 1
        if not comma:
            return int(least), int(least)
        if not most:
            return int(least), None
        if int(most) < int(least):
            raise PatternError(f"the count {{{inside}}} runs backwards")

        return int(least), int(most)

    def atom(self, depth: int) -> Node:
        character = self.step()
        if character == "(":
            return self.group(depth)
        if character == "[":
            return self.characters()
        if character == "\\":
            return self.escape(in_class=False)
        if character == ".":
            return _ANY

        if character in _ANCHORS:
            raise PatternError(
                f"{character} is not needed: the whole text always has to match"
            )

        if character in "*+?{":
            raise PatternError(
                f"there is nothing before {character}. For the character itself "
                f"write \\{character}"
            )

        if character in "]}":
            raise PatternError(f"{character} by itself is written \\{character}")

        return _single(character)

    def group(self, depth: int) -> Node:
        if self.next() == "?" and not self.take("?:"):
            raise PatternError(
                f"({self.next(2)} does not work in every engine. Use ( or (?:"
            )

        inside = self.alternatives(depth + 1)
        if not self.take(")"):
            raise PatternError("a ( is not closed")

        return inside

    def escape(self, *, in_class: bool) -> Characters:
        if self.at_end:
            raise PatternError("it ends with a single \\")

        character = self.step()
        class_name = character.lower()

        if class_name in _CLASSES:
            # \D is every character but a digit.
            is_negated = character.isupper()
            if in_class and is_negated:
                raise PatternError(f"\\{character} is not allowed inside [ ]")

            return Characters(_CLASSES[class_name], negated=is_negated)

        if character in _CONTROLS:
            control = _CONTROLS[character]
            return Characters(((control, control),))

        # Letters and digits mean something else in each engine, as \b and \1 do.
        is_mark = character in punctuation
        if not is_mark:
            raise PatternError(f"\\{character} does not work in every engine")

        return _single(character)

    def characters(self) -> Node:
        negated = self.take("^")
        spans: list[Span] = []
        while not self.take("]"):
            spans.extend(self.item(first=not spans))

        if not spans:
            raise PatternError("[] contains no character")

        return Characters(_merged(spans), negated=negated)

    def item(self, *, first: bool) -> tuple[Span, ...]:
        low = self.member(first=first)
        # A minus before the bracket, or at the end of the text, stands for itself.
        ends_here = self.next(2) == "-]" or self.at + 1 >= len(self.text)
        if self.next() != "-" or ends_here:
            return low

        self.step()
        high = self.member(first=False)
        ends = low + high
        are_single = all(start == end for start, end in ends)
        if len(ends) != 2 or not are_single:
            raise PatternError("a range in [ ] needs one character at each end")

        (first_sign, _), (last_sign, _) = ends
        if first_sign > last_sign:
            written = f"{chr(first_sign)}-{chr(last_sign)}"
            raise PatternError(f"the range {written} runs backwards")

        return ((first_sign, last_sign),)

    def member(self, *, first: bool) -> tuple[Span, ...]:
        if self.at_end:
            raise PatternError("a [ is not closed")

        character = self.step()
        following = self.next()
        if character == "\\":
            return self.escape(in_class=True).spans
        if character == "[":
            raise PatternError("[ inside [ ] is written \\[")

        # A minus at either end of the brackets stands for itself.
        is_between = character == "-" and not first
        if is_between and following != "]":
            raise PatternError("- between two ranges is written \\-")

        # Java takes && for an intersection; others may follow.
        is_doubled = character == following
        if is_doubled and character in "&~|":
            raise PatternError(
                f"{character}{character} inside [ ] means different things to "
                "different engines"
            )

        return _single(character).spans


def _is_count(text: str) -> bool:
    # No count that may be used has more than four digits.
    if not 0 < len(text) <= 4:
        return False

    return set(text) <= set(digits)


def _single(character: str) -> Characters:
    return Characters(((ord(character), ord(character)),))


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """The same characters as sorted spans that do not touch."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if not merged:
            merged.append((low, high))
            continue

        start, end = merged[-1]
        touches = low <= end + 1

        if touches:
            merged[-1] = (start, max(high, end))
        else:
            merged.append((low, high))

    return tuple(merged)


def positive(characters: Characters) -> tuple[Span, ...]:
    """The spans of all characters meant, with a negation worked out."""
    if not characters.negated:
        return characters.spans

    kept: list[Span] = []
    start = 0

    for low, high in characters.spans:
        if start < low:
            kept.append((start, low - 1))

        start = high + 1

    if start <= _LAST:
        return (*kept, (start, _LAST))

    return tuple(kept)


def write_pattern(node: Node) -> str:
    """The expression of a tree, in the spelling that all engines share.

    XML Schema, RE2, Rust, ICU, ECMAScript (with ``u``), Java and Python read it alike,
    where the reader matches the whole text. XML Schema knows no ``(?:`` and no anchors.
    """
    return _whole(simplified(node))


def _whole(node: Node) -> str:
    match node:
        case Characters():
            return _written(node)
        case Sequence(parts):
            return "".join(map(_in_sequence, parts))
        case Alternatives(branches):
            return "|".join(map(_whole, branches))
        case Repeat(part, least, most):
            inside = _whole(part) if isinstance(part, Characters) else _grouped(part)
            return inside + _count(least, most)


def _in_sequence(node: Node) -> str:
    # ``a|b`` beside other parts needs its brackets.
    if isinstance(node, Alternatives):
        return _grouped(node)

    return _whole(node)


def simplified(node: Node) -> Node:
    """The same language without empty parts, which engines write differently;
    ``Sequence(())`` at most.
    """
    match node:
        case Characters():
            return node
        case Sequence(parts):
            kept = [part for part in map(simplified, parts) if part != EMPTY]
            return kept[0] if len(kept) == 1 else Sequence(tuple(kept))
        case Alternatives(branches):
            return _alternatives(list(map(simplified, branches)))
        case Repeat(part, least, most):
            return _repeated(simplified(part), least, most)


def _repeated(inside: Node, least: int, most: int | None) -> Node:
    """A simplified part so many times."""
    if most == 0 or inside == EMPTY:
        return EMPTY
    if (least, most) == (1, 1):
        return inside

    # libxml2 misreads (a?b?){3} and takes (a?b?){0,3}, which means the same.
    is_counted = (least, most) != (1, None)
    if is_counted and may_be_empty(inside):
        least = 0

    return Repeat(inside, least, most)


def may_be_empty(node: Node) -> bool:
    """True for a part that matches the empty text."""
    match node:
        case Characters():
            return False
        case Sequence(parts):
            return all(map(may_be_empty, parts))
        case Alternatives(branches):
            return any(map(may_be_empty, branches))
        case Repeat(part, least, _):
            return least == 0 or may_be_empty(part)


def _alternatives(branches: list[Node]) -> Node:
    kept = list(dict.fromkeys(branch for branch in branches if branch != EMPTY))
    if not kept:
        return EMPTY

    node = kept[0] if len(kept) == 1 else Alternatives(tuple(kept))
    had_empty = EMPTY in branches
    # A branch that is empty makes all of them optional.
    if had_empty:
        return Repeat(node, 0, 1)

    return node


def _grouped(node: Node) -> str:
    return f"({_whole(node)})"


def _count(least: int, most: int | None) -> str:
    plain = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    if plain:
        return plain
    if least == most:
        return f"{{{least}}}"
    if most is None:
        return f"{{{least},}}"

    return f"{{{least},{most}}}"


def _written(characters: Characters) -> str:
    spans = characters.spans
    low, _ = spans[0]
    is_single = spans == ((low, low),) and not characters.negated
    if is_single and chr(low) not in _UNESCAPABLE:
        return _escaped(low, _SPECIAL)

    negation = "^" if characters.negated else ""
    inside = "".join(_span(first, last) for first, last in spans)
    return f"[{negation}{inside}]"


def _span(low: int, high: int) -> str:
    """Some engines take no escape for the end of a range, so one of those is written by
    itself.
    """
    first = _escaped(low, _SPECIAL_IN_CLASS)
    last = _escaped(high, _SPECIAL_IN_CLASS)

    if low == high:
        return first
    if len(first) > 1:
        return first + _span(low + 1, high)
    if len(last) > 1:
        return _span(low, high - 1) + last

    # Two neighbours need no minus between them.
    are_neighbours = high == low + 1
    if are_neighbours:
        return f"{first}{last}"

    return f"{first}-{last}"


def _escaped(code: int, special: str) -> str:
    names = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
    if code in names:
        return names[code]

    character = chr(code)
    if character in special:
        return f"\\{character}"

    return character
