"""Every command has its heading, and every heading its command."""

from __future__ import annotations

import re
from pathlib import Path

import click

from webapp.commands import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_every_command_has_its_heading() -> None:
    headings = re.findall(r"^## (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(COMMANDS)


def test_every_option_that_the_page_names_exists() -> None:
    from webapp.commands import main

    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, text = section.partition("\n")
        command = main.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        below = command.commands.values() if isinstance(command, click.Group) else ()
        known = {
            option
            for part in (command, *below)
            for parameter in part.params
            for option in parameter.opts
        }
        assert set(re.findall(r"(?<=`)--[a-z-]+", text)) <= known, name
