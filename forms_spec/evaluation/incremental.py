"""A subject's casebook after a change: only what the change reaches is evaluated again.

Every result is kept together with what it was worked out from: its own inputs, and every
answer that it read of other forms or of the calendar. Nobody has to say what was changed.
Records are compared by their content, then the reads of each result that may be reached
are asked again, and a result stands only where all answers are the same. So it does not
matter who saved a form, in which process, or how it got there.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from threading import RLock
from typing import Any, TypeVar, cast

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.evaluation.evaluate_form import judge_captured
from forms_spec.evaluation.kept_rules import KeptRules, RulesAgain
from forms_spec.evaluation.recorded_reads import (
    EvaluationDay,
    Input,
    Read,
    RecordedSubject,
    still_so,
)
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import Casebook, FormKey, Record
from forms_spec.model.study import Study

Result = TypeVar("Result")
NOTHING: frozenset[Input] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptResult:
    """A result with everything that it was worked out from.

    ``given`` is what the caller handed in. ``inputs`` are the forms that ``reads`` asked.
    ``cell_inputs`` are those of them that values of a form's own cells hang on: only
    these pass a change on to whoever reads the form. ``rules`` are those of a form that
    were kept by themselves: their reads are not among ``reads``, their inputs are among
    ``inputs``.
    """

    value: Any
    given: tuple[Any, ...]
    reads: Mapping[Read, Any]
    inputs: frozenset[Input]
    cell_inputs: frozenset[Input] = NOTHING
    rules: KeptRules = field(default_factory=dict)


class CasebookResults:
    """Results about one subject on one day, taken over from ``earlier`` where they stand.

    ``complete`` says which forms are to be complete; the others are drafts. ``earlier``
    are the results of the same subject before something changed, or None. Those of
    another study or subject are not used. Threads may share the results.

    ``findings`` are those of each captured form, form by form, as ``judge_casebook`` has
    them.
    """

    def __init__(
        self,
        study: Study,
        casebook: Casebook,
        today: date,
        subject: str | None,
        *,
        complete: Callable[[FormKey], bool],
        earlier: CasebookResults | None = None,
    ) -> None:
        self.study = study
        self.casebook = casebook
        self.today = today
        self.subject = subject
        self._records: dict[FormKey, Record] = {}

        for form in study.forms:
            for key in casebook.keys(form):
                record = casebook.record(key)
                if record is not None:
                    self._records[key] = record

        # A cell that is being evaluated is UNKNOWN to whoever asks for it meanwhile: that
        # is right for a cell that depends on itself, and wrong for another thread.
        self._lock = RLock()
        self._world: EvaluatedSubject | None = None
        self._kept: dict[Hashable, KeptResult] = {}
        self._doubtful: dict[Hashable, Set[Input]] = {}
        keys = None

        if earlier and earlier.study is study and earlier.subject == subject:
            with earlier._lock:
                self._take_over(earlier)

            if list(self._records) == list(earlier._records):
                keys = list(earlier.findings)

        # At once, since the next change is followed along what the forms read now.
        self.findings: Mapping[FormKey, tuple[Finding, ...]] = {
            key: self._findings(key, complete=complete(key))
            for key in keys or self._keys_in_order()
        }

    def _keys_in_order(self) -> list[FormKey]:
        """The captured forms as the dictionary and its visits have them."""
        world = self._world_now()
        keys: list[FormKey] = []
        for form in self.study.forms:
            keys.extend(world.keys(form))

        return keys

    def _take_over(self, earlier: CasebookResults) -> None:
        self._kept = dict(earlier._kept)
        reached = self._reached(self._changed_since(earlier))
        # What nobody asked for since an earlier change is still in doubt.
        self._doubtful = dict(earlier._doubtful)
        for name, kept in self._kept.items():
            if not kept.inputs.isdisjoint(reached):
                self._doubtful[name] = self._doubtful.get(name, NOTHING) | reached

    def _changed_since(self, earlier: CasebookResults) -> set[Input]:
        changed: set[Input] = set()
        before = earlier._records

        for key, record in self._records.items():
            # Nearly all records are the same object, which is seen without a comparison.
            known = before.get(key)
            if known is not record and known != record:
                changed.add(key)

        changed.update(before.keys() - self._records.keys())
        if self.today != earlier.today:
            changed.add(EvaluationDay.TODAY)

        return changed

    def _reached(self, changed: set[Input]) -> set[Input]:
        """All that a read may hang on which may now be answered otherwise.

        A form is reached when its own record changed, or a value that one of its cells
        is calculated from, or is shown by.
        """
        reached: set[Input] = set()
        front = changed

        while front:
            reached |= front
            reached |= {item.form for item in front if isinstance(item, FormKey)}

            # Forms with a cell that is calculated from what was reached a step before.
            front = set()
            for name, kept in self._kept.items():
                if not isinstance(name, FormKey) or name in reached:
                    continue

                if not kept.cell_inputs.isdisjoint(reached):
                    front.add(name)

        return reached

    def _world_now(self) -> EvaluatedSubject:
        """The subject's forms as they are, each cell evaluated when it is read."""
        if self._world is None:
            self._world = _RecordingSubject(
                self.study, self.casebook, self.today, self.subject
            )

        return self._world

    def forget_cells(self) -> None:
        """Gives up the evaluated cells, which are needed only while results change."""
        with self._lock:
            self._world = None

    def _findings(self, key: FormKey, *, complete: bool) -> tuple[Finding, ...]:
        given = (self._records[key], complete)
        kept = self._kept.get(key)
        if kept and key not in self._doubtful and kept.given == given:
            # Nearly all forms after a save, so without a further step.
            return cast("tuple[Finding, ...]", kept.value)

        reached = self._doubtful.pop(key, NOTHING)
        if kept is not None and self._stands(kept, given, reached):
            return cast("tuple[Finding, ...]", kept.value)

        # Rules find other things in a form to be completed than in a draft.
        earlier: KeptRules = {}
        if kept is not None and kept.given[1] == complete:
            earlier = kept.rules

        again = RulesAgain(self._world_now(), earlier, reached)
        result = self._kept[key] = self._evaluated(key, given, again)
        return cast("tuple[Finding, ...]", result.value)

    def _evaluated(
        self, key: FormKey, given: tuple[Record, bool], rules: RulesAgain
    ) -> KeptResult:
        captured = self._world_now().form(key)
        assert captured is not None
        reads = captured.world
        assert isinstance(reads, RecordedSubject)
        captured.settle()
        cell_inputs = frozenset(reads.inputs)
        judgement = judge_captured(
            captured, completing=given[1], found_by=rules.found_by
        )

        return KeptResult(
            value=judgement.findings,
            given=given,
            reads=reads.reads,
            inputs=frozenset(reads.inputs | rules.inputs),
            cell_inputs=cell_inputs,
            rules=rules.kept,
        )

    def of(
        self, name: str, *given: Any, work_out: Callable[[EvaluatedSubject], Result]
    ) -> Result:
        """Anything else about the subject.

        ``work_out`` may use what is ``given``, which has to be comparable, and the
        subject that it is called with, but nothing else that can change.
        """
        with self._lock:
            kept = self._standing(name, given)
            if kept is None:
                subject = RecordedSubject(self._world_now())
                value = work_out(subject)
                kept = self._kept[name] = KeptResult(
                    value=value,
                    given=given,
                    reads=subject.reads,
                    inputs=frozenset(subject.inputs),
                )

        return cast("Result", kept.value)

    def _standing(self, name: Hashable, given: tuple[Any, ...]) -> KeptResult | None:
        """The kept result of that name where it is still right."""
        kept = self._kept.get(name)
        reached = self._doubtful.pop(name, NOTHING)
        if kept is None or not self._stands(kept, given, reached):
            return None

        return kept

    def _stands(
        self, kept: KeptResult, given: tuple[Any, ...], reached: Set[Input]
    ) -> bool:
        """Whether a result is still right of which ``reached`` may be answered otherwise."""
        if kept.given != given:
            return False
        if not reached:
            return True

        # Its own reads, and those of its rules that were kept by themselves.
        of_rules = [rule.reads for rule in kept.rules.values()]
        world = self._world_now()
        return all(still_so(reads, world, reached) for reads in (kept.reads, *of_rules))


class _RecordingSubject(EvaluatedSubject):
    """A subject whose forms each record what they read of the others."""

    def _captured(self, key: FormKey, record: Record) -> EvaluatedForm:
        captured = super()._captured(key, record)
        captured.world = RecordedSubject(self, home=key)
        return captured
