"""Codelists: named ones of a file, and those written in place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import (
    BooleanField,
    Collected,
    MappingSchema,
    NamedMapping,
    NestedField,
    ScalarField,
    TextField,
    TextListField,
    whole_match,
)
from forms_spec.loading.schema_problems import Problem, fail
from forms_spec.model.codes import Code, Codelist

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class DecimalField(ScalarField):
    """A number with at most 15 digits before the point and 9 after it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Decimal:
        if not whole_match(NUMBER, value):
            fail("not-numeric")

        return Decimal(value)


class CodeSchema(MappingSchema):
    """One answer in full; only its label is needed."""

    label = TextField(required=True)
    exclusive = BooleanField(load_default=False)
    number = DecimalField(load_default=None)
    synonyms = TextListField(load_default=())
    when = TextField(load_default=None)


class OneCode(Collected):
    """A label, or a code in full."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return _CODE.deserialize(value)  # type: ignore[no-any-return]

        return {
            "label": _LABEL.deserialize(value),
            "exclusive": False,
            "number": None,
            "synonyms": (),
            "when": None,
        }


class Codes(Collected):
    """Answers: a mapping from codes to labels, or a list of codes that are their own
    labels.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Code, ...]:
        if isinstance(value, list):
            return _from_list(value)

        if not isinstance(value, dict):
            fail("not-codes")

        if not value:
            fail("no-codes")

        try:
            by_code = _BY_CODE.deserialize(value)
        except ValidationError as error:
            codes = list(_codes(error.valid_data))
            raise ValidationError(error.messages, valid_data=codes) from error

        return _codes(by_code)

    def rescued(self, valid: Any) -> tuple[Code, ...]:
        return tuple(valid or ())


class CodesOrName(Collected):
    """The name of a codelist, or codes in place."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | tuple[Code, ...]:
        if isinstance(value, str):
            return _LABEL.deserialize(value)  # type: ignore[no-any-return]

        return _IN_PLACE.deserialize(value)  # type: ignore[no-any-return]


_CODE = NestedField(CodeSchema)
_LABEL = TextField()
_BY_CODE = NamedMapping(OneCode())
_IN_PLACE = Codes()


def _codes(by_code: Any) -> tuple[Code, ...]:
    """The codes of a mapping, without those that have no label."""
    codes: list[Code] = []
    for code, keys in by_code.items() if isinstance(by_code, dict) else ():
        if "label" not in keys:
            continue

        codes.append(
            Code(
                code=code,
                label=keys["label"],
                exclusive=keys.get("exclusive", False),
                number=keys.get("number"),
                synonyms=keys.get("synonyms") or (),
                when=keys.get("when"),
            )
        )

    return tuple(codes)


def _from_list(value: list[Any]) -> tuple[Code, ...]:
    if not value:
        fail("no-codes")

    wrong: dict[int, list[Problem]] = {}
    seen: set[str] = set()

    for index, code in enumerate(value):
        if code is None:
            wrong[index] = [Problem(code="empty-value", words={"key": index})]
        elif not isinstance(code, str):
            wrong[index] = [Problem(code="not-text", words={"key": index})]
        elif code in seen:
            wrong[index] = [Problem(code="listed-twice", words={"name": code})]
        else:
            seen.add(code)

    if wrong:
        raise ValidationError(wrong)

    return tuple(Code(code=code, label=code) for code in value)


class CodelistsSchema(MappingSchema):
    """A file of codelists."""

    codelists = NamedMapping(Codes(), required=True)


def build_codelists(
    spot: SourceNode,
    notes: Notes,
    codelists: dict[str, Codelist],
    spots: list[SourceNode],
) -> None:
    """Add a file's codelists to those of the files before it."""
    loaded = notes.load(CodelistsSchema(), spot.data, spot)
    readable = loaded.get("codelists", {})
    data = spot.at("codelists").data
    if not isinstance(data, dict):
        return

    # A list that could not be read is built without codes: fields may name it.
    for name in data:
        list_spot = spot.at("codelists", name)
        if name in codelists:
            first = codelists[name].place
            notes.say_duplicate("codelist", name, list_spot.key, first)
            continue

        spots.append(list_spot)
        codes = readable.get(name, ())
        codelists[name] = Codelist(name=name, codes=codes, place=list_spot.key)
