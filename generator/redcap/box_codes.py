"""The codes that a field's answers have in REDCap: its own, but where two of them would
be one there.

REDCap names the column of a box after its code in small letters, with ``_`` for every
other sign, and parts answers with bars, and code and label with a comma. Codes that
such a rewriting makes one get a number behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache

_CODES: StudyCache[int, Mapping[str, str]] = StudyCache()
"""By the identity of a field, which lives as long as its study."""

_SEPARATORS = re.compile(r"[|,\r\n]")


def box_column(name: str, code: str) -> str:
    """``race___2``; signs that REDCap takes out of a code become ``_``."""
    return f"{name}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"


def redcap_codes(study: Study, field: Field) -> Mapping[str, str]:
    """The code in REDCap of each answer and, of a checkbox, of each code of missing
    data; empty for a field without answers.
    """
    if field.codelist is None:
        return {}

    return _CODES.get(study, id(field), lambda: _codes(field))


def value_columns(study: Study, field: Field, name: str) -> list[str]:
    """The columns of a field's values: one, or one for each box."""
    has_boxes = field.kind.name == "choices" and field.codelist is not None
    if not has_boxes:
        return [name]

    codes = redcap_codes(study, field).values()
    return [box_column(name, code) for code in codes]


def renamed_codes(study: Study, field: Field) -> Iterator[tuple[str, str]]:
    """The codes of answers that are others in REDCap, and what they are there."""
    if field.codelist is None:
        return

    in_redcap = redcap_codes(study, field)
    for code in field.codelist.by_code:
        renamed = in_redcap[code]
        if renamed != code:
            yield code, renamed


def _codes(field: Field) -> Mapping[str, str]:
    assert field.codelist is not None
    has_boxes = field.kind.name == "choices"
    wanted = {code.code: code.code for code in field.codelist.codes}

    if has_boxes:
        wanted |= {code.code: code.in_redcap for code in field.missing}

    # Codes that may stay as they are come first, so that they do.
    def is_rewritten(code: str) -> bool:
        return _SEPARATORS.search(wanted[code]) is not None

    codes: dict[str, str] = {}
    taken: set[str] = set()
    for code in sorted(wanted, key=is_rewritten):
        plain = _SEPARATORS.sub("_", wanted[code])
        number = 2
        unique = plain
        while _taken_by(unique, has_boxes=has_boxes) in taken:
            unique, number = f"{plain}_{number}", number + 1

        taken.add(_taken_by(unique, has_boxes=has_boxes))
        codes[code] = unique

    return {code: codes[code] for code in wanted}


def _taken_by(code: str, *, has_boxes: bool) -> str:
    """What has to be unique: the column of a box, else the code itself."""
    if has_boxes:
        return box_column("", code)

    return code
