"""Ticked or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.base import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model import Field
    from forms_spec.values import Value

_VALUES = {"true": True, "false": False}


class BooleanKind(Kind):
    """``true`` or ``false``."""

    name: ClassVar[str] = "boolean"

    def parse(self, text: str, field: Field) -> Value | Refusal:  # noqa: ARG002
        return _VALUES[text] if text in _VALUES else Refusal(code="not-a-boolean")

    def write(self, value: Value, field: Field) -> str:  # noqa: ARG002
        return "true" if value else "false"
