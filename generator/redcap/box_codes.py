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
_PARTING = re.compile(r"[|,\r\n]")


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


def boxes_of(study: Study, field: Field) -> Iterator[tuple[str, str]]:
    """The boxes of a checkbox, as our code and REDCap's: its answers, then its codes of
    missing data.
    """
    yield from redcap_codes(study, field).items()


def columns_named(study: Study, field: Field, name: str) -> list[str]:
    """The columns of a field's values: one, or one for each box."""
    if field.kind.name == "choices" and field.codelist is not None:
        return [box_column(name, code) for _, code in boxes_of(study, field)]
    return [name]


def renamed(study: Study, field: Field) -> Iterator[tuple[str, str]]:
    """The codes of answers that are others in REDCap, and what they are there."""
    answers = field.codelist.by_code if field.codelist else {}
    for code, other in redcap_codes(study, field).items():
        if code != other and code in answers:
            yield code, other


def _codes(field: Field) -> Mapping[str, str]:
    """Codes that may stay as they are come first, so that they do."""
    assert field.codelist is not None
    boxes = field.kind.name == "choices"
    data = {code.code: code.code for code in field.codelist.codes}
    if boxes:
        data |= {code.code: code.in_redcap for code in field.missing}
    texts: dict[str, str] = {}
    taken: set[str] = set()

    for code in sorted(data, key=lambda item: _PARTING.search(data[item]) is not None):
        plain, number = _PARTING.sub("_", data[code]), 2
        name = plain
        while _place(name, boxes=boxes) in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(_place(name, boxes=boxes))
        texts[code] = name

    return {code: texts[code] for code in data}


def _place(code: str, *, boxes: bool) -> str:
    return box_column("", code) if boxes else code
