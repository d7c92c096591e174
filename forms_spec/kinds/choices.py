"""Several answers of a codelist."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from forms_spec.kinds.choice import codelist_of, unknown_choice
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

SEPARATOR = ";"


class ChoicesKind(Kind):
    """Codes joined by ``;``, each once, in any order; written in the codelist's order."""

    name: ClassVar[str] = "choices"
    noun: ClassVar[str] = "any of"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        given = text.split(SEPARATOR)
        if refused := _refused(given, field):
            return refused

        return tuple(
            code.code for code in codelist_of(field).codes if code.code in given
        )

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        assert isinstance(value, tuple)
        return SEPARATOR.join(value)


def _refused(given: list[str], field: Facets) -> Refusal | None:
    # An empty part is refused as such before anything else, ``A;`` for example.
    if len(given) > 1 and "" in given:
        return Refusal(code="empty-choice")

    refused = _unknown(given, field) or _repeated(given) or _exclusive(given, field)
    if refused:
        return refused

    # The most that may be chosen is counted once it is known what was chosen.
    most = field.max_choices
    if most is None or len(given) <= most:
        return None

    counts = (("count", str(len(given))), ("most", str(most)))
    return Refusal(code="too-many-choices", details=counts)


def _unknown(given: list[str], field: Facets) -> Refusal | None:
    known = codelist_of(field).by_code
    for code in given:
        if code not in known:
            return unknown_choice(code, field)

    return None


def _repeated(given: list[str]) -> Refusal | None:
    for index, code in enumerate(given):
        if code in given[:index]:
            return Refusal(code="repeated-choice", details=(("choice", code),))

    return None


def _exclusive(given: list[str], field: Facets) -> Refusal | None:
    """Such an answer excludes every other one."""
    if len(given) == 1:
        return None

    known = codelist_of(field).by_code
    for code in given:
        if known[code].exclusive:
            details = (("choice", code), ("label", known[code].label))
            return Refusal(code="exclusive-choice", details=details)

    return None
