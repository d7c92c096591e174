"""Choices as people type them: a code, a label or a synonym, in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms_spec.kinds.choice import codelist_of
from forms_spec.kinds.choices import SEPARATOR
from forms_spec.model.characters import ascii_lower, strip_blanks

if TYPE_CHECKING:
    from forms_spec.model.fields import Field

_BOOLEANS = {
    "true": "true",
    "y": "true",
    "yes": "true",
    "false": "false",
    "n": "false",
    "no": "false",
}


def read_boolean(text: str) -> str | None:
    return _BOOLEANS.get(ascii_lower(text))


def read_choice(text: str, field: Field) -> str | None:
    """The only code that is so spelt, or whose label or synonym is, in any case."""
    codelist = codelist_of(field)
    if text in codelist.by_code:
        return text

    named = codelist.by_word.get(ascii_lower(text), ())
    if len(named) != 1:
        return None

    return named[0]


def read_choices(text: str, field: Field) -> str | None:
    """One answer, or several parted by ``;`` or else by ``,``."""
    # A label may hold a comma, so the whole text is tried first.
    for parts in ([text], text.split(SEPARATOR), text.split(",")):
        codes = _read_each(parts, field)
        if codes is not None:
            return SEPARATOR.join(codes)

    return None


def _read_each(parts: list[str], field: Field) -> list[str] | None:
    """The codes of all parts, or None where one part is no answer."""
    codes = []
    for part in parts:
        code = read_choice(strip_blanks(part), field)
        if code is None:
            return None

        codes.append(code)

    return codes
