"""``crfsmith users``: the accounts of a study, for whoever runs its server.

Here the first administrator is made, and whoever locked everybody out gets in again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from forms_spec.model.roles import RESERVED_ROLES, USUAL_ROLES
from webapp.commands.database_option import database_option
from webapp.installation.command_error import CommandError
from webapp.installation.study_database import opened, study_in_use
from webapp.security.passwords import new_password, password_fault
from webapp.storage import (
    ALL_SITES,
    AccountRefused,
    Database,
    NewAccount,
    Sites,
    User,
    add_account,
    change_email,
    change_role,
    change_sites,
    close_account,
    get_user,
    list_users,
    locked_accounts,
    reopen_account,
    reset_password,
    unlock_account,
)
from webapp.storage.second_factors import remove_second_factor, require_code

SITE_HELP = "A site whose subjects the person sees. Repeat for more; default: all."
EMAIL_HELP = "Where the person gets alerts by mail."
ASK_HELP = "Type the password instead of having one made up."


@dataclass(frozen=True, slots=True)
class _Where:
    """The database that the whole command is about."""

    url: str


@click.group(short_help="List, add and change the accounts of a study.")
@database_option
@click.pass_context
def command(context: click.Context, url: str) -> None:
    """Show and change who may sign in. Every change is an event in the study's log."""
    context.obj = _Where(url)


@command.command("list", short_help="List all accounts.")
@click.pass_obj
def show(where: _Where) -> None:
    """List every account: username, role, sites, state, name and e-mail address."""
    with opened(where.url, must_exist=True) as database:
        users, locked = list_users(database), locked_accounts(database)
    lines = [_line(user, is_locked=user.username in locked) for user in users]
    for line in _aligned(lines):
        click.echo(line)


@command.command(short_help="Add an account.")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as history shows it.")
@click.option("--role", required=True, help="A role of the study, admin or designer.")
@click.option("--site", "sites", multiple=True, help=SITE_HELP)
@click.option("--email", default="", metavar="ADDRESS", help=EMAIL_HELP)
@click.option("--ask-password", is_flag=True, help=ASK_HELP)
@click.pass_obj
def add(
    where: _Where,
    *,
    username: str,
    name: str,
    role: str,
    sites: Sequence[str],
    email: str,
    ask_password: bool,
) -> None:
    """Add an account. Its password is shown once, and changed at the first sign-in."""
    password = _password(username, name, ask=ask_password)
    with opened(where.url) as database:
        new = NewAccount(
            username=username,
            name=name,
            role=_known_role(database, role),
            sites=_known_sites(database, sites),
            password=password,
            email=email,
        )
        _change(lambda: add_account(database, new))
    _tell(username, "added", "" if ask_password else password)


@command.command(short_help="Close an account.")
@click.argument("username")
@click.pass_obj
def close(where: _Where, username: str) -> None:
    """Close an account and end its sessions. History keeps the name."""
    with opened(where.url, must_exist=True) as database:
        _change(lambda: close_account(database, username))
    _tell(username, "closed")


@command.command(short_help="Open a closed account again.")
@click.argument("username")
@click.pass_obj
def reopen(where: _Where, username: str) -> None:
    """Open a closed account again, with its password as it was."""
    with opened(where.url, must_exist=True) as database:
        _change(lambda: reopen_account(database, username))
    _tell(username, "open again")


@command.command(short_help="Unlock an account after failed sign-ins.")
@click.argument("username")
@click.pass_obj
def unlock(where: _Where, username: str) -> None:
    """Unlock an account at once. Without this its lock ends after 15 minutes."""
    with opened(where.url, must_exist=True) as database:
        _need_account(database, username)
        unlock_account(database, username)
    _tell(username, "unlocked")


@command.command("role", short_help="Give an account another role.")
@click.argument("username")
@click.argument("role")
@click.pass_obj
def give_role(where: _Where, username: str, role: str) -> None:
    """Give an account another role, from its next request on."""
    with opened(where.url, must_exist=True) as database:
        known = _known_role(database, role)
        _change(lambda: change_role(database, username, known))
    _tell(username, f"now {role}")


@command.command("sites", short_help="Say which sites an account sees.")
@click.argument("username")
@click.option("--site", "sites", multiple=True, help=SITE_HELP)
@click.pass_obj
def give_sites(where: _Where, username: str, sites: Sequence[str]) -> None:
    """Say which sites' subjects an account sees; without --site, those of all sites."""
    with opened(where.url, must_exist=True) as database:
        chosen = _known_sites(database, sites)
        _change(lambda: change_sites(database, username, chosen))
    _tell(username, f"now for {_words(chosen)}")


