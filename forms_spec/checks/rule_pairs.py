"""Rules that find nothing, and rules that contradict or repeat each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from forms_spec.checks.conditions import place_of
from forms_spec.checks.reasoning.conditions import KNOWN, Conditions, Results
from forms_spec.checks.reasoning.facts import NOTHING, MaybeFacts, both
from forms_spec.checks.reasoning.shown import ShownFields
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.model.edit_checks import EditCheck
from forms_spec.rules.semantics.reads import Dependency, targets
from forms_spec.rules.semantics.resolved import Core
from forms_spec.rules.semantics.resolver import Resolved

MOST_SHARING = 60
"""Rules about one cell that are compared with each other; more take too long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedRule:
    """A rule with what its two conditions need."""

    rule: EditCheck
    part: ExpressionPart
    assertion: Core
    applies: MaybeFacts
    results: Results

    @property
    def condition(self) -> str:
        """The text of ``when``, the same for rules that apply alike."""
        when = self.rule.when
        if when is None:
            return ""

        # Line breaks and indentation make no difference.
        words = when.text.split()
        return " ".join(words)

    @property
    def reads(self) -> frozenset[Dependency]:
        return frozenset(targets(self.assertion))


def rule_findings(
    loaded: LoadedStudy,
    clean: Sequence[tuple[ExpressionPart, Resolved]],
    conditions: Conditions,
    shown: ShownFields,
) -> Iterator[Finding]:
    """Faults of rules by their two conditions together, and of pairs of rules.

    ``clean`` are the expressions without a fault of their own.
    """
    by_text = {id(part.written.expression): (part, core) for part, core in clean}
    by_home: dict[tuple[str, str | None], list[JudgedRule]] = {}

    for rule in loaded.study.rules.values():
        judged = _judged(rule, by_text, conditions)
        if judged is None:
            continue

        found = list(_never_broken(judged, shown))
        yield from found
        if not found:
            home = (judged.part.form, judged.part.row_group)
            by_home.setdefault(home, []).append(judged)

    for rules in by_home.values():
        yield from _pairs(rules)


def _judged(
    rule: EditCheck,
    by_text: dict[int, tuple[ExpressionPart, Resolved]],
    conditions: Conditions,
) -> JudgedRule | None:
    assertion = by_text.get(id(rule.assertion))
    if assertion is None:
        return None

    part, resolved = assertion
    applies: MaybeFacts = NOTHING

    if rule.when is not None:
        when = by_text.get(id(rule.when))
        if when is None:
            return None

        applies = conditions.results(when[1].core, (part.form,))[0]

    return JudgedRule(
        rule=rule,
        part=part,
        assertion=resolved.core,
        applies=applies,
        results=conditions.results(resolved.core, (part.form,)),
    )


def _never_broken(judged: JudgedRule, shown: ShownFields) -> Iterator[Finding]:
    """A rule that finds nothing: ``assert`` is never FALSE where ``when`` is TRUE."""
    false = judged.results[1]
    # A rule whose ``assert`` is never FALSE may be there for its UNKNOWN.
    if false is None or judged.applies is None or judged.rule.unknown:
        return

    broken, source = shown.with_sources(both(judged.applies, false))
    if broken is not None:
        return

    if source is None:
        code, words = "rule-never-broken", {}
    else:
        field = shown.conditions.cells[source].field
        code, words = "rule-reads-hidden", {"field": field.name}

    yield _located(code, judged, **words)


def _located(code: str, judged: JudgedRule, **words: Any) -> Finding:
    expression = judged.part.written.expression
    found = finding(
        code,
        text=place_of(expression.tree),
        value=expression.text,
        name=judged.rule.name,
        **words,
    )
    return judged.part.written.located(found)


def _pairs(rules: Sequence[JudgedRule]) -> Iterator[Finding]:
    """Rules with the same ``when`` that cannot both be kept, or of which one says
    enough.
    """
    reported: set[tuple[str, str]] = set()
    for group in _sharing(rules):
        for first, other in combinations(group[:MOST_SHARING], 2):
            # Two rules that share several cells are compared once.
            names = (first.rule.name, other.rule.name)
            if names in reported:
                continue

            problem = _pair(first, other)
            if problem is not None:
                reported.add(names)
                yield problem


def _sharing(rules: Sequence[JudgedRule]) -> Iterable[list[JudgedRule]]:
    """The rules that apply alike and look at the same cell, for each cell."""
    sharing: dict[tuple[str, str], list[JudgedRule]] = {}
    for judged in rules:
        true, _ = judged.results
        for key in true or ():
            if not key.startswith(KNOWN):
                sharing.setdefault((judged.condition, key), []).append(judged)

    return sharing.values()


def _pair(first: JudgedRule, other: JudgedRule) -> Finding | None:
    """The second rule of a pair, by what the first one says."""
    values = both(_values(first.results[0]), _values(other.results[0]))
    if both(first.applies, values) is None:
        return _located("rules-contradict", other, other=first.rule.name)
    # A warning from 100 on and an error from 120 on are two rules.
    if first.rule.severity is not other.rule.severity:
        return None

    if _implies(first, other):
        return _located("rule-implied", other, other=first.rule.name)
    if _implies(other, first):
        return _located("rule-implied", first, other=other.rule.name)

    return None


def _values(facts: MaybeFacts) -> MaybeFacts:
    """Facts without those that something is known, or is not.

    A rule that is UNKNOWN is not broken: “x is blank” and “x is 0 or 1” go together.
    """
    if facts is None:
        return None

    return {key: fact for key, fact in facts.items() if not key.startswith(KNOWN)}


def _implies(first: JudgedRule, other: JudgedRule) -> bool:
    """Whether the first rule is surely broken wherever the other is."""
    # A rule that reports what is UNKNOWN says more than that it is broken.
    if other.rule.unknown:
        return False
    # What the first reads has to be known where the other is broken.
    if not first.reads <= other.reads:
        return False

    false = other.results[1] or {}
    known = sum(key.startswith(KNOWN) for key in false)
    if known < len(other.reads):
        return False

    first_kept = both(first.results[0], false)
    return both(other.applies, first_kept) is None
