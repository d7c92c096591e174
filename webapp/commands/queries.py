"""``crfsmith queries``: open queries from a list of findings."""

from __future__ import annotations

from pathlib import Path

import click

from webapp.commands.database_option import database_option
from webapp.installation.command_error import CommandError, cannot_read
from webapp.installation.study_database import need_study, opened
from webapp.queries.from_findings import (
    BulkPlan,
    NoFindings,
    open_from_findings,
    plan_queries,
    read_findings,
    skipped_by_reason,
    source_words,
)
from webapp.security.query_access import assignable_roles
from webapp.storage import Database, Role, StepRefused, User, get_user

COORDINATOR = Role.COORDINATOR.value
SOMETHING_SKIPPED = 1


@click.group(short_help="Open queries from a list of findings.")
def command() -> None:
    """Open queries from a list of findings."""


@command.command("open")
@click.argument("findings", type=click.Path(path_type=Path))
@database_option
@click.option(
    "--as",
    "username",
    required=True,
    metavar="USER",
    help="The monitor or data manager who opens the queries.",
)
@click.option(
    "--for",
    "role",
    metavar="ROLE",
    default=COORDINATOR,
    show_default=True,
    help="Who answers them.",
)
@click.option(
    "--dry-run", is_flag=True, help="List what would be opened. Open nothing."
)
def open_command(
    findings: Path, url: str, username: str, role: str, dry_run: bool
) -> None:
    """Open a query for every finding in FINDINGS, a report of `crfsmith validate` as
    JSON or CSV.

    All of them are opened, or none. A finding is skipped where a query on it is open,
    and where its subject, its form or its place is unknown. Exit status: 0 if every
    finding has a query, 1 if some were skipped, 2 if nothing could be opened.
    """
    try:
        content = findings.read_bytes()
        lines = read_findings(findings.name, content)
    except OSError as error:
        raise cannot_read(findings, error) from error
    except NoFindings as error:
        raise CommandError(str(error)) from error

    with opened(url, must_exist=True) as database:
        study = need_study(database, url)
        known = assignable_roles(study)
        # Nobody would ever answer.
        if role not in known:
            raise CommandError(
                f"The role {role} enters no data. Choose one of: {', '.join(known)}."
            )
        try:
            plan = plan_queries(
                database,
                study,
                lines,
                user=_person(database, username),
                role=role,
                source=source_words(findings.name, content),
            )
        except StepRefused as error:
            raise CommandError(str(error)) from error

        numbers = () if dry_run else open_from_findings(database, plan)

    _show(plan, numbers, dry_run=dry_run)


def _person(database: Database, username: str) -> User:
    user = get_user(database, username)
    if user is None:
        raise CommandError(f"There is no account {username}.")
    return user


def _show(plan: BulkPlan, numbers: tuple[int, ...], *, dry_run: bool) -> None:
    for item in plan.skipped:
        line = item.line
        parts = (line.subject, line.visit, line.table, line.field)
        where = " ".join(filter(None, parts))
        click.echo(f"skipped finding {line.number} ({where}): {item.why}")

    count = len(plan.new)
    many = f"{count:,} quer{'y' if count == 1 else 'ies'}"
    if dry_run:
        click.echo(f"{many} would be opened. Nothing was changed.")
    elif numbers:
        click.echo(f"{many} opened: {numbers[0]} to {numbers[-1]}.")
    else:
        click.echo("No query was opened.")

    if plan.skipped:
        groups = skipped_by_reason(plan)
        counted = ", ".join(f"{len(some):,} {why}" for why, some in groups.items())
        click.echo(f"{len(plan.skipped):,} skipped: {counted}.")
        click.get_current_context().exit(SOMETHING_SKIPPED)
