"""Ticked or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

_VALUES = {"true": True, "false": False}


class BooleanKind(Kind):
    """``true`` or ``false``."""

    name: ClassVar[str] = "boolean"
    noun: ClassVar[str] = "checkbox"

    def parse(self, text: str, field: Facets) -> Value | Refusal:  # noqa: ARG002
        if text in _VALUES:
            return _VALUES[text]

        return Refusal(code="not-a-boolean")

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        if value:
            return "true"

        return "false"
