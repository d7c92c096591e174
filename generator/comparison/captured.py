"""Captured data under both versions of a dictionary: what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat

from forms_spec.evaluation.form_result import CellState, EvaluatedCell
from forms_spec.evaluation.unique_values import Holder, UniqueIndex, unique_fields
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.kinds.choices import SEPARATOR
from forms_spec.kinds.pattern import whole_match
from forms_spec.model.captured_data import CellKey, FormKey, all_cells
from forms_spec.model.study import Study
from forms_spec.schedule.form_places import has_place
from generator.comparison.change import DictionaryChange, Effect, Scope
from generator.comparison.data_effects import (
    DataEffects,
    EffectKind,
    EffectLine,
    SubjectEffect,
)
from generator.comparison.gist import gist
from generator.comparison.verdicts import (
    CapturedSubject,
    Verdicts,
    verdicts,
)

Subjects = Callable[[], Iterable[CapturedSubject]]
"""All subjects, anew at each call: answers that may stand once only are looked for first."""
NEW = {
    Severity.ERROR: EffectKind.NEW_ERROR,
    Severity.QUERY: EffectKind.NEW_QUERY,
    Severity.WARNING: EffectKind.NEW_WARNING,
}
MOVED = {
    (True, False): EffectKind.OF_THE_PAST,
    (False, True): EffectKind.AGAIN_SCHEDULED,
}
"""What becomes of a form by whether it had, and has, its place in the study."""


def effects_on_data(
    before: Study,
    after: Study,
    changes: Sequence[DictionaryChange],
    subjects: Subjects,
    today: date,
) -> DataEffects:
    """Evaluates every subject under both versions as of a day, and sums up what differs.

    One subject is in memory at a time.
    """
    studies = before, after
    indexes = tuple(_index(study, subjects) for study in studies)
    affected = _Affected(changes)
    effects = DataEffects(today=today)

    for subject in subjects():
        effects.subjects += 1
        effects.forms += len(subject.records)
        for number in affected.answers(subject):
            effects.add_answer(number, subject.name)

        pair = [
            verdicts(study, subject, today, index)
            for study, index in zip(studies, indexes, strict=True)
        ]
        for effect in subject_effects(before, after, subject, *pair):
            effects.add(effect.line, subject.name)

    return effects


def breaks_data(changes: Sequence[DictionaryChange], effects: DataEffects) -> Effect:
    """How grave it is for these data: what evaluating shows, and the changes of meaning
    that it cannot show, where they are about an answer.
    """
    worst = [line.kind.effect for line in effects.lines]

    for number, change in enumerate(changes):
        if not change.consequence.judged and number in effects.answers:
            worst.append(change.effect)

    return max(worst, default=Effect.HARMLESS)


def _index(study: Study, subjects: Subjects) -> UniqueIndex:
    index = UniqueIndex()
    if not unique_fields(study):
        return index

    for subject in subjects():
        for key, record in subject.records.items():
            if key.form in study.forms:
                index.add_form(study, Holder(subject.site, subject.name, key), record)

    return index


class _Affected:
    """Which changes an answer is under."""

    def __init__(self, changes: Sequence[DictionaryChange]) -> None:
        self._numbers: dict[Scope, list[int]] = {}
        for number, change in enumerate(changes):
            for scope in change.scopes:
                self._numbers.setdefault(scope, []).append(number)

        # What scopes name: the form and the field, or the visit alone, and so on.
        self._shapes = {
            tuple(part is not None for part in scope) for scope in self._numbers
        }

    def answers(self, subject: CapturedSubject) -> Iterator[int]:
        """The number of each change, once for each answer that it is about."""
        for key, record in subject.records.items():
            for cell, text in all_cells(key.form, record):
                if text:
                    yield from self._of_cell(key, cell, text)

    def _of_cell(self, key: FormKey, cell: CellKey, text: str) -> Iterator[int]:
        for index, code in enumerate(text.split(SEPARATOR)):
            whole = Scope(key.form, cell.table, cell.field, code, key.visit)
            for shape in self._shapes:
                # An answer of several codes counts once where no code is named.
                if index and not shape[3]:
                    continue
                parts = zip(whole, shape, strict=True)
                scope = Scope(*(part if named else None for part, named in parts))
                yield from self._numbers.get(scope, ())


def subject_effects(
    before: Study,
    after: Study,
    subject: CapturedSubject,
    old: Verdicts,
    new: Verdicts,
) -> Iterator[SubjectEffect]:
    """Everything that differs for a subject between its verdicts under two versions."""
    touched: set[FormKey] = set()

    for effect in (
        *_of_forms(before, after, subject, old, new),
        *_of_visits(old, new),
    ):
        yield effect
        if effect.form is not None and effect.line.kind.effect > Effect.HARMLESS:
            touched.add(effect.form)

    yield from _of_subject(before, after, subject, old, new)

    for kind, keys in (
        (EffectKind.LOCKED, subject.locked),
        (EffectKind.SIGNED, subject.signed),
    ):
        for key in sorted(touched & keys):
            yield SubjectEffect(line=EffectLine(kind, key.form), form=key)


def _of_subject(
    before: Study, after: Study, subject: CapturedSubject, old: Verdicts, new: Verdicts
) -> Iterator[SubjectEffect]:
    fits = [
        whole_match(study.subject_pattern, subject.name) for study in (before, after)
    ]
    happens = {
        EffectKind.OLD_NUMBER: fits == [True, False],
        EffectKind.SITE_GONE: subject.site in set(before.sites) - set(after.sites),
        EffectKind.STATUS: old.status != new.status,
    }

    for kind in filter(happens.__getitem__, happens):
        yield SubjectEffect(line=EffectLine(kind))

    for name in sorted({*old.criteria, *new.criteria}):
        if old.criteria.get(name) != new.criteria.get(name):
            line = EffectLine(EffectKind.ELIGIBILITY, field=name)
            yield SubjectEffect(line=line)


def _of_visits(old: Verdicts, new: Verdicts) -> Iterator[SubjectEffect]:
    for kind, keys in (
        (EffectKind.LACKING, new.lacking - old.lacking),
        (EffectKind.NOT_ASKED, old.lacking - new.lacking),
    ):
        for key in sorted(keys):
            yield SubjectEffect(line=EffectLine(kind, key.form))


def _of_forms(
    before: Study, after: Study, subject: CapturedSubject, old: Verdicts, new: Verdicts
) -> Iterator[SubjectEffect]:
    for key, record in subject.records.items():
        moved = MOVED.get((has_place(before, key), has_place(after, key)))
        if moved is not None:
            yield SubjectEffect(line=EffectLine(moved, key.form), form=key)
        if key not in old.judgements or key not in new.judgements:
            continue

        texts = dict(all_cells(key.form, record))
        pair = old.judgements[key].cells, new.judgements[key].cells
        for cell in {**dict.fromkeys(texts), **pair[0], **pair[1]}:
            kind_of_cell = _of_cell(
                pair[0].get(cell), pair[1].get(cell), texts.get(cell)
            )
            if kind_of_cell is not None:
                line = EffectLine(kind_of_cell, cell.table, cell.field)
                yield SubjectEffect(line=line, form=key)

        for line in _of_findings(old.findings[key], new.findings[key]):
            yield SubjectEffect(line=line, form=key)

        may = [_may_complete(item.findings[key]) for item in (old, new)]
        if may == [True, False] and key in subject.complete:
            line = EffectLine(EffectKind.INCOMPLETE, key.form)
            yield SubjectEffect(line=line, form=key)


def _of_cell(
    old: EvaluatedCell | None, new: EvaluatedCell | None, text: str | None
) -> EffectKind | None:
    """What becomes of an answer; None where nothing does."""
    if old is None or old.state is CellState.HIDDEN:
        return None if new is None else _of_shown(new, text)
    if new is None or new.state is CellState.HIDDEN:
        return EffectKind.NOT_SHOWN if text or old.text else None
    if old.text != new.text:
        return EffectKind.COMPUTED

    # What no version can read has its findings, which say more.
    readings = [(cell.state, gist(cell.value)) for cell in (old, new)]
    is_read = CellState.INVALID not in (old.state, new.state)
    if is_read and readings[0] != readings[1]:
        return EffectKind.READ_OTHERWISE

    return None


def _of_shown(new: EvaluatedCell, text: str | None) -> EffectKind | None:
    """What becomes of a cell that was not shown before."""
    if new.state is CellState.HIDDEN:
        return None
    if text:
        return EffectKind.SHOWN_AGAIN

    # A question that came in with a formula has an answer at once.
    return EffectKind.COMPUTED if new.text else None


def _of_findings(
    old: Iterable[Finding], new: Iterable[Finding]
) -> Iterator[EffectLine]:
    before, after = Counter(map(_identity, old)), Counter(map(_identity, new))
    for (place, code, severity), number in (after - before).items():
        line = EffectLine(NEW[severity], place.table, place.field or "", code)
        yield from repeat(line, number)

    for (place, code, _severity), number in (before - after).items():
        kind = EffectKind.GONE_FINDING
        line = EffectLine(kind, place.table, place.field or "", code)
        yield from repeat(line, number)


def _identity(finding: Finding) -> tuple[DataPlace, str, Severity]:
    """What a finding has to be the same in, whatever its words are."""
    place = finding.data or DataPlace(table="")
    return place, finding.code, finding.severity


def _may_complete(findings: Iterable[Finding]) -> bool:
    return all(finding.severity is not Severity.ERROR for finding in findings)
