"""A form: its sections, its rows and their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any

from forms_spec.field_types import FIELD_TYPES
from forms_spec.loading.expressions import parse_at, parse_slots
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
from forms_spec.model.codes import Codelist, MissingCode
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.fields import Field, Form, Group, Repetition
from forms_spec.model.text_templates import Wording, plain
from forms_spec.rules import Expression
from forms_spec.yaml_source.document import Path

MOST_ROWS = 99


class RowsSchema(MappingSchema):
    """How a group repeats."""

    min = IntegerField(load_default=0)
    max = IntegerField(load_default=None)
    add = TextField(load_default=None)
    fixed = TextListField(least=1, load_default=())


class _FieldShape(Collected):
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
    fields = NamedMapping(_FieldShape(), required=True)  # type: ignore[assignment]


class FormSchema(MappingSchema):
    """A file whose top key is ``form``."""

    form = TextField(required=True)
    title = TextField(required=True)
    domain = TextField(load_default=None)
    help = TextField(load_default=None)
    log = BooleanField(load_default=False)
    missing = MissingShape(load_default=())
    fields = NamedMapping(_FieldShape(), load_default=None, allow_none=False)  # type: ignore[assignment]
    groups = NamedMapping(GroupSchema, load_default=dict)


def spread(data: Any) -> Any:
    """A form's data with each group's ``defaults`` written out into its fields."""
    groups = data.get("groups") if isinstance(data, dict) else None
    if not isinstance(groups, dict):
        return data
    return {
        **data,
        "groups": {name: _spread_group(group) for name, group in groups.items()},
    }


def _spread_group(group: Any) -> Any:
    if not isinstance(group, dict):
        return group
    defaults, fields = group.get("defaults"), group.get("fields")
    if not isinstance(defaults, dict) or not isinstance(fields, dict):
        return group
    return {
        **group,
        "fields": {
            name: _spread_field(defaults, field) for name, field in fields.items()
        },
    }


def _spread_field(defaults: dict[str, Any], data: Any) -> Any:
    if isinstance(data, str):
        return {**defaults, "label": data}
    if not isinstance(data, dict):
        return data
    return {
        **{
            key: default
            for key, default in defaults.items()
            if not _of_answers(key, data.get("type"))
        },
        **data,
    }


def _of_answers(key: str, type_: Any) -> bool:
    """Whether a key says how a question is answered, and a field of the type is none."""
    known = next(
        (field_type for field_type in FIELD_TYPES if field_type.name == type_), None
    )
    return (
        key in ("required", "missing") and known is not None and key not in known.facets
    )


@dataclass(frozen=True, kw_only=True)
class FormBuilder:
    """Makes one form of a file."""

    spot: SourceNode
    codelists: Mapping[str, Codelist]
    all_missing: Mapping[str, MissingCode]
    checks: Mapping[str, ProtocolCheck]
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
        default = allowed_missing(
            loaded.get("missing", ()),
            self.spot.at("missing"),
            self.all_missing,
            self.notes,
        )
        groups: list[Group] = []
        if loaded.get("fields") is not None:
            first = {"fields": loaded["fields"]}
            groups.append(self._group(name, name, first, self.spot, default))

        for group, text in loaded.get("groups", {}).items():
            groups.append(
                self._group(name, group, text, self.spot.at("groups", group), default)
            )

        return Form(
            name=name,
            title=loaded.get("title", name),
            groups=tuple(groups),
            place=self.spot.at("form").place,
            log=loaded.get("log", False),
            domain=loaded.get("domain"),
            help=loaded.get("help"),
        )

    def locate(self, path: Path) -> SourceNode:
        """The place of a path in the data that ``spread`` made."""
        if len(path) > 3 and path[0] == "groups" and path[2] == "fields":
            group = self.spot.at("groups", path[1])
            return self._field_spot(group, str(path[3])).at(*path[4:])

        return self.spot.at(*path)

    def _field_spot(self, group: SourceNode, name: str) -> SourceNode:
        path = (*group.path, "fields", name)
        return SourceNode(
            document=group.document, path=path, fallback=(*group.path, "defaults")
        )

    def _group(
        self,
        form: str,
        name: str,
        data: Mapping[str, Any],
        spot: SourceNode,
        missing: tuple[MissingCode, ...],
    ) -> Group:
        raw_rows = data.get("rows")
        fixed = tuple(raw_rows.get("fixed", ())) if raw_rows is not None else ()
        row_group = name if raw_rows is not None else None
        builder = FieldBuilder(
            form=form,
            group=name,
            row_group=row_group,
            fixed=fixed,
            missing=missing,
            all_missing=self.all_missing,
            codelists=self.codelists,
            checks=self.checks,
            parts=self.parts,
            notes=self.notes,
        )
        read = data.get("fields") or {}
        fields = tuple(
            built
            for field in self._names(spot)
            for built in builder.build(
                field, read.get(field), self._field_spot(spot, field)
            )
        )
        rows = _rows(raw_rows, fields) if raw_rows is not None else None
        group = Group(
            name=name,
            title=plain(data["title"]) if data.get("title") else None,
            form=form,
            fields=fields,
            place=spot.key,
            rows=rows,
            layout="rows" if rows else data.get("layout") or "questions",
            show_when=self._shown(form, data, spot),
            help=plain(data["help"]) if data.get("help") else None,
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
        wordings: dict[str, Wording] = {}
        for key in ("title", "help"):
            if "{" in (data.get(key) or ""):
                wording, written = parse_slots(spot.at(key), self.notes)
                built = (
                    ExpressionPart(written=item, what=key, form=form)
                    for item in written
                )
                self.parts.expressions.extend(built)
                if wording:
                    wordings[key] = wording

        return wordings

    def _names(self, spot: SourceNode) -> list[str]:
        """All fields of a group, also those of which nothing could be read: rules may
        name them.
        """
        fields = spot.at("fields").data
        return list(fields) if isinstance(fields, dict) else []

    def _shown(
        self, form: str, data: Mapping[str, Any], spot: SourceNode
    ) -> Expression | None:
        """A group's condition sees the form's own fields, also where the group repeats."""
        if data.get("show_when") is None:
            return None
        parse = parse_at(spot.at("show_when"), self.notes)
        if parse is None:
            return None
        part = ExpressionPart(written=parse, what="show_when", form=form)
        self.parts.expressions.append(part)

        return parse.expression


def _rows(data: Mapping[str, Any], fields: tuple[Field, ...]) -> Repetition:
    fixed = tuple(data.get("fixed", ()))
    if fixed:
        lists = [field.codelist for field in fields if field.name in fixed]
        count = prod(len(codelist.codes) for codelist in lists if codelist)
        return Repetition(minimum=count, maximum=count, fixed=fixed)

    least = data.get("min", 0)
    most = data.get("max")

    return Repetition(
        minimum=least,
        maximum=MOST_ROWS if most is None else most,
        add_label=data.get("add") or "Add a row",
    )
