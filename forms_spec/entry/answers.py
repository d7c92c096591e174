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
    return named[0] if len(named) == 1 else None


def read_choices(text: str, field: Field) -> str | None:
    """One answer, or several parted by ``;`` or else by ``,``."""
    for parts in ([text], text.split(SEPARATOR), text.split(",")):
        codes = [read_choice(strip_blanks(part), field) for part in parts]
        known = [code for code in codes if code is not None]
        if len(known) == len(codes):
            return SEPARATOR.join(known)

    return None
