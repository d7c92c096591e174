"""Answers that may stand once only, in forms that are imported: said at once, also by a dry
run, and not when somebody opens the casebook.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.evaluation.unique_values import (
    Holder,
    unique_fields,
    unique_findings,
)
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import Record
from forms_spec.model.study import Study
from webapp.packages.import_plans import Plan
from webapp.storage import InstanceKey, Snapshot


class IncomingAnswers:
    """The forms of an import with answers that may stand once only."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._forms: dict[InstanceKey, tuple[str, Record]] = {}

    def add(self, plan: Plan) -> None:
        """What comes in of a subject."""
        wanted = unique_fields(self._study)
        for request in plan.requests:
            if request.key.form in wanted:
                self._forms[request.key] = plan.site, request.record

    def repeated(self, state: Snapshot) -> Iterator[Finding]:
        """Every answer of them that another form has, too, once all of them are in."""
        if not self._forms:
            return

        # What stands here now of these forms is replaced by what comes.
        index = state.unique_answers(self._study, without=self._forms.keys())
        holders = {
            key: Holder(site, key.subject, key.form_key)
            for key, (site, _) in self._forms.items()
        }
        for key, (_, record) in self._forms.items():
            index.add_form(self._study, holders[key], record)

        for key, (_, record) in self._forms.items():
            for fault in unique_findings(
                self._study, record, holders[key], index.holders, lambda _: True
            ):
                yield _said(key, fault)


def _said(key: InstanceKey, fault: Finding) -> Finding:
    return finding(
        "import-repeated-answer",
        data=fault.data,
        value=fault.value,
        subject=key.subject,
        visit=key.visit,
        form=key.form,
        fault=fault.message.rstrip("."),
    )
