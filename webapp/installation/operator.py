"""Who runs a command: somebody who is signed in at the machine, and has no account."""

from __future__ import annotations

import getpass


def who_runs() -> str:
    """The name of who is signed in at this machine."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "an unnamed user"


def command_origin() -> str:
    """Where the events of a command come from."""
    return f"command line, {who_runs()}"
