"""What is said on a form's page: its own findings, those of other forms, and the ways
between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.edit_checks import place_elsewhere
from forms_spec.evaluation.form_plan import rules_of
from forms_spec.findings.finding import NOT_UNIQUE, Finding
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
        lambda end: lead_to(place, end),
        waiting.leads,
    )


def lead_to(place: FormPlace, end: DataPlace) -> FindingLink:
    """The way to a field on this page, or on that of another form."""
    if cell_on(place.form, end) is not None:
        return link_on_page(place.form, end)

    form = services().study.tables[end.table].form
    words = f"{label_of(form, end)} ({form.title}{_visit_words(end)})"

    # Without its visit nobody knows which of its forms is meant.
    cell = cell_on(form, end)
    if cell is None or not end.visit:
        return FindingLink(words=words, address="")

    address = form_address(place.subject.subjid, end.visit, end.unsno or 0, form.name)
    return FindingLink(words=words, address=f"{address}#{target_of(cell)}")


def _visit_words(end: DataPlace) -> str:
    """The visit of a field behind the title of its form; blank where it has none."""
    visit = services().study.visits.get(end.visit or "")
    if visit is None:
        return ""
    return f", {visit.title} {end.unsno}" if end.unsno else f", {visit.title}"


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
    findings = []
    for spot in page_findings.all():
        if _only_here(place.form, spot.finding):
            findings.append(_for_script(place.form, spot))

    return {
        "findings": findings,
        "ends": _ends(place),
        "toCome": waiting.for_script(),
    }


def _for_script(form: Form, spot: FindingPlacement) -> dict[str, Any]:
    result = spot.finding
    return {
        "target": target_of(spot.cell),
        "severity": result.severity.value,
        "message": result.message,
        "remedy": result.remedy,
        "code": result.code,
        "home": spot.home,
        "ends": _links(spot.ends),
        "waits": _links(spot.waits),
        "fullAt": _link(spot.full_at) if spot.full_at else None,
        "reads": list(_reads(form, spot)),
    }


def _link(link: FindingLink) -> list[str]:
    return [link.words, link.address]


def _links(links: Iterable[FindingLink]) -> list[list[str]]:
    return [_link(link) for link in links]


def _only_here(form: Form, finding: Finding) -> bool:
    """True for what the page cannot judge: rules at home elsewhere, and rules that
    cannot be told.
    """
    if finding.data is None:
        return True
    if cell_on(form, finding.data) is None:
        return True
    # The page knows no other subject.
    if finding.code == NOT_UNIQUE:
        return True

    rule = services().study.rules.get(finding.rule or "")
    return rule is not None and finding.code == rule.unknown


def _reads(form: Form, spot: FindingPlacement) -> Iterator[str]:
    """The fields of the form that the finding's rule reads, as ``table field``."""
    yield f"{spot.cell.table} {spot.cell.field}"

    rule = services().study.rules.get(spot.finding.rule or "")
    if rule is None:
        return

    tables = {form.name, *(group.name for group in form.row_groups)}
    for table, name in _targets(rule):
        if table in tables:
            yield f"{table} {name}"


def _targets(rule: EditCheck) -> Iterator[tuple[str | None, str | None]]:
    study = services().study
    table = study.tables[rule.on[0][0]]
    home = Home(form=table.form, group=table.group)

    for expression in (rule.when, rule.assertion):
        if expression is None:
            continue
        for reference in references(expression, study, home):
            yield reference.table, reference.field


def _ends(place: FormPlace) -> dict[str, list[list[str]]]:
    app = services()
    world = EvaluatedSubject(
        app.study, casebook_of(place.subject.subjid), app.today(), place.subject.subjid
    )
    results = {}

    # Only rules that look at other forms have ways there.
    for rule, _home in rules_of(app.study, place.form):
        links = []
        for table, name in _elsewhere(place.form, rule):
            end = place_elsewhere(world, place.key.form_key, table, name)
            links.append(lead_to(place, end))

        if links:
            results[rule.name] = _links(links)

    return results


def _elsewhere(form: Form, rule: EditCheck) -> Iterator[tuple[str, str]]:
    for table, name in rule.on[1:]:
        if cell_on(form, DataPlace(table=table, field=name)) is None:
            yield table, name
