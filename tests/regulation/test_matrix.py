"""The page of regulation is what the tests are: complete, and written anew."""

from __future__ import annotations

from tests.regulation.items import ITEMS, Standing
from tests.regulation.matrix import PAGE, page, unknown_tests


def test_there_are_thirty_items_in_order() -> None:
    assert [item.number for item in ITEMS] == list(range(1, 31))


def test_what_is_met_has_tests_that_are_there() -> None:
    assert list(unknown_tests()) == []
    bare = [item.number for item in ITEMS if not item.tests]
    assert bare == [item.number for item in ITEMS if item.standing is Standing.OPEN]


def test_what_is_not_met_says_what_is_left() -> None:
    silent = [
        item.number
        for item in ITEMS
        if item.standing is not Standing.MET and not item.lacking
    ]
    assert silent == []


def test_the_page_is_written_from_the_items() -> None:
    assert PAGE.read_text("utf-8") == page(), (
        "Write it again: python -m tests.regulation.matrix"
    )
