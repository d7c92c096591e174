"""The forms of a visit beside the one that is open: the status of each, and which of
them comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_spec.model.captured_data import FormKey
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.rules import Home, to_english
from forms_spec.schedule.visit_status import FormExpectation, visit_state
from webapp.casebook.subject_status import changes_of, remembered
from webapp.casebook.waiting_findings import OnPage, Waiting
from webapp.presentation.form_address import FormPlace, form_address, forms_beside
from webapp.presentation.statuses import ShownStatus, open_status, status_of
from webapp.services import services, site_dictionaries
from webapp.storage import StoredStanding, standings_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """A form of the visit.

    ``wanted``: it was begun, or the visit asks for it or may do so.
    """

    form: Form
    address: str
    status: ShownStatus
    here: bool
    wanted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitForms:
    """The forms of a visit, or the log forms.

    ``counted``: the findings of all of them are known.
    """

    forms: tuple[Beside, ...]
    counted: bool
    not_expected: str
    """Why the open form is not expected, in words; empty where it is."""

    @property
    def next(self) -> Beside | None:
        """The next form that is wanted, behind the open one."""
        index = next(i for i, form in enumerate(self.forms) if form.here)
        return next((form for form in self.forms[index + 1 :] if form.wanted), None)


def visit_forms(place: FormPlace, findings: int, page: OnPage) -> VisitForms:
    """The forms of an open form's visit.

    ``findings`` is how many the open form has now.
    """
    study, subjid, visit = services().study, place.subject.subjid, place.key.visit
    known = page.heads

    # A casebook is not evaluated for this: what is known of it must do.
    standing = remembered(subjid, changes_of(known)) or _kept(place)
    counts = dict(standing.findings) if standing else {}
    counts[place.key.form_key] = findings

    expected = _expected(place, page.waiting)
    unbegun = _unbegun(place, expected, page.waiting)
    not_expected = {
        name
        for name, expectation in expected.items()
        if expectation is FormExpectation.NOT_EXPECTED
    }

    forms = []
    for form in forms_beside(place):
        key = FormKey(form.name, visit, place.unsno)
        head = known.get(key)
        status = (
            status_of(head.status, counts.get(key, 0)) if head else unbegun[form.name]
        )
        beside = Beside(
            form=form,
            address=form_address(subjid, visit, place.unsno, form.name),
            status=status,
            here=form is place.form,
            wanted=head is not None or form.name not in not_expected,
        )
        forms.append(beside)

    is_stranger = place.form.name in not_expected
    return VisitForms(
        forms=tuple(forms),
        counted=standing is not None,
        not_expected=_condition_words(study, place) if is_stranger else "",
    )


def _kept(place: FormPlace) -> StoredStanding | None:
    """What the database has of the subject, where it still holds."""
    app, subjid = services(), place.subject.subjid
    kept = standings_of(
        app.database, [subjid], dictionaries=site_dictionaries(), day=app.today()
    )
    return kept.get(subjid)


def _expected(place: FormPlace, subject: Waiting) -> Mapping[str, FormExpectation]:
    """By form of a visit: what the visit asks of it. Nothing for log forms."""
    if place.visit is None:
        return {}

    expected = {}
    for form in forms_beside(place):
        key = FormKey(form.name, place.visit.name, place.unsno)
        expected[form.name] = subject.expected(key)

    return expected


def _unbegun(
    place: FormPlace, expected: Mapping[str, FormExpectation], subject: Waiting
) -> Mapping[str, ShownStatus]:
    """By form: its status while nothing of it is captured, as the casebook's table
    shows it.
    """
    if place.visit is None:
        return {form.name: status_of(None) for form in forms_beside(place)}

    state = visit_state(
        place.visit, subject.visits, services().today(), unsno=place.unsno
    )
    return {name: open_status(item, state) for name, item in expected.items()}


def _condition_words(study: Study, place: FormPlace) -> str:
    visit = place.visit
    scheduled = study.expectations.get((place.form.name, visit.name)) if visit else None
    if scheduled is None or scheduled.when is None:
        return "This form is not expected at this visit."
    condition = to_english(scheduled.when, study, Home(form=place.form))

    return (
        "This form is not expected for this subject. It is expected only if "
        f"{condition}."
    )
