"""Where a dictionary has its forms."""

from __future__ import annotations

from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.study import Study


def has_place(study: Study, key: FormKey) -> bool:
    """Whether the dictionary still knows a captured form where it stands."""
    form = study.forms.get(key.form)
    if form is None:
        return False

    is_in_log = key.visit == LOG
    if form.log or is_in_log:
        return form.log and is_in_log

    # Every time of a visit that repeats has its number, and no other visit has one.
    visit = study.visits.get(key.visit)
    if visit is None or visit.repeats != bool(key.unsno):
        return False
    return (form.name, visit.name) in study.expectations
