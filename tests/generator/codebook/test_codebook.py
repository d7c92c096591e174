"""The codebook says everything that a dictionary says, on one page that needs nothing
else.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.codebook import codebook_html
from generator.codebook.uses import field_anchor
from generator.tables.losses import losses
from tests import oncology_study
from tests.studies import study_of

FILES = {
    "study.yaml": """\
study: S1
title: A study of walking
short: Walking
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Town clinic}
day_zero: [enr.enrdat]
missing:
  ND: Not done
  PND: {label: Result pending, draft_only: true}
parameters:
  sys_max: {value: 180, label: Systolic pressure that stops a walk, unit: mmHg, source: sponsor}
""",
    "visits.yaml": """\
visits:
  BASE: {title: Baseline, target: day 0, window: 0 days}
  M1: {title: Month 1, target: month 1, window: 7 days}
  UNS: {title: Unscheduled, type: unscheduled, repeats: true}
schedule:
  columns: BASE M1 UNS
  enr:     X    .  .
  vs:      X    C  o
conditions:
  vs: enr.sex = 'F'
""",
    "lists.yaml": """\
codelists:
  SEX: {F: Female, M: Male}
  PLACE:
    NONE: {label: Nowhere, exclusive: true}
    HOME: Home <or garden>
""",
    "enr.yaml": """\
form: enr
title: Enrolment
domain: DM
fields:
  enrdat: {label: Date of enrolment, type: date, required: true, range: [null, today]}
  sex: {label: Sex, type: choice, codes: SEX, required: true, cdash: SEX, sdtm: DM.SEX}
  calm: {label: Is the subject calm?, type: yes_no}
  initials: {label: Initials, length: [2, 3], identifier: true, help: As on the consent form.}
""",
    "vs.yaml": """\
form: vs
title: Vital signs
missing: [ND]
fields:
  taken: {label: Were vital signs taken?, type: yes_no, required: true, missing: []}
  temp:
    label: Temperature
    type: decimal
    places: 1
    unit: {C: {label: °C}, F: {label: °F, to: C, as: (value - 32) * 5 / 9}}
    range: {C: [33, 43], F: [91.4, 109.4]}
    show_when: taken = 'Y'
  sysbp:
    label: Systolic
    type: integer
    unit: mmHg
    range: [60, 260]
    expected: [90, $sys_max]
    required: taken = 'Y'
  diabp: {label: Diastolic, type: integer, unit: mmHg, range: '(0, 160]'}
  pulsep: {label: Pulse pressure, type: calculated, unit: mmHg, value: sysbp - diabp}
groups:
  walk:
    title: Walks
    rows: {max: 5}
    fields:
      walkat: {label: Where, type: multiple_choice, codes: PLACE}
      minutes: {label: Minutes, type: integer, range: [1, 600]}
""",
    "rules.yaml": """\
rules:
  R1:
    message: Diastolic pressure is below systolic.
    assert: diabp < sysbp
    severity: error
    on: [vs.diabp]
""",
    "derivations.yaml": """\
derivations:
  CALM: {value: 'vs[BASE].sysbp <= $sys_max', label: Calm at baseline}
""",
    "eligibility.yaml": """\
eligibility:
  form: enr
  visit: BASE
  answers: {met: Y, not_met: N}
  inclusion:
    calm: CALM
""",
}


@cache
def study() -> Study:
    loaded = load_study(FILES)
    assert loaded.study is not None, [
        f"{one.text} {one.message}" for one in loaded.findings
    ]
    return loaded.study


@cache
def page() -> str:
    return codebook_html(study())


class _Reader(HTMLParser):
    """The words of every row by its anchor, all anchors, and all links."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, str] = {}
        self.anchors: list[str] = []
        self.links: list[str] = []
        self._row: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if held.get("id"):
            self.anchors.append(str(held["id"]))
        if tag == "a" and str(held.get("href", "")).startswith("#"):
            self.links.append(str(held["href"])[1:])
        if tag == "tr":
            self._row = held.get("id")
        if tag != "wbr":
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._row:
            self.rows[self._row] = self.rows.get(self._row, "") + data


@cache
def read() -> _Reader:
    reader = _Reader()
    reader.feed(page())
    return reader


def row(anchor: str) -> str:
    return re.sub(r"\s+", " ", read().rows[anchor]).strip()


