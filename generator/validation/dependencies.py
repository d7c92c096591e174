"""Which findings can only follow from a table or a column that is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from generator.validation.table_plan import TablePlan

if TYPE_CHECKING:
    from forms_spec.model.fields import Field, Group
    from forms_spec.model.study import Study

Place = tuple[str, str]
"""A table and a field."""
UNTOLD = "-unknown"
"""The end of every code that says of a field that something cannot be told."""


@dataclass(kw_only=True)
class Links:
    """What the tables of a package hang on: each other by their keys, and answers on
    other answers.
    """

    plans: Sequence[TablePlan] = ()
    study: Study | None = None
    _read: dict[Place, frozenset[Place]] = field(default_factory=dict)

    def parents(self, table: str, name: str | None) -> frozenset[str]:
        """The tables that a foreign key of this field names, or one of several fields
        where it is None.
        """
        plan = next((item for item in self.plans if item.name == table), None)
        keys = plan.schema.get("foreignKeys", ()) if plan else ()

        return frozenset(
            str(key["reference"].get("resource") or table)
            for key in keys
            if _only(key["fields"]) == name
            and isinstance(key.get("reference"), Mapping)
        )

    def untold_by(self, code: str, table: str, name: str | None) -> frozenset[Place]:
        """The answers without any of which a finding of this kind is made; none where
        others could be why.
        """
        if name is None or self.study is None or table not in self.study.tables:
            return frozenset()
        if code.endswith(UNTOLD) or code == "unit-missing":
            return self._field_reads(table, name)
        rules = [
            reads
            for unknown, index, reads in self._rules
            if (unknown, index) == (code, (table, name))
        ]

        return frozenset.intersection(*rules) if rules else frozenset()

    def _field_reads(self, table: str, name: str) -> frozenset[Place]:
        if (table, name) not in self._read:
            self._read[table, name] = frozenset(self._reads_of(table, name))
        return self._read[table, name]

    def _reads_of(self, table: str, name: str) -> Iterator[Place]:
        assert self.study is not None
        owner = self.study.tables[table]
        item = next((entry for entry in owner.fields if entry.name == name), None)
        if item is None:
            return
        if item.unit and item.unit.companion:
            yield table, item.unit.companion
        group = next(group for group in owner.form.groups if group.name == item.group)
        for expression in _expressions(group, item):
            yield from self._reads(expression, table)

    def _reads(self, expression: Any, table: str) -> Iterator[Place]:
        # The rule language: packages without a study do without.
        from forms_spec.rules import Home, references

        assert self.study is not None
        owner = self.study.tables[table]

        for target in references(
            expression, self.study, Home(form=owner.form, group=owner.group)
        ):
            if target.table and target.field:
                yield target.table, target.field

    @cached_property
    def _rules(self) -> list[tuple[str, Place, frozenset[Place]]]:
        """The code, the place and the reads of every rule that says when it cannot be
        told.
        """
        rules = self.study.rules.values() if self.study else ()
        return [
            (
                rule.unknown,
                rule.on[0],
                self._rule_reads(rule.assertion, rule.when, rule.on[0][0]),
            )
            for rule in rules
            if rule.unknown is not None
        ]

    def _rule_reads(self, holds: Any, applies: Any, table: str) -> frozenset[Place]:
        text = [holds] if applies is None else [holds, applies]
        return frozenset(place for item in text for place in self._reads(item, table))


def _expressions(group: Group, item: Field) -> Iterator[Any]:
    """Every expression that decides on a field."""
    ends = (
        end
        for _, values in item.limits
        for text in values.values()
        for end in (text.low, text.high)
    )
    required = item.required if not isinstance(item.required, bool) else None
    yield from (
        text
        for text in (group.show_when, item.show_when, required, item.value, *ends)
        if text is not None
    )


def _only(names: str | Collection[str]) -> str | None:
    value = [names] if isinstance(names, str) else list(names)
    return value[0] if len(value) == 1 else None
