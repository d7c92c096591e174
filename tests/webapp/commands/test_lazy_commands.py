"""The command line starts fast: a subcommand is imported when it is called."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from webapp.commands import COMMANDS, main

HEAVY = (
    "flask",
    "sqlalchemy",
    "frictionless",
    "duckdb",
    "wtforms",
    "rich",
    "marshmallow",
)


def test_the_help_imports_no_subcommand() -> None:
    script = (
        "import sys; from webapp.commands import main; main(['--help'], "
        "standalone_mode=False);"
        f"print('IMPORTED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines()[-1] == "IMPORTED []"


def test_checking_a_dictionary_imports_no_web_and_no_database() -> None:
    script = (
        "import sys; import webapp.commands.check;"
        f"print([name for name in {HEAVY[:5]!r} if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout == "[]\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_list_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_a_command_that_does_not_exist_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(main, ["chek"])
    assert result.exit_code == 2
    assert 'Did you mean "check"?' in result.output
