"""The study's own file: what it is called, its sites, missing codes and parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.double_entry import DoubleEntrySchema
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.lookup_tables import LookupTableSchema
from forms_spec.loading.protocol_checks import STUDY_FACETS, ChecksShape
from forms_spec.loading.randomization import RandomizationSchema
from forms_spec.loading.schema_fields import (
    BooleanField,
    Collected,
    MappingSchema,
    NamedMapping,
    NestedField,
    OneOf,
    ScalarField,
    TextField,
    TextListField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.loading.verification import VerificationSchema
from forms_spec.loading.visit_dating import VisitDatingSchema
from forms_spec.model.arms import Arms
from forms_spec.model.codes import MissingCode
from forms_spec.model.signatures import LONGEST_MEANING, USUAL_MEANINGS
from forms_spec.model.study import Parameter

INTEGER = re.compile(r"-?[0-9]+")
DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")
PARAMETER_KINDS = ("integer", "decimal", "date", "text")
BY_SITE = "by_site"


class SubjectSchema(MappingSchema):
    """How subjects are called."""

    pattern = TextField(required=True)
    example = TextField(required=True)


class MissingSchema(MappingSchema):
    """A missing code in full."""

    label = TextField(required=True)
    draft_only = BooleanField(load_default=False)
    redcap = TextField(load_default=None)


class OneMissing(Collected):
    """A label, or a missing code in full."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return _MISSING.deserialize(value)  # type: ignore[no-any-return]

        return {"label": _TEXT.deserialize(value), "draft_only": False}


class ParameterSchema(MappingSchema):
    """A parameter in full."""

    value = TextField(required=True)
    sites = NamedMapping(TextField(), load_default=dict)
    label = TextField(load_default=None)
    kind = OneOf(*PARAMETER_KINDS, load_default=None)
    unit = TextField(load_default=None)
    source = TextField(load_default=None)


class OneParameter(Collected):
    """A value, or a parameter in full."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return _PARAMETER.deserialize(value)  # type: ignore[no-any-return]

        if not isinstance(value, str):
            fail("not-text")

        return {"value": _TEXT.deserialize(value)}


class TimeZone(ScalarField):
    """A time zone by its name in the IANA database: ``Europe/Berlin``.

    An offset knows no summer time.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        known = available_timezones()
        if not isinstance(value, str) or value not in known:
            near = did_you_mean(str(value), known)
            fail("unknown-timezone", name=value, near=near)

        return value


class DayZeroShape(ScalarField):
    """``form.field``, or a list of them; ``least`` is how many there are at least."""

    def __init__(self, *, least: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least
        self.several = TextListField(least=least)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            return (_TEXT.deserialize(value),)

        return self.several.deserialize(value)  # type: ignore[no-any-return]


class StatusSchema(MappingSchema):
    """When a subject has a status, and which visits stay due then."""

    form = TextField(required=True)
    when = TextField(required=True)
    still_due = TextListField(load_default=())


class StatusesSchema(MappingSchema):
    """The statuses of a subject that the dictionary says in its own way. Whoever has
    none of them is screened.
    """

    enrolled = NestedField(StatusSchema)
    screen_failure = NestedField(StatusSchema)
    completed = NestedField(StatusSchema)
    withdrawn = NestedField(StatusSchema)


class ArmsSchema(MappingSchema):
    """The arms, and what gives the arm of a subject."""

    by = TextField(required=True)
    names = NamedMapping(TextField(), required=True)


_TEXT = TextField()
_MISSING = NestedField(MissingSchema)
_PARAMETER = NestedField(ParameterSchema)


class StudySchema(MappingSchema):
    """The file whose top key is ``study``."""

    study = TextField(required=True)
    title = TextField(required=True)
    short = TextField(load_default=None)
    languages = NamedMapping(TextField(), load_default=dict)
    date_order = OneOf("dmy", "mdy", load_default=None)
    timezone = TimeZone(load_default=None)
    release = OneOf("at_once", BY_SITE, load_default="at_once")
    subject = NestedField(SubjectSchema, required=True)
    sites = NamedMapping(TextField(), load_default=dict)
    day_zero = DayZeroShape(load_default=())
    anchors = NamedMapping(DayZeroShape(), load_default=dict)
    visit = NestedField(VisitDatingSchema, load_default=None)
    last_day = DayZeroShape(least=0, load_default=None)
    arms = NestedField(ArmsSchema, load_default=None)
    missing = NamedMapping(OneMissing(), load_default=dict)
    parameters = NamedMapping(OneParameter(), load_default=dict)
    checks = ChecksShape(STUDY_FACETS, load_default=dict)
    subject_status = NestedField(StatusesSchema, load_default=dict)
    verification = NestedField(VerificationSchema, load_default=None)
    signature_meanings = TextListField(least=1, most=20, load_default=USUAL_MEANINGS)
    double_entry = NestedField(DoubleEntrySchema, load_default=None)
    randomization = NestedField(RandomizationSchema, load_default=None)
    tables = NamedMapping(LookupTableSchema, load_default=dict)


def build_meanings(
    loaded: Mapping[str, Any], spot: SourceNode, notes: Notes
) -> tuple[str, ...]:
    """What a signature can mean, in the order of the page."""
    meanings: tuple[str, ...] = loaded.get("signature_meanings", USUAL_MEANINGS)
    for index, meaning in enumerate(meanings):
        if len(meaning) > LONGEST_MEANING:
            place = spot.at("signature_meanings", index).place
            notes.say("signature-meaning-long", place, most=LONGEST_MEANING)

    return meanings


def build_arms(loaded: Mapping[str, Any]) -> Arms | None:
    """The study's arms; None where it has none, or nothing gives a subject's arm."""
    arms = loaded.get("arms")
    if not arms or "by" not in arms:
        return None

    return Arms(by=arms["by"], titles=MappingProxyType(arms.get("names", {})))


def build_missing(loaded: Mapping[str, Any]) -> Mapping[str, MissingCode]:
    """The study's missing codes by code."""
    return MappingProxyType(
        {
            code: MissingCode(
                code=code,
                label=data.get("label", code),
                draft_only=data.get("draft_only", False),
                redcap=data.get("redcap"),
            )
            for code, data in loaded.get("missing", {}).items()
        }
    )


def build_parameters(
    loaded: Mapping[str, Any], spot: SourceNode
) -> Mapping[str, Parameter]:
    """The study's parameters by name."""
    parameters: dict[str, Parameter] = {}
    for name, data in loaded.get("parameters", {}).items():
        value = data.get("value")
        if value is None:
            continue

        sites = data.get("sites", {})
        parameters[name] = Parameter(
            name=name,
            kind=data.get("kind") or _guess_kind(value, *sites.values()),
            value=value,
            sites=MappingProxyType(sites),
            label=data.get("label") or name,
            unit=data.get("unit"),
            source=data.get("source"),
            place=spot.at("parameters", name).key,
        )

    return MappingProxyType(parameters)


def _guess_kind(*values: str) -> str:
    """A parameter without a kind is a number or a text, the same at all sites."""
    if all(map(INTEGER.fullmatch, values)):
        return "integer"
    if all(INTEGER.fullmatch(value) or DECIMAL.fullmatch(value) for value in values):
        return "decimal"

    return "text"
