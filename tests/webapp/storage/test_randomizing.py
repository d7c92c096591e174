"""An entry of a randomization list is given to one subject, whoever asks at once and
whatever breaks off.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.webapp.storage.storing import HASH, keep, record, ticking
from webapp.storage import (
    Database,
    InstanceKey,
    SaveRequest,
    Status,
    add_subject,
    load,
    open_database,
)
from webapp.storage.randomization_lists import (
    ListNotLoaded,
    NewEntry,
    count_strata,
    load_entries,
)
from webapp.storage.randomizing import (
    RandomizationRefused,
    ReadySubject,
    allocation_of,
    randomize,
)

SUBJECTS = ("01-002", "01-003", "01-004")
ARMS = ("A", "P", "A")


def ready(
    key: InstanceKey, *, base: int = 1, first: Callable[[], None] = lambda: None
) -> Callable[[], ReadySubject]:
    """A subject of stratum F; ``first`` happens after its entry is chosen."""

    def filled(number: str, arm: str) -> SaveRequest:
        first()
        return SaveRequest(
            key=key,
            base_version=base,
            record=record(sex="F", randno=number, arm=arm),
            status=Status.DRAFT,
            user="nurse",
            save_id=f"randomized {key.subject}",
            dictionary_hash=HASH,
        )

    return lambda: ReadySubject(stratum="F", filled=filled)


def rand_of(subject: str) -> InstanceKey:
    return InstanceKey(subject, "rand", "SCR")


@pytest.fixture
def listed(database: Database) -> Database:
    """Three subjects and a list of three entries."""
    for subject in SUBJECTS:
        add_subject(database, subjid=subject, site="01", user="nurse")
        keep(database, 0, record(sex="F"), key=rand_of(subject))
    entries = [
        NewEntry(number=f"R-{number}", stratum="F", arm=arm)
        for number, arm in enumerate(ARMS, start=1)
    ]
    load_entries(database, entries)
    return database


def used(database: Database) -> int:
    return count_strata(database)["F"].used


def test_people_at_once_get_different_entries(listed: Database) -> None:
    together = Barrier(len(SUBJECTS))

    def allocate(subject: str) -> str:
        together.wait()
        key = rand_of(subject)
        randomize(listed, key, ready(key))
        given = allocation_of(listed, subject)
        assert given is not None
        return given.number

    with ThreadPoolExecutor(len(SUBJECTS)) as pool:
        assert sorted(pool.map(allocate, SUBJECTS)) == ["R-1", "R-2", "R-3"]


def test_one_subject_at_once_gets_one_entry(listed: Database) -> None:
    key, together = rand_of(SUBJECTS[0]), Barrier(2)

    def allocate(_: int) -> bool:
        together.wait()
        try:
            randomize(listed, key, ready(key))
        except RandomizationRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(allocate, range(2))) == [False, True]
    assert used(listed) == 1


def test_what_breaks_off_uses_no_entry(listed: Database) -> None:
    key = rand_of(SUBJECTS[0])
    before = load(listed, key)
    with pytest.raises(RandomizationRefused, match="in the meantime"):
        randomize(listed, key, ready(key, base=0))
    # A process that is killed when the entry is chosen, and nothing is committed yet.
    child = os.fork()
    if child == 0:
        url = listed.engine.url.render_as_string(hide_password=False)
        randomize(
            open_database(url, clock=ticking()),
            key,
            ready(key, first=lambda: os._exit(9)),
        )
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9

    assert (load(listed, key), used(listed)) == (before, 0)
    randomize(listed, key, ready(key))
    assert used(listed) == 1


def test_a_number_is_loaded_once(listed: Database) -> None:
    again = [NewEntry(number=f"R-{number}", stratum="F", arm="A") for number in (4, 3)]
    with pytest.raises(ListNotLoaded, match="loaded before: R-3"):
        load_entries(listed, again)
    assert count_strata(listed)["F"].entries == 3
