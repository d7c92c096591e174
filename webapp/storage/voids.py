"""What is voided: read with whatever is read of a subject, since it does not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from webapp.storage.database import Database
from webapp.storage.forms import InstanceKey
from webapp.storage.locks import FormClosed, LockAct, LockState, act_of
from webapp.storage.review_scopes import ReviewScope, scopes_of
from webapp.storage.tables import void_act


@dataclass(frozen=True, kw_only=True, slots=True)
class Voids:
    """The newest act on each scope of some subjects that was ever voided, and how many
    acts there were.
    """

    newest: Mapping[ReviewScope, LockAct] = field(default_factory=dict)
    acts: int = 0

    def of(self, scopes: Iterable[ReviewScope]) -> LockAct | None:
        """The act that voids one of some scopes; None where all count."""
        for scope in scopes:
            act = self.newest.get(scope)
            if act is not None and act.state is LockState.VOIDED:
                return act
        return None

    def of_form(self, key: InstanceKey) -> LockAct | None:
        """The act that voids a form, by itself or with what it is in."""
        return self.of(scopes_of(key)) if self.newest else None

    @property
    def standing(self) -> tuple[LockAct, ...]:
        """The acts by which something is voided now, the newest first."""
        acts = [act for act in self.newest.values() if act.state is LockState.VOIDED]
        return tuple(sorted(acts, key=lambda act: -act.number))


def voids_of(database: Database, subjid: str) -> Voids:
    """What was ever voided of a subject."""
    with database.read() as connection:
        return find_voids(connection, [subjid])


def find_voids(connection: Connection, subjids: Iterable[str]) -> Voids:
    """The same of some subjects, in a transaction under way."""
    wanted = select(void_act).where(void_act.c.subjid.in_(sorted(set(subjids))))
    return _newest(connection.execute(wanted.order_by(void_act.c.id)))


def every_void(connection: Connection) -> Voids:
    """The same of all subjects."""
    return _newest(connection.execute(select(void_act).order_by(void_act.c.id)))


def refuse_voided(connection: Connection, key: InstanceKey) -> None:
    """``FormClosed`` where a form is voided."""
    act = find_voids(connection, [key.subject]).of_form(key)
    if act is not None:
        raise FormClosed(act)


def _newest(rows: Iterable[Row[Any]]) -> Voids:
    acts = [act_of(row) for row in rows]
    return Voids(newest={act.scope: act for act in acts}, acts=len(acts))
