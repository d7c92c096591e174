"""The end of a command that cannot do its work: one sentence, exit code 2."""

from __future__ import annotations

import click

UNREADABLE = 2


class CommandError(click.ClickException):
    """Nothing can be done with what was given; exit code 2."""

    exit_code = UNREADABLE
