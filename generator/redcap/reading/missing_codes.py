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
from generator.redcap.reading.choices import WrittenChoice, parse_choices
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
    choices_by_code: dict[str, WrittenChoice] = {}
    for choice in parse_choices(listed):
        # Of a code that is listed twice the first label counts.
        choices_by_code.setdefault(choice.code, choice)

    choices_by_code.pop("", None)
    taken = choices_by_code.keys() | set(answers)

    codes = []
    for code, choice in choices_by_code.items():
        name = code
        is_answer = code in answers
        if is_answer or not _can_be_no_value(code):
            name = unused(_letters(code), taken)
            taken.add(name)

        label = plain_text(choice.label) or code
        codes.append(MissingData(code=code, name=name, label=label))

    return tuple(codes)


def _can_be_no_value(code: str) -> bool:
    """Whether a code may stand in a cell of any field without being read as its value."""
    # Codes of several ticked boxes are joined by the separator.
    if SEPARATOR in code:
        return False

    is_plain = code.isascii() and code.isprintable()
    if not is_plain:
        return False

    reasons = [why_no_value(code, type_) for type_ in LIKE_A_VALUE]
    return None not in reasons


def _letters(code: str) -> str:
    """``M99`` for ``-99``."""
    ascii_code = code.encode("ascii", errors="ignore").decode()
    return "M" + re.sub("[^A-Za-z0-9]", "", ascii_code)
