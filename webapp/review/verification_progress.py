"""How far a form is verified, by the plan of the study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from forms_spec.model.captured_data import CellKey
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from webapp.presentation.statuses import ShownStatus
from webapp.services import about, services
from webapp.storage import NOT_VERIFIED, FormVerification, captured_of


class VerificationState(Enum):
    """How a form that was captured stands in its source verification."""

    NOT_NEEDED = "not needed"
    TO_DO = "to verify"
    PARTLY = "partly verified"
    CHANGED = "changed since verification"
    DONE = "verified"


VERIFICATION_STATUS: Mapping[VerificationState, ShownStatus] = MappingProxyType(
    {
        VerificationState.NOT_NEEDED: ShownStatus(
            name="not-expected", shape="–", word="not needed"
        ),
        VerificationState.TO_DO: ShownStatus(name="none", shape="○", word="to verify"),
        VerificationState.PARTLY: ShownStatus(
            name="draft", shape="◔", word="partly verified"
        ),
        VerificationState.CHANGED: ShownStatus(
            name="findings", shape="↻", word="changed since verification"
        ),
        VerificationState.DONE: ShownStatus(
            name="complete", shape="✓", word="verified"
        ),
    }
)
if set(VERIFICATION_STATUS) != set(VerificationState):
    raise TypeError("a state of verification has no words")


@dataclass(frozen=True, kw_only=True, slots=True)
class VerificationProgress:
    """The forms of a subject or a site that the plan asks for, by how they stand."""

    needed: int = 0
    done: int = 0
    changed: int = 0

    def plus(self, state: VerificationState) -> VerificationProgress:
        """With one form more."""
        return VerificationProgress(
            needed=self.needed + (state is not VerificationState.NOT_NEEDED),
            done=self.done + (state is VerificationState.DONE),
            changed=self.changed + (state is VerificationState.CHANGED),
        )

    def and_of(self, other: VerificationProgress) -> VerificationProgress:
        """With those of another one."""
        return VerificationProgress(
            needed=self.needed + other.needed,
            done=self.done + other.done,
            changed=self.changed + other.changed,
        )


NOTHING_NEEDED: Final = VerificationProgress()


def progress_of(subjects: Iterable[str]) -> Mapping[str, VerificationProgress]:
    """How far some subjects are, from what is stored: no answer is read."""
    progress = {}
    for subject, forms in captured_of(services().database, subjects).items():
        with about(subject):
            study = services().study
        sums = NOTHING_NEEDED
        for key, verified in forms.items():
            form = study.forms.get(key.form)
            if form is not None:
                sums = sums.plus(verification_state(study, form, subject, verified))
        progress[subject] = sums

    return progress


def needed_fields(study: Study, form: Form, subject: str) -> frozenset[tuple[str, str]]:
    """What the plan asks for of a form: pairs (table, field)."""
    plan = study.verification
    if plan is None:
        return frozenset()

    needed = set()
    for table in study.tables.values():
        if table.form.name != form.name:
            continue
        for field in table.fields:
            if plan.needs(subject, table.name, field.name):
                needed.add((table.name, field.name))

    return frozenset(needed)


def verification_state(
    study: Study, form: Form, subject: str, verified: FormVerification
) -> VerificationState:
    """How a form stands. A form of which more than single critical fields are needed
    counts as verified when it is verified as a whole: only then its rows are too.
    """
    needed = needed_fields(study, form, subject)
    if not needed and verified == NOT_VERIFIED:
        return VerificationState.NOT_NEEDED
    if _some_count(verified.lost, needed):
        return VerificationState.CHANGED

    if verified.whole and not _some_count(verified.withdrawn, needed):
        return VerificationState.DONE
    if _is_sampled_out(study, subject) and _all_verified(form, verified, needed):
        return VerificationState.DONE

    has_mark = bool(verified.whole or verified.cells)
    return VerificationState.PARTLY if has_mark else VerificationState.TO_DO


def _is_sampled_out(study: Study, subject: str) -> bool:
    """Whether the plan asks only for critical fields of a subject."""
    plan = study.verification
    return plan is not None and not plan.draws(subject)


def _all_verified(
    form: Form, verified: FormVerification, needed: frozenset[tuple[str, str]]
) -> bool:
    """Whether each needed field of a form is verified by itself."""
    # A row that is added later would not be verified by marks on those of today.
    if any(table != form.name for table, _ in needed):
        return False

    marks = [verified.mark(CellKey(table, None, name)) for table, name in needed]
    return bool(marks) and all(marks)


def _some_count(cells: Iterable[CellKey], needed: frozenset[tuple[str, str]]) -> bool:
    """Whether some field matters: one that the plan asks for, or any without a plan."""
    return any(not needed or (cell.table, cell.field) in needed for cell in cells)
