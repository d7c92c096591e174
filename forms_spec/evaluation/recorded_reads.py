"""What one evaluation read of a subject's other forms, each read with its answer.

``read_trace`` lists the cells that a person looks at to understand a verdict. Here every
question is written down, so that it can be asked again after a save: where all answers
are still the same, so is whatever was worked out from them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any

from forms_spec.evaluation.captured_form import (
    CellResult,
    EvaluatedForm,
    EvaluatedSubject,
)
from forms_spec.evaluation.form_plan import plan_of
from forms_spec.model.captured_data import FormKey
from forms_spec.rules.semantics.resolved import RuleValue


class EvaluationDay(Enum):
    """The day of the evaluation, as something that is read."""

    TODAY = "today"


Input = FormKey | str | EvaluationDay
"""What a read hangs on: one form, the instances of a form (by its name), or the day."""
Question = Callable[..., Any]
"""Asks a subject; its arguments begin with the input that the answer hangs on."""
Read = tuple[Question, tuple[Any, ...]]


def still_so(
    reads: Mapping[Read, Any], subject: EvaluatedSubject, reached: Collection[Input]
) -> bool:
    """Whether a subject gives the same answers as when the reads were recorded.

    Only what hangs on the ``reached`` inputs is asked again.
    """
    for (question, arguments), answer in reads.items():
        if arguments[0] not in reached:
            continue

        if question(subject, *arguments) != answer:
            return False

    return True


class RecordedSubject(EvaluatedSubject):
    """A subject as one evaluation sees it.

    ``home`` is the form that is evaluated: its own answers are not recorded. The other
    forms answer through ``subject``, which evaluates their cells for everybody, so what
    such a cell reads itself is recorded with its own form and not here.
    """

    def __init__(self, subject: EvaluatedSubject, home: FormKey | None = None) -> None:
        self.study = subject.study
        self.subject = subject.subject
        self.reads: dict[Read, Any] = {}
        self.inputs: set[Input] = set()
        self._subject = subject
        self._home = home
        self._recorded: dict[FormKey, RecordedForm | None] = {}

    @property
    def today(self) -> int:
        day: int = self.ask(_today, EvaluationDay.TODAY)
        return day

    def form(self, key: FormKey) -> EvaluatedForm | None:
        if key == self._home:
            return self._subject.form(key)

        if key not in self._recorded:
            # Whether another form was captured is itself something that was read.
            exists = self.ask(_exists, key)
            self._recorded[key] = RecordedForm(key, self) if exists else None

        return self._recorded[key]

    def keys(self, form: str) -> list[FormKey]:
        keys: list[FormKey] = self.ask(_keys, form)
        return keys

    def ask(self, question: Question, *arguments: Any) -> Any:
        """The subject's answer, asked for once."""
        read = (question, arguments)
        if read not in self.reads:
            self.inputs.add(arguments[0])
            self.reads[read] = question(self._subject, *arguments)

        return self.reads[read]

    def also_read(self, reads: Mapping[Read, Any]) -> None:
        """Takes over what was recorded apart, without the answers of ``home``."""
        for read, answer in reads.items():
            asked = read[1][0]
            if asked != self._home:
                self.inputs.add(asked)
                self.reads[read] = answer


class RecordedForm(EvaluatedForm):
    """Another form than the one that is evaluated.

    Only what stands here can be read of it: it has no record, so that nothing is read
    past the recording.
    """

    world: RecordedSubject

    def __init__(self, key: FormKey, world: RecordedSubject) -> None:
        self.plan = plan_of(world.study, world.study.forms[key.form])
        self.key = key
        self.world = world
        self._facts = {}

    def facts(self, table: str, row: int | None, field: str) -> CellResult:
        place = (table, row, field)
        if place not in self._facts:
            self._facts[place] = self.world.ask(_cell, self.key, *place)

        return self._facts[place]

    def entered(self, table: str, row: int | None, field: str) -> RuleValue | None:
        value: RuleValue | None = self.world.ask(_entered, self.key, table, row, field)
        return value

    def rows(self, table: str) -> Sequence[int]:
        numbers: Sequence[int] = self.world.ask(_rows, self.key, table)
        return numbers


def _today(subject: EvaluatedSubject, _clock: EvaluationDay) -> int:
    return subject.today


def _keys(subject: EvaluatedSubject, form: str) -> list[FormKey]:
    return subject.keys(form)


def _exists(subject: EvaluatedSubject, key: FormKey) -> bool:
    return subject.form(key) is not None


def _cell(
    subject: EvaluatedSubject, key: FormKey, table: str, row: int | None, field: str
) -> CellResult | None:
    form = subject.form(key)
    if form is None:
        return None

    return form.facts(table, row, field)


def _entered(
    subject: EvaluatedSubject, key: FormKey, table: str, row: int | None, field: str
) -> RuleValue | None:
    form = subject.form(key)
    if form is None:
        return None

    return form.entered(table, row, field)


def _rows(subject: EvaluatedSubject, key: FormKey, table: str) -> Sequence[int] | None:
    form = subject.form(key)
    if form is None:
        return None

    return form.rows(table)
