"""Alters every rule, derivation, field and reference range of Cellkine and shows that a
case notices.

``python -m tests.acceptance.mutants [NAME ...]`` runs all of them, or those whose name
begins so (``C14``, ``vs.bmi``).

An altered rule is judged in the cases of its check alone, an altered derivation in
those of the checks and criteria that use it, an altered field by its lines of
``facets.txt`` (``facet_mutants.py``): a case notices when what it asserts would change.
Survivors are listed; those in ``equivalent.txt`` change no verdict for any record, for
the reason that stands there.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.unknown import UnknownExplainer
from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.edit_checks import Derivation, EditCheck
from forms_spec.model.study import Study
from forms_spec.rule_syntax.syntax_tree import Call, Node
from forms_spec.rules import Expression, Home, Type
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.semantics.name_lookup import references_in
from forms_spec.rules.semantics.resolver import resolve
from tests.acceptance.alter import Alter
from tests.acceptance.cases import LETTERS, Written, subjects, written
from tests.acceptance.facet_mutants import FacetBench, FacetMutant, facet_mutants
from tests.acceptance.facets import facet_cases
from tests.data_dictionary.conftest import cellkine

EQUIVALENT = Path(__file__).parent / "equivalent.txt"
Verdict = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One alteration. ``name`` is the rule's or derivation's, ``part`` its key."""

    name: str
    part: str
    what: str
    rule: EditCheck | None = None
    derivation: Derivation | None = None

    def __str__(self) -> str:
        return f"{self.name}.{self.part}: {self.what}"


def mutants(study: Study) -> Iterator[Mutant]:
    """Every alteration of the rules, then of the derivations."""
    for rule in study.rules.values():
        yield from _of_rule(study, rule)
    alter = Alter(study, ())
    for held in study.derivations.values():
        for what, tree in alter.alterations(held.expression.tree):
            changed = replace(held, expression=replace(held.expression, tree=tree))
            yield Mutant(name=held.name, part="value", what=what, derivation=changed)


def _of_rule(study: Study, rule: EditCheck) -> Iterator[Mutant]:
    table = study.tables[rule.on[0][0]]
    alter = Alter(study, (table.name, table.form.name))
    for part in ("assertion", "when"):
        expression: Expression | None = getattr(rule, part)
        if expression is not None:
            for what, tree in alter.alterations(expression.tree):
                altered: dict[str, Any] = {part: replace(expression, tree=tree)}
                changed = replace(rule, **altered)
                yield Mutant(name=rule.name, part=part, what=what, rule=changed)
    if rule.when is not None:
        yield Mutant(
            name=rule.name, part="when", what="left out", rule=replace(rule, when=None)
        )
    for severity in Severity:
        if severity is not rule.severity:
            changed = replace(rule, severity=severity)
            yield Mutant(
                name=rule.name, part="severity", what=severity.value, rule=changed
            )
    other = None if rule.unknown is not None else "rule-untold"
    yield Mutant(
        name=rule.name,
        part="unknown",
        what=str(other is not None),
        rule=replace(rule, unknown=other),
    )


