"""A study in slices, one for each form, so that what was found in a form is kept as
long as nothing that it reads has changed.

An expression reads another form only by its name, or through a derivation or a function
that it names. So the names in the texts of a form say which others it hangs on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from forms_spec.loading.source_map import NAME, Parts, StudySlice, words_of
from forms_spec.model.criteria import References
from forms_spec.model.edit_checks import Derivation
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.rules import Expression
from forms_spec.rules.semantics.reference_ranges import GIVES as REFERENCE_FUNCTIONS

READ_BY_NAME = frozenset({"forms", "derivations", "references"})
UNREAD = frozenset(
    {"name", "title", "short", "hash", "files", "rules", "eligibility"}
    | {"languages", "language", "text_languages"}
)
"""What of a study no form hangs on."""


Meaning = Form | Derivation | References
"""What the words of an expression may lead to."""


class FormParts(NamedTuple):
    """What building the form of a file gave: the same object as long as it was not
    built anew.
    """

    file: str
    form: Form | None
    parts: Parts


class _Read(NamedTuple):
    """What a slice reads beside its own parts; ``nameable`` is all that it could name.

    ``study`` is one object for all slices, so that it is compared once.
    """

    parts: Parts
    study: Sequence[Any]
    named: Mapping[str, Any]
    unsound: frozenset[str]
    nameable: Mapping[str, Any]

    def still_holds(self, now: _Read, kept: StudySlice) -> bool:
        """Whether the results of a slice that read this are those of today."""
        if self.parts is not now.parts or self.unsound != now.unsound:
            return False
        if self.study is not now.study or self.named != now.named:
            return False

        # What was refused may propose the names of any other form.
        return not kept.has_errors or self.nameable == now.nameable


@dataclass(kw_only=True)
class SliceMemory:
    """The slices of the last reading, by file."""

    _slices: dict[str, tuple[_Read, StudySlice]] = field(default_factory=dict)
    _study: Sequence[Any] = ()

    def one_study(self, read: Sequence[Any]) -> Sequence[Any]:
        """What all slices read of a study: the same object as long as it is equal."""
        if self._study != read:
            self._study = read

        return self._study

    def slice_of(self, file: str, read: _Read) -> StudySlice:
        """The slice of a file, with its results where they still hold."""
        if file in self._slices:
            before, kept = self._slices[file]
            if before.still_holds(read, kept):
                return kept

        made = StudySlice(parts=read.parts)
        self._slices[file] = read, made
        return made

    def forget_others(self, names: Mapping[str, str]) -> None:
        """Forget the files that are no longer there."""
        for name in [name for name in self._slices if name not in names]:
            del self._slices[name]


def study_slices(
    study: Study, parts: Parts, of_forms: Sequence[FormParts], memory: SliceMemory
) -> tuple[StudySlice, ...]:
    """A slice for each form's file, in the order of ``parts``, and one of the rest."""
    names = _Names(study, of_forms)
    left_out = UNREAD | READ_BY_NAME
    attributes = [item.name for item in fields(study) if item.name not in left_out]
    read_of_study = memory.one_study([getattr(study, name) for name in attributes])
    unsound = parts.unsound
    slices: list[StudySlice] = []

    for file, form, own in of_forms:
        words = names.reached_from(form, own)
        own_fields = {part.field.name for part in own.fields} if unsound else set()
        read = _Read(
            parts=own,
            study=read_of_study,
            named={
                name: names.meanings[name] for name in words & names.meanings.keys()
            },
            unsound=unsound & (words | own_fields),
            nameable=names.meanings,
        )
        slices.append(memory.slice_of(file, read))

    rest = parts.without([own for _, _, own in of_forms])
    return (*slices, StudySlice(parts=rest))


class _Names:
    """What the names of a study stand for, and which of them a form leads to."""

    def __init__(self, study: Study, of_forms: Sequence[FormParts]) -> None:
        self.study = study
        # A form, a table and a derivation may have one name, which is refused.
        self.meanings: dict[str, list[Meaning]] = {}
        for name, meaning in _named(study):
            self.meanings.setdefault(name, []).append(meaning)

        self._parts: dict[str, Parts] = {}
        for _, form, parts in of_forms:
            if form is not None:
                self._parts.setdefault(form.name, parts)

        self._conditions: dict[str, list[Expression | None]] = {}
        for item in study.schedule:
            visit = study.visits.get(item.visit)
            of_form = self._conditions.setdefault(item.form, [])
            of_form += [item.when, item.exists, visit.when if visit else None]

    def reached_from(self, form: Form | None, parts: Parts) -> set[str]:
        """The words of a form, and of all that its words name, and so on."""
        words = set(parts.words)
        if form is not None:
            words.add(form.name)

        waiting = words & self.meanings.keys()
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            for meaning in self.meanings[name]:
                added = self._words_of(meaning)
                words |= added
                waiting |= (added & self.meanings.keys()) - seen

        return words

    def _words_of(self, meaning: Meaning) -> set[str]:
        if isinstance(meaning, Derivation):
            return words_of([meaning.expression])

        if isinstance(meaning, References):
            sources = (meaning.lab, meaning.sex, meaning.age, meaning.date)
            return words_of(filter(None, sources))

        conditions = [meaning.when, *self._conditions.get(meaning.name, ())]
        words = words_of(filter(None, conditions))
        own = self._parts.get(meaning.name)
        if own is not None:
            words |= own.words

        # What belongs to an arm hangs on what gives the arm.
        arms = self.study.arms
        return words if arms is None else words.union(NAME.findall(arms.by))


def _named(study: Study) -> Iterator[tuple[str, Meaning]]:
    yield from study.derivations.items()
    if study.references is not None:
        yield from ((function, study.references) for function in REFERENCE_FUNCTIONS)

    yield from study.forms.items()
    for table in study.tables.values():
        if table.group is not None:
            yield table.name, table.form
