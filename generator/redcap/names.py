"""Names of REDCap as names of our language: small letters, digits and _, no word of the
rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from forms_spec.rules import KEYWORDS

LONGEST = 64
RESERVED = KEYWORDS | {
    "studyid",
    "siteid",
    "subjid",
    "visitid",
    "unsno",
    "rowno",
    "formstat",
    "form",
    "subjects",
    "forms",
    "queries",
    "audit",
}


def plain_name(text: str, taken: Container[str] = (), letter: str = "f") -> str:
    """The nearest allowed name that is not taken.

    ``letter`` stands before a name that does not begin with one, and for an empty one.
    """
    name = re.sub(r"[^a-z0-9_]+", "_", _ascii(text))
    if not name.strip("_"):
        name = letter

    if name.startswith("_"):
        name = f"{letter}_{name.lstrip('_')}"
    elif not name[0].isalpha():
        name = f"{letter}{name}"

    # The rules and the tables have these words already.
    name = name[:LONGEST]
    if name in RESERVED:
        name = f"{name}_"[:LONGEST]

    return unused(name, taken)


def unused(name: str, taken: Container[str]) -> str:
    """The name, with a number behind it where it is taken."""
    free, number = name, 2
    while free in taken:
        tail = f"_{number}"
        free, number = f"{name[: LONGEST - len(tail)]}{tail}", number + 1

    return free


def slug(text: str, most: int = 40) -> str:
    """A short name from a title: its words joined by ``_``, as many as fit."""
    short = ""
    for word in re.findall(r"[a-z0-9]+", _ascii(text)):
        longer = f"{short}_{word}" if short else word
        if len(longer) > most and short:
            break

        short = longer[:most]

    return short


def _ascii(text: str) -> str:
    """Small letters without accents; other scripts are left out."""
    decomposed = unicodedata.normalize("NFKD", text)
    return decomposed.encode("ascii", "ignore").decode().lower()


def title_of(name: str) -> str:
    """A title from a name: ``vital_signs`` is Vital signs."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
