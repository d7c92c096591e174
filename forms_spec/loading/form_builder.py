"""A form: its sections, its rows and their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import Any

from forms_spec.field_types import FIELD_TYPES
from forms_spec.loading.arms import ArmConditions
from forms_spec.loading.carried_rows import carried_rows
from forms_spec.loading.expressions import parse_at, parse_wordings
from forms_spec.loading.field_builder import FieldBuilder, allowed_missing
from forms_spec.loading.field_schema import FIELD, FieldSchema, MissingShape
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.protocol_checks import GROUP_FACETS, ChecksShape
from forms_spec.loading.schema_fields import (
    BooleanField,
    Collected,
    IntegerField,
    MappingSchema,
    NamedMapping,
    NestedField,
    OneOf,
    TextField,
    TextListField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.loading.source_map import ExpressionPart, GroupPart, Parts
from forms_spec.model.codes import Code, Codelist, MissingCode
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.fields import Field, Form, Group, Repetition
from forms_spec.model.text_templates import Wording, plain_or_none
from forms_spec.rule_syntax.expression import all_of
from forms_spec.rules import Expression
from forms_spec.yaml_source.document import Path

MOST_ROWS = 99


class RowsSchema(MappingSchema):
    """How a group repeats."""

    min = IntegerField(load_default=0)
    max = IntegerField(load_default=None)
    add = TextField(load_default=None)
    fixed = TextListField(least=1, load_default=())
    source = TextField(data_key="from", load_default=None)
    carry = TextListField(least=1, load_default=())


class FieldShape(Collected):
    """A field in full; one that is only text has its label from the group's
    ``defaults`` (``spread``).
    """

    def _deserialize(
        self, value: Any, attr: str | None, *_: Any, **__: Any
    ) -> dict[str, Any]:
        if isinstance(value, str):
            fail("field-only-text", name=attr)

        return FIELD.deserialize(value)  # type: ignore[no-any-return]


class GroupSchema(MappingSchema):
    """One section, or the rows of a form."""

    title = TextField(load_default=None)
    help = TextField(load_default=None)
    show_when = TextField(load_default=None)
    defaults = NestedField(FieldSchema)
    layout = OneOf("grid", load_default=None)
    rows = NestedField(RowsSchema, load_default=None)
    checks = ChecksShape(GROUP_FACETS)
    redcap = NamedMapping(TextField())
    fields = NamedMapping(FieldShape(), required=True)  # type: ignore[assignment]


class FormSchema(MappingSchema):
    """A file whose top key is ``form``."""

    form = TextField(required=True)
    title = TextField(required=True)
    domain = TextField(load_default=None)
    help = TextField(load_default=None)
    log = BooleanField(load_default=False)
    like = TextField(load_default=None)
    names = NamedMapping(TextField(), load_default=dict)
    arms = TextListField(least=1, load_default=())
    missing = MissingShape(load_default=())
    fields = NamedMapping(FieldShape(), load_default=None, allow_none=False)  # type: ignore[assignment]
    groups = NamedMapping(GroupSchema, load_default=dict)


def spread(data: Any) -> Any:
    """A form's data with each group's ``defaults`` written out into its fields."""
    groups = data.get("groups") if isinstance(data, dict) else None
    if not isinstance(groups, dict):
        return data

    # What has another shape than it should passes unchanged: the schema refuses it.
    spread_groups = {name: _spread_group(group) for name, group in groups.items()}
    return {**data, "groups": spread_groups}


def _spread_group(group: Any) -> Any:
    if not isinstance(group, dict):
        return group

    defaults, fields = group.get("defaults"), group.get("fields")
    if not isinstance(defaults, dict) or not isinstance(fields, dict):
        return group

    spread_fields = {
        name: _spread_field(defaults, field) for name, field in fields.items()
    }
    return {**group, "fields": spread_fields}


def _spread_field(defaults: dict[str, Any], data: Any) -> Any:
    if isinstance(data, str):
        return {**defaults, "label": data}
    if not isinstance(data, dict):
        return data

    left_out = _unanswered(data.get("type"))
    shared = {key: text for key, text in defaults.items() if key not in left_out}
    return {**shared, **data}


def _unanswered(type_name: Any) -> set[str]:
    """Keys about the answer that a field of the type, a note for example, cannot have."""
    for type_ in FIELD_TYPES:
        if type_.name == type_name:
            return {"required", "missing"} - type_.facets

    return set()


@dataclass(frozen=True, kw_only=True)
class FormBuilder:
    """Makes one form of a file."""

    spot: SourceNode
    codelists: Mapping[str, Codelist]
    codelist_spots: Mapping[str, SourceNode]
    all_missing: Mapping[str, MissingCode]
    checks: Mapping[str, ProtocolCheck]
    answers: Mapping[str, tuple[Code, ...]]
    arms: ArmConditions
    parts: Parts
    notes: Notes

    def build(self) -> Form | None:
        """The form, or None where there is not even a name."""
        loaded = self.notes.load(
            FormSchema(), spread(self.spot.data), self.spot, self.locate
        )
        name = loaded.get("form")
        if name is None:
            return None

        missing = allowed_missing(
            loaded.get("missing", ()),
            self.spot.at("missing"),
            self.all_missing,
            self.notes,
        )
        of_arms = self.arms.under_key(loaded.get("arms", ()), self.spot)
        groups: list[Group] = []
        # The fields of a form itself are a group of the form's name.
        if loaded.get("fields") is not None:
            data = {"fields": loaded["fields"]}
            groups.append(self._group(name, name, data, self.spot, missing))

        for group_name, data in loaded.get("groups", {}).items():
            spot = self.spot.at("groups", group_name)
            groups.append(self._group(name, group_name, data, spot, missing))

        log = loaded.get("log", False)
        # A log form has no visit that could ask for it. In other arms it asks nothing.
        if log and of_arms is not None:
            groups = [
                replace(group, show_when=all_of(of_arms, group.show_when))
                for group in groups
            ]

        return Form(
            name=name,
            title=loaded.get("title", name),
            groups=tuple(groups),
            place=self.spot.at("form").place,
            log=log,
            domain=loaded.get("domain"),
            help=loaded.get("help"),
            when=of_arms,
            like=loaded.get("like"),
        )

    def locate(self, path: Path) -> SourceNode:
        """The place of a path in the data that ``spread`` made."""
        match path:
            case ("groups", group, "fields", field, *rest):
                spot = self.spot.at("groups", group)
                return self._field_spot(spot, str(field)).at(*rest)

        return self.spot.at(*path)

    def _field_spot(self, group: SourceNode, name: str) -> SourceNode:
        """The text of a field; keys that it does not have stand in the ``defaults``."""
        return SourceNode(
            document=group.document,
            path=(*group.path, "fields", name),
            fallback=(*group.path, "defaults"),
        )

    def _group(
        self,
        form: str,
        name: str,
        data: Mapping[str, Any],
        spot: SourceNode,
        missing: tuple[MissingCode, ...],
    ) -> Group:
        raw_rows: Mapping[str, Any] | None = data.get("rows")
        repeats = raw_rows is not None
        builder = FieldBuilder(
            form=form,
            group=name,
            row_group=name if repeats else None,
            fixed=tuple(raw_rows.get("fixed", ())) if raw_rows is not None else (),
            missing=missing,
            all_missing=self.all_missing,
            codelists=self.codelists,
            codelist_spots=self.codelist_spots,
            checks=self.checks,
            answers=self.answers,
            arms=self.arms,
            parts=self.parts,
            notes=self.notes,
        )
        readable = data.get("fields") or {}
        fields: list[Field] = []
        for field in self._names(spot):
            field_spot = self._field_spot(spot, field)
            fields.extend(builder.build(field, readable.get(field), field_spot))

        layout = data.get("layout") or "questions"
        group = Group(
            name=name,
            title=plain_or_none(data.get("title")),
            form=form,
            fields=tuple(fields),
            place=spot.key,
            rows=_rows(raw_rows, fields) if raw_rows is not None else None,
            layout="rows" if repeats else layout,
            show_when=self._shown(form, data, spot),
            help=plain_or_none(data.get("help")),
            checks=data.get("checks", {}),
            wordings=self._wordings(form, data, spot),
            redcap=MappingProxyType(data.get("redcap", {})),
        )
        self.parts.groups.append(GroupPart(group=group, spot=spot))

        return group

    def _wordings(
        self, form: str, data: Mapping[str, Any], spot: SourceNode
    ) -> Mapping[str, Wording]:
        """The title and the help of a group where they hold answers, of the form's own
        fields.
        """
        wordings, written = parse_wordings(("title", "help"), data, spot, self.notes)
        for key, expression in written:
            part = ExpressionPart(written=expression, what=key, form=form)
            self.parts.expressions.append(part)

        return wordings

    def _names(self, spot: SourceNode) -> list[str]:
        """All fields of a group, also those of which nothing could be read: rules may
        name them.
        """
        fields = spot.at("fields").data
        if not isinstance(fields, dict):
            return []

        return list(fields)

    def _shown(
        self, form: str, data: Mapping[str, Any], spot: SourceNode
    ) -> Expression | None:
        """A group's condition sees the form's own fields, also where the group repeats."""
        if data.get("show_when") is None:
            return None

        written = parse_at(spot.at("show_when"), self.notes)
        if written is None:
            return None

        part = ExpressionPart(written=written, what="show_when", form=form)
        self.parts.expressions.append(part)

        return written.expression


def _rows(data: Mapping[str, Any], fields: Sequence[Field]) -> Repetition:
    source = data.get("source")
    if source is not None:
        return Repetition(
            minimum=0,
            maximum=MOST_ROWS,
            carried=carried_rows(source, data.get("carry", ())),
        )

    fixed = tuple(data.get("fixed", ()))
    if fixed:
        # There is a row for each combination of the codes.
        lists = [field.codelist for field in fields if field.name in fixed]
        count = prod(len(codelist.codes) for codelist in filter(None, lists))
        return Repetition(minimum=count, maximum=count, fixed=fixed)

    most = data.get("max")
    if most is None:
        most = MOST_ROWS

    return Repetition(
        minimum=data.get("min", 0),
        maximum=most,
        add_label=data.get("add") or "Add a row",
    )
