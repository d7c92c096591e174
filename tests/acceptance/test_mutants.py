"""Cases notice altered rules. ``python -m tests.acceptance.mutants`` runs all; here a fixed sample."""

from __future__ import annotations

from random import Random

from tests.acceptance.mutants import Bench, equivalent, mutants
from tests.acceptance.study import cellkine

SAMPLE = 150
SEED = 20240415


def test_a_sample_of_altered_rules_is_noticed() -> None:
    study = cellkine()
    bench, known = Bench(study), equivalent()
    every = [one for one in mutants(study) if str(one) not in known]
    sample = Random(SEED).sample(every, SAMPLE)
    assert [str(one) for one in sample if bench.noticed(one) is None] == []


def test_every_equivalent_alteration_exists_and_has_its_reason() -> None:
    known = equivalent()
    assert known.keys() <= {str(one) for one in mutants(cellkine())}
    assert all(known.values())
