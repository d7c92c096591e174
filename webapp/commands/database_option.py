"""``--db``: the database that a command works on, said alike by all of them."""

from __future__ import annotations

import click

database_option = click.option(
    "--db",
    "url",
    required=True,
    metavar="URL",
    help="Address, such as sqlite:///study.sqlite.",
)
