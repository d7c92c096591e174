"""The agreement law for rules in SQL: DuckDB gives the value that the server gives.

``python -m tests.parity.test_rules_sql 100000`` compares so many pairs and prints its seed.
"""

from __future__ import annotations

import sys
from random import Random

from tests.parity.rule_engines import HOME, Rule, SqlEngine
from tests.parity.rule_study import random_subject, rule_study
from tests.parity.rule_texts import RuleTexts

RULES, SUBJECTS, SEED = 25, 20, 20240415


def disagreements(seed: int, rules: int, subjects: int) -> list[str]:
    """Rules that DuckDB judges differently for some subject."""
    random = Random(seed)
    study = rule_study()
    first = Rule("true", study)
    captured = [first.captured(random_subject(random), f"01-{number:03}") for number in range(subjects)]
    engine = SqlEngine(study, captured)
    found: list[str] = []
    for _ in range(rules):
        rule = Rule(RuleTexts(random).any(random.randint(1, 3)), study)
        expected = [rule.closure(here.frames(None)) for here in captured]
        for here, one, other in zip(captured, expected, engine.values(rule), strict=True):
            if one != other:
                words = f"Python {one!r}, DuckDB {other!r}"
                found.append(f"seed {seed}: {rule.text}\n  {words}\n  {here.record}")
    return found


def test_random_rules_agree() -> None:
    found = disagreements(SEED, RULES, SUBJECTS)
    assert not found, "\n".join(found[:5])


def test_a_name_cannot_break_out_of_its_quotes() -> None:
    study = rule_study()
    rule = Rule("at = 'x''); drop table home; --'", study)
    engine = SqlEngine(study, [rule.captured(random_subject(Random(1)))])
    engine.values(rule)
    assert engine.connection.execute("SELECT count(*) FROM home").fetchone() is not None
    assert HOME.form == "home"


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(2**32)
    print(f"seed {seed}, {pairs} pairs")
    found = disagreements(seed, pairs // 200, 200)
    print("\n".join(found[:5]) or "no disagreement")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
