"""One answer of a codelist."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.base import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model import Codelist, Field
    from forms_spec.values import Value

_NAMED_CODES = 8


def codelist_of(field: Field) -> Codelist:
    """The field's codelist. The loader makes no choice without one."""
    assert field.codelist is not None, field.name
    return field.codelist


def unknown_choice(code: str, field: Field) -> Refusal:
    """A code that the list lacks; the message names the first few that it has."""
    codes = [held.code for held in codelist_of(field).codes]
    named = ", ".join(codes[:_NAMED_CODES]) + (", ..." if len(codes) > _NAMED_CODES else "")
    return Refusal(code="unknown-choice", details=(("choice", code), ("codes", named)))


class ChoiceKind(Kind):
    """A code of the field's codelist, in its exact spelling."""

    name: ClassVar[str] = "choice"

    def parse(self, text: str, field: Field) -> Value | Refusal:
        return text if text in codelist_of(field).by_code else unknown_choice(text, field)

    def write(self, value: Value, field: Field) -> str:  # noqa: ARG002
        return str(value)
