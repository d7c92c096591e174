"""Of a file that cannot be read one thing is told: not what follows from it elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from forms_spec import load_study

ROOT = Path(__file__).parents[3] / "data_dictionary" / "cellkine"
SECOND = "---\nform: another\n"
ONE_OF_EACH = (
    *("study.yaml", "visits.yaml", "codelists.yaml", "reference_ranges.yaml"),
    *(
        "forms/vs.yaml",
        "forms/ie.yaml",
        "forms/ex.yaml",
        "rules/criteria.yaml",
        "rules/eligibility.yaml",
    ),
)


@cache
def cellkine() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text("utf-8")
        for path in ROOT.rglob("*.yaml")
    }


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_two_documents_in_a_file_are_one_finding(name: str) -> None:
    files = {**cellkine(), name: cellkine()[name] + SECOND}
    found = load_study(files).findings
    assert [(one.code, one.text and one.text.file) for one in found] == [
        ("second-document", name)
    ]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_bracket_that_is_left_open_is_one_finding(name: str) -> None:
    """In the study's file too, which still names the study."""
    files = {**cellkine(), name: cellkine()[name] + "more: [1\n"}
    found = load_study(files).findings
    assert [(one.code, one.text and one.text.file) for one in found] == [
        ("brackets-not-read", name)
    ]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_file_that_no_program_can_read_has_no_consequences(name: str) -> None:
    files = {other: text for other, text in cellkine().items() if other != name}
    assert not load_study(files, incomplete=True).findings


def test_a_study_without_a_study_file_is_still_told() -> None:
    files = {name: text for name, text in cellkine().items() if name != "study.yaml"}
    assert [one.code for one in load_study(files).findings] == ["no-study"]
