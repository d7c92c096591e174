"""History has one order: a clock that was set back stamps nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.webapp.storage.storing import START, keep, record
from webapp.storage import (
    ClockBehind,
    Database,
    Saved,
    accept_clock,
    add_subject,
    check_clock,
)
from webapp.storage.stamps import SLACK

NOON = START + timedelta(hours=3)


def at(database: Database, time: datetime) -> Database:
    """The database of a server whose clock says ``time``."""
    return replace(database, clock=lambda: time)


@pytest.fixture
def noon(database: Database) -> Database:
    """A form was saved at noon."""
    keep(at(database, NOON), 0, record(sysbp="120"))
    return database


@pytest.mark.parametrize("back", [SLACK + timedelta(seconds=1), timedelta(days=400)])
def test_a_clock_that_was_set_back_saves_nothing(
    noon: Database, back: timedelta
) -> None:
    earlier = at(noon, NOON - back)
    with pytest.raises(
        ClockBehind, match="the newest save was at 2024-03-04 12:00:00 UTC"
    ):
        keep(earlier, 1, record(sysbp="130"))
    with pytest.raises(ClockBehind):
        add_subject(earlier, subjid="01-009", site="01", user="nurse")
    with pytest.raises(ClockBehind):
        check_clock(earlier)


def test_a_clock_a_little_behind_stamps_the_newest_time(noon: Database) -> None:
    saved = keep(at(noon, NOON - SLACK), 1, record(sysbp="130"))
    assert isinstance(saved, Saved)
    assert saved.saved_at == NOON


def test_a_clock_that_was_ahead_is_accepted_once_and_noted(noon: Database) -> None:
    earlier = at(noon, NOON - timedelta(hours=2))
    accept_clock(earlier)
    accept_clock(earlier)
    assert isinstance(keep(earlier, 1, record(sysbp="130")), Saved)
    with noon.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM clock_step")).scalar() == 1
    with pytest.raises(ClockBehind):
        keep(at(noon, NOON - timedelta(hours=3)), 2, record(sysbp="140"))


def test_what_was_noted_of_the_clock_stays(noon: Database) -> None:
    accept_clock(at(noon, NOON - timedelta(hours=2)))
    for statement in ("UPDATE clock_step SET version_id = 0", "DELETE FROM clock_step"):
        with pytest.raises(Exception, match="append-only"), noon.write() as connection:
            connection.execute(text(statement))
