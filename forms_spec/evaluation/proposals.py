"""Answers that the dictionary proposes for a form's questions, out of the subject's other
forms. None of them counts before somebody takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_spec.evaluation.captured_form import EvaluatedForm, form_in_context
from forms_spec.evaluation.range_checks import with_unit
from forms_spec.kinds import Refusal
from forms_spec.kinds.display import shown_as, shown_unit
from forms_spec.model.captured_data import CellKey, Context, Record
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rules.english import to_english
from forms_spec.rules.runtime.compiler import compile_expression
from forms_spec.rules.runtime.environment import Frames
from forms_spec.rules.runtime.value_conversion import from_rule
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.types import type_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A canonical text, how it is shown to people, and what it is made of, in words."""

    text: str
    shown: str
    source: str


_COMPILED: StudyCache[tuple[str, str, str], Callable[[Frames], RuleValue | None]] = (
    StudyCache()
)
NO_PROPOSALS: Mapping[CellKey, Proposal] = MappingProxyType({})


def proposals(study: Study, form: Form, context: Context) -> Mapping[CellKey, Proposal]:
    """What is proposed for the form's questions.

    The cells have no row: what is proposed in a repeating group, which is the table, is
    proposed in each of its rows.
    """
    asked: list[tuple[CellKey, Field]] = []
    for group in form.groups:
        proposing = [field for field in group.fields if field.propose is not None]
        for field in proposing:
            asked.append((CellKey(group.table, None, field.name), field))

    if not asked:
        return NO_PROPOSALS

    # A proposal reads nothing of the form itself, so that may be blank.
    captured = form_in_context(study, form, Record(), context)
    offered: dict[CellKey, Proposal] = {}
    for cell, field in asked:
        proposal = _proposal(study, captured, field)
        if proposal is not None:
            offered[cell] = proposal

    return MappingProxyType(offered)


def _compiled(study: Study, field: Field) -> Callable[[Frames], RuleValue | None]:
    """What works the proposal of a field out; made once for each study."""
    proposed = field.propose
    assert proposed is not None
    home = Home(form=study.forms[field.form])

    return _COMPILED.get(
        study,
        (field.form, field.group, field.name),
        lambda: compile_expression(proposed, study, home, type_of(field)),
    )


def _proposal(study: Study, captured: EvaluatedForm, field: Field) -> Proposal | None:
    """What is proposed for one field; None where that is unknown or no answer of it."""
    assert field.propose is not None
    value = _compiled(study, field)(captured.frames(None))
    written = None if value is None else from_rule(value, field)
    if written is None:
        return None

    text = field.kind.write(written, field)
    # A retired code can no longer be chosen, so nobody is asked to take it.
    if text in field.retired or isinstance(field.kind.parse(text, field), Refusal):
        return None

    unit = shown_unit(field.unit.fixed) if field.unit and field.unit.fixed else ""
    shown = with_unit(shown_as(text, field), unit)
    home = Home(form=study.forms[field.form])
    source = to_english(field.propose, study, home)
    return Proposal(text=text, shown=shown, source=source)
