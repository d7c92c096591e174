"""Whom a query can be given to: a role at the site of its subject, or one person there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from webapp.storage import ALL_SITES, Database, StoredSubject, User, list_users

PERSON: Final = "person:"
"""What the value of a person begins with; that of a role is its name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignee:
    """Somebody who can be chosen: ``value`` is what the page posts."""

    value: str
    words: str
    role: str
    username: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignees:
    """Roles at the site of a subject, and the people who have them there."""

    roles: tuple[Assignee, ...]
    people: tuple[Assignee, ...]

    def chosen(self, value: str) -> Assignee | None:
        """The one that was chosen; None for none of them."""
        for item in (*self.roles, *self.people):
            if item.value == value:
                return item
        return None


def assignees_of(
    database: Database, subject: StoredSubject, names: Sequence[str]
) -> Assignees:
    """Whom a query about a subject can be given to; ``names`` are the roles that answer
    queries.
    """
    at_site = f" at site {subject.site}" if subject.site else ""
    roles = [
        Assignee(value=role, words=f"any {role}{at_site}", role=role) for role in names
    ]

    users = [user for user in list_users(database) if user.role in names]
    people = _people(users, subject)
    return Assignees(roles=tuple(roles), people=tuple(people))


def _people(users: Iterable[User], subject: StoredSubject) -> Iterable[Assignee]:
    """Those who can sign in, answer, and see the subject."""
    for user in users:
        sees_subject = user.sites is ALL_SITES or subject.site in user.sites
        if user.is_open and sees_subject:
            yield Assignee(
                value=f"{PERSON}{user.username}",
                words=f"{user.name} ({user.username}), {user.role}",
                role=user.role,
                username=user.username,
            )
