"""What may stand where the cursor is: keys, words, names, and the names in a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields

from forms_spec.field_types import FIELD_TYPES
from forms_spec.loading.field_schema import FieldSchema
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.loading.form_builder import FieldShape
from forms_spec.loading.roles import ALERTS, WORDS, AlertList, PermissionList
from forms_spec.loading.schedule import COLUMNS, MARKS
from forms_spec.loading.schema_fields import (
    BooleanField,
    MappingSchema,
    NamedMapping,
    OneOf,
)
from forms_spec.model.study import Study
from generator.editor.cursor import Cursor
from generator.editor.json_schema import ALWAYS_ALLOWED, FILES
from generator.editor.key_meanings import meaning
from generator.editor.rule_completion import RuleText, rule_offers
from generator.editor.value_shapes import IN_FULL

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A text that may stand at the cursor. ``replaces`` is the typed part before it."""

    text: str
    kind: str
    words: str | None = None
    replaces: str = ""


EXPRESSIONS = frozenset(
    {
        "show_when",
        "required",
        "value",
        "propose",
        "when",
        "assert",
        "range",
        "expected",
        "alert",
    }
    | {"conditions", "derivations", "inclusion", "exclusion", "met", "not_applicable"}
    | {"as", "lab", "sex", "age", "date"}
)
"""Keys below which the texts are of the rule language."""


def completions(cursor: Cursor, study: Study | None) -> list[Offer]:
    """Everything that may stand at the cursor, in a sensible order."""
    schema, shape = _shape_at(cursor)
    if cursor.is_key:
        return list(dict.fromkeys(_keys(cursor, schema, study)))

    return list(dict.fromkeys(_values(cursor, shape, study)))


def _shape_at(
    cursor: Cursor,
) -> tuple[type[Schema] | None, fields.Field[Any] | None]:
    """The mapping that a path ends in, or else the shape of its value."""
    noun = _noun(cursor)
    if noun is None:
        return None, None

    schema: type[Schema] | None = FILES[noun]
    shape: fields.Field[Any] | None = None
    for step in cursor.path:
        if schema is not None:
            shape = _field(schema, str(step))
        elif isinstance(shape, NamedMapping):
            shape = shape.shape
        elif isinstance(step, str):
            return None, None

        schema = _mapping(shape)

    return schema, shape


def _noun(cursor: Cursor) -> str | None:
    if cursor.top in NOUNS:
        return cursor.top

    first = cursor.path[0] if cursor.path else ""
    return str(first) if first in NOUNS else None


def _field(schema: type[Schema], key: str) -> fields.Field[Any] | None:
    for name, field in schema().load_fields.items():
        if (field.data_key or name) == key:
            return field

    return None


def _mapping(shape: fields.Field[Any] | None) -> type[Schema] | None:
    """The mapping that a value is, in full."""
    if isinstance(shape, FieldShape):
        return FieldSchema
    if isinstance(shape, fields.Nested):
        inner: Any = shape.schema
        return type(inner)

    return IN_FULL.get(type(shape)) if shape is not None else None


def _keys(
    cursor: Cursor, schema: type[Schema] | None, study: Study | None
) -> Iterator[Offer]:
    if not cursor.path and _noun(cursor) is None:
        for noun in NOUNS:
            words = meaning(FILES[noun], noun)
            yield Offer(text=noun, kind="key", words=words, replaces=cursor.typed)
    elif schema is not None and issubclass(schema, MappingSchema):
        for key, field in schema().load_fields.items():
            name = field.data_key or key
            if name not in cursor.beside and _suits(schema, name, cursor):
                yield Offer(
                    text=name,
                    kind="key",
                    words=meaning(schema, name),
                    replaces=cursor.typed,
                )
    elif study is not None:
        for name in _named_keys(cursor.path, study):
            if name not in cursor.beside:
                yield Offer(text=name, kind="name", replaces=cursor.typed)


def _suits(schema: type[Schema], key: str, cursor: Cursor) -> bool:
    """Whether a key suits the type of the field, as far as that is typed."""
    type_name = cursor.beside.get("type")
    if schema is not FieldSchema or type_name is None:
        return True

    facets = [type_.facets for type_ in FIELD_TYPES if type_.name == type_name]
    return not facets or key in facets[0] | ALWAYS_ALLOWED


