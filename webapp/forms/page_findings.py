"""What is said on a form's page: its own findings, those of other forms, and the ways
between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.edit_checks import place_elsewhere
from forms_spec.evaluation.form_plan import rules_of
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Form
from forms_spec.rules import Home, references
from generator.pages.findings import (
    FindingLink,
    FindingPlacement,
    PageFindings,
    cell_on,
    label_of,
    link_on_page,
    place_findings,
    target_of,
)
from webapp.casebook.waiting_findings import OnPage
from webapp.presentation.form_address import FormPlace, form_address
from webapp.services import casebook_of, services


def said_of(
    place: FormPlace,
    findings: Iterable[Finding],
    elsewhere: Iterable[Finding],
    waiting: OnPage,
) -> PageFindings:
    """Findings at the cells of a form, with the ways to the other fields that they hang
    on.
    """
    return place_findings(
        place.form,
        (*findings, *elsewhere),
        lambda end: _lead(place, end),
        waiting.leads,
    )


def _lead(place: FormPlace, end: DataPlace) -> FindingLink:
    """The way to a field on this page, or on that of another form."""
    cell = cell_on(place.form, end)
    if cell is not None:
        return link_on_page(place.form, end)
    study = services().study
    form = study.tables[end.table].form
    there = cell_on(form, end)
    visit = study.visits.get(end.visit or "")
    number = f" {end.unsno}" if end.unsno else ""
    text = f", {visit.title}{number}" if visit else ""
    address = (
        form_address(place.subject.subjid, end.visit, end.unsno or 0, form.name)
        if end.visit
        else ""
    )

    return FindingLink(
        words=f"{label_of(form, end)} ({form.title}{text})",
        address=f"{address}#{target_of(there)}" if address and there else "",
    )


def page_said(
    place: FormPlace, page_findings: PageFindings, waiting: OnPage
) -> dict[str, Any]:
    """What the page's script cannot know: what only the server can tell, and where own
    findings hang too.

    ``reads`` are the questions of the page that a finding looks at: once one of them is
    changed, the finding waits for the next save. ``ends`` has, by rule, the fields of
    other forms that it hangs on. ``toCome`` are the forms that findings of the page may
    wait for.
    """
    return {
        "findings": [
            {
                "target": target_of(spot.cell),
                "severity": spot.finding.severity.value,
                "message": spot.finding.message,
                "remedy": spot.finding.remedy,
                "code": spot.finding.code,
                "home": spot.home,
                "ends": [[end.words, end.address] for end in spot.ends],
                "waits": [[form.words, form.address] for form in spot.waits],
                "fullAt": spot.full_at and [spot.full_at.words, spot.full_at.address],
                "reads": list(_reads(place.form, spot)),
            }
            for spot in page_findings.all()
            if _only_here(place.form, spot.finding)
        ],
        "ends": _ends(place),
        "toCome": waiting.for_script(),
    }


def _only_here(form: Form, finding: Finding) -> bool:
    """True for what the page cannot judge: rules at home elsewhere, and rules that
    cannot be told.
    """
    if finding.data is None or cell_on(form, finding.data) is None:
        return True
    rule = services().study.rules.get(finding.rule or "")
    return rule is not None and finding.code == rule.unknown


def _reads(form: Form, spot: FindingPlacement) -> Iterator[str]:
    """The fields of the form that the finding's rule reads, as ``table field``."""
    yield f"{spot.cell.table} {spot.cell.field}"
    study = services().study
    rule = study.rules.get(spot.finding.rule or "")
    tables = {form.name, *(group.name for group in form.row_groups)}

    for target in _targets(rule) if rule else ():
        if target[0] in tables:
            yield f"{target[0]} {target[1]}"


def _targets(rule: EditCheck) -> Iterator[tuple[str | None, str | None]]:
    study = services().study
    table = study.tables[rule.on[0][0]]
    home = Home(form=table.form, group=table.group)

    for expression in (rule.when, rule.assertion):
        for reference in (
            references(expression, study, home) if expression is not None else ()
        ):
            yield reference.table, reference.field


def _ends(place: FormPlace) -> dict[str, list[list[str]]]:
    app = services()
    world = EvaluatedSubject(
        app.study, casebook_of(place.subject.subjid), app.today(), place.subject.subjid
    )
    results = {}

    for rule, _home in rules_of(app.study, place.form):
        places = [
            place_elsewhere(world, place.key.form_key, *item)
            for item in _elsewhere(place.form, rule)
        ]
        if places:
            results[rule.name] = [
                [end.words, end.address]
                for end in (_lead(place, item) for item in places)
            ]

    return results


def _elsewhere(form: Form, rule: EditCheck) -> Iterator[tuple[str, str]]:
    for table, name in rule.on[1:]:
        if cell_on(form, DataPlace(table=table, field=name)) is None:
            yield table, name
