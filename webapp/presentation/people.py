"""Who did something: the name, the role and the sites that the person had at that time,
and from where it was done.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.presentation.template_filters import person
from webapp.storage import LoggedEvent, StoredForm


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A person as a page tells of them. What was not recorded is blank.

    ``gap`` is a sentence about what was not recorded, and why.
    """

    username: str
    name: str
    role: str = ""
    sites: tuple[str, ...] = ()
    origin: str = ""
    gap: str = ""

    @property
    def words(self) -> str:
        """Nina Nurse (nurse), coordinator, site 01."""
        who = self.username
        if self.name and self.name != who:
            who = f"{self.name} ({who})"

        sites = ", ".join(self.sites)
        if sites:
            sites = f"sites {sites}" if len(self.sites) > 1 else f"site {sites}"

        return ", ".join(filter(None, [who, self.role, sites]))


OLDER_THAN_LOG = (
    "Role and origin were not recorded: this version is older than the log of events."
)
FROM_ELSEWHERE = "The role was not recorded here: this version came with an import."


def actor_of(event: LoggedEvent) -> Actor:
    """Who did what an event tells of."""
    # The person saved it elsewhere: their role of that moment is known only there.
    if "import" in event.details and event.username:
        return Actor(
            username=event.username,
            name=event.name,
            origin=event.origin,
            gap=FROM_ELSEWHERE,
        )

    return Actor(
        username=event.username,
        name=event.name,
        role=event.role,
        sites=event.sites,
        origin=event.origin,
    )


def saver_of(form: StoredForm, event: LoggedEvent | None) -> Actor:
    """Who saved a version, of which the log may have no event."""
    if event is not None:
        return actor_of(event)
    return Actor(username=form.saved_by, name=person(form.saved_by), gap=OLDER_THAN_LOG)
