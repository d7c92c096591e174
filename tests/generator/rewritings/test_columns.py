"""A column's failing cells: which rewriting explains them, and which can be restored."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from generator.rewritings import ColumnHabits, Expected


def column(
    kind: str, right: Collection[str], cells: Mapping[str, int], **more: object
) -> ColumnHabits:
    expected = Expected(accepts=lambda text: text in right, kind=kind, **more)  # type: ignore[arg-type]
    habits = ColumnHabits(expected=expected)
    for text, count in cells.items():
        habits.add(text, count)
    return habits


def said(habits: ColumnHabits) -> list[tuple[str, int, bool]]:
    return [(one.rewriting.name, one.cells, one.sure) for one in habits.habits()]


def test_sites_without_their_zeros_are_restored_by_the_list_of_sites() -> None:
    sites = column("text", ("01", "02"), {"1": 4, "2": 3}, texts=("01", "02"))
    assert said(sites) == [("zeros-gone", 7, True)]
    assert (sites.restored("1"), sites.restored("2")) == ("01", "02")


def test_one_site_that_kept_its_zero_is_no_program() -> None:
    """Somebody typed 1 for 01."""
    sites = column("text", ("01", "02"), {"1": 1, "01": 4, "02": 3}, texts=("01", "02"))
    assert said(sites) == []
    assert sites.unexplained == 1
    assert sites.restored("1") is None


def test_two_sites_that_are_one_number_are_not_restored() -> None:
    sites = column("text", ("01", "001"), {"1.0": 3}, texts=("01", "001"))
    assert said(sites)[0][2] is False
    assert sites.restored("1.0") is None


def test_codes_that_became_false() -> None:
    side = column("choice", ("", "T", "F"), {"FALSE": 5, "": 1}, texts=("T", "F"))
    assert said(side) == [("truth-value", 5, True)]
    assert side.restored("FALSE") == "F"


def test_two_codes_that_may_both_be_false() -> None:
    answer = column("choice", ("N", "F"), {"False": 2}, texts=("N", "F"))
    assert said(answer) == [("truth-value", 2, False)]
    assert answer.restored("False") is None


def test_blanks_that_became_na_beside_true_answers() -> None:
    grade = column("choice", ("", "0", "1"), {"NA": 3, "0": 5}, texts=("0", "1"))
    assert said(grade) == [("blank-became-na", 3, True)]
    assert grade.restored("NA") == ""


def test_na_beside_a_blank_was_typed() -> None:
    grade = column("choice", ("", "0", "1"), {"NA": 3, "": 1}, texts=("0", "1"))
    assert said(grade) == []


def test_na_that_is_a_missing_code_is_right() -> None:
    crp = column("decimal", ("", "NA", "1.5"), {"NA": 3, "1.5": 1}, missing=("NA",))
    assert said(crp) == []
    assert not crp.may_be_blank("NA")


def test_na_that_a_text_column_takes_for_an_answer() -> None:
    assert column("text", ("tired", "NA"), {"NA": 1, "tired": 1}).may_be_blank("NA")
    assert not column("text", ("tired", "NA", ""), {"NA": 1, "": 1}).may_be_blank("NA")


@pytest.mark.parametrize(
    ("kind", "text", "original"),
    [
        ("time", "09:30:00", "09:30"),
        ("time", "9:30 PM", "21:30"),
        ("date", "2024/04/15", "2024-04-15"),
        ("date", "15-Apr-2024", "2024-04-15"),
        ("date", "2024-04-15 00:00:00", "2024-04-15"),
        ("partial_date", "2024/04/02", "2024-04-02"),
        ("datetime", "2024-04-15 09:30:00", "2024-04-15T09:30"),
        ("datetime", "2024-04-15T09:30:00Z", "2024-04-15T09:30"),
        ("integer", "5.0", "5"),
        ("integer", "1e+05", "100000"),
        ("decimal", "1e-05", "0.00001"),
        ("decimal", "37.100000000000001", "37.1"),
        ("boolean", "TRUE", "true"),
    ],
)
def test_a_cell_is_restored_by_the_grammar_of_its_column(
    kind: str, text: str, original: str
) -> None:
    assert column(kind, (original,), {text: 2}).restored(text) == original


@pytest.mark.parametrize(
    ("kind", "text", "right"),
    [
        ("partial_date", "2024/04/01", ("2024-04-01", "2024-04", "2024")),
        ("time", "09:30:15", ("09:30",)),
        ("date", "03/04/2024", ("2024-04-03", "2024-03-04")),
        ("datetime", "2024-04-15", ("2024-04-15T00:00",)),
        ("integer", "5.5", ("5", "6")),
    ],
)
def test_a_cell_that_says_less_than_it_did_is_not_restored(
    kind: str, text: str, right: tuple[str, ...]
) -> None:
    assert column(kind, right, {text: 2}).restored(text) is None


def test_a_day_above_twelve_says_which_number_is_the_day() -> None:
    dates = column(
        "date",
        ("2024-04-03", "2024-03-04", "2024-04-15"),
        {"03/04/2024": 1, "15/04/2024": 1},
    )
    assert said(dates) == [("date-day-first", 2, True)]
    assert dates.restored("03/04/2024") == "2024-04-03"


def test_a_typo_among_rewritten_cells_is_counted_apart() -> None:
    sites = column("text", ("01", "02"), {"1": 4, "X": 1}, texts=("01", "02"))
    assert said(sites) == [("zeros-gone", 4, True)]
    assert (sites.failing, sites.unexplained) == (5, 1)
