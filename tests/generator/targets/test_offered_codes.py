"""Conditions of codes in what is made of a study: said where a target can say them, and
listed where it cannot.
"""

from __future__ import annotations

from forms_spec.loading.study_builder import dictionary_hash
from generator.redcap.write_dictionary import write_redcap
from generator.tables.losses import losses
from generator.tables.schema import table_schema
from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook
from tests.forms_spec.evaluation.test_offered_codes import FILES
from tests.generator.targets.test_codebook_csv import rows
from tests.studies import study_of

CONDITION = "region = 'LIMB'"


def test_the_codebook_says_when_a_code_is_offered() -> None:
    joint = rows(study_of(FILES))["joint"]
    assert f"KNEE, Knee joint (if {CONDITION})" in joint["codes"]


def test_schemas_carry_the_conditions_and_list_them_as_lost() -> None:
    study = study_of(FILES)
    fields = table_schema(study, study.tables["pain"])["fields"]
    [joint] = [field for field in fields if field["name"] == "joint"]
    assert joint["crfsmith:offered_when"]["KNEE"] == CONDITION
    lost = {loss.field: loss.why for loss in losses(study) if loss.facet == "codes"}
    assert lost.keys() == {"pain.joint", "pain.signs", "doses.route"}


def test_redcap_lists_each_condition() -> None:
    lost = [
        (loss.field, loss.original)
        for loss in write_redcap(FILES, {}).losses
        if loss.kind == "when"
    ]
    assert ("joint", f"KNEE: {CONDITION}") in lost
    assert len(lost) == 5


def test_a_workbook_brings_them_back() -> None:
    read = read_workbook("study.xlsx", write_workbook(FILES))
    assert dictionary_hash(read.files) == dictionary_hash(FILES)
