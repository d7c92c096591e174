"""Cases notice what is altered.

``python -m tests.acceptance.mutants`` runs all; here a fixed sample.
"""

from __future__ import annotations

from random import Random

from tests.acceptance.mutants import Benches, equivalent, every
from tests.data_dictionary.conftest import cellkine
from tests.soak import examples

SAMPLE = examples(50, 200)
SEED = 20240415


def test_a_sample_of_alterations_is_noticed() -> None:
    study = cellkine()
    benches, known = Benches(study), equivalent()
    others = [(name, mutant) for name, mutant in every(study) if name not in known]
    sample = Random(SEED).sample(others, SAMPLE)
    assert [name for name, mutant in sample if benches.noticed(mutant) is None] == []


def test_every_equivalent_alteration_exists_and_has_its_reason() -> None:
    known = equivalent()
    assert known.keys() <= {name for name, _ in every(cellkine())}
    assert all(known.values())
