"""Edit checks and named derivations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from forms_spec.findings.finding import WORDS, Severity
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

Built = TypeVar("Built", EditCheck, Derivation)

UNTOLD = "rule-untold"
HEAD = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\(([^()]*)\))?")


class UnknownSchema(MappingSchema):
    """UNKNOWN is a check of its own."""

    check = TextField(required=True)


class UnknownField(ScalarField):
    """The code of the finding for UNKNOWN; None for ``false``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        if isinstance(value, dict):
            return _UNKNOWN.load(value)["check"]  # type: ignore[no-any-return]
        if not _FLAG.deserialize(value):
            return None

        return UNTOLD


class RuleSchema(MappingSchema):
    """One edit check."""

    check = TextField()
    message = TextField(required=True)
    assertion = TextField(required=True, data_key="assert")
    when = TextField()
    severity = OneOf(*WORDS, required=True)
    on = TextListField(least=1)
    unknown = UnknownField(load_default=None)  # type: ignore[assignment]


class DerivationSchema(MappingSchema):
    """A named expression in full."""

    value = TextField(required=True)
    label = TextField()


class OneDerivation(Collected):
    """An expression, or one with its label."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return _DERIVATION.deserialize(value)  # type: ignore[no-any-return]

        if not isinstance(value, str):
            fail("not-text")

        return {"value": value}


_DERIVATION = NestedField(DerivationSchema)
_UNKNOWN = UnknownSchema()
_FLAG = BooleanField()


class RulesSchema(MappingSchema):
    """A file whose top key is ``rules`` or ``derivations``."""

    rules = NamedMapping(RuleSchema, load_default=dict)
    derivations = NamedMapping(OneDerivation(), load_default=dict)


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
        for head, data in loaded.get("derivations", {}).items():
            derivation = self._derivation(head, data, self.spot.at("derivations", head))
            if derivation is not None:
                self._add("derivation", derivation, derivations)

        for name, data in loaded.get("rules", {}).items():
            rule = self._rule(name, data, self.spot.at("rules", name))
            if rule is not None:
                self._add("rule", rule, rules)

    def _add(self, what: str, built: Built, others: dict[str, Built]) -> None:
        if built.name in others:
            first = others[built.name].place
            self.notes.say_duplicate(what, built.name, built.place, first)
            return

        others[built.name] = built

    def _derivation(
        self, head: str, data: Mapping[str, Any], spot: SourceNode
    ) -> Derivation | None:
        match = HEAD.fullmatch(head)
        if match is None:
            self.notes.say("derivation-name", spot.key, name=head)
            return None

        name, takes = match.groups()
        written = parse_at(spot.at_or_self("value"), self.notes)
        if written is None or "value" not in data:
            return None

        return Derivation(
            name=name,
            takes=_arguments(takes or ""),
            expression=written.expression,
            label=data.get("label"),
            place=spot.key,
        )

    def _rule(
        self, name: str, data: Mapping[str, Any], spot: SourceNode
    ) -> EditCheck | None:
        # A key that the schema refused is not in the data; it has its finding.
        assertion = self._expression("assert", spot) if "assertion" in data else None
        when = self._expression("when", spot) if "when" in data else None
        if assertion is None:
            return None

        on = self._on(name, data, assertion, spot)
        if not on:
            return None

        table = self.tables[on[0][0]]
        self._list_expression("assert", assertion, table)
        if when is not None:
            self._list_expression("when", when, table)

        return EditCheck(
            name=name,
            check=data.get("check", name),
            message=data.get("message", name),
            when=when.expression if when else None,
            assertion=assertion.expression,
            severity=Severity(data.get("severity", "error")),
            on=on,
            unknown=data.get("unknown"),
            place=spot.key,
        )

    def _expression(self, key: str, spot: SourceNode) -> LocatedExpression | None:
        return parse_at(spot.at(key), self.notes)

    def _list_expression(
        self, key: str, written: LocatedExpression, table: Table
    ) -> None:
        part = ExpressionPart(
            written=written,
            what=key,
            form=table.form.name,
            row_group=table.group.name if table.group else None,
        )
        self.parts.expressions.append(part)

    def _on(
        self,
        name: str,
        data: Mapping[str, Any],
        assertion: LocatedExpression,
        spot: SourceNode,
    ) -> tuple[tuple[str, str], ...]:
        """The fields that a finding hangs on, each with its table."""
        if "on" in data:
            return tuple(self._written_on(data["on"], spot))

        read = tuple(self._read(assertion))
        if not read:
            self.notes.say("rule-on-nothing", spot.key, name=name)

        return read

    def _written_on(
        self, names: tuple[str, ...], spot: SourceNode
    ) -> Iterator[tuple[str, str]]:
        for index, full_name in enumerate(names):
            table, _, name = full_name.partition(".")
            if self._has_field(table, name):
                yield table, name
                continue

            self.notes.say(
                "unknown-field",
                spot.at("on", index).place,
                name=full_name,
                near=did_you_mean(full_name, self._field_names()),
            )

    def _field_names(self) -> list[str]:
        names: list[str] = []
        for table in self.tables.values():
            names.extend(f"{table.name}.{field.name}" for field in table.fields)

        return names

    def _read(self, assertion: LocatedExpression) -> Iterator[tuple[str, str]]:
        """The fields that ``assert`` names with their table, each once."""
        read = [
            (reference.table, reference.field)
            for reference in references_in(assertion.expression.tree)
        ]
        for table, name in dict.fromkeys(read):
            if table is None or name is None:
                continue

            if self._has_field(table, name):
                yield table, name

    def _has_field(self, table: str, name: str) -> bool:
        owner = self.tables.get(table)
        if owner is None:
            return False

        return any(field.name == name for field in owner.fields)


def _arguments(text: str) -> tuple[str, ...]:
    """The names between the parentheses of a derivation."""
    names = (name.strip() for name in text.split(","))
    return tuple(filter(None, names))
