"""The choices column: ``1, Yes | 0, No``, and the labels of a slider."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_spec.model.characters import strip_blanks

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenChoice:
    """One answer as written; ``whole`` False where there was no comma between code and
    label.
    """

    code: str
    label: str
    whole: bool = True


def parse_choices(text: str) -> list[WrittenChoice]:
    """The answers between the bars; empty ones are left out.

    Where there is no bar, every line is an answer, as some hands write them.
    """
    parts = _between_bars(text)
    has_bars = len(parts) > 1
    if not has_bars and _is_one_a_line(text):
        parts = text.strip().splitlines()

    written = filter(str.strip, parts)
    return list(map(_choice, written))


def _between_bars(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")]


def _is_one_a_line(text: str) -> bool:
    """Whether every line has a code. Else they are the lines of one long label."""
    stripped = text.strip()
    if "\n" not in stripped:
        return False

    return all("," in line for line in stripped.splitlines())


def _choice(part: str) -> WrittenChoice:
    code, comma, label = part.partition(",")
    if not comma:
        return WrittenChoice(code=plain_code(code), label=code.strip(), whole=False)

    return WrittenChoice(code=plain_code(code), label=label.strip())


def plain_code(text: str) -> str:
    """A code without blanks at its ends, of whatever sort, and without control
    characters.
    """
    return strip_blanks(_CONTROL.sub("", text))


def empty_choices(text: str) -> int:
    """How many bars have nothing between them."""
    # A cell without any answer has no bars either.
    if not text.strip():
        return 0

    return _between_bars(text).count("")


def write_choices(codes: list[tuple[str, str]]) -> str:
    """Codes and labels as REDCap writes them."""
    return " | ".join(f"{code}, {label}" for code, label in codes)


def slider_labels(text: str) -> tuple[str, str, str]:
    """The words at the left end, in the middle and at the right end."""
    parts = _between_bars(text)
    if len(parts) == 2:
        return parts[0], "", parts[1]

    left, middle, right = (*parts, "", "", "")[:3]
    return left, middle, right
