"""Which forms are entered twice, by two people, and who may decide between the two."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubleEntryPlan:
    """The ``forms`` that a second person enters again without seeing the first entry.

    ``own_adjudication``: whoever entered a form, first or second, may also decide where
    the two entries differ, if the role may adjudicate.
    """

    forms: tuple[str, ...]
    own_adjudication: bool = False
