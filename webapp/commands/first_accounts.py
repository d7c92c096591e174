"""The first accounts of a database: one for each role of its study."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from itertools import chain, count

from forms_spec.model.roles import RESERVED_ROLES
from forms_spec.model.study import Study
from webapp.demo.demo_study import ACCOUNTS
from webapp.storage import PROGRAMS, Database, add_user, list_users
from webapp.storage.accounts import USERNAME

SignIns = tuple[tuple[str, str, str], ...]
"""Username, password, and what the person does."""
USUAL_NAMES: Mapping[str, tuple[str, str]] = {
    role: (username, name) for username, name, role, _ in ACCOUNTS
}
"""By role, the usual username and name of its first account."""


def first_accounts(database: Database, study: Study) -> SignIns:
    """One account per role of the study for a database that has none, each with a
    password of its own.
    """
    # The account of imports belongs to nobody: with it alone nobody could sign in.
    if any(user.username not in PROGRAMS for user in list_users(database)):
        return ()

    tasks = _tasks(study)
    usernames = _usernames(tasks)
    built = []
    for role, task in tasks.items():
        username = usernames[role]
        _, name = USUAL_NAMES.get(role, ("", role.capitalize()))
        password = secrets.token_urlsafe(9)
        add_user(database, username=username, name=name, role=role, password=password)
        built.append((username, password, task))

    return tuple(built)


def _usernames(roles: Iterable[str]) -> Mapping[str, str]:
    """By role, the username of its first account: like the role, but never that of a
    program, nor that of another role.
    """
    own = {role: role.replace(" ", ".") for role in roles}
    usernames: dict[str, str] = {}
    for role, like_role in own.items():
        usual, _ = USUAL_NAMES.get(role, (like_role, ""))
        # A study may have a role "manager" beside its "data manager".
        is_another_role = usual != like_role and usual in own.values()
        wanted = like_role if is_another_role else usual

        numbered = (f"{wanted}-{number}" for number in count(1))
        refused = {*PROGRAMS, *usernames.values()}
        usernames[role] = next(
            name
            for name in chain([wanted], numbered)
            if name not in refused and USERNAME.fullmatch(name)
        )

    return usernames


def _tasks(study: Study) -> Mapping[str, str]:
    """What the people of each role do, in the order of the dictionary."""
    own = {name: role.task or f"works as {name}" for name, role in study.roles.items()}
    return {**own, **RESERVED_ROLES}
