"""Which findings a role does not see: those of a rule that reads what is hidden from it.

Several rules can share a code: the parts of one protocol check, and a check of a field.
So a finding is known by the name of its rule, or else by its code and its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from forms_spec.evaluation.role_grants import AnswerColumn, SeenColumns
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Severity
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.study import Study

FindingPlace = tuple[str, str, str]
"""The table and the field that a finding is about, and its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenFindings:
    """The findings that a role does not see.

    ``rules`` are the names of the hidden rules, ``codes`` the codes of their findings.
    ``seen`` are the places at which such a code is that of something the role sees.
    ``known`` are the rules and codes that some dictionary shows to the role; None is
    everything else. Not ``all_read``: there are dictionaries that nobody can read.
    """

    rules: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    seen: frozenset[FindingPlace] = frozenset()
    known: frozenset[str] | None = None
    all_read: bool = True

    def hides_code(self, table: str, field: str, code: str) -> bool:
        """Whether it hides a finding whose rule nobody wrote down: one that may be of a
        hidden rule.
        """
        if self.known is not None and not self.all_read and code not in self.known:
            return True

        return code in self.codes and (table, field, code) not in self.seen


NONE_HIDDEN = HiddenFindings()


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesOfDictionary:
    """A dictionary with the names of its rules that a role does not see, and the columns
    that it sees.
    """

    study: Study
    hidden: frozenset[str]
    columns: SeenColumns

    def rules(self, *, hidden: bool) -> list[EditCheck]:
        """The rules that are hidden, or those that are not."""
        rules = self.study.rules.items()
        return [rule for name, rule in rules if (name in self.hidden) is hidden]


def hidden_findings_in(
    dictionaries: Sequence[RulesOfDictionary], *, all_read: bool = True
) -> HiddenFindings:
    """What a role does not see of the findings under some dictionaries. What one of them
    hides is hidden, whatever has the same name in another.
    """
    hidden = [rule for item in dictionaries for rule in item.rules(hidden=True)]
    of_hidden = frozenset(_places_of(hidden))
    codes = frozenset(code for rule in hidden for code in _codes_of(rule))

    shown: set[FindingPlace] = set()
    for item in dictionaries:
        shown |= {*_places_of(item.rules(hidden=False)), *_places_of_fields(item)}

    names = frozenset(rule.name for rule in hidden)
    shared = frozenset(place for place in shown if place[2] in codes) - of_hidden
    known = {code for _, _, code in shown} - names
    return HiddenFindings(
        rules=names,
        codes=codes,
        seen=shared,
        known=ASKED_OF_FIELDS | known | {code for _, _, code in shared},
        all_read=all_read,
    )


ASKED_OF_FIELDS: Final = frozenset(
    code for code, entry in CATALOGUE.items() if entry.severity is Severity.QUERY
)
"""What is asked about answers by no rule of a dictionary."""


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


def _places_of_fields(item: RulesOfDictionary) -> Iterator[FindingPlace]:
    """The protocol checks of the fields that are seen."""
    for name, table in item.study.tables.items():
        for field in table.fields:
            if AnswerColumn(name, field.name) not in item.columns.seen:
                continue

            for check in field.checks.values():
                yield name, field.name, check.name
