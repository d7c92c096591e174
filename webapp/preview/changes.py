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
    "offered_when": "codes",
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

    old_fields = dict(_fields(before))
    new_fields = dict(_fields(after))

    changed: dict[tuple[str, str], str] = {}
    for key, field in new_fields.items():
        words = _changed_keys(old_fields.get(key), field)
        if words:
            changed[key] = words

    gone: dict[str, tuple[str, ...]] = {}
    for (table, name), field in old_fields.items():
        if (table, name) not in new_fields:
            gone[field.form] = (*gone.get(field.form, ()), f"{table}.{name}")

    touched = {new_fields[key].form for key in changed}
    touched.update(gone)
    for name, form in after.forms.items():
        if _heading(before.forms.get(name)) != _heading(form):
            touched.add(name)

    # A form that went has no page on which its change could be marked.
    touched.intersection_update(after.forms)
    return Changes(fields=changed, gone=gone, forms=frozenset(touched))


def _fields(study: Study) -> Iterator[tuple[tuple[str, str], Field]]:
    for form in study.forms.values():
        for group in form.groups:
            table = group.name if group.rows else form.name
            for field in group.fields:
                yield (table, field.name), field


def _heading(form: Form | None) -> object:
    """What a form says beside its fields: title, help, and the headings and rows of its
    groups.
    """
    if form is None:
        return None

    groups = []
    for group in form.groups:
        heading = (
            group.name,
            group.title,
            group.help,
            _gist(group.rows),
            group.layout,
            _gist(group.show_when),
        )
        # The order of questions is part of the page, too.
        groups.append((heading, [field.name for field in group.fields]))

    return form.title, form.help, form.log, form.domain, groups


def _changed_keys(before: Field | None, after: Field) -> str:
    """``new``, or the keys of the dictionary that say something else now."""
    if before is None:
        return "new"

    keys: dict[str, None] = {}
    for attribute in fields(Field):
        name = attribute.name
        if name in NOT_COMPARED:
            continue
        if _gist(getattr(before, name)) != _gist(getattr(after, name)):
            # Two attributes may come from one key: a length has two ends.
            keys[KEYS.get(name, name)] = None

    return ", ".join(keys)


def _gist(value: object) -> object:
    """A value without its places in the text, comparable between versions."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, Kind | FieldType):
        return value.name
    if isinstance(value, tuple):
        return tuple(map(_gist, value))

    if isinstance(value, Mapping):
        parts = dict(value)
    elif is_dataclass(value):
        names = [attribute.name for attribute in fields(value)]
        parts = {name: getattr(value, name) for name in names}
        # Where it is written says nothing of what it says.
        parts.pop("place", None)
    else:
        return value

    return {key: _gist(part) for key, part in parts.items()}
