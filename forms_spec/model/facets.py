"""Facets: what a field asks of its values."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.findings.finding import Severity
from forms_spec.rule_syntax.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Allowed values, both ends included unless ``above``/``below`` says otherwise.

    An end is an expression: a literal, ``today``, a parameter, another field. None is
    open.
    """

    low: Expression | None
    high: Expression | None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitChoice:
    """A unit that may be chosen.

    ``formula`` converts ``value`` into the unit ``to``.
    """

    code: str
    label: str
    to: str | None = None
    formula: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A fixed unit (``fixed``), or several to choose from, kept in the field
    ``companion``.
    """

    fixed: str | None
    choices: tuple[UnitChoice, ...] = ()
    companion: str | None = None

    @property
    def base(self) -> UnitChoice | None:
        """The unit to choose that all others convert into."""
        for choice in self.choices:
            if choice.to is None:
                return choice

        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A regular expression of the common subset, always matched against the whole text."""

    expression: str
    message: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """What a file field takes: endings without the dot, and a size in bytes."""

    endings: tuple[str, ...]
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Uniqueness:
    """Where an answer may stand once only: in the "study", its "site" or its "subject".

    ``together`` are fields of the same form or row whose answers count with it: only all
    of them together may not be repeated.
    """

    over: str
    together: tuple[str, ...] = ()


UNIQUE_OVER = ("study", "site", "subject")
"""The words for where an answer is unique, the widest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolCheck:
    """The protocol check that a facet implements.

    Without ``severity`` the catalogue's weighs.
    """

    name: str
    severity: Severity | None = None
