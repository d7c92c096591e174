"""A server looks at its database's guards before it lets anybody write."""

from __future__ import annotations

from webapp.installation.command_error import CommandError
from webapp.storage import Database, EventKind, NewEvent, write_event
from webapp.storage.guards import broken_guards


def need_guards(database: Database, *, accept: bool, how: str) -> None:
    """Refuses to go on where a guard of history is missing or altered, unless that is
    accepted; ``how`` says how to. The log tells that it was.
    """
    with database.read() as connection:
        broken = list(broken_guards(connection))
    if not broken:
        return

    # Accepting is itself history: a later reader sees from when on guards were off.
    if accept:
        codes = sorted({f"{item.code} {item.message}" for item in broken})
        accepted = NewEvent(kind=EventKind.GUARDS_ACCEPTED, details={"broken": codes})
        write_event(database, accepted)
        return

    messages = " ".join(item.message for item in broken[:SHOWN])
    more = f" There are {len(broken) - SHOWN} more." if broken[SHOWN:] else ""
    raise CommandError(
        f"{messages}{more} Find out who could write to the database, and restore a "
        f"backup that `crfsmith audit verify` finds sound. To serve it all the same, "
        f"add {how}."
    )


SHOWN = 3
