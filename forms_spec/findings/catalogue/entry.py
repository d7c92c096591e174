"""What one finding code says, always in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from functools import partial

from forms_spec.findings.finding import Severity


class PossibleCause(Flag):
    """What a designer may have to put right elsewhere before a finding means anything.

    ``NAME`` is a definition that something names, ``USE`` something that uses a
    definition, ``MEANING`` any part of the dictionary.
    """

    NOTHING = 0
    NAME = auto()
    USE = auto()
    MEANING = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueEntry:
    """One code of the catalogue.

    ``message`` and ``remedy`` are ``str.format`` templates; their words come from
    ``finding(...)``, and ``{value}`` is the text as typed. ``explanation`` is what
    ``crfsmith explain CODE`` shows. ``example`` is text that produces the finding:
    dictionary files, parted by lines of ``---``. ``follows`` says what may be its cause,
    and ``defines`` that it is about a definition: others may follow from it.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    explanation: str
    example: str = ""
    follows: PossibleCause = PossibleCause.NOTHING
    defines: bool = False

    @property
    def is_consequence(self) -> bool:
        """Whether it may go when another fault is put right."""
        return bool(self.follows) and not self.defines


def _entry(
    code: str,
    message: str,
    remedy: str,
    explanation: str,
    example: str = "",
    *,
    severity: Severity,
    follows: PossibleCause = PossibleCause.NOTHING,
    defines: bool = False,
) -> CatalogueEntry:
    return CatalogueEntry(
        code=code,
        severity=severity,
        message=message,
        remedy=remedy,
        explanation=explanation,
        example=example,
        follows=follows,
        defines=defines,
    )


refuse = partial(_entry, severity=Severity.ERROR)
"""A finding that is an error."""
query = partial(_entry, severity=Severity.QUERY)
"""A finding that is a query."""
warn = partial(_entry, severity=Severity.WARNING)
"""A finding that is a warning."""


def example_form(*fields: str, more: str = "") -> str:
    """A form with these fields, for an example; ``more`` are keys of the form before
    them.
    """
    lines = "".join(f"  {field}\n" for field in fields)
    return f"form: x\ntitle: Example\n{more}fields:\n{lines}"
