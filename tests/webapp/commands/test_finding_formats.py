"""``crfsmith check`` for tools: SARIF for code hosts and editors, lines for GitHub."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from forms_spec.findings.catalogue import CATALOGUE
from tests.forms_spec.dictionaries import dictionary
from webapp.commands import main

WRONG = (
    "form: x\ntitle: X\nfields:\n"
    "  a: {label: A, typ: integer}\n"
    "  b: {label: B, typ: integer}\n"
    "  'p: 5%, x': {label: C}\n"
)
FOLDER = "our study"
COMMAND = re.compile(r"::(error|warning) ([^:]*)::(.*)")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a dictionary in a folder, as the current folder."""
    write(tmp_path, WRONG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(repository: Path, wrong: str) -> None:
    for name, text in dictionary(wrong).items():
        file = repository / FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def check(form: str, folder: str = FOLDER) -> str:
    result = CliRunner().invoke(main, ["check", folder, "--format", form])
    assert result.exit_code == 1
    return result.output


def sarif(folder: str = FOLDER) -> dict[str, Any]:
    (run,) = json.loads(check("sarif", folder))["runs"]
    return dict(run)


def test_both_formats_have_the_findings_of_the_text_at_their_places(
    repository: Path,
) -> None:
    expected = [
        (finding["code"], f"{FOLDER}/{finding['file']}", finding["line"])
        for finding in json.loads(check("json"))["findings"]
    ]
    assert len(expected) == 3

    results = sarif()["results"]
    places = [item["locations"][0]["physicalLocation"] for item in results]
    assert [
        (
            item["ruleId"],
            unquote(place["artifactLocation"]["uri"]),
            place["region"]["startLine"],
        )
        for item, place in zip(results, places, strict=True)
    ] == expected
    assert all((repository / name).is_file() for _, name, _ in expected)

    commands = [COMMAND.fullmatch(line) for line in check("github").splitlines()]
    properties = [
        dict(part.split("=", 1) for part in match[2].split(","))
        for match in commands
        if match
    ]
    assert [
        (item["title"], item["file"], int(item["line"])) for item in properties
    ] == expected


@pytest.mark.usefixtures("repository")
def test_sarif_explains_each_code_once() -> None:
    run = sarif()
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["bad-name", "unknown-key"]
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"] == CATALOGUE[rule["id"]].remedy


def test_a_finding_keeps_its_fingerprint_when_its_line_moves(repository: Path) -> None:
    before = [item["partialFingerprints"] for item in sarif()["results"]]
    write(repository, f"# a comment\n{WRONG}")
    after = [item["partialFingerprints"] for item in sarif()["results"]]

    assert before == after
    assert len({str(item) for item in before}) == 3


@pytest.mark.usefixtures("repository")
def test_the_same_fault_twice_in_a_file_has_two_fingerprints() -> None:
    results = [item for item in sarif()["results"] if item["ruleId"] == "unknown-key"]
    assert len(results) == 2
    assert results[0]["message"] == results[1]["message"]
    assert results[0]["partialFingerprints"] != results[1]["partialFingerprints"]


def test_a_whole_path_becomes_a_file_address(repository: Path) -> None:
    results = sarif(os.fspath(repository / FOLDER))["results"]
    uri = results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (repository / FOLDER / "1.yaml").as_uri()


@pytest.mark.usefixtures("repository")
def test_a_value_cannot_break_the_lines_for_github() -> None:
    (line,) = [line for line in check("github").splitlines() if "bad-name" in line]
    match = COMMAND.fullmatch(line)
    assert match
    assert '"p: 5%25, x" is not a valid name' in match[3]
