"""Which findings a role does not see: those of a rule that reads what is hidden from it.

Several rules can share a code: the parts of one protocol check, and a check of a field.
So a finding is known by the name of its rule, or else by its code and its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.study import Study

FindingPlace = tuple[str, str, str]
"""The table and the field that a finding is about, and its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenFindings:
    """The findings that a role does not see.

    ``rules`` are the names of the hidden rules, ``codes`` the codes of their findings.
    ``seen`` are the places at which such a code is that of something the role sees.
    """

    rules: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    seen: frozenset[FindingPlace] = frozenset()

    def hides_code(self, table: str, field: str, code: str) -> bool:
        """Whether it hides a finding whose rule nobody wrote down: one that may be of a
        hidden rule.
        """
        return code in self.codes and (table, field, code) not in self.seen


NONE_HIDDEN = HiddenFindings()


def hidden_findings(whole: Study, seen: Study) -> HiddenFindings:
    """What a role does not see of the findings of a whole study, where ``seen`` is the
    study as it has it.
    """
    hidden = [rule for name, rule in whole.rules.items() if name not in seen.rules]
    of_hidden = frozenset(_places_of(hidden))
    codes = frozenset(code for rule in hidden for code in _codes_of(rule))

    shown = {*_places_of(seen.rules.values()), *_places_of_fields(seen)}
    shared = {place for place in shown if place[2] in codes}
    return HiddenFindings(
        rules=frozenset(rule.name for rule in hidden),
        codes=codes,
        seen=frozenset(shared - of_hidden),
    )


def _codes_of(rule: EditCheck) -> Iterator[str]:
    yield rule.name
    yield rule.check
    # Most rules say nothing of what is UNKNOWN.
    if rule.unknown:
        yield rule.unknown


def _places_of(rules: Iterable[EditCheck]) -> Iterator[FindingPlace]:
    """A finding is about the first field that its rule is about."""
    for rule in rules:
        table, field = rule.on[0]
        for code in _codes_of(rule):
            yield table, field, code


def _places_of_fields(study: Study) -> Iterator[FindingPlace]:
    """The protocol checks of fields."""
    for name, table in study.tables.items():
        for field in table.fields:
            for check in field.checks.values():
                yield name, field.name, check.name
