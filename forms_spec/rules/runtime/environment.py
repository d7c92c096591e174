"""What a rule sees when it is evaluated: the judged form, its row, and the subject's
other forms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from forms_spec.model.captured_data import FormKey
from forms_spec.rules.semantics.resolved import RuleValue


class Instance(Protocol):
    """One captured form; values are in the rule language's shapes, None is UNKNOWN."""

    @property
    def key(self) -> FormKey: ...

    @property
    def world(self) -> World: ...

    def value(self, table: str, row: int | None, field: str) -> RuleValue | None: ...

    def entered(self, table: str, row: int | None, field: str) -> RuleValue | None:
        """The value that was typed, also while the field is hidden."""

    def missing(self, table: str, row: int | None, field: str) -> str | None:
        """The missing code that the cell holds, or None."""

    def rows(self, table: str) -> Sequence[int]:
        """The numbers of the rows of a repeating group."""


class World(Protocol):
    """Everything else of one subject."""

    @property
    def today(self) -> int: ...

    @property
    def subject(self) -> str | None: ...

    def at(
        self, form: str, visit: str | None, seen_from: FormKey, field: str
    ) -> Instance | None:
        """The form that ``form.field``, ``form[visit].field`` or
        ``form[previous].field`` means.
        """

    def instances(
        self, form: str, visit: str, seen_from: FormKey
    ) -> Sequence[Instance]:
        """All instances (``all``), those of a visit, or the previous one, in visit
        order.
        """


@dataclass(frozen=True, slots=True)
class FramePosition:
    """What a frame stands on: a form and, in a repeating group, the row's number."""

    instance: Instance
    row: int | None


Frames = list[FramePosition]
"""Frame 0 is the judged form; every aggregate fills one more while it goes over its
rows.
"""

Closure = Callable[[Frames], RuleValue | None]
"""A compiled expression; None is UNKNOWN."""
