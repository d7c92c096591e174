"""Codes: named answers, and reasons why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType

from forms_spec.findings.places import TextPlace
from forms_spec.model.characters import ascii_lower, strip_blanks


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """One answer of a codelist. ``number`` is the quantity it stands for (doses a day,
    a factor).

    ``synonyms`` are other words that people type for it; they are never stored. ``when``
    is the text of the condition under which it is offered. What it reads depends on the
    field, so a field holds the expression (``Field.offered_when``).
    """

    code: str
    label: str
    exclusive: bool = False
    number: Decimal | None = None
    synonyms: tuple[str, ...] = ()
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class Codelist:
    """Named answers in the order of the page. Inline lists are named ``form.field``."""

    name: str
    codes: tuple[Code, ...]
    place: TextPlace

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        return MappingProxyType({code.code: code for code in self.codes})

    @cached_property
    def by_word(self) -> Mapping[str, tuple[str, ...]]:
        """The codes that a word names: as code, label or synonym, in lower case (ASCII
        letters).
        """
        words: dict[str, dict[str, None]] = {}
        for code in self.codes:
            for word in (
                code.code,
                strip_blanks(code.label),
                *map(strip_blanks, code.synonyms),
            ):
                words.setdefault(ascii_lower(word), {})[code.code] = None

        return MappingProxyType({word: tuple(codes) for word, codes in words.items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingCode:
    """A reason why there is no value. ``draft_only``: must be gone before the form is
    complete.

    ``redcap`` is the code in REDCap, where it is another one there.
    """

    code: str
    label: str
    draft_only: bool = False
    redcap: str | None = None

    @property
    def in_redcap(self) -> str:
        """The code that REDCap's records have."""
        return self.redcap or self.code