@command.command("email", short_help="Say where an account gets alerts by mail.")
@click.argument("username")
@click.argument("address", default="")
@click.pass_obj
def give_email(where: _Where, username: str, address: str) -> None:
    """Say where an account gets alerts by mail; without ADDRESS, it gets none."""
    with opened(where.url, must_exist=True) as database:
        _change(lambda: change_email(database, username, address))
    _tell(username, f"told at {address}" if address else "without an e-mail address")


@command.command("reset-password", short_help="Give an account a new password.")
@click.argument("username")
@click.option("--ask-password", is_flag=True, help=ASK_HELP)
@click.pass_obj
def give_password(where: _Where, username: str, *, ask_password: bool) -> None:
    """Give an account a new password, which ends its sessions. The password is shown
    once, and changed at the next sign-in.
    """
    with opened(where.url, must_exist=True) as database:
        user = _need_account(database, username)
        password = _password(username, user.name, ask=ask_password)
        _change(lambda: reset_password(database, username, password))
    _tell(username, "given a new password", "" if ask_password else password)


@command.command("code", short_help="Say whether an account needs a one-time code.")
@click.argument("username")
@click.argument("needed", type=click.Choice(["required", "optional"]))
@click.pass_obj
def need_code(where: _Where, username: str, needed: str) -> None:
    """Say whether an account needs a one-time code to sign in. A person without an
    authenticator sets it up at the next sign-in.
    """
    with opened(where.url, must_exist=True) as database:
        _change(lambda: require_code(database, username, needed == "required"))
    _tell(username, f"one whose code is {needed}")


@command.command(
    "remove-code", short_help="Take away the authenticator of who lost it."
)
@click.argument("username")
@click.pass_obj
def remove_code(where: _Where, username: str) -> None:
    """Take away an account's authenticator and recovery codes, as when a phone is lost,
    and end its sessions. The password stays.
    """
    with opened(where.url, must_exist=True) as database:
        _change(lambda: remove_second_factor(database, username))
    _tell(username, "without an authenticator")


def _change(change: Callable[[], None]) -> None:
    try:
        change()
    except AccountRefused as error:
        raise CommandError(str(error)) from error


def _need_account(database: Database, username: str) -> User:
    user = get_user(database, username)
    if user is None:
        raise CommandError(f"There is no account {username}. Check the username.")
    return user


def _password(username: str, name: str, *, ask: bool) -> str:
    """A password that was made up, or typed twice and good enough."""
    if not ask:
        return new_password()

    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    fault = password_fault(password, username=username, name=name)
    if fault:
        raise CommandError(fault)
    return password


def _known_role(database: Database, role: str) -> str:
    """The role, if the study has it; before there is a study, one of the usual roles."""
    study = study_in_use(database)
    known = [*(study.roles if study else USUAL_ROLES), *RESERVED_ROLES]
    # Somebody of an unknown role could sign in, and do nothing.
    if role not in known:
        raise CommandError(
            f"The study has no role {role}. Its roles: {', '.join(known)}."
        )
    return role


def _known_sites(database: Database, sites: Sequence[str]) -> Sites:
    """The sites as the study has them; all where none is named."""
    if not sites:
        return ALL_SITES

    # A misspelt site would hide every subject from the person.
    study = study_in_use(database)
    if study is None:
        raise CommandError(
            "There is no study in this database yet, so its sites are not known. Leave "
            "--site out, or serve the study first."
        )
    unknown = [site for site in sites if site not in study.sites]
    if unknown:
        known = ", ".join(study.sites) or "none"
        raise CommandError(f"The study has no site {unknown[0]}. Its sites: {known}.")
    return frozenset(sites)


def _words(sites: Sites) -> str:
    return "all sites" if sites is ALL_SITES else ", ".join(sorted(sites))


def _line(user: User, *, is_locked: bool) -> tuple[str, ...]:
    state = "open" if user.is_open else "closed"
    if user.is_open and user.must_change_password:
        state = "open, has to change the password"
    elif user.is_open and user.code_required:
        state = "open, needs a code"
    if is_locked:
        state = "locked"
    name = f"{user.name} <{user.email}>" if user.email else user.name
    return user.username, user.role, _words(user.sites), state, name


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = []
    for line in lines:
        cells = map(str.ljust, line, widths)
        aligned.append("  ".join(cells))

    return aligned


def _tell(username: str, state: str, password: str = "") -> None:
    click.echo(f"The account {username} is {state}.")
    if password:
        click.echo(f"Its password is shown only now: {password}")
