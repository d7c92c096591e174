"""A database with one subject, one coordinator and a small dictionary."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from storing import furnish, ticking

from webapp.storage import Database, open_database


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a furnished database, made once: each test works on its own copy."""
    file = tmp_path_factory.mktemp("furnished") / "study.sqlite"
    furnish(open_database(f"sqlite:///{file}", clock=ticking())).close()
    return file


@pytest.fixture
def database(tmp_path: Path, furnished: Path) -> Iterator[Database]:
    shutil.copy(furnished, tmp_path)
    opened = open_database(f"sqlite:///{tmp_path}/study.sqlite", clock=ticking())
    yield opened
    opened.close()
