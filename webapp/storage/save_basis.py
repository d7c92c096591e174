"""What a save rests on: all of it is read by one statement, since every save does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, literal, select, true

from webapp.storage.events import LINE, LOG_STATE, LogState, log_state
from webapp.storage.forms import NEWEST, InstanceKey, StoredForm, stored_form
from webapp.storage.prepared import PreparedQuery
from webapp.storage.review_state import HAS_ACTS, ReviewTable
from webapp.storage.stamps import NEWEST_SAVE
from webapp.storage.tables import app_user


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveBasis:
    """The newest version of the form, if there is one, and the number of its instance;
    when the newest save of any form was; which reviewers' tables have anything about the
    subject; and the log, as whoever saves adds to it.
    """

    newest: StoredForm | None
    instance_id: int | None
    newest_save: datetime | None
    reviewed: frozenset[ReviewTable]
    log: LogState


def save_basis(connection: Connection, key: InstanceKey, username: str) -> SaveBasis:
    """What a save of a form by somebody rests on, in a transaction that writes."""
    values = {**key._asdict(), "username": username}
    row = BASIS.first(connection, values)
    assert row is not None
    return SaveBasis(
        newest=None if row.number is None else stored_form(row),
        instance_id=row.instance_id,
        newest_save=row.newest_save,
        reviewed=frozenset(table for table in ReviewTable if getattr(row, _has(table))),
        log=log_state(row),
    )


def _has(table: ReviewTable) -> str:
    return f"has_{table.value}"


_ONE_ROW: Final = select(literal(1).label("one")).subquery("one_row")
_NEWEST: Final = NEWEST.subquery("newest")
# Whoever writes holds the lock of all writers: no row needs one of its own.
BASIS: Final = PreparedQuery(
    select(
        _NEWEST,
        NEWEST_SAVE.scalar_subquery().label("newest_save"),
        *(has_acts.label(_has(table)) for table, has_acts in HAS_ACTS.items()),
        *LOG_STATE,
    ).select_from(
        _ONE_ROW.outerjoin(LINE, true())
        .outerjoin(app_user, app_user.c.username == bindparam("username"))
        .outerjoin(_NEWEST, true())
    )
)