def _named_keys(path: Path, study: Study) -> Iterable[str]:
    """Names of the study that are keys of a mapping."""
    if path == ("schedule",):
        return [COLUMNS, *(form.name for form in study.forms.values() if not form.log)]
    if path == ("conditions",):
        return list(study.forms)
    if path[:1] == ("conditions",):
        return list(study.visits)
    if path[:1] == ("eligibility",) and study.eligibility is not None:
        return list(study.forms[study.eligibility.form].by_name)
    if path[-1:] == ("places",):
        return list(study.tables)

    return ()


def _values(
    cursor: Cursor, shape: fields.Field[Any] | None, study: Study | None
) -> Iterator[Offer]:
    words = list(_words(cursor, shape))
    for word, explained in words:
        yield Offer(text=word, kind="word", words=explained, replaces=cursor.typed)

    if study is None:
        return

    for name, label in _names(cursor, study):
        typed = (
            cursor.typed.rpartition(" ")[2] if COLUMNS in cursor.path else cursor.typed
        )
        yield Offer(text=name, kind="name", words=label, replaces=typed)

    if EXPRESSIONS.intersection(map(str, cursor.path)):
        rule_text = RuleText.of(cursor.path, cursor.around, cursor.typed, study)
        for rule_offer in rule_offers(rule_text):
            yield Offer(
                text=rule_offer.text,
                kind=rule_offer.kind,
                words=rule_offer.words,
                replaces=rule_offer.replaces,
            )


def _words(
    cursor: Cursor, shape: fields.Field[Any] | None
) -> Iterator[tuple[str, str | None]]:
    """The few words that a value may be."""
    key = cursor.path[-1] if cursor.path else ""
    if isinstance(shape, OneOf):
        yield from ((word, None) for word in shape.words)
    elif isinstance(shape, BooleanField) or key == "required":
        yield from (("true", None), ("false", None))
    elif isinstance(shape, PermissionList):
        yield from ((word, None) for word in WORDS)
    elif isinstance(shape, AlertList):
        yield from ((word, None) for word in ALERTS)
    elif key == "type":
        for type_ in FIELD_TYPES:
            yield type_.name, f"asked as: {type_.asked}"
    elif key == "control":
        for type_ in FIELD_TYPES:
            if type_.name == cursor.beside.get("type", "text"):
                yield from ((word, None) for word in type_.controls)
    elif key == "missing":
        yield "all", "every missing code of the study"
    elif cursor.path[:1] == ("schedule",) and key != COLUMNS:
        yield from ((mark, None) for mark in MARKS)


Named = Iterable[tuple[str, str | None]]


def _names(cursor: Cursor, study: Study) -> Named:
    """Names of the study that a value may be."""
    keys = [step for step in cursor.path if isinstance(step, str)]
    key = keys[-1] if keys else ""
    if key == COLUMNS:
        return _visits(study)
    if key == "form" and len(keys) > 1:
        return _forms(study)

    return NAMES[key](study) if key in NAMES else ()


def _visits(study: Study) -> Named:
    return [(visit.name, visit.title) for visit in study.visits.values()]


def _forms(study: Study) -> Named:
    return [(form.name, form.title) for form in study.forms.values()]


def _codelists(study: Study) -> Named:
    return [
        (codelist.name, ", ".join(code.label for code in codelist.codes[:5]))
        for codelist in study.codelists.values()
    ]


def _missing(study: Study) -> Named:
    return [(code.code, code.label) for code in study.missing.values()]


def _full_names(study: Study) -> Named:
    names: list[tuple[str, str | None]] = []
    for table in study.tables.values():
        names.extend(
            (f"{table.name}.{field.name}", field.label) for field in table.fields
        )

    return names


def _row_groups(study: Study) -> Named:
    return [
        (table.name, table.form.title)
        for table in study.tables.values()
        if table.group is not None
    ]


def _tests(study: Study) -> Named:
    ranges = study.references.ranges if study.references is not None else ()
    return [(test, None) for test in dict.fromkeys(row.test for row in ranges)]


NAMES: Mapping[str, Callable[[Study], Named]] = MappingProxyType(
    {
        "codes": _codelists,
        "missing": _missing,
        "on": _full_names,
        "day_zero": _full_names,
        "date": _full_names,
        "missed": _full_names,
        "last_day": _full_names,
        "critical": _full_names,
        "visit": _visits,
        "still_due": _visits,
        "forms": _forms,
        "like": _forms,
        "row_of": _row_groups,
        "lab_test": _tests,
    }
)
"""Names of the study by the key whose value they are."""
