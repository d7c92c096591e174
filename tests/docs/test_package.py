"""The package that docs/package.md shows is one, and is judged as the document says."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_spec.model.study import Study
from generator.package.writer import write_package
from generator.tables.descriptor import descriptor
from generator.validation.open_package import open_package
from tests.docs.fences import blocks, commands, matches
from tests.studies import study_of
from webapp.commands import main

DOCUMENT = Path(__file__).parents[2] / "docs" / "package.md"
FILE = re.compile(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown_files() -> dict[str, str]:
    return {found[1]: found[2] for found in FILE.finditer(DOCUMENT.read_text("utf-8"))}


@pytest.fixture
def study() -> Study:
    prefix = "dictionary/"
    return study_of(
        {
            name[len(prefix) :]: text
            for name, text in shown_files().items()
            if name.startswith(prefix)
        }
    )


@pytest.fixture
def clinic(tmp_path: Path, study: Study, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the document shows, and the descriptor that its dictionary gives."""
    root = tmp_path / "clinic"
    for name, text in shown_files().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        ending = "\r\n" if name.endswith(".csv") else "\n"
        (root / name).write_bytes(text.replace("\n", ending).encode())
    (root / "datapackage.json").write_text(
        json.dumps(descriptor(study, data_cut=date(2024, 4, 16))), "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return root


def test_the_shown_report_is_the_real_one(clinic: Path) -> None:  # noqa: ARG001
    [command] = [
        one
        for block in blocks(DOCUMENT)
        if block.language == "console"
        for one in commands(block)
    ]
    done = CliRunner().invoke(main, command.line.split()[1:])
    assert matches(command.shown, done.output), done.output
    assert done.exit_code == 1


def test_the_shown_tables_are_what_the_export_writes(
    clinic: Path, study: Study, tmp_path: Path
) -> None:
    with open_package(clinic) as package:
        write_package(study, list(package.forms()), tmp_path / "again")
    for name in shown_files():
        assert (tmp_path / "again" / name).read_bytes() == (
            clinic / name
        ).read_bytes(), name


def test_the_python_example_runs(clinic: Path) -> None:  # noqa: ARG001
    [code] = [block.text for block in blocks(DOCUMENT) if block.language == "python"]
    out = io.StringIO()
    with redirect_stdout(out):
        exec(code, {})
    assert out.getvalue().splitlines()[0] == "False {'not-an-integer': 1}"
