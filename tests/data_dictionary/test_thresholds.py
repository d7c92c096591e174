"""What happens exactly at a limit: each case changes the template a little and asks one
question.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from forms_spec.model.study import Study
from forms_spec.schedule.visit_status import due_dates
from tests.data_dictionary.verdicts import example

MAN = "01-100"


def screening(text: str) -> str:
    return f"visits: {{SCR: {{{text}}}}}"


def procedure(text: str) -> str:
    return (
        f"visits: {{SCR: {{pr: [{{prlev: L4L5, {text}}}]}}}}\nlog: {{log: {{pryn: Y}}}}"
    )


def ablation(text: str) -> str:
    """One at the index level before an injection on 31 May 2024."""
    row = f"{{prtype: RFA, prlev: L4L5, {text}}}"
    return f"visits: {{D0: {{ex: {{exstdat: 2024-05-31}}}}, SCR: {{pr: [{row}]}}}}"


def malignancy(text: str) -> str:
    return screening(f"mh: [{{mhmalig: Y, mhstdat: 2015, {text}}}]")


def slip(level: str, grade: int) -> str:
    return screening(f"xr: {{xrj: [{{xrjlev: {level}, lysis: N, meyer: {grade}}}]}}")


def block(before: int, after: int, level: str = "L4L5") -> str:
    row = (
        f"mbbses: 1, mbbdat: 2024-02-12, mbblev: {level}, mbbpre: {before}, mbbpost: "
        f"{after}"
    )
    return screening(f"mbb: [{{{row}}}]")


def medication(text: str) -> str:
    return f"log: {{log: {{cmyn: Y}}, cm: [{{{text}}}]}}"


def woman(tests: str) -> str:
    rp = "{childpot: Y, nursing: N, planpreg: N, contragr: Y, contrmeth: HORM}"
    return screening(f"dm: {{sex: F}}, rp: {rp}, pt: [{tests}]")


CASES = [
    # Age at consent on 4 March 2024
    (screening("dm: {brthdat: 1984-03-05}"), "INCL00", False),
    (screening("dm: {brthdat: 1984-03-04}"), "INCL00", True),
    (screening("dm: {brthdat: 1953-03-05}"), "INCL00", True),
    (screening("dm: {brthdat: 1953-03-04}"), "INCL00", False),
    (screening("dm: {brthdat: 1984}"), "INCL00", None),
    (screening("dm: {brthdat: 1976}"), "INCL00", True),
    # Body mass index, rounded before it is compared
    (screening("vs: {height_vsorres: 170.0, weight_vsorres: 115.6}"), "EXCL01", False),
    (screening("vs: {height_vsorres: 170.0, weight_vsorres: 115.7}"), "EXCL01", False),
    (screening("vs: {height_vsorres: 170.0, weight_vsorres: 115.8}"), "EXCL01", True),
    (
        screening(
            "vs: {height_vsorres: 63, height_vsorresu: in, weight_vsorres: "
            "225.8, weight_vsorresu: lb}"
        ),
        "vs[SCR].bmi = 40",
        True,
    ),
    # Temperature, compared in the unit in which it was entered
    (screening("vs: {temp_vsorres: 38.0}"), "EXCL19", False),
    (screening("vs: {temp_vsorres: 38.1, feverexp: N}"), "EXCL19", True),
    (screening("vs: {temp_vsorres: 38.1, feverexp: Y}"), "EXCL19", False),
    (screening("vs: {temp_vsorres: 38.1}"), "EXCL19", None),
    (screening("vs: {temp_vsorres: 100.4, temp_vsorresu: F}"), "EXCL19", False),
    (
        screening("vs: {temp_vsorres: 100.5, temp_vsorresu: F, feverexp: N}"),
        "EXCL19",
        True,
    ),
    # Three calendar months before 31 May 2024 is 29 February
    (ablation("prstdat: 2024-02-29, prresp: POS"), "EXCL05", False),
    (ablation("prstdat: 2024-03-01, prresp: POS"), "EXCL05", True),
    (ablation("prstdat: 2024-03-01, prresp: U"), "EXCL05", None),
    (ablation("prstdat: 2024-03-01, prresp: NEG"), "EXCL05", False),
    (procedure("prtype: RFA, prstdat: 2024-01-15, prresp: POS"), "EXCL05", False),
    (procedure("prtype: RFA, prstdat: 2024-01-16, prresp: POS"), "EXCL05", True),
    (procedure("prtype: FACIA, prstdat: 2024-01-16"), "EXCL06", True),
    (procedure("prtype: FACIA, prstdat: 2024-01"), "EXCL06", None),
    # Four weeks before 15 April 2024
    (procedure("prtype: ESI, prstdat: 2024-03-18"), "EXCL12", False),
    (procedure("prtype: ESI, prstdat: 2024-03-19"), "EXCL12", True),
    (procedure("prtype: ESI, prstdat: 2024-03"), "EXCL12", None),
    (procedure("prtype: ESI, prstdat: 2024-05-01"), "EXCL12", False),
    # Malignancy within five years before enrolment on 8 April 2024
    (
        malignancy("mhmaltyp: SCCCX, mhongo: N, mhendat: 2023, mhexcis: Y"),
        "EXCL13",
        False,
    ),
    (
        malignancy("mhmaltyp: SCCCX, mhongo: N, mhendat: 2023, mhexcis: U"),
        "EXCL13",
        None,
    ),
    (
        malignancy("mhmaltyp: OTH, mhongo: N, mhendat: 2019-04-08, mhexcis: Y"),
        "EXCL13",
        False,
    ),
    (
        malignancy("mhmaltyp: OTH, mhongo: N, mhendat: 2019-04-09, mhexcis: Y"),
        "EXCL13",
        True,
    ),
    (malignancy("mhmaltyp: OTH, mhongo: Y, mhexcis: N"), "EXCL13", True),
    # Slip at an index level, and elsewhere
    (slip("L4L5", 2), "EXCL11", False),
    (slip("L4L5", 3), "EXCL11", True),
    (slip("L5S1", 3), "EXCL11", False),
    # Methotrexate around enrolment
    (
        medication("cmclass: DMARD, cmstdat: 2022, cmongo: N, cmendat: 2024-01-08"),
        "EXCL16",
        False,
    ),
    (
        medication("cmclass: DMARD, cmstdat: 2022, cmongo: N, cmendat: 2024-01-09"),
        "EXCL16",
        True,
    ),
    (
        medication("cmclass: DMARD, cmstdat: 2022, cmongo: N, cmendat: 2024-04-20"),
        "EXCL16",
        True,
    ),
    (medication("cmclass: DMARD, cmstdat: 2024-06-01, cmongo: Y"), "EXCL16", False),
    # Medial branch blocks
    (block(8, 4), "INCL05", True),
    (block(7, 4), "INCL05", False),
    (block(6, 3), "INCL05", True),
    (block(4, 6), "INCL05", False),
    (block(0, 0), "INCL05", None),
    (block(8, 0, "L3L4"), "INCL05", False),
    (block(7, 2), "max(mbb.relief) = 71.4", True),
    (block(4, 6), "max(mbb.relief) = -50", True),
    # Pregnancy tests
    (
        woman("{ptperf: Y, ptspec: SERUM, ptres: NEG, ptdat: 2024-04-10}"),
        "INCL01",
        True,
    ),
    (
        woman("{ptperf: Y, ptspec: URINE, ptres: NEG, ptdat: 2024-04-10}"),
        "INCL01",
        False,
    ),
    (
        woman("{ptperf: Y, ptspec: SERUM, ptres: POS, ptdat: 2024-08-01}"),
        "EXCL02",
        None,
    ),
    (
        woman(
            "{ptperf: Y, ptspec: SERUM, ptres: NEG, ptdat: 2024-04-10},"
            " {ptperf: Y, ptspec: SERUM, ptres: POS, ptdat: 2024-08-01}"
        ),
        "EXCL02",
        False,
    ),
    # Infections
    (screening("lbs: {hcvab: POS, hcvrna: NEG}"), "EXCL18", False),
    (screening("lbs: {hcvab: POS, hcvrna: POS}"), "EXCL18", True),
    (screening("lbs: {igra: POS}"), "EXCL18", None),
    (screening("lbs: {hiv: ND}"), "EXCL18", None),
]


@pytest.mark.parametrize(("text", "question", "answer"), CASES)
def test_at_the_limit(
    study: Study, text: str, question: str, answer: bool | None
) -> None:
    assert example(study, MAN, text).derive(question) is answer


@pytest.mark.parametrize(
    ("row", "total"),
    [
        ("opdrug: FENTTD, opform: TD, opdose: 25, opdosu: ug/h", "60"),
        ("opdrug: METHADON, opform: IR, opdose: 10, opdosu: mg, opperday: 3", "141"),
        ("opdrug: TAPENT, opform: IR, opdose: 50, opdosu: mg, opperday: 3", "60"),
        ("opdrug: CODEINE, opform: IR, opdose: 30, opdosu: mg, opperday: 0.1", "0.5"),
        (
            (
                "opdrug: BUPREN, opform: IR, opdose: 8, opdosu: mg, opperday: 1, "
                "opmmeman: 12.5"
            ),
            "12.5",
        ),
    ],
)
def test_morphine_equivalents(study: Study, row: str, total: str) -> None:
    case = example(study, MAN, screening(f"med: {{opany: Y, op: [{{{row}}}]}}"))
    assert case.derive(f"med[SCR].medtot = {total}") is True


def test_buprenorphine_has_no_factor_so_the_total_is_unknown(study: Study) -> None:
    row = "{opdrug: BUPREN, opform: IR, opdose: 8, opdosu: mg, opperday: 1}"
    case = example(study, MAN, screening(f"med: {{opany: Y, op: [{row}]}}"))
    assert case.derive("med[SCR].medtot > 0") is None


@pytest.mark.parametrize(
    ("visit", "day", "inside"),
    [
        ("W2", "2024-04-26", True),
        ("W2", "2024-05-02", True),
        ("W2", "2024-04-25", False),
        ("W2", "2024-05-03", False),
        ("D35", "2024-04-17", False),
        ("D35", "2024-04-21", False),
        ("M3", "2024-07-01", True),
        ("M3", "2024-07-29", True),
        ("M3", "2024-06-30", False),
        ("M3", "2024-07-30", False),
    ],
)
def test_a_visit_in_and_out_of_its_window(
    study: Study, visit: str, day: str, inside: bool
) -> None:
    case = example(study, MAN, f"visits: {{{visit}: {{sv: {{visdat: {day}}}}}}}")
    assert (f"{visit} sv.visdat C04" not in case.findings()) is inside


@pytest.mark.parametrize("visit", ["D1", "D35", "W2", "M3", "M6", "M12", "M18", "M24"])
def test_the_windows_of_check_c04_are_those_of_the_visits(
    study: Study, visit: str
) -> None:
    due = due_dates(study.visits[visit], date(2024, 4, 15))
    assert due is not None
    for day, inside in (
        (due.first, True),
        (due.last, True),
        (due.first - timedelta(1), False),
        (due.last + timedelta(1), False),
    ):
        case = example(study, MAN, f"visits: {{{visit}: {{sv: {{visdat: {day}}}}}}}")
        assert (f"{visit} sv.visdat C04" not in case.findings()) is inside


def test_a_later_positive_pregnancy_test_is_a_query_of_its_own(study: Study) -> None:
    tests = (
        "{ptperf: Y, ptspec: SERUM, ptres: NEG, ptdat: 2024-04-10},"
        " {ptperf: Y, ptspec: SERUM, ptres: POS, ptdat: 2024-08-01}"
    )
    assert "SCR pt[2].ptres C16" in example(study, MAN, woman(tests)).findings()
