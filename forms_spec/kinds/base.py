"""A kind is a grammar for text: what a cell may say, and the value it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from forms_spec.model import Field
    from forms_spec.values import Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a text is no value of its kind: a catalogue code and the words its message needs."""

    code: str
    details: tuple[tuple[str, str], ...] = ()


class Kind:
    """One grammar. Subclasses are stateless and listed in ``forms_spec.kinds.KINDS``."""

    name: ClassVar[str]

    def parse(self, text: str, field: Field) -> Value | Refusal:
        """The value that a canonical, non-blank text means, or why it means none.

        Only the grammar and the facets that belong to it (codelist, places, length, pattern,
        seconds, upload) are judged here; ranges are judged by the judge, since their ends may
        be expressions.
        """
        raise NotImplementedError

    def write(self, value: Value, field: Field) -> str:
        """The canonical text of a value; ``parse(write(v)) == v``."""
        raise NotImplementedError
