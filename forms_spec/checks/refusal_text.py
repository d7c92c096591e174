"""Why a text is no value, as the end of a sentence."""

from __future__ import annotations

from forms_spec.field_types import field_type
from forms_spec.findings.catalogue import entry
from forms_spec.findings.places import TextPlace
from forms_spec.kinds import Refusal, kind
from forms_spec.model.fields import Field


def refusal(refused: Refusal, value: str) -> str:
    """The words of a refusal, in small letters at the beginning."""
    text = entry(refused.code).message.format(value=value, **dict(refused.details))
    return text[:1].lower() + text[1:]


def why_no_value(text: str, type_name: str) -> str | None:
    """Why a text is no value of a type without facets; None when it is one."""
    type_ = field_type(type_name)
    # A grammar reads facets, so that it needs a field to read them from.
    bare = Field(
        name="value",
        label="",
        type=type_,
        kind=kind(type_.kind or "text"),
        place=TextPlace(file="", line=1, column=1),
        form="",
        group="",
    )

    parsed = bare.kind.parse(text, bare)
    if isinstance(parsed, Refusal):
        return refusal(parsed, text)

    return None
