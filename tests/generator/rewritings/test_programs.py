"""Who saved a table, by what its cells became."""

from __future__ import annotations

from generator.rewritings import RowNumbers, saved_by


def test_r_is_known_by_its_zeros_and_blanks() -> None:
    (suspect,) = saved_by(
        {"zeros-gone": 20, "blank-became-na": 2, "digits-lost": 4, "truth-value": 4}
    )
    assert suspect.said == "R (read.csv, write.csv)"


def test_a_spreadsheet_is_known_by_the_formulas_that_it_worked_out() -> None:
    (suspect,) = saved_by(
        {"zeros-gone": 20, "formula-evaluated": 1, "exponent": 1, "digits-lost": 4}
    )
    assert suspect.said == "a spreadsheet"


def test_gnumeric_is_known_by_its_slashes() -> None:
    (suspect,) = saved_by(
        {
            "zeros-gone": 20,
            "date-respelled": 5,
            "seconds-added": 4,
            "day-invented": 1,
            "truth-value": 2,
        }
    )
    assert suspect.said == "Gnumeric"


def test_codes_that_are_gone_beside_zeros_that_are_there() -> None:
    (suspect,) = saved_by({"code-erased": 14}, spared=["zeros-gone"])
    assert suspect.said == "pandas with every column read as text"


def test_duckdb_is_known_by_seconds_beside_zeros_and_blanks() -> None:
    cells = {"seconds-added": 4, "truth-value": 4, "datetime-respelled": 11}
    (suspect,) = saved_by(cells, spared=["zeros-gone", "blank-became-na"])
    assert suspect.said == "DuckDB"


def test_what_no_single_program_does_has_several_causes() -> None:
    first, second = saved_by(
        {"zeros-gone": 20, "blank-became-na": 9, "formula-evaluated": 1}
    )
    assert (first.said, second.said) == ("R (read.csv, write.csv)", "a spreadsheet")


def test_what_nobody_is_known_to_do_is_said_of_nobody() -> None:
    (suspect,) = saved_by({"accents-composed": 2})
    assert suspect.said == "another program"


def test_a_column_that_counts_the_rows() -> None:
    numbers = RowNumbers(name="")
    for text in ("1", "2", "3"):
        numbers.add(text)
    assert numbers.proven


def test_a_column_that_does_not_count_the_rows() -> None:
    for cells in (("1", "3"), ("2", "3"), ()):
        numbers = RowNumbers(name="Unnamed: 0")
        for text in cells:
            numbers.add(text)
        assert not numbers.proven
    assert not RowNumbers(name="weight").proven
