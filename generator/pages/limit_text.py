"""What a question takes, in the few words beside its box: ``120 to 230``, ``pdf or png,
up to 10 MB``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from forms_spec.model.facets import Range, Upload
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rules import Expression, Home, to_english
from generator.pages.file_links import size_words

CALENDAR: Final = frozenset({"date", "partial_date", "datetime", "time"})
NUMBER_ENDS: Final = {
    ("low", True): "more than {}",
    ("low", False): "{} or more",
    ("high", True): "less than {}",
    ("high", False): "up to {}",
}
DAY_ENDS: Final = {
    ("low", True): "after {}",
    ("low", False): "{} or later",
    ("high", True): "before {}",
    ("high", False): "up to {}",
}
"""The words for one end of a range, by whether it is open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A range in words; ``unit`` when it holds for one of several units."""

    text: str
    unit: str | None


def limits(study: Study, form: Form, group: Group, field: Field) -> tuple[Limit, ...]:
    """Hard limits, or the usual ones where nothing is refused."""
    if field.control in {"scale", "calculated"}:
        return ()
    if field.upload:
        return (Limit(text=_upload_words(field.upload), unit=None),)

    ranges, usual = field.ranges, ""
    if not ranges:
        ranges, usual = field.expected, "usually "

    labels = {choice.code: choice.label for choice in field.unit_choices}
    listed = []
    for unit, limits in ranges.items():
        words = _range_words(study, form, group, field, limits)
        if words:
            label = ""
            if unit in labels:
                label = f" {labels[unit]}"

            listed.append(Limit(text=f"{usual}{words}{label}", unit=unit))

    return tuple(listed)


def _upload_words(upload: Upload) -> str:
    """``pdf or png, up to 10 MB``."""
    size = f"up to {size_words(upload.size)}"
    if not upload.endings:
        return size

    *first, last = upload.endings
    endings = f"{', '.join(first)} or {last}" if first else last
    return f"{endings}, {size}"


def _range_words(
    study: Study, form: Form, group: Group, field: Field, limits: Range
) -> str:
    """``30 to 300``; ``more than 0, up to 100``; of days ``after Start, before Date of
    death``.
    """
    low = _end(study, form, group, limits.low)
    high = _end(study, form, group, limits.high)
    has_open_end = limits.low_open or limits.high_open
    if low and high and not has_open_end:
        return f"{low} to {high}"

    # A day is later, not more.
    words = DAY_ENDS if field.kind.name in CALENDAR else NUMBER_ENDS
    parts = []
    if low:
        before = words["low", limits.low_open]
        parts.append(before.format(low))

    if high:
        before = words["high", limits.high_open]
        parts.append(before.format(high))

    return ", ".join(parts)


def _end(study: Study, form: Form, group: Group, end: Expression | None) -> str:
    """A limit in words; a field's quotes are noise in so short a text."""
    if end is None:
        return ""

    words = to_english(end, study, Home.in_group(form, group))
    return re.sub(r"[“”]", "", words)
