"""What stands in a form, or in a row, before anybody has typed: defaults, the day, the
hour, the person.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from forms_spec.model.fields import Field


@dataclass(frozen=True, kw_only=True, slots=True)
class FormOpening:
    """When a form is opened for the first time, by the study's clock, and by whom.

    ``carried`` are by group the numbers of the rows that another form has for it.
    """

    now: datetime
    user: str
    carried: Mapping[str, tuple[int, ...]] = dataclasses.field(default_factory=dict)


def starting_texts(fields: Iterable[Field], opening: FormOpening) -> dict[str, str]:
    """The texts that the fields start with, as canonical text; fields that start blank
    are left out.
    """
    texts = {}
    for field in fields:
        text = starting_text(field, opening)
        if text:
            texts[field.name] = text

    return texts


def starting_text(field: Field, opening: FormOpening) -> str:
    """The field's default, or what it is filled with when the form is opened."""
    if field.prefill is None:
        return field.default or ""

    return PREFILLS[field.kind.name][field.prefill](field, opening)


def _clock(field: Field, opening: FormOpening) -> str:
    if field.seconds:
        return f"{opening.now:%H:%M:%S}"

    return f"{opening.now:%H:%M}"


def _day(_field: Field, opening: FormOpening) -> str:
    return opening.now.date().isoformat()


def _moment(field: Field, opening: FormOpening) -> str:
    return f"{_day(field, opening)}T{_clock(field, opening)}"


def _words(field: Field, opening: FormOpening) -> str:
    return f"{_day(field, opening)} {_clock(field, opening)}"


def _user(_field: Field, opening: FormOpening) -> str:
    return opening.user


PREFILLS: Mapping[str, Mapping[str, Callable[[Field, FormOpening], str]]] = (
    MappingProxyType(
        {
            "text": {"today": _day, "now": _words, "user": _user},
            "date": {"today": _day},
            "partial_date": {"today": _day},
            "datetime": {"now": _moment},
            "time": {"now": _clock},
        }
    )
)
"""By kind: what ``prefill`` may say, and the text that it gives."""
