"""A subject's day 0, visits and last day, read from what was captured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from forms_spec import load_study
from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.schedule.timeline import sources, timeline
from forms_spec.schedule.visit_status import CapturedVisit

HEAD = """
study: SMALL
title: Small
short: Small
subject: {pattern: '\\d{3}', example: '001'}
sites: {'0': Ghent}
missing: {UNK: Unknown}
"""
VISITS = """
visits:
  SCR: {title: Screening, target: day -7, window: 3 days}
  D0: {title: Day 0, target: day 0, window: 0 days}
  UNS: {title: Unscheduled, type: unscheduled, repeats: true}
  ET: {title: Early termination, type: termination}
schedule:
  columns: SCR D0 UNS ET
  sv: X X X X
  ex: . X . .
  ie: X . . .
  eos: . X . X
"""
SV = """
form: sv
title: Visit
fields:
  visdat: {label: Date, type: date, missing: [UNK], cdash: VISDAT}
  svreas: {label: Why missed?, cdash: SVREASOC}
"""
EX = "form: ex\ntitle: Injection\nfields: {exstdat: {label: Date, type: date}}\n"
IE = "form: ie\ntitle: Eligibility\nfields: {planned: {label: Planned, type: date}}\n"
EOS = (
    "form: eos\ntitle: End\nfields: {dsstdat: {label: Date, type: date, cdash: "
    "DSSTDAT}}\n"
)
DAY_ZERO = "day_zero: [ex.exstdat, ie.planned]\n"
SAID = "visit: {date: sv.visdat, missed: sv.svreas}\nlast_day: eos.dsstdat\n"


def study(keys: str = SAID, **forms: str) -> Study:
    """The small study; without ``keys`` the CDASH names of its fields say what dates its
    visits.
    """
    texts = {
        "study.yaml": HEAD + DAY_ZERO + keys,
        "visits.yaml": VISITS,
        "sv.yaml": SV,
        "ex.yaml": EX,
        "ie.yaml": IE,
        "eos.yaml": EOS,
    }
    loaded = load_study(texts | {f"{name}.yaml": text for name, text in forms.items()})
    assert loaded.study is not None, loaded.findings
    return loaded.study


class Casebook:
    """Forms written as ``{"SCR.sv": {"visdat": "2024-04-08"}}``; ``UNS2`` is the second
    of UNS.
    """

    def __init__(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        self.forms: dict[FormKey, Record] = {}
        for name, texts in forms.items():
            visit, form = name.split(".")
            number = int(visit[3:]) if visit.startswith("UNS") else 0
            self.forms[FormKey(form, visit[:3] if number else visit, number)] = Record(
                texts=texts
            )

    def record(self, key: FormKey) -> Record | None:
        return self.forms.get(key)

    def keys(self, form: str) -> list[FormKey]:
        return [key for key in self.forms if key.form == form]


def day_zero(**forms: dict[str, str]) -> date | None:
    casebook = Casebook(
        {name.replace("_", "."): texts for name, texts in forms.items()}
    )
    return timeline(study(), casebook, casebook.forms).day_zero


class TestDayZero:
    def test_is_the_first_anchor_that_is_known(self) -> None:
        planned, given = {"planned": "2024-04-15"}, {"exstdat": "2024-04-16"}
        assert day_zero(SCR_ie=planned) == date(2024, 4, 15)
        assert day_zero(SCR_ie=planned, D0_ex=given) == date(2024, 4, 16)

    @pytest.mark.parametrize("text", ["", "soon", "2024-04", "2024-02-30"])
    def test_is_unknown_as_long_as_no_date_is_typed(self, text: str) -> None:
        assert day_zero(D0_ex={"exstdat": text}) is None


class TestVisits:
    def held(
        self, forms: Mapping[str, Mapping[str, str]]
    ) -> Mapping[tuple[str, int], CapturedVisit]:
        casebook = Casebook(forms)
        return timeline(study(), casebook, casebook.forms).captured

    def test_took_place_on_the_date_of_their_header(self) -> None:
        held = self.held(
            {"SCR.sv": {"visdat": "2024-04-08"}, "UNS2.sv": {"visdat": "2024-05-01"}}
        )
        assert held == {
            ("SCR", 0): CapturedVisit(date=date(2024, 4, 8)),
            ("UNS", 2): CapturedVisit(date=date(2024, 5, 1)),
        }

    def test_were_missed_when_the_header_says_why(self) -> None:
        assert self.held({"D0.sv": {"svreas": "ill"}}) == {
            ("D0", 0): CapturedVisit(missed=True)
        }

    @pytest.mark.parametrize("text", ["", "UNK", "8 apr"])
    def test_are_still_open_without_either(self, text: str) -> None:
        assert self.held({"SCR.sv": {"visdat": text}}) == {}

    def test_in_a_study_without_headers_any_form_shows_that_they_took_place(
        self,
    ) -> None:
        bare = study(
            keys="", sv="form: sv\ntitle: Visit\nfields: {note: {label: Note}}\n"
        )
        casebook = Casebook({"SCR.ie": {"planned": ""}})
        assert timeline(bare, casebook, casebook.forms).captured == {
            ("SCR", 0): CapturedVisit()
        }

    @pytest.mark.parametrize(
        ("forms", "value"),
        [
            ({"D0.sv": {"visdat": "2024-04-08"}}, {}),
            (
                {"D0.ex": {"exstdat": "2024-04-08"}, "D0.sv": {"svreas": "ill"}},
                {("D0", 0): CapturedVisit(date=date(2024, 4, 8))},
            ),
            ({"D0.sv": {"svreas": "ill"}}, {("D0", 0): CapturedVisit(missed=True)}),
            ({"SCR.sv": {"done": "Y"}}, {}),
            ({"SCR.sv": {"done": "N"}}, {("SCR", 0): CapturedVisit(missed=True)}),
            ({"UNS1.note": {"note": ""}}, {("UNS", 1): CapturedVisit()}),
        ],
        ids=[
            "the study's field says nothing of a visit with its own",
            "a date counts before a reason",
            "the study's reason",
            "another answer",
            "its own answer",
            "a visit that nothing dates",
        ],
    )
    def test_may_be_dated_by_fields_of_their_own(
        self,
        forms: Mapping[str, Mapping[str, str]],
        value: Mapping[tuple[str, int], CapturedVisit],
    ) -> None:
        own = VISITS.replace("D0: {title: Day 0", "D0: {title: Day 0, date: ex.exstdat")
        own = own.replace("SCR: {title: S", "SCR: {missed: sv.done = 'N', title: S")
        # The unscheduled visit has no header.
        own = own.replace("sv: X X X X", "sv: X X . X\n  note: . . X .")
        of = study(
            visits=own,
            sv=SV + "  done: {label: Done?, type: yes_no}\n",
            note="form: note\ntitle: Note\nfields: {note: {label: Note}}\n",
        )
        casebook = Casebook(forms)
        assert timeline(of, casebook, casebook.forms).captured == value


@pytest.mark.parametrize("keys", ["", SAID], ids=["CDASH names", "the study file"])
def test_an_older_dictionary_means_the_same(keys: str) -> None:
    casebook = Casebook(
        {
            "SCR.sv": {"visdat": "2024-04-08"},
            "D0.sv": {"svreas": "ill"},
            "ET.eos": {"dsstdat": "2024-06-01"},
        }
    )
    read = timeline(study(keys), casebook, casebook.forms)
    assert read.captured == {
        ("SCR", 0): CapturedVisit(date=date(2024, 4, 8)),
        ("D0", 0): CapturedVisit(missed=True),
    }
    assert read.ended == date(2024, 6, 1)


class TestLastDay:
    @pytest.mark.parametrize(
        "forms",
        [{"D0.eos": {"dsstdat": "2024-06-01"}}, {"ET.sv": {"visdat": "2024-06-01"}}],
        ids=["the end-of-study form", "an early termination visit"],
    )
    def test_is_told_by(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        casebook = Casebook(forms)
        assert timeline(study(), casebook, casebook.forms).ended == date(2024, 6, 1)

    def test_is_open_otherwise(self) -> None:
        casebook = Casebook({"SCR.sv": {"visdat": "2024-04-08"}})
        assert timeline(study(), casebook, casebook.forms).ended is None


def test_a_list_of_subjects_needs_only_these_forms() -> None:
    assert set(sources(study())) == {"ex", "ie", "sv", "eos"}
