"""Where a form stands: its subject, visit and address, and which form comes next."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort

from forms_spec.model.captured_data import LOG
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.model.visits import Visit
from webapp.presentation.typed_numbers import typed_number
from webapp.services import services, subject_or_404
from webapp.storage import InstanceKey, StoredSubject

VISIT_DIGITS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class FormPlace:
    """One form of one subject at one visit; ``visit`` is None for a log form.

    ``is_second``: its second entry, which has a page of its own.
    """

    subject: StoredSubject
    form: Form
    visit: Visit | None
    unsno: int
    is_second: bool = False

    @property
    def key(self) -> InstanceKey:
        visit = self.visit.name if self.visit else LOG
        return InstanceKey(self.subject.subjid, self.form.name, visit, self.unsno)

    @property
    def visit_word(self) -> str:
        """The visit as it stands in an address."""
        return visit_word(self.key.visit, self.unsno)

    @property
    def visit_title(self) -> str:
        if self.visit is None:
            return "Log"
        return f"{self.visit.title} {self.unsno}" if self.unsno else self.visit.title

    @property
    def address(self) -> str:
        """Where its page is: of the second entry, where it is one."""
        return f"{self.form_address}/second" if self.is_second else self.form_address

    @property
    def form_address(self) -> str:
        """Where the page of the form itself is."""
        return form_address(
            self.subject.subjid, self.key.visit, self.unsno, self.form.name
        )


def visit_word(visit: str, unsno: int) -> str:
    """``SCR``, ``UNS-2``, ``LOG``."""
    return f"{visit}-{unsno}" if unsno else visit


def form_address(subjid: str, visit: str, unsno: int, form: str) -> str:
    """``/subjects/01-007/SCR/vs``."""
    return f"/subjects/{subjid}/{visit_word(visit, unsno)}/{form}"


def form_place(subjid: str, visit_text: str, form_name: str) -> FormPlace:
    """The form that an address means, or 404 with the reason."""
    return place_of_subject(subject_or_404(subjid), visit_text, form_name)


def place_of_subject(
    subject: StoredSubject, visit_text: str, form_name: str
) -> FormPlace:
    """The same for a subject that somebody has in hand."""
    study = services().study
    form = study.forms.get(form_name)
    if form is None:
        abort(404, f"The study has no form {form_name}.")
    visit, unsno = _visit(study, form, visit_text)

    return FormPlace(subject=subject, form=form, visit=visit, unsno=unsno)


def _visit(study: Study, form: Form, text: str) -> tuple[Visit | None, int]:
    if form.log:
        if text != LOG:
            abort(404, f"{form.title} belongs to the subject, not to a visit.")
        return None, 0

    name, _, number = text.partition("-")
    visit = study.visits.get(name)
    if visit is None:
        abort(404, f"The study has no visit {text}.")
    if visit.repeats:
        unsno = typed_number(number, digits=VISIT_DIGITS)
        # A form has one address: 02 is no other way to write 2.
        if not unsno or number.startswith("0"):
            abort(404, f"{visit.title} visits are numbered: {name}-1, {name}-2.")
        return _scheduled(study, form, visit), unsno

    if number:
        abort(404, f"{visit.title} takes place once.")
    return _scheduled(study, form, visit), 0


def _scheduled(study: Study, form: Form, visit: Visit) -> Visit:
    if (form.name, visit.name) not in study.expectations:
        abort(404, f"{form.title} is not part of {visit.title}.")
    return visit


def forms_beside(place: FormPlace) -> tuple[Form, ...]:
    """The forms of the same visit in the order of the schedule, or all log forms."""
    study = services().study
    if place.visit is None:
        return tuple(form for form in study.forms.values() if form.log)
    return forms_at(study, place.visit.name)


def forms_at(study: Study, visit: str) -> tuple[Form, ...]:
    """The forms that the schedule knows at a visit."""
    names = (scheduled.form for scheduled in study.schedule if scheduled.visit == visit)
    return tuple(study.forms[name] for name in dict.fromkeys(names))
