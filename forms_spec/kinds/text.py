"""Text: whatever a person writes, as long as there is something to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.pattern import LONGEST_MATCHED, whole_match
from forms_spec.model.characters import (
    LINE_BREAKS,
    code_point,
    first_control,
    first_surrogate,
    is_blank,
)
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.facets import Pattern
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value


class TextKind(Kind):
    """Any characters but control characters; line breaks and tabulators where the type
    has several lines.
    """

    name: ClassVar[str] = "text"
    noun: ClassVar[str] = "text"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        return (
            self._characters(text, field)
            or self._length(text, field)
            or self._pattern(text, field)
            or text
        )

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        return str(value)

    def _characters(self, text: str, field: Facets) -> Refusal | None:
        """Judged before length and pattern, so that ``.`` means the same in every regex
        engine.
        """
        if is_blank(text):
            return Refusal(code="only-blanks")

        if broken := first_surrogate(text):
            return Refusal(
                code="broken-character", details=(("character", code_point(broken)),)
            )

        control = first_control(text, multiline=field.type.multiline)
        if control is None:
            return None
        if control in LINE_BREAKS and not field.type.multiline:
            return Refusal(code="line-break")

        return Refusal(
            code="control-character", details=(("character", code_point(control)),)
        )

    def _length(self, text: str, field: Facets) -> Refusal | None:
        given = len(text)
        if field.min_length is not None and given < field.min_length:
            return Refusal(
                code="too-short",
                details=(("given", str(given)), ("least", str(field.min_length))),
            )

        most = longest_text(field)
        if most is not None and given > most:
            return Refusal(
                code="too-long", details=(("given", str(given)), ("most", str(most)))
            )

        return None

    def _pattern(self, text: str, field: Facets) -> Refusal | None:
        pattern = field.pattern
        if pattern is None or whole_match(pattern.expression, text):
            return None

        return Refusal(
            code="pattern-mismatch", details=(("says", pattern_says(pattern)),)
        )


def longest_text(field: Facets) -> int | None:
    """The most characters that a text may have: the field's own length, or what is
    matched at all.
    """
    if field.pattern is None:
        return field.max_length

    if field.max_length is None:
        return LONGEST_MATCHED

    return min(LONGEST_MATCHED, field.max_length)


def pattern_says(pattern: Pattern) -> str:
    """What the pattern asks for, in the dictionary's words or else as the expression
    itself.
    """
    if pattern.message:
        return pattern.message

    return f"text that matches {pattern.expression}"
