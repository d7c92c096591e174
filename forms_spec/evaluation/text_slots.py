"""What stands on a page beside the cells: answers inside texts, and whether a note is
shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from forms_spec.evaluation.captured_form import (
    EvaluatedForm,
    form_in_context,
)
from forms_spec.evaluation.range_checks import plain as plain_number
from forms_spec.kinds.display import shown_as
from forms_spec.model.captured_data import Context, Record
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.text_templates import BLANK, Slot, Wording
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.runtime.compiler import compile_core, compile_expression
from forms_spec.rules.runtime.environment import Closure
from forms_spec.rules.runtime.value_conversion import from_rule
from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type

Spot = tuple[str, int | None, str, str]
"""Table, row, the name of a field or of a group, and the key that holds the text."""


@dataclass(frozen=True, kw_only=True)
class PageWords:
    """``words`` are the answers in each text, in its order; ``hidden`` the notes that
    are not shown.
    """

    words: Mapping[Spot, tuple[str, ...]] = field(default_factory=dict)
    hidden: frozenset[tuple[str, int | None, str]] = frozenset()


NO_WORDS = PageWords()


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotPlan:
    """A slot made ready: what gives its value, and the field that says how it is
    written.
    """

    closure: Closure
    field: Field | None
    coded: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TextPlan:
    """A text with slots. ``in_rows``: it stands in every row of its table."""

    table: str
    name: str
    key: str
    in_rows: bool
    home: Home
    slots: tuple[Slot, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotePlan:
    """A note with conditions."""

    table: str
    name: str
    in_rows: bool
    conditions: tuple[tuple[Expression, Home], ...]


def page_words(study: Study, form: Form, record: Record, context: Context) -> PageWords:
    """The answers in the form's texts, and its hidden notes, by a record that need not
    be complete.
    """
    texts, notes = texts_of(study, form), notes_of(study, form)
    if not texts and not notes:
        return NO_WORDS

    captured = form_in_context(study, form, record, context)
    captured.settle()
    words: dict[Spot, tuple[str, ...]] = {}

    for text in texts:
        plans = [slot_plan(study, slot, text.home) for slot in text.slots]
        for row in _rows(captured, text.table, in_rows=text.in_rows):
            written = tuple(_words(plan, captured, row) for plan in plans)
            words[text.table, row, text.name, text.key] = written

    hidden = frozenset(_hidden_notes(captured, notes))
    return PageWords(words=words, hidden=hidden)


def _hidden_notes(
    captured: EvaluatedForm, notes: Iterable[NotePlan]
) -> Iterator[tuple[str, int | None, str]]:
    """The notes that are not shown: table, row and name of each."""
    study = captured.world.study
    for note in notes:
        for row in _rows(captured, note.table, in_rows=note.in_rows):
            if not _shown(study, note, captured, row):
                yield note.table, row, note.name


_TEXTS: StudyCache[str, tuple[TextPlan, ...]] = StudyCache()
_NOTES: StudyCache[str, tuple[NotePlan, ...]] = StudyCache()


def texts_of(study: Study, form: Form) -> tuple[TextPlan, ...]:
    """Every text of a form that has slots; kept with the study."""
    return _TEXTS.get(study, form.name, lambda: tuple(_texts(form)))


def notes_of(study: Study, form: Form) -> tuple[NotePlan, ...]:
    """Every note of a form that has conditions; kept with the study."""
    return _NOTES.get(study, form.name, lambda: tuple(_notes(form)))


def slot_field(node: resolved.Core) -> Field | None:
    """The field that a slot reads; None for a key such as ``subjid``."""
    if not isinstance(node, resolved.Read | resolved.Remote):
        return None

    return node.field


def slot_plan(study: Study, slot: Slot, home: Home) -> SlotPlan:
    node = resolve(slot.expression, study, home).core
    return SlotPlan(
        closure=compile_core(node), field=slot_field(node), coded=slot.coded
    )


def _texts(form: Form) -> Iterator[TextPlan]:
    for group in form.groups:
        # The texts of a group stand above its rows, not in each of them.
        for key, wording in group.wordings.items():
            yield TextPlan(
                table=form.name,
                name=f"@{group.name}",
                key=key,
                in_rows=False,
                home=Home(form=form),
                slots=_slots(wording),
            )

        for item in group.fields:
            for key, wording in item.wordings.items():
                yield TextPlan(
                    table=group.table,
                    name=item.name,
                    key=key,
                    in_rows=group.rows is not None,
                    home=Home.in_group(form, group),
                    slots=_slots(wording),
                )


def _slots(wording: Wording) -> tuple[Slot, ...]:
    return tuple(part for part in wording if isinstance(part, Slot))


def _notes(form: Form) -> Iterator[NotePlan]:
    for group in form.groups:
        notes = [item for item in group.fields if not item.collected]
        for item in notes:
            conditions = tuple(_conditions(form, group, item))
            if conditions:
                yield NotePlan(
                    table=group.table,
                    name=item.name,
                    in_rows=group.rows is not None,
                    conditions=conditions,
                )


def _conditions(
    form: Form, group: Group, note: Field
) -> Iterator[tuple[Expression, Home]]:
    """What decides whether a note is shown: the group's condition, then its own."""
    if group.show_when is not None:
        yield group.show_when, Home(form=form)

    if note.show_when is not None:
        yield note.show_when, Home.in_group(form, group)


def _rows(
    captured: EvaluatedForm, table: str, *, in_rows: bool
) -> Iterator[int | None]:
    yield from captured.rows(table) if in_rows else (None,)


def _words(plan: SlotPlan, captured: EvaluatedForm, row: int | None) -> str:
    value = plan.closure(captured.frames(row))
    if value is None:
        return BLANK

    # A key such as ``subjid`` belongs to no field.
    if plan.field is None:
        return plain_number(value) if isinstance(value, int) else str(value)

    written = from_rule(value, plan.field)
    if written is None:
        return BLANK

    text = plan.field.kind.write(written, plan.field)
    if plan.coded:
        return text

    return shown_as(text, plan.field)


def _shown(
    study: Study, note: NotePlan, captured: EvaluatedForm, row: int | None
) -> bool:
    frames = captured.frames(row)
    return all(
        compile_expression(rule, study, home, Type.CONDITION)(frames) is True
        for rule, home in note.conditions
    )
