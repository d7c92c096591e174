"""The house keeps its shape: one import direction, and a boundary written in each room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_imports_point_one_way() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("room", ["forms_spec", "generator", "webapp", "data_dictionary", "tests"])
def test_every_room_states_its_boundary(room: str) -> None:
    assert (ROOT / room / "README.md").read_text().startswith(f"# {room}\n")
