"""The agreement law for rules: the server and the browser give the same value.

``python -m tests.parity.test_rules_browser 1000000`` compares a million pairs and
prints its seed.
"""

from __future__ import annotations

import sys
from random import Random
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedForm
from forms_spec.evaluation.unknown import Cell
from forms_spec.rules.semantics.resolved import FOLDS, OPERATORS
from tests.parity.rule_engines import BrowserEngine, Rule
from tests.parity.rule_study import random_subject, rule_study
from tests.parity.rule_texts import RuleTexts
from tests.parity.shrink import Forms, shrunk

RULES, SUBJECTS, SEED = 600, 5, 20240421


def disagreements(
    seed: int, rules: int, subjects: int, most: int = 5
) -> tuple[list[str], set[str]]:
    """Rules on random subjects that the engines judge differently, and the operators
    that were met.
    """
    random = Random(seed)
    study = rule_study()
    engine = BrowserEngine(study, "home")
    found: list[str] = []
    met: set[str] = set()
    for _ in range(rules):
        rule = Rule(RuleTexts(random).any(random.randint(1, 4)), study)
        met |= _operators(rule.json)
        forms = [random_subject(random) for _ in range(subjects)]
        pairs = both(engine, rule, forms)
        found += [
            _case(engine, rule, held, seed)
            for held, (one, other) in zip(forms, pairs, strict=True)
            if one != other
        ]
        if len(found) >= most:
            break
    return found, met


def both(
    engine: BrowserEngine, rule: Rule, forms: list[Forms]
) -> list[tuple[Any, Any]]:
    """What Python and the browser say for each subject: the value, and whether UNKNOWN
    is untold.
    """
    captured = [rule.captured(held) for held in forms]
    asked = [_asked(here) for here in captured]
    cases = [rule.case(here) for here in captured]
    given = zip(
        engine.values(rule, cases), engine.untold(rule, cases, asked), strict=True
    )
    own = [
        (rule.python(here), rule.untold(here, cells))
        for here, cells in zip(captured, asked, strict=True)
    ]
    return list(zip(own, given, strict=True))


def _asked(here: EvaluatedForm) -> list[Cell]:
    """Some cells that a finding asks about: every third field's, of every row."""
    fields = list(here.plan.fields)[::3]
    return [
        (table, row, field)
        for table, field in fields
        for row in (here.rows(table) if table in here.plan.row_tables else (None,))
    ]


def _case(engine: BrowserEngine, rule: Rule, forms: Forms, seed: int) -> str:
    """A disagreement with no more data than it needs."""

    def differs(left: Forms) -> bool:
        ((one, other),) = both(engine, rule, [left])
        return bool(one != other)

    small = shrunk(forms, differs)
    ((one, other),) = both(engine, rule, [small])
    return f"seed {seed}: {rule.text}\n  Python {one!r}, browser {other!r}\n  {small}"


def _operators(node: object) -> set[str]:
    if isinstance(node, list):
        return {name for one in node for name in _operators(one)}
    if not isinstance(node, dict):
        return set()
    own = {node["op"], node.get("fold", "")} if "op" in node else set()
    return own | {name for one in node.values() for name in _operators(one)}


def test_random_rules_agree_and_every_operator_is_met() -> None:
    found, met = disagreements(SEED, RULES, SUBJECTS)
    assert not found, "\n".join(found)
    assert {*OPERATORS, *FOLDS} <= met, {*OPERATORS, *FOLDS} - met


def test_the_browser_knows_every_operator_and_no_other() -> None:
    engine = BrowserEngine(rule_study(), "home").browser
    assert set(engine.run("() => crfsmith.operators")) == set(OPERATORS)
    assert set(engine.run("() => crfsmith.folds")) == set(FOLDS)


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(2**32)
    print(f"seed {seed}, {pairs} pairs")
    found, _ = disagreements(seed, pairs // 10, 10)
    print("\n".join(found) or "no disagreement")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
