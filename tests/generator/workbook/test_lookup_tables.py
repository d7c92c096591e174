"""Tables in CSV have no sheet: a workbook carries them as they are."""

from __future__ import annotations

from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook
from tests.generator.validation.test_lookup_tables import LIMITS, RULES, TABLE
from tests.studies import FILES, STUDY

DICTIONARY = {
    **FILES,
    "study.yaml": STUDY + TABLE,
    "high.yaml": RULES,
    "tables/limits.csv": LIMITS,
}


def test_a_table_comes_back_byte_for_byte() -> None:
    read = read_workbook("study.xlsx", write_workbook(DICTIONARY))
    assert read.files == DICTIONARY
    assert read.findings == ()


def test_what_is_wrong_with_a_table_is_told_of_its_own_file() -> None:
    wrong = {**DICTIONARY, "tables/limits.csv": LIMITS + "01,high,,3\n"}
    read = read_workbook("study.xlsx", write_workbook(wrong))
    (found,) = read.findings
    assert found.code == "table-cell"
    assert str(found.text) == "tables/limits.csv:5:4"
