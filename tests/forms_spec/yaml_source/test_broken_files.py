"""Of a file that cannot be read one thing is told: not what follows from it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from forms_spec import load_study
from tests.soak import in_full, some

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


def codes(files: dict[str, str]) -> list[tuple[str, str, int]]:
    return [
        (finding.code, finding.text.file, finding.text.line)
        for finding in load_study(files).findings
        if finding.text is not None
    ]


FAULTS: dict[str, Callable[[str], str]] = {
    "brackets-not-read": lambda line: line.replace(": ", ": [x, {", 1),
    "colon-missing": lambda line: line.replace(":", "", 1),
    "colon-without-space": lambda line: line.replace(": ", ":", 1),
    "tab-indent": lambda line: line.replace("  ", "\t", 1),
    "wrong-indent": lambda line: f" {line}",
    "quote-not-closed": lambda line: line.replace(": ", ": '", 1).replace("'", '"'),
    "sign-needs-quotes": lambda line: line.replace(": ", ": @", 1),
}


def lines_with_value(text: str) -> list[int]:
    """The lines of a form that are ``label: ...`` and nothing else."""
    return [
        number
        for number, line in enumerate(text.splitlines())
        if line.strip().startswith("label: ") and not set(line) & set("'\"[]{}#")
    ]


@pytest.mark.parametrize("code", FAULTS)
def test_faults_in_lines_are_the_only_findings(code: str) -> None:
    name = "forms/vs.yaml"
    numbers = some(lines_with_value(cellkine()[name]), 4)
    # At leisure each alone; else all in one reading, which takes most of the time.
    for together in [[number] for number in numbers] if in_full() else [numbers]:
        lines = cellkine()[name].splitlines(keepends=True)
        for number in together:
            lines[number] = FAULTS[code](lines[number].rstrip("\n")) + "\n"
        found = codes({**cellkine(), name: "".join(lines)})
        assert [item[:2] for item in found] == [(code, name)] * len(together)


def test_all_faults_of_a_file_are_shown_in_one_round() -> None:
    """One-line rules with the brackets of another visit, the most frequent mistake."""
    rules = "".join(
        f"  R{number}: {{message: M, severity: query, assert: vs[SCR].temp > 1}}\n"
        for number in range(45)
    )
    files = {**cellkine(), "rules/more.yaml": f"rules:\n{rules}"}
    assert codes(files) == [
        ("brackets-not-read", "rules/more.yaml", number + 2) for number in range(45)
    ]


def test_a_fault_hides_no_fault_of_another_entry() -> None:
    name = "forms/vs.yaml"
    more = "fields:\n  extra: {label: A: b}\n  other: {label: B, typ: date}\n"
    broken = cellkine()[name].replace("fields:\n", more, 1)
    findings = codes({**cellkine(), name: broken})
    assert [code for code, _, _ in findings] == ["brackets-not-read", "unknown-key"]


def test_what_a_lost_entry_defines_seems_unknown_nowhere_but_its_fault_refuses() -> (
    None
):
    name = "codelists.yaml"
    text = cellkine()[name]
    first = next(
        line for line in text.splitlines() if line.endswith(":") and "  " in line
    )
    broken = text.replace(first, f"{first} [", 1)
    result = load_study({**cellkine(), name: broken})
    assert result.study is None
    assert {finding.code for finding in result.findings} == {"brackets-not-read"}
