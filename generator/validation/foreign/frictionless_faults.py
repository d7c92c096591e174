"""What Frictionless says of each part of a descriptor by itself, so that its words have
a place.

Asked about a whole package, it stops at the first part, and often gives no path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from generator.heavy_libraries import frictionless
from generator.validation.foreign.descriptor_path import DescriptorPath, fault, shown
from generator.validation.foreign.written_schema import WrittenSchema
from generator.validation.report.report import Reported

LONGEST_WORDS = 200
_AT_PROPERTY = re.compile(r"(?P<says>.*) at property '(?P<path>[^']*)'", re.DOTALL)
_PROPERTIES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(words), path)
    for words, path in (
        (r'constraint "(\w+)"', r"constraints.\1"),
        (r'"(\w+)" should be set as "constraints\.', r"\1"),
        (r"missing value", "missingValues"),
        (r"example value", "example"),
        (r"names of the (\w+) are not unique", r"\1"),
        (r"primary key", "primaryKey"),
        (r"foreign key", "foreignKeys"),
        (r"license requires", "licenses"),
        (r'property "(\w+)(?:\[\])?', r"\1"),
        (r'properties "path" and "data"', "data"),
        (r'one of the properties "(path)"', r"\1"),
        (r'(?:resource|field|control) type "', "type"),
        (r"'(\w+)' is a required property", r"\1"),
    )
)
"""What Frictionless's words are about, where it gives no path."""
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
_LACKS = re.compile(r"'(\w+)' is a required property")
_OF_TYPE = re.compile(r"[\s\S]* is not of type (?P<types>'\w+'(?:, '\w+')*)")
_NO_NAME = re.compile(r"'[\s\S]*' does not match '[^']*'")
_QUOTED = re.compile(r"'(\w+)'")
_JSON_TYPES = {
    "string": "a text", "array": "a list", "object": "an object", "integer": "a whole number",
    "number": "a number", "boolean": "true or false",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class FrictionlessFault:
    """An error of Frictionless.

    ``path`` is the property that it is about, ``part`` what has the property, ``given``
    what is written there. ``kind`` and ``words`` are Frictionless's.
    """

    path: DescriptorPath
    part: DescriptorPath
    given: Any
    kind: str
    words: str

    def reported(self) -> Reported:
        """The finding: in our words where the catalogue has some, else in its own."""
        if lacking := _LACKS.match(self.words):
            return fault("descriptor-lacks", self.part, name=lacking[1]).reported

        if of_type := _OF_TYPE.fullmatch(self.words):
            types = _QUOTED.findall(of_type["types"])
            wanted = " or ".join(_JSON_TYPES.get(name, name) for name in types)
            given = shown(self.given)
            wrong = fault("descriptor-type", self.path, given=given, wanted=wanted)
            return wrong.reported

        if self.path.steps.endswith("name") and _NO_NAME.fullmatch(self.words):
            return fault("descriptor-name", self.path, value=str(self.given)).reported

        words = self.words[:LONGEST_WORDS]
        refused = fault("descriptor-refused", self.path, kind=self.kind, says=words)

        return refused.reported


def frictionless_faults(
    descriptor: Mapping[str, Any],
    paths: Sequence[DescriptorPath],
    schemas: Sequence[WrittenSchema | None],
) -> Iterator[FrictionlessFault]:
    """Its words on the package, its resources, their dialects and schemas, and their
    fields.

    ``paths`` and ``schemas`` are those of the resources.
    """
    version = frictionless.Package.effective_datapackage_version(dict(descriptor), None)
    question = _Question(version)
    # A package needs a resource. This one has no faults of its own.
    alone = {**descriptor, "resources": [{"name": "x", "path": "x.csv"}]}
    yield from question.ask(
        frictionless.Package, DescriptorPath(), descriptor, alone=alone
    )

    resources = descriptor["resources"]

    for path, resource, schema in zip(paths, resources, schemas, strict=True):
        if isinstance(resource, dict):
            yield from _of_resource(question, path, resource)
            if schema is not None:
                yield from _of_schema(question, schema)


def _of_resource(
    question: _Question, path: DescriptorPath, resource: Mapping[str, Any]
) -> Iterator[FrictionlessFault]:
    alone = {**resource}
    alone.pop("schema", None)
    alone.pop("dialect", None)
    yield from question.ask(frictionless.Resource, path, resource, alone=alone)

    dialect = resource.get("dialect")
    if not isinstance(dialect, dict):
        return

    dialect_path = path.child("dialect")
    yield from question.ask(frictionless.Dialect, dialect_path, dialect)

    for name, control in dialect.items():
        if not isinstance(control, dict):
            continue

        # The name of its part is the type of a control.
        typed = {**control, "type": name}
        control_path = dialect_path.child(name)
        yield from question.ask(
            frictionless.Control, control_path, control, alone=typed
        )


def _of_schema(
    question: _Question, schema: WrittenSchema
) -> Iterator[FrictionlessFault]:
    fields = list(schema.fields())
    if isinstance(schema.content.get("fields"), list):
        bare = [{"name": str(field.get("name"))} for _, field in fields]
        yield from question.ask(
            frictionless.Schema,
            schema.path,
            schema.content,
            alone={**schema.content, "fields": bare},
        )

    for path, field in fields:
        yield from question.ask(frictionless.Field, path, field)


@dataclass(frozen=True, slots=True)
class _Question:
    """Asks Frictionless about one part after another, by one version of the standard."""

    version: Any

    def ask(
        self,
        metadata_class: Any,
        path: DescriptorPath,
        written: Mapping[str, Any],
        *,
        alone: Mapping[str, Any] | None = None,
    ) -> Iterator[FrictionlessFault]:
        """The faults of a part; ``alone`` is the part without what is asked elsewhere."""
        part = deepcopy(dict(written if alone is None else alone))
        try:
            errors = self._errors(metadata_class, part)
        except Exception as error:
            # It stopped instead of going on to the next fault.
            own_error = getattr(error, "error", None)
            is_package = path == DescriptorPath()
            errors = [own_error]
            if own_error is None or is_package:
                errors = []

        for its_error in errors:
            steps, words = _placed(str(its_error.note or its_error.message))
            yield FrictionlessFault(
                path=path.child(steps) if steps else path,
                part=path,
                given=_value_at(written, steps),
                kind=str(its_error.type),
                words=words,
            )

    def _errors(self, metadata_class: Any, part: dict[str, Any]) -> list[Any]:
        metadata_class.metadata_transform(part)
        type_name = part.get("type")
        own_class = metadata_class.metadata_select_class(
            type_name if isinstance(type_name, str) else None
        )
        own_class.metadata_transform(part)
        context = frictionless.metadata.context.ValidationContext(
            datapackage_version=self.version
        )

        return list(own_class.metadata_validate(part, context=context))


def _placed(words: str) -> tuple[str, str]:
    """The path inside the part that the words are about, and the words without it."""
    if given := _AT_PROPERTY.fullmatch(words):
        path = "".join(map(_step, given["path"].split("/")))
        return path[1:], given["says"]

    for pattern, path in _PROPERTIES:
        if match := pattern.match(words):
            return match.expand(path), words

    return "", words


def _step(step: str) -> str:
    """A step of Frictionless's paths as ours have it: the place in a list, or a name."""
    return f"[{step}]" if step.isdecimal() else f".{step}"


def _value_at(part: Any, path: str) -> Any:
    """What a part has at a path; None where that cannot be followed."""
    value = part
    for name, index in _STEP.findall(path):
        step = int(index) if index else name
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None

    return value
