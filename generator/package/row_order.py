"""The order of a package's rows, which makes equal data equal bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.captured_forms import CapturedForm

if TYPE_CHECKING:  # packages of others do without
    from forms_spec.model.study import Study

OrderKey = tuple[str, str, int, str, int, int, str]


def package_order(study: Study) -> Callable[[CapturedForm], OrderKey]:
    """A sort key: by site, subject, visit and form, the last two as the study lists
    them.
    """
    place = form_order(study)

    def key(form: CapturedForm) -> OrderKey:
        return (form.site, form.subject, *place(form.key))

    return key


def form_order(study: Study) -> Callable[[FormKey], tuple[int, str, int, int, str]]:
    """The same order inside one subject.

    Log forms come first, what the study lacks comes last.
    """
    visits = {
        LOG: 0,
        **{name: index for index, name in enumerate(study.visits, start=1)},
    }
    forms = {name: index for index, name in enumerate(study.forms)}

    def key(form: FormKey) -> tuple[int, str, int, int, str]:
        return (
            visits.get(form.visit, len(visits)),
            form.visit,
            form.unsno,
            forms.get(form.form, len(forms)),
            form.form,
        )

    return key