class Bench:
    """The cases, each subject's forms evaluated once for all mutants."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.by_check: dict[str, list[Written]] = defaultdict(list)
        for case in written():
            self.by_check[case.of].append(case)
        self.subjects = subjects()
        self._worlds: dict[str, EvaluatedSubject] = {}
        self._said: dict[tuple[str, str], Verdict] = {}
        self._used = _users(study)

    def world(self, case: Written) -> EvaluatedSubject:
        if case.subject not in self._worlds:
            held = self.subjects[case.subject]
            self._worlds[case.subject] = EvaluatedSubject(
                self.study, held.casebook(), held.today, held.name
            )
        return self._worlds[case.subject]

    def noticed(self, mutant: Mutant) -> str | None:
        """The case that notices; None when the mutant survives, ``""`` when it is no
        rule at all.
        """
        if mutant.rule is not None:
            if not _sound(self.study, mutant.rule):
                return ""
            return self._by_rule(self.study, mutant.rule)
        assert mutant.derivation is not None
        changed = {**self.study.derivations, mutant.name: mutant.derivation}
        study = replace(self.study, derivations=changed)
        users = self._used[mutant.name]
        rules = [self.study.rules[name] for name in users if name in self.study.rules]
        sound = [rule for rule in rules if _sound(study, rule)]
        if rules and not sound:
            return ""
        for name in (mutant.name, *users):
            if name in self.study.derivations:
                case = self._by_criterion(study, name)
                if case is not None:
                    return case
        for rule in sound:
            case = self._by_rule(study, rule)
            if case is not None:
                return case
        return None

    def _by_rule(self, study: Study, rule: EditCheck) -> str | None:
        judge = _judge(study, rule)
        checks = (rule.check, self.study.rules[rule.name].unknown, rule.unknown)
        for check in dict.fromkeys(
            one for one in checks if one is not None and one != "rule-untold"
        ):
            for case in self.by_check.get(check, ()):
                if judge(self, case) != self.said(case, rule.name):
                    return case.name
        return None

    def said(self, case: Written, name: str) -> Verdict:
        """What the unaltered rule says of a case."""
        key = (case.subject, name)
        if key not in self._said:
            self._said[key] = _judge(self.study, self.study.rules[name])(self, case)
        return self._said[key]

    def _by_criterion(self, study: Study, name: str) -> str | None:
        cases = self.by_check.get(name, ())
        if not cases:
            return None
        home = Home(form=self.study.forms["ie"])
        expression = study.derivations[name].expression
        if resolve(expression, study, home).findings:
            return None
        closure = compile_expression(expression, study, home)
        for case in cases:
            here = self.world(case).form(FormKey("ie", "SCR", 0))
            if here is not None and closure(here.frames(None)) is not case.gives:
                return case.name
        return None


def _judge(study: Study, rule: EditCheck) -> Callable[[Bench, Written], Verdict]:
    """What a rule says of a case: places, each with its letter."""
    table = study.tables[rule.on[0][0]]
    home = Home(form=table.form, group=table.group)
    holds = compile_expression(rule.assertion, study, home, Type.CONDITION)
    said = rule.when or rule.assertion
    applies = (
        None
        if rule.when is None
        else compile_expression(said, study, home, Type.CONDITION)
    )
    meaning = resolve(said, study, home, Type.CONDITION).core

    def judge(bench: Bench, case: Written) -> Verdict:
        world, held = bench.world(case), bench.subjects[case.subject].forms
        found = set()
        for key in world.keys(table.form.name):
            captured = world.form(key)
            assert captured is not None
            completing = held[key].status == FormStatus.COMPLETE
            for row in (
                captured.rows(table.name) if table.group is not None else (None,)
            ):
                frames = captured.frames(row)
                asked = True if applies is None else applies(frames)
                value = holds(frames) if asked is not False else True
                if asked and value is False:
                    found.add(f"{key} {row} {rule.check} {LETTERS[rule.severity]}")
                elif value is True or rule.unknown is None or not completing:
                    continue
                elif asked or UnknownExplainer(captured).of_meaning(meaning, row):
                    found.add(f"{key} {row} {rule.unknown}")
        return frozenset(found)

    return judge


def _sound(study: Study, rule: EditCheck) -> bool:
    """Whether a dictionary with this rule would be taken."""
    table = study.tables[rule.on[0][0]]
    home = Home(form=table.form, group=table.group)
    said = [rule.assertion] if rule.when is None else [rule.assertion, rule.when]
    return not any(resolve(one, study, home, Type.CONDITION).findings for one in said)


def _users(study: Study) -> Mapping[str, list[str]]:
    """The derivations and rules that read a derivation, directly or through another."""
    reads = {
        held.name: _names(held.expression.tree) for held in study.derivations.values()
    }
    for rule in study.rules.values():
        said = [rule.assertion] if rule.when is None else [rule.assertion, rule.when]
        reads[rule.name] = {name for one in said for name in _names(one.tree)}
    found: dict[str, list[str]] = {}
    for name in study.derivations:
        users: dict[str, None] = {}
        waiting = [name]
        while waiting:
            at = waiting.pop()
            for user, names in reads.items():
                if at in names and user not in users:
                    users[user] = None
                    waiting.append(user)
        found[name] = list(users)
    return found


def _names(node: Node) -> set[str]:
    plain = {
        one.field
        for one in references_in(node)
        if one.table is None and one.field is not None
    }
    return plain | set(_called(node))


def _called(node: object) -> Iterator[str]:
    if isinstance(node, Call):
        yield node.function
    if isinstance(node, Node):
        for name in node.__dataclass_fields__:
            yield from _called(getattr(node, name))
    elif isinstance(node, tuple):
        for one in node:
            yield from _called(one)


def equivalent() -> dict[str, str]:
    """Mutants that change no verdict, with the reason."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    said = (
        line.partition("  # ") for line in lines if line and not line.startswith("#")
    )
    return {mutant.strip(): reason for mutant, _, reason in said}


def every(study: Study) -> Iterator[tuple[str, Mutant | FacetMutant]]:
    """Every mutant with its name; one that occurs again is numbered."""
    count: dict[str, int] = defaultdict(int)
    for mutant in chain(mutants(study), facet_mutants(study)):
        name = str(mutant)
        count[name] += 1
        yield (name if count[name] == 1 else f"{name} ({count[name]})"), mutant


class Benches:
    """Who notices a mutant: of rules and derivations, or of fields and reference
    ranges.
    """

    def __init__(self, study: Study) -> None:
        self.rules, self.facets = Bench(study), FacetBench(study)

    def noticed(self, mutant: Mutant | FacetMutant) -> str | None:
        """As the benches say it."""
        if isinstance(mutant, Mutant):
            return self.rules.noticed(mutant)
        return self.facets.noticed(mutant)


def main() -> int:
    """Runs all mutants; 1 when one survives that is not known to be equivalent."""
    study = cellkine()
    known, began = equivalent(), perf_counter()
    count = killed = 0
    survivors = []
    only = tuple(sys.argv[1:])
    benches = Benches(study)
    for name, mutant in every(study):
        found = benches.noticed(mutant) if not only or name.startswith(only) else ""
        if found == "":
            continue
        count += 1
        killed += found is not None
        if found is None and name not in known:
            survivors.append(name)
            print(f"survives  {name}", flush=True)
    same = count - killed - len(survivors)
    seconds = perf_counter() - began
    print(
        f"{count} mutants: {killed} noticed, {same} equivalent, {len(survivors)} "
        "survive; "
        f"{len(written()) + len(facet_cases())} cases; {seconds:.0f} s"
    )
    return 1 if survivors else 0


__all__ = ["Benches", "EvaluatedForm", "equivalent", "every"]

if __name__ == "__main__":
    raise SystemExit(main())
