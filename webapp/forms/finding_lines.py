"""The list of findings on top of a form's page."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.findings.finding import Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey
from forms_spec.model.fields import Form
from generator.pages.findings import (
    FindingLink,
    FindingPlacement,
    PageFindings,
    label_of,
    target_of,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingLine:
    """A finding in the list on top: what it says, and the field that it leads to."""

    target: str
    where: str
    message: str
    remedy: str
    severity: str
    alerts: bool
    code: str
    shown: bool
    home: bool
    ends: tuple[FindingLink, ...]


def finding_lines(form: Form, page_findings: PageFindings) -> list[FindingLine]:
    """The findings of a page, gravest first, each with the label of its field.

    One that hangs on several fields of the page is listed at its home. One that waits
    for another form is not listed: it stands beside its field.
    """
    order = {Severity.ERROR: 0, Severity.QUERY: 2, Severity.WARNING: 3}

    def rank(spot: FindingPlacement) -> int:
        return 1 if spot.finding.alerts else order[spot.finding.severity]

    # By identity: a rule may find the same twice, and each is a line of its own.
    once: dict[int, FindingPlacement] = {}
    for spot in page_findings.all():
        if spot.waits:
            continue
        if spot.home or id(spot.finding) not in once:
            once[id(spot.finding)] = spot

    return [_line(form, spot) for spot in sorted(once.values(), key=rank)]


def _line(form: Form, spot: FindingPlacement) -> FindingLine:
    result, cell = spot.finding, spot.cell
    place = DataPlace(table=cell.table, field=cell.field or None, row=cell.row)

    return FindingLine(
        target=target_of(cell) if is_on_page(form, cell) else "form",
        where=label_of(form, place),
        message=result.message,
        remedy=result.remedy,
        severity=result.severity.value,
        alerts=result.alerts,
        code=result.code,
        shown=cell.field != "",
        home=spot.home,
        ends=spot.ends,
    )


def is_on_page(form: Form, cell: CellKey) -> bool:
    """Whether a finding's field is asked on the page; one that is hidden has nothing to
    lead to.
    """
    for group in form.groups:
        table = group.name if group.rows else form.name
        if cell.table != table:
            continue

        for field in group.fields:
            if field.name == cell.field and field.entry == "hidden":
                return False

    return True
