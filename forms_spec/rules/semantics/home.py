"""Where an expression is at home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forms_spec.findings.places import TextPlace
from forms_spec.model.fields import Field, Form, Group

SUBJECT: Final = Form(
    name="", title="", groups=(), place=TextPlace(file="", line=1, column=1)
)
"""Where the expressions of a subject are at home: a form without any field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """Where an expression belongs, and so what its bare names mean.

    ``group`` is the repeating group whose row is judged, None for a form's own fields.
    ``value`` is the field that a unit's formula converts.
    """

    form: Form
    group: Group | None = None
    value: Field | None = None

    @classmethod
    def in_group(cls, form: Form, group: Group) -> Home:
        """Where the expressions of a group's fields are; only rows are their own home."""
        return cls(form=form, group=group if group.rows else None)
