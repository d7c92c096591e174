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
    ranges, usual = (field.ranges, "") if field.ranges else (field.expected, "usually ")
    labels = (
        {choice.code: choice.label for choice in field.unit.choices}
        if field.unit
        else {}
    )

    return tuple(
        Limit(
            text=f"{usual}{words}{' ' + labels[unit] if unit in labels else ''}",
            unit=unit,
        )
        for unit, limits in ranges.items()
        if (words := _range_words(study, form, group, field, limits))
    )


def _upload_words(upload: Upload) -> str:
    """``pdf or png, up to 10 MB``."""
    endings = " or ".join(
        filter(None, (", ".join(upload.endings[:-1]), *upload.endings[-1:]))
    )
    return ", ".join(filter(None, (endings, f"up to {size_words(upload.size)}")))


def _range_words(
    study: Study, form: Form, group: Group, field: Field, limits: Range
) -> str:
    """``30 to 300``; ``more than 0, up to 100``; of days ``after Start, before Date of
    death``.
    """
    low, high = (_end(study, form, group, end) for end in (limits.low, limits.high))
    if low and high and not limits.low_open and not limits.high_open:
        return f"{low} to {high}"
    day = field.kind.name in CALENDAR
    above, from_on = ("after", "later") if day else ("more than", "more")
    least = f"{above} {low}" if limits.low_open else f"{low} or {from_on}"
    most = (
        f"{'before' if day else 'less than'} {high}"
        if limits.high_open
        else f"up to {high}"
    )

    return ", ".join([*([least] if low else []), *([most] if high else [])])


def _end(study: Study, form: Form, group: Group, end: Expression | None) -> str:
    """A limit in words; a field's quotes are noise in so short a text."""
    if end is None:
        return ""
    home = Home(form=form, group=group if group.rows else None)
    return re.sub(r"[“”]", "", to_english(end, study, home))
