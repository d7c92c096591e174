"""What differs between two versions of a dictionary, in the words of its author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from forms_spec.field_types import FieldType
from forms_spec.kinds import Kind
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.rules import Expression

NOT_COMPARED = frozenset({"place", "form", "group"})
"""A field that only moved in its file, or in its form, says the same as before."""

KEYS = {
    "ranges": "range",
    "codelist": "codes",
    "kind": "type",
    "min_length": "length",
    "max_length": "length",
}
"""What the dictionary calls an attribute of the model, where the words differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """``fields`` maps (table, field) to ``new`` or to the keys that changed; ``gone``
    lists what went.
    """

    fields: Mapping[tuple[str, str], str]
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
    old, new = dict(_fields(before)), dict(_fields(after))
    data = {key: _said(old.get(key), field) for key, field in new.items()}
    gone: dict[str, tuple[str, ...]] = {}

    for (table, name), field in old.items():
        if (table, name) not in new:
            gone[field.form] = (*gone.get(field.form, ()), f"{table}.{name}")

    result = {key: words for key, words in data.items() if words}
    touched = {new[key].form for key in result} | set(gone)
    reworded = {
        name
        for name, form in after.forms.items()
        if _heading(before.forms.get(name)) != _heading(form)
    }

    return Changes(
        fields=result,
        gone=gone,
        forms=frozenset((touched | reworded) & set(after.forms)),
    )


def _fields(study: Study) -> Iterator[tuple[tuple[str, str], Field]]:
    for form in study.forms.values():
        for group in form.groups:
            for field in group.fields:
                yield (group.name if group.rows else form.name, field.name), field


def _heading(form: Form | None) -> object:
    """What a form says beside its fields: title, help, and the headings and rows of its
    groups.
    """
    if form is None:
        return None
    groups = [
        (g.name, g.title, g.help, _gist(g.rows), g.layout, _gist(g.show_when))
        for g in form.groups
    ]
    order = [field.name for group in form.groups for field in group.fields]

    return form.title, form.help, form.log, form.domain, groups, order


def _said(before: Field | None, after: Field) -> str:
    if before is None:
        return "new"
    keys = (
        KEYS.get(field.name, field.name)
        for field in fields(Field)
        if field.name not in NOT_COMPARED
        and _gist(getattr(before, field.name)) != _gist(getattr(after, field.name))
    )

    return ", ".join(dict.fromkeys(keys))


def _gist(value: object) -> object:
    """A value without its places in the text, comparable between versions."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Kind | FieldType):
        return value.name
    if isinstance(value, Mapping):
        return {key: _gist(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_gist, value))
    if is_dataclass(value):
        return {
            field.name: _gist(getattr(value, field.name))
            for field in fields(value)
            if field.name != "place"
        }

    return value
