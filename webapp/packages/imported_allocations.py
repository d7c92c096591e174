"""The result of a randomization does not come in by an import where a list is loaded: only
an allocation gives it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms_spec.evaluation.allocated_answers import with_allocated
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Record
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from webapp.storage import StoredForm

NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultLeftOut:
    """A form without the result that came with it.

    ``cells`` are the answers that stay out: what stands here, and what came.
    """

    form: CapturedForm
    cells: Mapping[CellKey, tuple[str, str]]
    findings: tuple[Finding, ...]


def without_result(
    study: Study, form: CapturedForm, stored: StoredForm | None
) -> ResultLeftOut | None:
    """The form with the result that stands here; None where it says the same."""
    plan = study.randomization
    if plan is None or plan.form != form.key.form:
        return None

    here = stored.record if stored is not None else Record()
    cells = _differing(plan, here, form.record)
    if not cells:
        return None

    record = with_allocated(study, study.forms[plan.form], form.record, here)
    return ResultLeftOut(
        form=replace(form, record=record),
        cells=cells,
        findings=tuple(_finding(form, cell, *both) for cell, both in cells.items()),
    )


def _differing(
    plan: RandomizationPlan, here: Record, there: Record
) -> dict[CellKey, tuple[str, str]]:
    cells = {}
    for name in plan.allocated:
        both = here.texts.get(name, ""), there.texts.get(name, "")
        if both[0] != both[1]:
            cells[CellKey(plan.form, None, name)] = both

    return cells


def _finding(form: CapturedForm, cell: CellKey, here: str, there: str) -> Finding:
    place = DataPlace(
        table=cell.table,
        subject=form.subject,
        visit=form.key.visit,
        unsno=form.key.unsno,
        field=cell.field,
    )
    return finding(
        "import-allocated-answer",
        data=place,
        field=cell.field,
        value=there or NOTHING,
        here=here or NOTHING,
    )
