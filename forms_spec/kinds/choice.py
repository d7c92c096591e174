"""One answer of a codelist."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from forms_spec.model.characters import ascii_lower, strip_blanks
from forms_spec.model.kind import Kind, Refusal

if TYPE_CHECKING:
    from forms_spec.model.codes import Code, Codelist
    from forms_spec.model.kind import Facets
    from forms_spec.model.values import Value

_NAMED_CODES = 8


def codelist_of(field: Facets) -> Codelist:
    """The field's codelist. The loader makes no choice without one."""
    assert field.codelist is not None, field.name
    return field.codelist


def unknown_choice(code: str, field: Facets) -> Refusal:
    """A text that is no code of the list: a word that names two answers, or none.

    The message names the first few codes that may be chosen.
    """
    codelist = codelist_of(field)
    word = ascii_lower(strip_blanks(code))
    named = codelist.by_word.get(word, ())

    # A person who wrote the label of two codes has to say which one is meant.
    if len(named) > 1:
        meant = _meant(code, [codelist.by_code[answer] for answer in named])
        details = (("choice", code), ("meant", meant))
        return Refusal(code="ambiguous-choice", details=details)

    offered = field.offered or codelist.codes
    codes = [answer.code for answer in offered]
    listed = ", ".join(codes[:_NAMED_CODES])
    if len(codes) > _NAMED_CODES:
        listed += ", ..."

    details = (("choice", code), ("codes", listed))
    return Refusal(code="unknown-choice", details=details)


def _meant(word: str, answers: list[Code]) -> str:
    """``is the label of X1 and of X2``, ``may be the code C5 or the label of X3``."""
    typed = ascii_lower(strip_blanks(word))
    roles = [_role(typed, answer) for answer in answers]

    are_labels = all(role.startswith("the label of ") for role in roles)
    if are_labels:
        codes = " and of ".join(answer.code for answer in answers)
        return f"is the label of {codes}"

    return f"may be {' or '.join(roles)}"


def _role(typed: str, answer: Code) -> str:
    if ascii_lower(answer.code) == typed:
        return f"the code {answer.code}"

    label = ascii_lower(strip_blanks(answer.label))
    if label == typed:
        return f"the label of {answer.code}"

    return f"the synonym of {answer.code}"


class ChoiceKind(Kind):
    """A code of the field's codelist, in its exact spelling."""

    name: ClassVar[str] = "choice"
    noun: ClassVar[str] = "one of"

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        if text in codelist_of(field).by_code:
            return text

        return unknown_choice(text, field)

    def write(self, value: Value, field: Facets) -> str:  # noqa: ARG002
        return str(value)
