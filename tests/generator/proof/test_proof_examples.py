"""The example of each code that a proof finds: proved, and found."""

from __future__ import annotations

import pytest

from forms_spec.findings.catalogue import CatalogueEntry, proof
from forms_spec.loader import load_study
from generator.proof.prover import prove
from tests.forms_spec.dictionaries import dictionary

EXAMPLES = [pytest.param(entry, id=entry.code) for entry in proof.ENTRIES]


@pytest.mark.parametrize("entry", EXAMPLES)
def test_an_example_produces_its_finding_at_a_place(entry: CatalogueEntry) -> None:
    loaded = load_study(dictionary(entry.example))
    assert loaded.study is not None, loaded.findings
    found = [item for item in prove(loaded.study).findings if item.code == entry.code]
    assert found
    assert all(item.text is not None for item in found)
