"""The answers of a form that a randomization gives."""

from __future__ import annotations

from dataclasses import replace

from forms_spec.model.captured_data import Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study


def with_allocated(study: Study, form: Form, record: Record, base: Record) -> Record:
    """The record with the allocated answers of ``base``, whatever it has itself."""
    plan = study.randomization
    if plan is None or plan.form != form.name:
        return record

    texts = dict(record.texts)
    for name in plan.allocated:
        given = base.texts.get(name)
        if given is None:
            texts.pop(name, None)
        else:
            texts[name] = given

    return replace(record, texts=texts)
