"""The agreement law for rules on Spark: it gives the value that the server gives.

``python -m tests.parity.spark_engine 10000`` compares so many pairs on this machine and prints its seed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from forms_spec.judge.world import CapturedForm
from forms_spec.model import Study
from forms_spec.rules import Type
from generator.spark.casebooks import casebook, prepare, schema
from generator.spark.expression_sql import CASEBOOKS, NotOnSpark, rules_query
from tests.parity.rule_engines import HOME, Rule
from tests.parity.rule_study import random_subject, rule_study
from tests.parity.rule_texts import RuleTexts

TOGETHER, SUBJECTS = 10, 20


class SparkEngine:
    """A session with the casebooks of some subjects."""

    def __init__(self, spark: Any, study: Study, subjects: Sequence[CapturedForm]) -> None:
        self.spark, self.study = spark, study
        prepare(spark)
        rows = [casebook(study, here.world.subject, _forms(here)) for here in subjects]
        spark.createDataFrame(rows, schema(study)).createOrReplaceTempView(CASEBOOKS)

    def values(self, rules: Sequence[Rule]) -> list[list[Any]]:
        """For each rule its value for each subject, in the order of their numbers, in Python's shapes."""
        named = {f"rule {at}": rule.resolved.core for at, rule in enumerate(rules)}
        query = rules_query(named, self.study, rules[0].today, HOME.form)
        found = self.spark.sql(query).collect()
        here = sorted(
            (row for row in found if row["visitid"] == HOME.visit), key=lambda row: str(row["subjid"])
        )
        return [[_shape(row[name], core.type) for row in here] for name, core in named.items()]


def _forms(here: CapturedForm) -> list[tuple[CapturedForm, int]]:
    world = here.world
    keys = [key for form in world.study.forms for key in world.keys(form)]
    held = [(world.form(key), world.position(key)[0]) for key in keys]
    return [(form, position) for form, position in held if form is not None]


def _shape(value: Any, type_: Type) -> Any:
    if value is None:
        return None
    if type_ in (Type.SPREAD, Type.DATE):
        return int(value["lo"]), int(value["hi"])
    if type_ is Type.CHOICES:
        return frozenset(value)
    return int(value) if isinstance(value, Decimal) else value


def disagreements(spark: Any, seed: int, rules: int) -> list[str]:
    """Rules that Spark judges differently for some subject."""
    random = Random(seed)
    study = rule_study()
    first = Rule("true", study)
    captured = [first.captured(random_subject(random), f"01-{number:03}") for number in range(SUBJECTS)]
    engine = SparkEngine(spark, study, captured)
    made = [Rule(RuleTexts(random).any(random.randint(1, 3)), study) for _ in range(rules)]
    found: list[str] = []
    for at in range(0, rules, TOGETHER):
        some = [rule for rule in made[at : at + TOGETHER] if is_known(rule)]
        for rule, values in zip(some, engine.values(some), strict=True):
            for here, value in zip(captured, values, strict=True):
                if (expected := rule.closure(here.frames(None))) != value:
                    found.append(f"{rule.text}\n  Python {expected!r}, Spark {value!r}\n  {here.record}")
    return found


def is_known(rule: Rule) -> bool:
    """False for a rule with a function of Python inside an aggregate, which Spark leaves to the judge."""
    try:
        rules_query({"rule": rule.resolved.core}, rule.study, rule.today, HOME.form)
    except NotOnSpark:
        return False
    return True


def main() -> None:
    from generator.spark.session import session

    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(2**32)
    print(f"seed {seed}, {pairs} pairs")
    with session("local[2]") as spark:
        found = disagreements(spark, seed, pairs // SUBJECTS)
    print("\n".join(found[:5]) or "no disagreement")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
