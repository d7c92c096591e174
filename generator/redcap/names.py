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
    """The nearest allowed name that is not taken."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9_]+", "_", ascii_text.lower())
    if not name.strip("_"):
        name = letter
    if not name[0].isalpha():
        name = f"{letter}_{name.lstrip('_')}" if name[0] == "_" else f"{letter}{name}"
    name = name[:LONGEST]
    if name in RESERVED:
        name = f"{name}_"[:LONGEST]
    return unused(name, taken)


def unused(name: str, taken: Container[str]) -> str:
    """The name, with a number behind it where it is taken."""
    result, number = name, 2
    while result in taken:
        tail = f"_{number}"
        result, number = name[: LONGEST - len(tail)] + tail, number + 1

    return result


def slug(text: str, most: int = 40) -> str:
    """A short name from a title: its words joined by ``_``."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text.lower())
    result = ""

    for word in words:
        longer = f"{result}_{word}" if result else word
        if len(longer) > most and result:
            break
        result = longer[:most]

    return result


def title_of(name: str) -> str:
    """A title from a name: ``vital_signs`` is Vital signs."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
