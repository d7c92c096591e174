"""Where the answer of a field is written by hand: boxes, lines, or answers to tick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.kinds import KINDS
from forms_spec.model.fields import Field
from generator.pages.question_builder import steps
from generator.paper.layout import (
    CharacterBoxes,
    NotByHand,
    Ruler,
    Tick,
    Ticks,
    WritingLines,
    WritingSpace,
)

MOST_TICKS = 30
"""So many answers are printed beside their question; of more, the code is written."""
MOST_ACROSS = 60
"""Characters of all answers that stand side by side."""
LONGEST_BOXED = 12
"""Characters of a text that has a box for each of them."""
MOST_DIGITS = 9


def writing_space(field: Field) -> WritingSpace:
    """The space of a field that is collected."""
    if field.value is not None:
        return _by_program("calculated by the program", field)
    if field.entry == "hidden":
        return _by_program("not asked on the page: the program fills it in", field)
    if field.entry == "read_only":
        return _by_program("for reading: the program fills it in", field)
    if field.control in _BY_CONTROL:
        return _BY_CONTROL[field.control](field)

    return _BY_KIND[field.kind.name](field)


def _by_program(words: str, field: Field) -> NotByHand:
    """Where nobody writes, the answers are named, since there is nothing to tick."""
    ticks = code_ticks(field)
    if not 0 < len(ticks) <= MOST_TICKS:
        return NotByHand(text=words)

    listed = ", ".join(f"{tick.label} ({tick.code})" for tick in ticks)
    return NotByHand(text=f"{words}: {listed}")


def code_ticks(field: Field) -> tuple[Tick, ...]:
    """The answers of a choice that are still offered."""
    if field.codelist is None:
        return ()

    return tuple(
        Tick(
            code=code.code,
            label=code.label,
            note="no other answer beside it" if code.exclusive else "",
        )
        for code in field.codelist.codes
        if code.code not in field.retired
    )


def has_long_list(field: Field) -> bool:
    """Whether the answers are too many to be printed beside the question."""
    return len(code_ticks(field)) > MOST_TICKS


def _choice(field: Field) -> WritingSpace:
    ticks = code_ticks(field)
    is_single = field.kind.name == "choice"
    if len(ticks) > MOST_TICKS:
        longest = max(len(tick.code) for tick in ticks)
        if is_single and longest <= LONGEST_BOXED:
            return CharacterBoxes(pattern="_" * longest, hint="code")

        return WritingLines(share=60)

    # Beside the words of an answer stand its sign, its brackets and a gap.
    letters = sum(len(tick.label) + len(tick.code) + 6 for tick in ticks)
    return Ticks(
        options=ticks,
        several=field.kind.name == "choices",
        across=letters <= MOST_ACROSS,
    )


def _scale(field: Field) -> WritingSpace:
    ticks = [Tick(code="", label=str(number)) for number in steps(field)]
    return Ticks(options=tuple(ticks), ends=field.anchors)


def _text(field: Field) -> WritingSpace:
    longest = field.max_length
    if longest is None:
        return WritingLines(count=1)

    if longest <= LONGEST_BOXED:
        return CharacterBoxes(pattern="_" * longest)
    if longest <= 40:
        return WritingLines(share=60)

    # Hands need a line for about a hundred characters.
    lines = 1 if longest <= 100 else 2
    return WritingLines(count=lines)


def _number(field: Field) -> WritingSpace:
    """A box for each digit that the range has; a line where no range says how many."""
    digits = _digits(field)
    has_range = digits > 0
    # A comparator needs room before the number.
    if not has_range or digits > MOST_DIGITS or field.comparators:
        return WritingLines(share=35)

    pattern = "_" * digits
    if field.places:
        decimals = "_" * field.places
        pattern = f"{pattern}.{decimals}"

    return CharacterBoxes(pattern=pattern)


def _digits(field: Field) -> int:
    """The digits before the point that the largest end of the range has; 0 without one."""
    digits = 0
    for limits in field.ranges.values():
        for end in filter(None, (limits.low, limits.high)):
            # An end that is a parameter or another field says nothing of the width.
            is_number = end.text.replace(".", "").lstrip("-").isdecimal()
            if is_number:
                whole, _, _ = end.text.partition(".")
                digits = max(digits, len(whole))

    return digits


def _time(field: Field) -> WritingSpace:
    pattern = "HH:MM:SS" if field.seconds else "HH:MM"
    return CharacterBoxes(pattern=pattern, hint="24 h")


def _moment(field: Field) -> WritingSpace:
    clock = "HH:MM:SS" if field.seconds else "HH:MM"
    return CharacterBoxes(pattern=f"DD-MMM-YYYY {clock}", hint="24 h")


_BY_CONTROL: Mapping[str, Callable[[Field], WritingSpace]] = MappingProxyType(
    {
        "textarea": lambda _: WritingLines(count=4),
        "scale": _scale,
        "vas": lambda field: Ruler(ends=field.anchors or ("", "")),
    }
)
"""Controls that are drawn as themselves; every other control follows from the kind."""

_BY_KIND: Mapping[str, Callable[[Field], WritingSpace]] = MappingProxyType(
    {
        "text": _text,
        "integer": _number,
        "decimal": _number,
        "bounded": _number,
        "boolean": lambda _: Ticks(options=(Tick(code="", label="Yes"),), several=True),
        "date": lambda _: CharacterBoxes(pattern="DD-MMM-YYYY"),
        "partial_date": lambda _: CharacterBoxes(
            pattern="DD-MMM-YYYY", hint="UN, UNK if unknown"
        ),
        "time": _time,
        "datetime": _moment,
        "duration": lambda _: WritingLines(share=50),
        "choice": _choice,
        "choices": _choice,
        "file": lambda _: WritingLines(share=60),
    }
)
if holes := {kind.name for kind in KINDS} ^ set(_BY_KIND):
    raise ImportError(f"no space to write on for the kinds {sorted(holes)}")