@pytest.mark.parametrize(
    ("anchor", "words"),
    [
        ("field-enr.enrdat", "Date of enrolment date Range at most today Required"),
        ("field-enr.sex", "one of F Female M Male Required Read by vs SEX SDTM DM.SEX"),
        (
            "field-enr.initials",
            "As on the consent form. identifies a person text Length 2 to 3 characters",
        ),
        (
            "field-vs.temp",
            (
                "decimal number, 1 decimal place Unit °C, °F (C = (value - 32) * 5 / "
                "9), stored in tempu"
            ),
        ),
        ("field-vs.temp", "Range 33 to 43 °C; 91.4 to 109.4 °F Missing ND"),
        ("field-vs.temp", "Shown when “Were vital signs taken?” is Yes"),
        ("field-vs.sysbp", "whole number, mmHg Range 60 to 260"),
        ("field-vs.sysbp", "Required when “Were vital signs taken?” is Yes"),
        ("field-vs.diabp", "Range above 0, at most 160"),
        ("field-vs.diabp", "Checked by R1"),
        ("field-vs.pulsep", "decimal number, mmHg, calculated"),
        (
            "field-walk.walkat",
            "any of NONE Nowhere excludes other answers HOME Home <or garden>",
        ),
        (
            "field-enr.calm",
            (
                "Y according to the sources if “Systolic” (Vital signs, Baseline) is "
                "at most 180"
            ),
        ),
        ("rule-enr.calm.met", "CALM eligibility.yaml:6:11 CALM, vs.sysbp, $sys_max"),
        ("derivation-CALM", "Calm at baseline vs[BASE].sysbp <= $sys_max"),
        ("visit-BASE", "Baseline day 0 the target day only 2"),
        ("visit-M1", "Month 1 month 1 7 days either side 1"),
        ("visit-UNS", "Unscheduled unscheduled, may repeat any day 1"),
        ("codelist-PLACE", "walk.walkat"),
        (
            "parameter-sys_max",
            "180 mmHg Systolic pressure that stops a walk sponsor vs.sysbp",
        ),
        ("rule-R1", "Diastolic pressure is below systolic. Must be true:"),
        ("rule-vs.sysbp.required", "taken = 'Y' vs.yaml:19:15 vs.taken"),
    ],
)
def test_a_row_says_what_the_dictionary_says(anchor: str, words: str) -> None:
    assert words in row(anchor)


def test_every_field_of_the_study_has_its_row() -> None:
    wanted = {
        f"field-{table.name}.{f.name}"
        for table in study().tables.values()
        for f in table.fields
    }
    assert wanted <= set(read().anchors)


def test_every_link_leads_somewhere_and_every_anchor_is_there_once() -> None:
    anchors = read().anchors
    assert set(read().links) <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_a_field_links_to_what_reads_it_and_back() -> None:
    assert "vs.pulsep" in row("field-vs.sysbp")
    assert (
        '<a href="#field-vs.sysbp">'
        in page().partition('id="rule-vs.pulsep.value"')[2].partition("</tr>")[0]
    )


def test_the_last_section_lists_what_frictionless_alone_does_not_check() -> None:
    """Everything that is lost of a field stands in one row, which links to the field."""
    rows = page().partition('id="unchecked"')[2].split("<tr data-entry>")[1:]
    for loss in losses(study()):
        table, _, name = loss.field.partition(".")
        link = f'href="#{field_anchor(table, name)}"' if name else None
        reason = escape(loss.why)
        [of_field] = [row for row in rows if link in row] if link else [None]
        assert any(
            f"<b>{loss.facet}</b>" in row and reason in row
            for row in rows
            if of_field in (None, row)
        )


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("enr.enrdat", "<b>range</b> the range depends on"),
        (
            "enr.initials",
            "<b>kind</b> a line break after a text with a pattern is accepted",
        ),
        ("vs.pulsep", "<b>value</b> equals"),
        ("vs.temp", "<b>show_when</b> must be blank unless taken"),
    ],
)
def test_a_gap_is_listed_with_its_field(field: str, reason: str) -> None:
    section = page().partition('id="unchecked"')[2]
    [row] = [
        row for row in section.split("<tr data-entry>") if f'"#field-{field}"' in row
    ]
    assert reason in row


def test_the_same_study_gives_the_same_bytes() -> None:
    again = load_study(dict(reversed(FILES.items()))).study
    assert again is not None
    assert codebook_html(again) == page()


def test_the_page_needs_no_other_file() -> None:
    assert not re.search(r'(?:src|href)="(?!#)', page())
    assert "@import" not in page()


def test_text_of_the_dictionary_is_escaped() -> None:
    assert "Home &lt;or garden&gt;" in page()


def test_visits_that_count_from_each_other_say_so() -> None:
    page = codebook_html(study_of(oncology_study.FILES))
    for words in (
        "1 week after C1D1",
        "14 days after C1D8",
        "6 weeks after RAND",
        "LAST is the first known date in",
    ):
        assert words in page
