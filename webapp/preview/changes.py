"""What the pages of the preview mark: the changes since the version before, by question
and by form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.comparison.change import DictionaryChange
from generator.comparison.compare import compare

OF_A_QUESTION = frozenset({"field", "code"})
WITH_QUESTIONS = frozenset({"form", "group", "field"})
ON_A_PAGE = OF_A_QUESTION | WITH_QUESTIONS

Question = tuple[str, str]
"""A table and a field of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """``fields`` maps (table, field) to ``new`` or to the keys that changed; ``gone``
    lists what went.
    """

    fields: Mapping[Question, str]
    gone: Mapping[str, tuple[str, ...]]
    forms: frozenset[str]

    @property
    def any(self) -> bool:
        return bool(self.fields or self.gone or self.forms)


NONE = Changes(fields={}, gone={}, forms=frozenset())


def changes(before: Study | None, after: Study) -> Changes:
    """What ``after`` says otherwise than ``before``; nothing without a version before."""
    if before is None:
        return NONE

    keys: dict[Question, dict[str, None]] = {}
    gone: dict[str, dict[str, None]] = {}
    touched = {name for name, form in after.forms.items() if _moved(before, form)}

    for change in compare(before, after):
        if change.what not in ON_A_PAGE:
            continue

        form = str(change.scopes[0].form)
        touched.add(form)
        if change.is_gone and change.what in WITH_QUESTIONS:
            names = map(".".join, _questions(change, before))
            gone.setdefault(form, {}).update(dict.fromkeys(names))
            continue

        for question in _marked(change, after):
            keys.setdefault(question, {})[_key(change)] = None

    return Changes(
        fields={question: ", ".join(words) for question, words in keys.items()},
        gone={form: tuple(names) for form, names in gone.items()},
        # A form that went has no page on which its change could be marked.
        forms=frozenset(touched & set(after.forms)),
    )


def _moved(before: Study, form: Form) -> bool:
    """Whether a form asks in another order, which is part of the page and of nothing
    else.
    """
    old = before.forms.get(form.name)
    return old is not None and _order(old) != _order(form)


def _order(form: Form) -> list[list[str]]:
    return [[field.name for field in group.fields] for group in form.groups]


def _key(change: DictionaryChange) -> str:
    if change.what == "code":
        return "codes"

    return change.key or "new"


def _marked(change: DictionaryChange, after: Study) -> Iterator[Question]:
    """The questions that a change marks: those of a new group, too."""
    if change.is_new or change.what in OF_A_QUESTION:
        yield from _questions(change, after)


def _questions(change: DictionaryChange, study: Study) -> Iterator[Question]:
    """The questions of a form, a group or a field."""
    form_name, table, name, _, _ = change.scopes[0]
    form = study.forms.get(form_name or "")

    for group in form.groups if form is not None else ():
        if table not in (None, group.table):
            continue
        for field in group.fields:
            if name in (None, field.name):
                yield group.table, field.name
