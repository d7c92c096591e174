"""REDCap's codes of missing data: they belong to the project, and no data dictionary
names them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from forms_spec.checks.codes import LIKE_A_VALUE, SEPARATOR
from forms_spec.checks.refusal_text import why_no_value
from generator.redcap.names import unused
from generator.redcap.reading.choices import parse_choices
from generator.redcap.reading.labels import plain_text


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingData:
    """``code`` is REDCap's, ``name`` the one that it has here."""

    code: str
    name: str
    label: str


def missing_data(listed: str, answers: Collection[str] = ()) -> tuple[MissingData, ...]:
    """The codes of ``ND, Not done | UNK, Unknown``.

    ``answers`` are the codes of all lists of answers. No code of ours looks like a
    value or is an answer of a list, so that ``-99`` and its kin get a name.
    """
    codes: dict[str, MissingData] = {}
    choices = [choice for choice in parse_choices(listed) if choice.code]
    taken = {choice.code for choice in choices} | set(answers)

    for choice in choices:
        if choice.code in codes:
            continue

        name = choice.code
        if name in answers or not _can_be_no_value(name):
            name = unused(_letters(name), taken)
            taken.add(name)

        label = plain_text(choice.label) or choice.code
        codes[choice.code] = MissingData(code=choice.code, name=name, label=label)

    return tuple(codes.values())


def _can_be_no_value(code: str) -> bool:
    """Whether a code may stand in a cell of any field without being read as its value."""
    # Codes of several ticked boxes are joined by the separator.
    if SEPARATOR in code:
        return False
    if not code.isascii() or not code.isprintable():
        return False

    return all(why_no_value(code, type_) is not None for type_ in LIKE_A_VALUE)


def _letters(code: str) -> str:
    """``M99`` for ``-99``."""
    ascii_code = code.encode("ascii", errors="ignore").decode()
    return "M" + re.sub("[^A-Za-z0-9]", "", ascii_code)
