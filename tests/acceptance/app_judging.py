"""What the app says of stored forms, as its pages do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Flask

from forms_spec.findings.finding import Finding
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from tests.data_dictionary.verdicts import eligible
from tests.webapp.pages import signed_in_request
from webapp.casebook.eligibility_page import assessment_of
from webapp.casebook.subject_status import judged_casebook
from webapp.forms.evaluation import judged, open_findings
from webapp.presentation.form_address import form_place
from webapp.services import services
from webapp.storage import Status, load


def address(captured: CapturedForm) -> str:
    """Where the form's page is."""
    return f"/subjects/{captured.subject}/{visit_of(captured)}/{captured.key.form}"


def visit_of(captured: CapturedForm) -> str:
    """The visit as an address names it."""
    key = captured.key
    return f"{key.visit}-{key.unsno}" if key.unsno else key.visit


def findings_on_pages(app: Flask, forms: Iterable[CapturedForm]) -> Iterator[Finding]:
    """The findings that the pages of forms have, which are stored as they were captured.

    All in one request, which reads what is stored of a subject once.
    """
    with signed_in_request(app):
        for captured in forms:
            place = form_place(captured.subject, visit_of(captured), captured.key.form)
            stored = load(services().database, place.key)
            assert stored is not None
            completing = captured.status == FormStatus.COMPLETE
            assert (stored.status is Status.COMPLETE) is completing
            judgement = judged(place, stored.record, completing=completing)
            yield from open_findings(place.form, judgement, stored.record)


def eligibility(app: Flask, subject: str) -> tuple[bool | None, tuple[str, ...]]:
    """The verdict, and the criteria that fail."""
    with signed_in_request(app):
        found = assessment_of(judged_casebook(subject))
        assert found is not None
        return eligible(found), tuple(one.name for one in found.failed)
