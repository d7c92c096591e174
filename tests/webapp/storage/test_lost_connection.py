"""A connection that is lost while a save is committed: the save stands once, whether
the database had it already or not.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, event, make_url, text

from tests.webapp.storage.storing import VS, keep, record
from webapp.storage import (
    Database,
    EventKind,
    Saved,
    find_events,
    history,
    open_database,
)


@pytest.mark.parametrize("had_it", [True, False])
def test_a_save_whose_commit_was_not_answered_stands_once(
    postgresql_database: Database, had_it: bool
) -> None:
    engine, lost = postgresql_database.engine, []

    def at_commit(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if lost:
            return
        lost.append(driver.info.backend_pid)
        if had_it:
            driver.commit()
            driver.close()
            return
        with engine.connect() as other:
            end = text("SELECT pg_terminate_backend(:process, 10000)")
            other.execute(end, {"process": driver.info.backend_pid})

    event.listen(engine, "commit", at_commit)
    saved = keep(postgresql_database, 0, record(sysbp="120"))

    assert isinstance(saved, Saved)
    assert len(lost) == 1
    assert [item.form.version for item in history(postgresql_database, VS)] == [1]
    logged = find_events(postgresql_database, kinds=[EventKind.FORM_SAVED])
    assert len(logged) == 1


def test_an_address_of_two_servers_finds_the_one_that_writes(
    postgresql_server: str,
) -> None:
    """As ``docs/deployment.md`` names a server and its replica."""
    found = make_url(postgresql_server)
    folder = found.query["host"]
    both = {"host": f"{folder}/gone,{folder}", "target_session_attrs": "read-write"}
    address = found.set(drivername="postgresql", query=both)

    database = open_database(address.render_as_string(), as_it_is=True)
    with database.read() as connection:
        assert connection.scalar(text("SELECT pg_is_in_recovery()")) is False
    database.close()
