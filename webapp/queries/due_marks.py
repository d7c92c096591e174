"""Subjects that were looked at and for whose queries nothing followed: their marks are
taken away together, so that a view costs no write.

A server that stops before leaves them due. They are looked at once more then, with the
same result.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import Final

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from webapp.storage import Database, forget_due

TOGETHER: Final = 20
DUE_MARKS: Final = "crfsmith due marks"


class DueMarks:
    """Those of one server. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._looked_at: dict[str, int] = {}

    def put_aside(self, database: Database, subjid: str, saves: int) -> None:
        """Notes a subject that was looked at when its forms had been saved so often."""
        with self._lock:
            self._looked_at[subjid] = saves
            enough = len(self._looked_at) >= TOGETHER
        if enough:
            self.take_away(database)

    def take_away(self, database: Database) -> None:
        """Takes away all marks that were put aside. What cannot be written stays due."""
        with self._lock:
            looked_at, self._looked_at = self._looked_at, {}
        with suppress(SQLAlchemyError):
            forget_due(database, looked_at)


def due_marks() -> DueMarks:
    """Those of the current application."""
    marks: DueMarks = current_app.extensions.setdefault(DUE_MARKS, DueMarks())
    return marks
