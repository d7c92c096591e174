"""What a study compares its subjects with: reference ranges of laboratories, criteria
of eligibility.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms_spec.findings.places import TextPlace

if TYPE_CHECKING:
    from forms_spec.model.fields import Field
    from forms_spec.rule_syntax.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceRange:
    """What a laboratory calls normal: a row of the study's table. None leaves an end,
    or the sex, open.

    A row without ``lab`` is for every laboratory that has none of its own for the test.
    ``age_low`` and ``age_high`` are completed years; all ends are included. Numbers and
    dates are canonical text.
    """

    lab: str | None
    test: str
    sex: str | None
    age_low: str | None
    age_high: str | None
    low: str | None
    high: str | None
    unit: str | None
    valid_from: str | None
    valid_to: str | None
    place: TextPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class References:
    """The table of reference ranges, and what is read beside a result to find its row."""

    lab: Expression
    sex: Expression | None
    age: Expression | None
    date: Expression | None
    ranges: tuple[ReferenceRange, ...]
    place: TextPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """A criterion of eligibility: a field of the eligibility form, and what its answer
    is by the sources.

    ``met`` TRUE and FALSE give the answers ``yes`` and ``no``; where ``not_applicable``
    is TRUE the answer is ``moot``. A subject passes an inclusion criterion by any
    answer but ``no``, an exclusion criterion by any but ``yes``.
    """

    field: Field
    inclusion: bool
    met: Expression
    not_applicable: Expression | None
    yes: str
    no: str
    moot: str
    place: TextPlace

    @property
    def barring(self) -> str:
        """The answer that keeps a subject out."""
        if self.inclusion:
            return self.no

        return self.yes


@dataclass(frozen=True, kw_only=True, slots=True)
class Eligibility:
    """Who may take part: the criteria, and where the site answers them.

    A log form has no ``visit``.
    """

    form: str
    visit: str | None
    criteria: tuple[Criterion, ...]
    place: TextPlace
