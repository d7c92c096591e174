"""What an answer rests on: every cell that was read to work it out, the blank ones too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.form_plan import FormPlan, plan_of
from forms_spec.evaluation.form_result import CellState
from forms_spec.model.captured_data import LOG, FormKey, Record
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.model.visit_lookup import nearest_visit
from forms_spec.rules.runtime.environment import FramePosition, Frames
from forms_spec.rules.semantics.bounds import leaves_open
from forms_spec.rules.semantics.resolved import RuleValue

DEEPEST = 20
"""So many formulas behind each other are followed to the cells that people answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerSource:
    """A cell of one of the subject's forms. Without ``field``: rows of ``table`` that
    there are none of.

    ``text`` is the canonical text, the computed one of a calculated field. ``captured``
    is False where nothing of the form is stored. ``partial``: a date that leaves open
    which day it was.
    """

    key: FormKey
    table: str
    row: int | None
    field: str | None
    state: CellState
    text: str
    captured: bool
    partial: bool = False


class Evidence:
    """A subject as rules see it, that writes down what they look at.

    Implements ``scene.World``.
    """

    def __init__(self, subject: EvaluatedSubject) -> None:
        self._subject = subject
        self._absent: dict[FormKey, EvaluatedForm] = {}
        self._opened: set[tuple[FormKey, str, int | None, str]] = set()
        self._depth = 0
        self.sources: dict[AnswerSource, None] = {}

    @property
    def study(self) -> Study:
        return self._subject.study

    @property
    def today(self) -> int:
        return self._subject.today

    @property
    def subject(self) -> str | None:
        return self._subject.subject

    def form(self, key: FormKey) -> ReadRecorder:
        """A form of the subject; a blank one where nothing was captured."""
        captured_form = self._subject.form(key) or self._absent.get(key)
        if captured_form is None:
            plan = plan_of(self._subject.study, self._subject.study.forms[key.form])
            captured_form = self._absent[key] = EvaluatedForm(
                plan, Record(), key, self._subject
            )

        return ReadRecorder(captured_form, self)

    def at(
        self, form: str, visit: str | None, seen_from: FormKey, field: str
    ) -> ReadRecorder | None:
        result = self._subject.at(form, visit, seen_from, field)
        if result is not None:
            return ReadRecorder(result, self)

        # That there is no such form is evidence too, at the place where it would be.
        key = self._key(form, visit, seen_from)
        if key is None:
            return None

        return self.form(key)

    def instances(
        self, form: str, visit: str, seen_from: FormKey
    ) -> Sequence[ReadRecorder]:
        result = self._subject.instances(form, visit, seen_from)
        if not result:
            # Several visits are no place at which a form could be lacking.
            place = None if visit in ("all", "previous") else visit
            key = self._key(form, place, seen_from)
            if key is not None:
                self.nothing_in(form, key)

        return [ReadRecorder(item, self) for item in result]

    def _key(self, form: str, visit: str | None, seen_from: FormKey) -> FormKey | None:
        """Where a form would stand that was not captured."""
        study = self._subject.study
        if study.forms[form].log:
            return FormKey(form, LOG, 0)
        if visit == "previous":
            return None

        there = visit or nearest_visit(study, form, seen_from.visit)
        if there is None:
            return None

        return FormKey(form, there, 0)

    def nothing_in(self, table: str, key: FormKey) -> None:
        """Rows were looked for, and there are none."""
        captured = self._subject.form(key) is not None
        source = AnswerSource(
            key=key,
            table=table,
            row=None,
            field=None,
            state=CellState.BLANK,
            text="",
            captured=captured,
        )
        self.sources[source] = None

    def source(
        self, form: EvaluatedForm, table: str, row: int | None, field: str
    ) -> AnswerSource:
        """A cell as a source."""
        facts = form.facts(table, row, field)
        seen = facts.seen

        return AnswerSource(
            key=form.key,
            table=table,
            row=row,
            field=field,
            state=facts.state,
            text=facts.text,
            captured=form.key not in self._absent,
            partial=leaves_open(seen),
        )

    def look(
        self, form: EvaluatedForm, table: str, row: int | None, field: str
    ) -> None:
        """A cell was read; behind a calculated one, what its formula reads.

        A unit belongs to its number.
        """
        field = companions(form).get((table, field), field)
        source = self.source(form, table, row, field)
        self.sources[source] = None
        formula = form.plan.fields[table, field].value
        cell = (form.key, table, row, field)

        if (
            formula is None
            or source.state is CellState.HIDDEN
            or cell in self._opened
            or self._depth > DEEPEST
        ):
            return

        self._opened.add(cell)
        self._depth += 1
        formula(ReadRecorder(form, self).frames(row))
        self._depth -= 1


COMPANIONS: StudyCache[str, Mapping[tuple[str, str], str]] = StudyCache()


def companions(form: EvaluatedForm) -> Mapping[tuple[str, str], str]:
    """By the table and name of a field that holds a chosen unit: the field of its
    number.
    """
    return COMPANIONS.get(
        form.world.study, form.key.form, lambda: _companions(form.plan)
    )


def _companions(plan: FormPlan) -> Mapping[tuple[str, str], str]:
    companions: dict[tuple[str, str], str] = {}
    for (table, name), field_plan in plan.fields.items():
        unit = field_plan.field.unit
        if unit is not None and unit.companion:
            companions[table, unit.companion] = name

    return companions


class ReadRecorder:
    """One form whose readings are written down. Implements ``scene.Instance``."""

    def __init__(self, form: EvaluatedForm, world: Evidence) -> None:
        self.captured = form
        self.world = world

    @property
    def key(self) -> FormKey:
        return self.captured.key

    def frames(self, row: int | None) -> Frames:
        return [FramePosition(self, row)]

    def value(self, table: str, row: int | None, field: str) -> RuleValue | None:
        self.world.look(self.captured, table, row, field)
        return self.captured.value(table, row, field)

    def entered(self, table: str, row: int | None, field: str) -> RuleValue | None:
        self.world.look(self.captured, table, row, field)
        return self.captured.entered(table, row, field)

    def missing(self, table: str, row: int | None, field: str) -> str | None:
        self.world.look(self.captured, table, row, field)
        return self.captured.missing(table, row, field)

    def rows(self, table: str) -> Sequence[int]:
        result = self.captured.rows(table)
        if not result:
            self.world.nothing_in(table, self.key)

        return result


def sources_of(
    subject: EvaluatedSubject,
    key: FormKey,
    *conditions: Callable[[Frames], RuleValue | None],
) -> tuple[AnswerSource, ...]:
    """What conditions of a form read, each cell once, in the order of reading."""
    evidence = Evidence(subject)
    frames = evidence.form(key).frames(None)
    for condition in conditions:
        condition(frames)

    return tuple(evidence.sources)
