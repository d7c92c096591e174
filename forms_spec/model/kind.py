"""A kind is a grammar for text: what a cell may say, and the value it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from forms_spec.model.codes import Code, Codelist
from forms_spec.model.facets import Pattern, Upload
from forms_spec.model.field_type import FieldType
from forms_spec.model.values import Value


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a text is no value of its kind: a catalogue code and the words its message
    needs.
    """

    code: str
    details: tuple[tuple[str, str], ...] = ()


class Facets(Protocol):
    """The facets of a field that its grammar reads; every field has them."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> FieldType: ...

    @property
    def codelist(self) -> Codelist | None: ...

    @property
    def offered(self) -> tuple[Code, ...]: ...

    @property
    def comparators(self) -> tuple[str, ...]: ...

    @property
    def places(self) -> int | None: ...

    @property
    def seconds(self) -> bool: ...

    @property
    def min_length(self) -> int | None: ...

    @property
    def max_length(self) -> int | None: ...

    @property
    def pattern(self) -> Pattern | None: ...

    @property
    def upload(self) -> Upload | None: ...

    @property
    def max_choices(self) -> int | None: ...


class Kind:
    """One grammar.

    Subclasses are stateless and listed in ``forms_spec.kinds.KINDS``. ``noun`` is the
    codebook's word for an answer, ``keyboard`` the ``inputmode`` of its box.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    keyboard: ClassVar[str] = "text"

    def __init_subclass__(cls) -> None:
        lacking = [word for word in ("name", "noun") if not hasattr(cls, word)]
        if lacking:
            raise TypeError(
                f"the kind {cls.__name__} has no {' and no '.join(lacking)}"
            )

    def parse(self, text: str, field: Facets) -> Value | Refusal:
        """The value that a canonical, non-blank text means, or why it means none.

        Only the grammar and the facets that belong to it (codelist, places, length,
        pattern, seconds, upload) are judged here; ranges are judged by the judge, since
        their ends may be expressions.
        """
        raise NotImplementedError

    def write(self, value: Value, field: Facets) -> str:
        """The canonical text of a value; ``parse(write(v)) == v``."""
        raise NotImplementedError
