"""The end of a command that cannot do its work: one sentence, exit code 2."""

from __future__ import annotations

import re
from typing import Final

import click

UNREADABLE = 2
PASSWORD: Final = re.compile(r"(://[^\s:/@]*:)[^\s/]*@")
"""The password in the address of a database: up to the last ``@`` before the path."""


class CommandError(click.ClickException):
    """Nothing can be done with what was given; exit code 2.

    What it says ends in terminals and logs, so a password in an address is left out.
    """

    exit_code = UNREADABLE

    def __init__(self, message: str) -> None:
        super().__init__(without_passwords(message))


def cannot_read(path: object, error: OSError) -> CommandError:
    """Says that a file cannot be read, and why."""
    return CommandError(f"{path} cannot be read: {error.strerror or error}.")


def cannot_write(path: object, error: OSError) -> CommandError:
    """Says that a file or a folder cannot be written, and why."""
    return CommandError(f"{path} cannot be written: {error.strerror or error}.")


def without_passwords(text: str) -> str:
    """The text with ``***`` for each password of a database's address."""
    return PASSWORD.sub(r"\1***@", text)
