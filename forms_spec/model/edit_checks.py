"""Edit checks, and the named expressions that they use."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.findings.finding import Severity
from forms_spec.findings.places import TextPlace
from forms_spec.rule_syntax.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Derivation:
    """A named expression that rules use: ``A_inj``, or with arguments ``ix(level)``.

    ``takes`` names the arguments. It is read where it is used, so ``expression`` has no
    type of its own.
    """

    name: str
    takes: tuple[str, ...]
    expression: Expression
    label: str | None
    place: TextPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class EditCheck:
    """An edit check. ``assertion`` FALSE is a finding on the fields of ``on``, pairs
    (table, field).

    It belongs to the form, and the row, of the first of them: that is what its bare
    names mean, and it is judged once for each. Where ``when`` is not TRUE it says
    nothing. ``check`` is the protocol check that it is, or is a part of: the code of
    its finding. ``unknown`` is the code of the query that ``assertion`` UNKNOWN gives,
    None where that says nothing.
    """

    name: str
    check: str
    message: str
    when: Expression | None
    assertion: Expression
    severity: Severity
    on: tuple[tuple[str, str], ...]
    unknown: str | None
    place: TextPlace

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """``when``, where the rule has one, and ``assertion``."""
        if self.when is None:
            return (self.assertion,)

        return self.when, self.assertion

    @property
    def is_of_codes(self) -> bool:
        """Whether the loader made the check from the condition of codes."""
        return self.place == self.assertion.place
