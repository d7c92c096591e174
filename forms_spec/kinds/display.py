"""How the study writes an answer for people: 15-Apr-2024, UN-Apr-2024, the label of a
choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from forms_spec.kinds import KINDS, Refusal
from forms_spec.kinds.choice import codelist_of
from forms_spec.kinds.choices import SEPARATOR
from forms_spec.kinds.duration import duration_words

if TYPE_CHECKING:
    from forms_spec.model.fields import Field

MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_BOOLEANS = {"true": "Yes", "false": "No"}


def shown_as(text: str, field: Field) -> str:
    """An accepted text or missing code as people read it; any other text unchanged."""
    for reason in field.missing:
        if reason.code == text:
            return reason.label

    # What is no answer of the field is shown as it was typed.
    if isinstance(field.kind.parse(text, field), Refusal):
        return text

    return _WRITERS[field.kind.name](text, field)


_POWER = re.compile(r"(?<=10)\^([0-9]+)|(?<=[a-z])([23])(?![0-9A-Za-z])")
_MICRO = re.compile(r"(?<![A-Za-z])u(?=(?:L|l|g|m|mol)(?![A-Za-z]))")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def shown_unit(unit: str) -> str:
    """A unit as people write it: ``10³/µL`` for ``10^3/uL``, ``kg/m²`` for ``kg/m2``."""
    # Either the power after ``^`` or a digit behind letters matched.
    raised = _POWER.sub(lambda match: (match[1] or match[2]).translate(_RAISED), unit)

    return _MICRO.sub("µ", raised)


def reference_unit(field: Field) -> str:
    """The unit in which the ends of a reference range are shown: the field's, or that
    of all to choose.
    """
    unit = field.unit
    if unit is None:
        return ""
    if unit.fixed:
        return shown_unit(unit.fixed)
    # A chosen unit without one that all convert into has no common range.
    if unit.base is None:
        return ""

    return unit.base.label


def reference_words(low: str | None, high: str | None) -> str:
    """``13.5 to 17.5``, ``at least 18``, ``at most 8``; nothing without ends."""
    if low is not None and high is not None:
        return f"{low} to {high}"
    if high is not None:
        return f"at most {high}"
    if low is not None:
        return f"at least {low}"

    return ""


def _same(text: str, _: Field) -> str:
    return text


def shown_day(text: str) -> str:
    """15-Apr-2024.

    Unknown parts are written UN and UNK, as site staff write them on paper.
    """
    # A partial date lacks the day, or the month too.
    year, month, day = [*text.split("-"), "", ""][:3]
    month_name = MONTHS[int(month) - 1] if month else "UNK"
    day_text = day or "UN"

    return f"{day_text}-{month_name}-{year}"


def _date(text: str, _: Field) -> str:
    return shown_day(text)


def _moment(text: str, field: Field) -> str:
    day, _, clock = text.partition("T")
    return f"{_date(day, field)} {clock}"


def _choices(text: str, field: Field) -> str:
    known = codelist_of(field).by_code
    codes = text.split(SEPARATOR)

    return ", ".join(known[code].label for code in codes)


_WRITERS: Mapping[str, Callable[[str, Field], str]] = {
    "text": _same,
    "integer": _same,
    "decimal": _same,
    "bounded": _same,
    "boolean": lambda text, _: _BOOLEANS[text],
    "date": _date,
    "partial_date": _date,
    "time": _same,
    "datetime": _moment,
    "duration": lambda text, _: duration_words(text),
    "choice": lambda text, field: codelist_of(field).by_code[text].label,
    "choices": _choices,
    "file": lambda text, _: text.rpartition("/")[2],
}
assert set(_WRITERS) == {kind.name for kind in KINDS}
