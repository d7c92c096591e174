"""The agreement law for rules over columns: all subjects at once get the values that
each gets alone.

``python -m tests.parity.test_rules_columns 100000`` compares so many pairs and prints
its seed.
"""

from __future__ import annotations

import sys
from random import Random

import pytest

from generator.validation.columnar.forms import by_distinct, expressions, operators
from tests.parity.column_engine import ColumnEngine
from tests.parity.rule_engines import Rule
from tests.parity.rule_study import random_subject, rule_study
from tests.parity.rule_texts import RuleTexts

RULES, SUBJECTS, SEED = 120, 20, 20240415


def disagreements(seed: int, rules: int, subjects: int) -> list[str]:
    """Rules that give another value for some subject when all are judged at once."""
    random = Random(seed)
    study = rule_study()
    first = Rule("true", study)
    captured = [
        first.captured(random_subject(random), f"0{number // 5}-{number:03}")
        for number in range(subjects)
    ]
    engine = ColumnEngine(study, captured)
    found: list[str] = []
    for _ in range(rules):
        rule = Rule(RuleTexts(random).any(random.randint(1, 3)), study)
        expected = [rule.closure(here.frames(None)) for here in captured]
        for here, one, other in zip(
            captured, expected, engine.values(rule), strict=True
        ):
            if one != other or type(one) is not type(other):
                words = f"Python {one!r}, columns {other!r}"
                found.append(f"seed {seed}: {rule.text}\n  {words}\n  {here.record}")
    return found


@pytest.mark.parametrize("few", [operators.FEW, 0])
def test_random_rules_agree(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Value by value as in small tables, and over whole arrays as in large ones, some
    rows at a time.
    """
    monkeypatch.setattr(operators, "FEW", few)
    monkeypatch.setattr(by_distinct, "SPARSE", few)
    monkeypatch.setattr(
        expressions, "MOST_ROWS", 7 if few == 0 else expressions.MOST_ROWS
    )
    found = disagreements(SEED + few, RULES, SUBJECTS)
    assert not found, "\n".join(found[:5])


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(2**32)
    print(f"seed {seed}, {pairs} pairs")
    found: list[str] = []
    for few in (operators.FEW, 0):
        operators.FEW = few
        found += disagreements(seed, pairs // 400, 200)
    print("\n".join(found[:5]) or "no disagreement")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
