"""The JSON Schema of a dictionary's files, for any editor that reads one.

Draft 7, which every release of the YAML extension of VS Code understands. It is read
off the shapes that load the files, so it takes whatever they take. It cannot know names
that other files define: ``crfsmith check`` and the language server do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields

from forms_spec.field_types import FIELD_TYPES, FieldType
from forms_spec.loading.codelists import CodelistsSchema
from forms_spec.loading.eligibility import EligibilityFileSchema
from forms_spec.loading.field_schema import FieldSchema
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.loading.form_builder import FormSchema, GroupSchema
from forms_spec.loading.reference_ranges import ReferencesSchema
from forms_spec.loading.roles import RolesFileSchema
from forms_spec.loading.rules import RulesSchema
from forms_spec.loading.study import StudySchema
from forms_spec.loading.translations import TranslationsSchema
from forms_spec.loading.visits import VisitsSchema
from generator.editor.key_meanings import meaning
from generator.editor.value_shapes import Json, either, shape_of, text

DRAFT = "http://json-schema.org/draft-07/schema#"
ALWAYS_ALLOWED = frozenset({"label", "type"})
DEFAULTS = "Defaults"
GROUP_OF_COPY = frozenset({"type", "description", "properties", "additionalProperties"})
"""What is said of a group of which the rest stands in another form."""

FILES: Mapping[str, type[Schema]] = MappingProxyType(
    {
        "study": StudySchema,
        "codelists": CodelistsSchema,
        "visits": VisitsSchema,
        "form": FormSchema,
        "rules": RulesSchema,
        "derivations": RulesSchema,
        "reference_ranges": ReferencesSchema,
        "eligibility": EligibilityFileSchema,
        "roles": RolesFileSchema,
        "translations": TranslationsSchema,
    }
)
"""The shape of a file by the key that says what it holds."""

_UNKNOWN_NOUNS = set(NOUNS) ^ set(FILES)
if _UNKNOWN_NOUNS:
    raise RuntimeError(f"kinds of files without a shape: {_UNKNOWN_NOUNS}")


def dictionary_schema() -> Json:
    """The schema of any file of a dictionary, as data for JSON."""
    definitions = _Definitions()
    by_noun = [
        {"if": {"required": [noun]}, "then": definitions.mapping(schema)}
        for noun, schema in FILES.items()
    ]

    return {
        "$schema": DRAFT,
        "title": "A file of a crfsmith data dictionary",
        "type": "object",
        # An empty file is offered the keys that say what it holds.
        "properties": {noun: _top_key(noun) for noun in FILES},
        "anyOf": [{"required": [noun]} for noun in FILES],
        "allOf": by_noun,
        "definitions": definitions.by_name,
    }


def _top_key(noun: str) -> Json:
    schema = FILES[noun]
    words = meaning(schema, noun) or _summary(schema)
    return {"description": words}


class _Definitions:
    """Every mapping of the dictionary once, by the name of its shape."""

    def __init__(self) -> None:
        self.by_name: dict[str, Json] = {}

    def mapping(self, schema: type[Schema]) -> Json:
        """A reference to what is said of a mapping, which is made at its first use."""
        name = schema.__name__.removesuffix("Schema")
        if name not in self.by_name:
            # A mapping may hold others of its own shape.
            self.by_name[name] = {}
            self.by_name[name] = self._definition(schema)

        return {"$ref": f"#/definitions/{name}"}

    def value(self, shape: fields.Field[Any]) -> Json:
        return shape_of(shape, self)

    def _definition(self, schema: type[Schema]) -> Json:
        loaded = schema().load_fields
        keys = {field.data_key or name: field for name, field in loaded.items()}
        required = [key for key, field in keys.items() if field.required]
        definition: Json = {
            "type": "object",
            "description": _summary(schema),
            "properties": {
                key: self._explained(schema, key, field) for key, field in keys.items()
            },
            "additionalProperties": False,
        }
        if required:
            definition["required"] = required

        return self._refined(schema, definition)

    def _explained(
        self, schema: type[Schema], key: str, field: fields.Field[Any]
    ) -> Json:
        shape = self.value(field)
        words = meaning(schema, key)
        if words is None:
            return shape

        # Draft 7 reads nothing that is beside a reference.
        explained = {"allOf": [shape]} if "$ref" in shape else shape
        return {"description": words, **explained}

    def _refined(self, schema: type[Schema], definition: Json) -> Json:
        """What a shape alone does not say: which keys suit which field type."""
        if schema is FieldSchema:
            definition["properties"]["type"] |= _type_names()
            # Defaults may name a type that each of the fields replaces.
            self.by_name[DEFAULTS] = dict(definition)
            return {**definition, "allOf": [_of_type(type_) for type_ in FIELD_TYPES]}

        if schema is GroupSchema:
            return self._with_short_fields(definition)

        if schema is FormSchema:
            return self._with_copies(definition)

        return definition

    def _with_short_fields(self, group: Json) -> Json:
        """With ``defaults`` a field may be its label alone."""
        keys: Json = group["properties"]
        words = keys["defaults"]["description"]
        reference = {"$ref": f"#/definitions/{DEFAULTS}"}
        keys["defaults"] = {"description": words, "allOf": [reference]}

        full = keys["fields"]["additionalProperties"]
        keys["fields"]["additionalProperties"] = either(text(), full)
        only_full = {"properties": {"fields": {"additionalProperties": full}}}

        return {**group, "if": {"required": ["defaults"]}, "else": only_full}

    def _with_copies(self, form: Json) -> Json:
        """A form that is ``like`` another one says a part of its fields and groups."""
        keys: Json = form["properties"]
        whole = {
            key: {"additionalProperties": keys[key]["additionalProperties"]}
            for key in ("fields", "groups")
        }
        group = self.by_name["Group"]
        rest = {key: value for key, value in group.items() if key in GROUP_OF_COPY}
        self.by_name["GroupOfCopy"] = rest
        part = {"$ref": "#/definitions/GroupOfCopy"}
        keys["groups"]["additionalProperties"] = part
        field = whole["fields"]["additionalProperties"]
        keys["fields"]["additionalProperties"] = either(text(), field)

        return {**form, "if": {"required": ["like"]}, "else": {"properties": whole}}


def _type_names() -> Json:
    return {
        "enum": [type_.name for type_ in FIELD_TYPES],
        "enumDescriptions": [
            f"asked as: {type_.asked}. Stored as: {type_.stored}"
            for type_ in FIELD_TYPES
        ],
    }


def _of_type(type_: FieldType) -> Json:
    """The keys and controls of a field type."""
    controls = type_.controls or (type_.control,)
    is_of_type = {"properties": {"type": {"const": type_.name}}, "required": ["type"]}
    return {
        "if": is_of_type,
        "then": {
            "propertyNames": {"enum": sorted(type_.facets | ALWAYS_ALLOWED)},
            "properties": {"control": {"enum": list(controls)}},
        },
    }


def _summary(schema: type[Schema]) -> str:
    """The first sentence of a shape's docstring."""
    words = " ".join((schema.__doc__ or "").split())
    sentence, _, _ = words.partition(". ")
    return sentence.replace("``", "`").rstrip(".")
