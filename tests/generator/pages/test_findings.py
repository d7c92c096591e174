"""Findings at the cells of a page on which they hang."""

from __future__ import annotations

from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey
from generator.pages.findings import FindingLink, place_findings
from tests.webapp.guest_study import guest_study
from tests.webapp.pages import cellkine


def finding(*places: DataPlace) -> Finding:
    return Finding(
        code="X",
        severity=Severity.QUERY,
        message="Odd.",
        remedy="Look.",
        data=places[0],
        also=places[1:],
    )


def test_a_finding_stands_at_each_of_its_fields_and_leads_to_the_others() -> None:
    vs = guest_study().forms["vs"]
    said = place_findings(
        vs,
        [
            finding(
                DataPlace(table="vs", field="weight"),
                DataPlace(table="vs", field="height"),
            )
        ],
    )
    at_home, again = said.all()
    assert (at_home.cell, at_home.home) == (CellKey("vs", None, "weight"), True)
    assert at_home.ends == (FindingLink(words="Height", address="#f-height"),)
    assert (again.cell, again.home) == (CellKey("vs", None, "height"), False)
    assert again.ends == (FindingLink(words="Weight", address="#f-weight"),)


def test_a_row_of_a_group_named_like_its_form_keeps_its_findings() -> None:
    ae = cellkine().forms["ae"]
    said = place_findings(ae, [finding(DataPlace(table="ae", field="aestdat", row=2))])
    assert [spot.cell for spot in said.all()] == [CellKey("ae", 2, "aestdat")]


def test_a_field_of_rows_that_are_not_named_stands_for_the_whole_group() -> None:
    ae = cellkine().forms["ae"]
    said = place_findings(
        ae,
        [
            finding(
                DataPlace(table="vs", field="weight"),
                DataPlace(table="ae", field="aestdat"),
            )
        ],
    )
    assert [(spot.cell, spot.home) for spot in said.all()] == [
        (CellKey("ae", None, ""), False)
    ]
