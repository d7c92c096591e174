"""Edit checks and named derivations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms_spec.findings.finding import Severity
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.expressions import LocatedExpression, parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
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
from forms_spec.loading.source_map import ExpressionPart, Parts
from forms_spec.model.edit_checks import Derivation, EditCheck
from forms_spec.model.fields import Table
from forms_spec.rules.semantics.name_lookup import references_in

UNTOLD = "rule-untold"
HEAD = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\(([^()]*)\))?")


class UnknownSchema(MappingSchema):
    """UNKNOWN is a check of its own."""

    check = TextField(required=True)


class _UnknownField(ScalarField):
    """The code of the finding for UNKNOWN; None for ``false``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        if isinstance(value, dict):
            return _UNKNOWN.load(value)["check"]  # type: ignore[no-any-return]
        return UNTOLD if _FLAG.deserialize(value) else None


class RuleSchema(MappingSchema):
    """One edit check."""

    check = TextField()
    message = TextField(required=True)
    assertion = TextField(required=True, data_key="assert")
    when = TextField()
    severity = OneOf(*(item.value for item in Severity), required=True)
    on = TextListField(least=1)
    unknown = _UnknownField(load_default=None)  # type: ignore[assignment]


class _DerivationSchema(MappingSchema):
    value = TextField(required=True)
    label = TextField()


class _OneDerivation(Collected):
    """An expression, or one with its label."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return _DERIVATION.deserialize(value)  # type: ignore[no-any-return]
        if not isinstance(value, str):
            fail("not-text")
        return {"value": value}


_DERIVATION = NestedField(_DerivationSchema)
_UNKNOWN = UnknownSchema()
_FLAG = BooleanField()


class RulesSchema(MappingSchema):
    """A file whose top key is ``rules`` or ``derivations``."""

    rules = NamedMapping(RuleSchema, load_default=dict)
    derivations = NamedMapping(_OneDerivation(), load_default=dict)


@dataclass(frozen=True, kw_only=True)
class RulesBuilder:
    """Makes the rules and derivations of one file."""

    spot: SourceNode
    tables: Mapping[str, Table]
    parts: Parts
    notes: Notes

    def build(
        self, rules: dict[str, EditCheck], derivations: dict[str, Derivation]
    ) -> None:
        """Add the file's rules and derivations to those of the files before it."""
        loaded = self.notes.load(RulesSchema(), self.spot.data, self.spot)
        for head, text in loaded.get("derivations", {}).items():
            derivation = self._derivation(head, text, self.spot.at("derivations", head))
            if derivation is not None and self._new(
                "derivation", derivation.name, derivation.place, derivations
            ):
                derivations[derivation.name] = derivation

        for name, text in loaded.get("rules", {}).items():
            rule = self._rule(name, text, self.spot.at("rules", name))
            if rule is not None and self._new("rule", name, rule.place, rules):
                rules[name] = rule

    def _new(
        self,
        what: str,
        name: str,
        place: TextPlace,
        rules: Mapping[str, EditCheck | Derivation],
    ) -> bool:
        if name not in rules:
            return True
        first = rules[name].place
        self.notes.say(
            "duplicate-name", place, related=(first,), what=what, name=name, first=first
        )

        return False

    def _derivation(
        self, head: str, data: Mapping[str, Any], spot: SourceNode
    ) -> Derivation | None:
        result = HEAD.fullmatch(head)
        if not result:
            self.notes.say("derivation-name", spot.key, name=head)
            return None

        written = parse_at(spot.at_or_self("value"), self.notes)
        if written is None or "value" not in data:
            return None
        takes = tuple(
            part.strip() for part in (result[2] or "").split(",") if part.strip()
        )

        return Derivation(
            name=result[1],
            takes=takes,
            expression=written.expression,
            label=data.get("label"),
            place=spot.key,
        )

    def _rule(
        self, name: str, data: Mapping[str, Any], spot: SourceNode
    ) -> EditCheck | None:
        assertion = (
            parse_at(spot.at("assert"), self.notes) if "assertion" in data else None
        )
        when = parse_at(spot.at("when"), self.notes) if "when" in data else None
        if assertion is None:
            return None
        on = tuple(
            self._on(data["on"], spot) if "on" in data else self._read(assertion)
        )
        if not on:
            if "on" not in data:
                self.notes.say("rule-on-nothing", spot.key, name=name)
            return None

        table = self.tables[on[0][0]]
        row_group = table.group.name if table.group else None

        for what, written in (("assert", assertion), ("when", when)):
            if written is not None:
                part = ExpressionPart(
                    written=written,
                    what=what,
                    form=table.form.name,
                    row_group=row_group,
                )
                self.parts.expressions.append(part)

        return EditCheck(
            name=name,
            check=data.get("check", name),
            message=data.get("message", name),
            when=when.expression if when else None,
            assertion=assertion.expression,
            severity=Severity(data.get("severity", "refuse")),
            on=on,
            unknown=data.get("unknown"),
            place=spot.key,
        )

    def _on(
        self, texts: tuple[str, ...], spot: SourceNode
    ) -> Iterator[tuple[str, str]]:
        for index, item in enumerate(texts):
            table, _, name = item.partition(".")
            if self._field(table, name):
                yield table, name
            else:
                known = [
                    f"{value.name}.{f.name}"
                    for value in self.tables.values()
                    for f in value.fields
                ]
                place = spot.at("on", index).place
                self.notes.say(
                    "unknown-field", place, name=item, near=did_you_mean(item, known)
                )

    def _read(self, assertion: LocatedExpression) -> Iterator[tuple[str, str]]:
        """The fields that ``assert`` names with their table, each once."""
        read = [
            (reference.table, reference.field)
            for reference in references_in(assertion.expression.tree)
        ]
        for table, name in dict.fromkeys(read):
            if table is not None and name is not None and self._field(table, name):
                yield table, name

    def _field(self, table: str, name: str) -> bool:
        owner = self.tables.get(table)
        return owner is not None and any(field.name == name for field in owner.fields)
