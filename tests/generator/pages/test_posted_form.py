"""What a browser posts becomes a record: as typed, rows with their numbers, nothing
cleared by chance.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms_spec.entry import understand
from forms_spec.kinds import Refusal
from forms_spec.model.captured_data import CellKey, Record, Row
from generator.pages import page_and_template, read_post
from generator.pages.posted_form import Posted
from tests.studies import small_study

STUDY = small_study()
VS = STUDY.forms["vs"]
TODAY = date(2024, 4, 18)
ON = page_and_template(STUDY, VS)[0].on


def post(*pairs: tuple[str, str], stored: Record | None = None, on: str = ON) -> Posted:
    data: MultiDict[str, str] = MultiDict([("on", on), *pairs])
    return read_post(STUDY, VS, data, stored=stored or Record(), today=TODAY)


def texts(*pairs: tuple[str, str], stored: Record | None = None) -> dict[str, str]:
    return dict(post(*pairs, stored=stored).record.texts)


def test_typed_text_is_canonical_when_understood_else_as_typed() -> None:
    assert texts(("f-vsdat", "15apr2024"), ("f-sysbp", " 12O"), ("f-temp", "38,1")) == {
        "vsdat": "2024-04-15",
        "sysbp": " 12O",
        "temp": "38.1",
    }


@pytest.mark.parametrize(
    ("stored", "box", "menu", "kept"),
    [
        ("", "", "ND", "ND"),
        ("ND", "", "ND", "ND"),
        ("ND", "120", "ND", "120"),
        ("120", "120", "ND", "ND"),
        ("110", "120", "ND", "120 ND"),
        ("120", "120", "-", ""),
    ],
)
def test_the_box_and_its_menu_of_reasons(
    stored: str, box: str, menu: str, kept: str
) -> None:
    before = Record(texts={"sysbp": stored})
    assert (
        texts(("f-sysbp", box), ("m:f-sysbp", menu), stored=before).get("sysbp", "")
        == kept
    )


def test_several_ticks_are_one_answer_and_none_clears_it() -> None:
    ticked = Record(texts={"refer": "LEG;ARM"})
    assert texts(("f-refer", "LEG"), ("f-refer", "ARM"))["refer"] == "LEG;ARM"
    assert texts(stored=ticked) == {}


def test_rows_keep_their_numbers_and_blank_new_ones_are_none() -> None:
    stored = Record(rows={"reading": (Row(number=4, texts={"pulse": "70"}),)})
    found = post(
        *(
            ("rows:reading", "4"),
            ("rows:reading", "7"),
            ("rows:reading", "9"),
            ("rows:reading", "x"),
        ),
        *(
            ("r-reading-4-pulse", "71"),
            ("r-reading-7-pulse", "80"),
            ("r-reading-9-pulse", ""),
        ),
        stored=stored,
    )
    rows = [(row.number, dict(row.texts)) for row in found.record.rows["reading"]]
    assert rows == [(4, {"pulse": "71"}), (7, {"pulse": "80"})]


def test_a_row_is_removed_only_with_a_reason() -> None:
    stored = Record(rows={"reading": (Row(number=1, texts={"pulse": "70"}),)})
    row = (("rows:reading", "1"), ("r-reading-1-pulse", "70"), ("x:r-reading-1-", "on"))
    assert post(*row, stored=stored).unexplained == {("reading", 1): ""}
    assert post(*row, ("y:r-reading-1-", "Twice"), stored=stored).removed == {
        ("reading", 1): "Twice"
    }
    assert (
        "reading"
        not in post(*row, ("y:r-reading-1-", "Twice"), stored=stored).record.rows
    )


def test_a_row_keeps_its_number_however_high_it_is() -> None:
    stored = Record(rows={"reading": (Row(number=123_456, texts={"pulse": "70"}),)})
    found = post(
        ("rows:reading", "123456"), ("r-reading-123456-pulse", "71"), stored=stored
    )
    assert found.record.rows == {
        "reading": (Row(number=123_456, texts={"pulse": "71"}),)
    }


def test_rows_of_a_group_that_the_dictionary_lost_stay() -> None:
    stored = Record(rows={"lost": (Row(number=1, texts={"dose": "5"}),)})
    assert post(("f-vsperf", "Y"), stored=stored).record.rows == stored.rows


def test_text_typed_into_questions_that_the_dictionary_lost_meanwhile_is_kept() -> None:
    found = post(
        *(("f-smoker", "ten a day"), ("m:f-weight", "ND")),
        *(("rows:reading", "1"), ("r-reading-1-arm", "left")),
        *(("rows:lost", "2"), ("r-lost-2-dose", "5")),
        on=f"{ON} smoker weight reading.arm lost.dose",
    )
    assert found.record.texts == {"smoker": "ten a day", "weight": "ND"}
    assert found.record.rows == {
        "reading": (Row(number=1, texts={"arm": "left"}),),
        "lost": (Row(number=2, texts={"dose": "5"}),),
    }


def test_reasons_of_kept_warnings_are_read() -> None:
    found = post(
        ("k:f-sysbp:above-expected", " Measured twice "),
        ("k:nowhere:x", "?"),
        ("k:f-sysbp:other", " "),
    )
    assert found.record.kept == {
        (CellKey("vs", None, "sysbp"), "above-expected"): "Measured twice"
    }


@pytest.mark.parametrize(
    ("cell", "stays"),
    [
        (CellKey("vs", None, "sysbp"), False),
        (CellKey("vs", None, "systolic"), True),
        (CellKey("reading", 1, "pulse"), False),
        (CellKey("reading", 1, "rate"), True),
        (CellKey("reading", 2, "pulse"), True),
        (CellKey("lost", 1, "dose"), True),
        (CellKey("reading", 9, "pulse"), False),
    ],
)
def test_the_reason_of_a_kept_warning_goes_only_with_its_question(
    cell: CellKey, *, stays: bool
) -> None:
    """The page has sysbp and row 1; a rename left systolic, rate and the table lost;
    row 2 came meanwhile.
    """
    rows = {
        "reading": tuple(
            Row(number=number, texts={"pulse": "190"}) for number in (1, 2)
        ),
        "lost": (Row(number=1, texts={"dose": "5"}),),
    }
    kept = {(cell, "above-expected"): "Measured twice"}
    stored = Record(texts={"sysbp": "200", "systolic": "200"}, rows=rows, kept=kept)
    found = post(
        ("f-sysbp", "120"),
        ("rows:reading", "1"),
        ("r-reading-1-pulse", "70"),
        stored=stored,
    ).record
    assert found.kept == (kept if stays else {})


def test_a_reason_of_a_question_that_a_newer_dictionary_took_out_or_brought_in_stays() -> (
    None
):
    kept = {(CellKey("vs", None, "sysbp"), "above-expected"): "Measured twice"}
    stored = Record(texts={"sysbp": "200"}, kept=kept)
    older = " ".join(name for name in ON.split() if name != "sysbp")
    assert post(("f-vsperf", "Y"), stored=stored, on=older).record.kept == kept


def test_a_marked_answer_is_dropped() -> None:
    assert texts(("f-sysbp", "120"), ("drop", "f-sysbp")) == {}


@given(typed=st.text(max_size=30))
def test_nothing_typed_is_ever_changed_but_into_what_it_means(typed: str) -> None:
    field = VS.by_name["sysbp"]
    kept = texts(("f-sysbp", typed)).get("sysbp", "")
    meant = understand(typed, field, today=TODAY, date_order=STUDY.date_order)
    understood = meant in {"", "ND"} or not isinstance(
        field.kind.parse(meant, field), Refusal
    )
    assert kept == (meant if understood else typed)
