"""How subjects are allocated to arms, and which fields keep the result."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from forms_spec.rule_syntax.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomizationPlan:
    """Where a subject is randomized, and by what.

    ``arm``, ``number``, ``date`` and ``stratum`` (the last two or None) are fields of
    ``form``: an allocation writes them, and nobody types them. ``ratio`` has the share
    of each arm by its code. ``strata`` are fields of the same form whose answers choose
    the part of the list; ``by_site``: each site has a part of its own. ``when`` has to
    be TRUE first.
    """

    form: str
    arm: str
    number: str
    date: str | None
    stratum: str | None
    ratio: Mapping[str, int]
    strata: tuple[str, ...]
    by_site: bool
    when: Expression | None

    @property
    def results(self) -> Mapping[str, str]:
        """The fields that an allocation writes, by what they keep."""
        named = {
            "arm": self.arm,
            "number": self.number,
            "date": self.date,
            "stratum": self.stratum,
        }
        return {key: name for key, name in named.items() if name is not None}

    @property
    def allocated(self) -> Collection[str]:
        """The fields that an allocation writes."""
        return self.results.values()

    @property
    def factors(self) -> tuple[str, ...]:
        """What a stratum is made of, in the order of its levels: ``siteid``, fields."""
        return (SITE, *self.strata) if self.by_site else self.strata


SITE = "siteid"
"""The site among the factors; no field can be called so."""
