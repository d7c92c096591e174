"""Two editors of one form: what fits is taken, what does not is asked."""

from __future__ import annotations

from forms_spec.model.captured_data import Record, Row
from tests.studies import small_study
from webapp.forms.merge import merge

VS = small_study().forms["vs"]
BASE = Record(
    texts={"vsperf": "Y", "sysbp": "120"},
    rows={"reading": (Row(number=1, texts={"pulse": "70"}),)},
)


def changed(rows: tuple[Row, ...] = BASE.rows["reading"], **texts: str) -> Record:
    return Record(texts={**BASE.texts, **texts}, rows={"reading": rows})


def test_changes_of_different_questions_fit_together() -> None:
    merged = merge(VS, BASE, changed(sysbp="130"), changed(temp="37.0"))
    assert merged.differences == ()
    assert merged.record.texts == {"vsperf": "Y", "sysbp": "130", "temp": "37.0"}


def test_the_same_question_changed_twice_is_asked() -> None:
    merged = merge(VS, BASE, changed(sysbp="130"), changed(sysbp="140"))
    (asked,) = merged.differences
    assert (asked.mine, asked.theirs, asked.before) == ("130", "140", "120")


def test_the_same_change_by_both_is_no_question() -> None:
    assert merge(VS, BASE, changed(sysbp="130"), changed(sysbp="130")).differences == ()


def test_rows_added_by_both_are_two_rows() -> None:
    old = BASE.rows["reading"]
    mine = changed((*old, Row(number=2, texts={"pulse": "72"})))
    theirs = changed((*old, Row(number=2, texts={"pulse": "74"})))
    rows = merge(VS, BASE, mine, theirs).record.rows["reading"]
    assert [(row.number, row.texts["pulse"]) for row in rows] == [
        (1, "70"),
        (2, "74"),
        (3, "72"),
    ]


def test_a_row_removed_by_one_and_left_alone_by_the_other_is_gone() -> None:
    assert "reading" not in merge(VS, BASE, changed(()), BASE).record.rows


def test_a_row_removed_by_one_and_changed_by_the_other_is_asked() -> None:
    merged = merge(
        VS, BASE, changed(()), changed((Row(number=1, texts={"pulse": "75"}),))
    )
    assert [(one.mine, one.theirs) for one in merged.differences] == [("", "75")]


SITTING = Record(
    rows={"reading": (Row(number=1, texts={"pos": "SITTING", "pulse": "70"}),)}
)
FASTER = Record(
    rows={"reading": (Row(number=1, texts={"pos": "SITTING", "pulse": "75"}),)}
)


def test_a_row_that_i_removed_and_they_changed_is_asked_whole() -> None:
    merged = merge(VS, SITTING, Record(), FASTER)
    assert [(one.mine, one.theirs) for one in merged.differences] == [
        ("", "SITTING"),
        ("", "75"),
    ]
    assert merged.mine_only == ()


def test_a_row_that_they_removed_and_i_changed_is_asked_whole_under_a_new_number() -> (
    None
):
    merged = merge(VS, SITTING, FASTER, Record())
    asked = [
        (one.cell.row, one.mine, one.theirs, one.before) for one in merged.differences
    ]
    assert asked == [(2, "SITTING", "", "SITTING"), (2, "75", "", "70")]
    assert merged.record.rows == {
        "reading": (Row(number=2, texts={"pos": "SITTING", "pulse": "75"}),)
    }
