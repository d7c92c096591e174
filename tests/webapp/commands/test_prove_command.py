"""``crfsmith prove``: what is found and how much was asked, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from forms_spec.loader import load_study
from generator.dictionary.folder import read_dictionary
from generator.package.example_subjects import read_subjects
from tests.forms_spec.dictionaries import dictionary
from webapp.commands import main

NUMBERS = """form: x
title: X
fields:
  a: {label: A, type: integer}
  b: {label: B, type: integer}
  c: {label: C, type: integer}
"""
FAULT = "  z: {label: Z, show_when: a > b and b > c and c > a}\n"


def proved(folder: Path, *texts: str, options: tuple[str, ...] = ()) -> Result:
    for name, text in dictionary(*texts).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["prove", str(folder), *options])


def test_a_fault_is_shown_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    result = proved(tmp_path, NUMBERS + FAULT)
    assert result.exit_code == 0
    place, line, carets, remedy, *_, summary = result.output.splitlines()
    assert place == (
        "1.yaml:7:28: warning z is never shown: no record makes “a > b and b > c and "
        "c > a” true. [field-cannot-show]"
    )
    assert line.strip() == FAULT.strip()
    assert carets.strip() == "^" * len("a > b and b > c and c > a")
    assert remedy.strip().startswith("-> Correct the condition")
    assert summary.startswith("T1: ")
    assert summary.endswith("questions. 1 finding")


def test_strict_fails_on_a_finding_and_on_what_is_undecided(tmp_path: Path) -> None:
    assert proved(tmp_path, NUMBERS, options=("--strict",)).exit_code == 0
    assert proved(tmp_path, NUMBERS + FAULT, options=("--strict",)).exit_code == 1

    hurried = proved(tmp_path, NUMBERS, options=("--strict", "--seconds", "0"))
    assert hurried.exit_code == 1
    assert "not decided" in hurried.output


def test_programs_get_the_same_as_json(tmp_path: Path) -> None:
    result = proved(tmp_path, NUMBERS + FAULT, options=("--format", "json"))
    report = json.loads(result.output)
    assert report["study"] == "T1"
    assert report["undecided"] == []
    assert [(item["code"], item["line"]) for item in report["findings"]] == [
        ("field-cannot-show", 7)
    ]


def test_what_check_says_already_is_not_said_again(tmp_path: Path) -> None:
    result = proved(tmp_path, NUMBERS + "  z: {label: Z, show_when: a > 5 and a < 3}\n")
    assert result.output.endswith("questions. No findings\n")


def test_a_dictionary_with_errors_is_not_proved(tmp_path: Path) -> None:
    result = proved(
        tmp_path, "form: x\ntitle: X\nfields: {a: {label: A, type: intger}}\n"
    )
    assert result.exit_code == 2
    assert "Run: crfsmith check" in result.output


def test_the_record_of_a_fault_is_shown_and_written_as_a_subject(
    tmp_path: Path,
) -> None:
    study, folder = tmp_path / "study", tmp_path / "records"
    divided = NUMBERS + "  z: {label: Z, type: calculated, value: a / (b - c)}\n"
    result = proved(study, divided, options=("--records", str(folder)))
    assert "    Record: x at SCR: " in result.output

    (file,) = folder.iterdir()
    assert file.name == "01-division-by-zero.yaml"
    files, _ = read_dictionary(study)
    loaded = load_study(files).study
    assert loaded is not None
    subjects = read_subjects({"subjects/a.yaml": file.read_text("utf-8")}, loaded)
    assert subjects.findings == ()
    (form,) = subjects.forms
    assert form.record.texts.keys() == {"a", "b", "c"}
    assert form.record.texts["b"] == form.record.texts["c"]


RULES = """rules:
  C1: {message: M, severity: query, assert: x.a < x.b}
  C2: {message: M, severity: query, assert: x.c + x.a - x.a < LIMIT, on: [x.c]}
"""


def asked(folder: Path, form: str, limit: str) -> tuple[int, list[str]]:
    """How many questions were asked anew, and what was found."""
    options = ("--format", "json", "--cache", str(folder / "proof.json"))
    result = proved(
        folder / "study", form, RULES.replace("LIMIT", limit), options=options
    )
    report = json.loads(result.output)
    return report["asked"], [item["code"] for item in report["findings"]]


def test_only_what_a_change_touches_is_asked_again(tmp_path: Path) -> None:
    first, found = asked(tmp_path, NUMBERS + FAULT, "5")
    assert found == ["field-cannot-show"]

    # Nothing changed: the same finding, and no question.
    assert asked(tmp_path, NUMBERS + FAULT, "5") == (0, found)

    # One rule changed: its questions alone.
    again, found = asked(tmp_path, NUMBERS + FAULT, "6")
    assert 0 < again < first / 2
    assert found == ["field-cannot-show"]

    # What a rule reads changed: it can no longer be broken.
    limited = NUMBERS.replace(
        "c: {label: C, type: integer}", "c: {label: C, type: integer, range: [0, 3]}"
    )
    _, found = asked(tmp_path, limited, "6")
    assert found == ["rule-cannot-break"]


def test_a_damaged_file_of_answers_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text("{", encoding="utf-8")
    count, _ = asked(tmp_path, NUMBERS, "5")
    assert count > 0
    assert asked(tmp_path, NUMBERS, "5")[0] == 0
