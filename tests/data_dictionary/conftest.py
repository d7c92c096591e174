"""The studies as they are in the repository."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from forms_spec import load_study
from forms_spec.model.study import Study

STUDIES = Path(__file__).parents[2] / "data_dictionary"
CELLKINE, GASTRA = STUDIES / "cellkine", STUDIES / "gastra"


def texts(folder: Path) -> dict[str, str]:
    """The YAML files of a folder by their path below it."""
    files = sorted(folder.glob("**/*.yaml"))
    return {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in files
    }


def dictionary() -> dict[str, str]:
    """Everything but the subjects, which are data."""
    return {
        name: text
        for name, text in texts(CELLKINE).items()
        if not name.startswith("subjects/")
    }


@cache
def subject_texts() -> Mapping[str, str]:
    """The example subjects and their template, read once for all tests of a process."""
    return texts(CELLKINE / "subjects")


@cache
def cellkine() -> Study:
    """The study, loaded once for all tests of a process."""
    loaded = load_study(dictionary())
    assert loaded.study is not None, loaded.findings
    return loaded.study


@pytest.fixture(scope="session")
def study() -> Study:
    return cellkine()
