"""Which findings can only follow from a table or a column that is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from generator.validation.table_plan import TablePlan

if TYPE_CHECKING:
    from forms_spec.model.edit_checks import EditCheck
    from forms_spec.model.fields import Field, Group
    from forms_spec.model.study import Study

Place = tuple[str, str]
"""A table and a field."""
UNKNOWN = "-unknown"
"""The end of every code that says of a field that something cannot be told."""


class _UnknownRule(NamedTuple):
    """The finding of a rule that cannot be told, where it is shown, and what the rule
    reads.
    """

    code: str
    place: Place
    reads: frozenset[Place]


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
        parents: set[str] = set()
        for key in self._foreign_keys(table):
            if _only(key["fields"]) != name:
                continue

            reference = key.get("reference")
            if isinstance(reference, Mapping):
                # A key without a resource refers to its own table.
                parents.add(str(reference.get("resource") or table))

        return frozenset(parents)

    def _foreign_keys(self, table: str) -> Sequence[Mapping[str, Any]]:
        keys: Sequence[Mapping[str, Any]] = ()
        for plan in self.plans:
            if plan.name == table:
                keys = plan.schema.get("foreignKeys", ())
                break

        return keys

    def untold_by(self, code: str, table: str, name: str | None) -> frozenset[Place]:
        """The answers without any of which a finding of this kind is made; none where
        others could be why.
        """
        if name is None or self.study is None:
            return frozenset()
        if table not in self.study.tables:
            return frozenset()

        is_of_field = code.endswith(UNKNOWN) or code == "unit-missing"
        if is_of_field:
            return self._field_reads(table, name)

        place = (table, name)
        reads: list[frozenset[Place]] = []
        for rule in self._unknown_rules:
            if rule.code == code and rule.place == place:
                reads.append(rule.reads)

        if not reads:
            return frozenset()

        # Several rules may have one code there. Only what all of them read is why.
        return frozenset.intersection(*reads)

    def _field_reads(self, table: str, name: str) -> frozenset[Place]:
        place = (table, name)
        if place not in self._read:
            self._read[place] = frozenset(self._reads_of(table, name))

        return self._read[place]

    def _reads_of(self, table: str, name: str) -> Iterator[Place]:
        assert self.study is not None
        owner = self.study.tables[table]
        fields = {field.name: field for field in owner.fields}
        decided = fields.get(name)
        if decided is None:
            return

        # Without its unit, a number has no limits.
        unit = decided.unit
        if unit and unit.companion:
            yield table, unit.companion

        groups = {group.name: group for group in owner.form.groups}
        for expression in _expressions(groups[decided.group], decided):
            yield from self._reads(expression, table)

    def _reads(self, expression: Any, table: str) -> Iterator[Place]:
        # The rule language: packages without a study do without.
        from forms_spec.rules import Home, references

        assert self.study is not None
        owner = self.study.tables[table]
        home = Home(form=owner.form, group=owner.group)

        for target in references(expression, self.study, home):
            # A visit or a subject is no answer.
            if target.table and target.field:
                yield target.table, target.field

    @cached_property
    def _unknown_rules(self) -> list[_UnknownRule]:
        """Every rule that says when it cannot be told."""
        rules: list[_UnknownRule] = []
        if self.study is None:
            return rules

        for rule in self.study.rules.values():
            if rule.unknown is None:
                continue

            reads = frozenset(self._rule_reads(rule))
            rules.append(_UnknownRule(rule.unknown, rule.on[0], reads))

        return rules

    def _rule_reads(self, rule: EditCheck) -> Iterator[Place]:
        table, _ = rule.on[0]
        yield from self._reads(rule.assertion, table)
        if rule.when is not None:
            yield from self._reads(rule.when, table)


def _expressions(group: Group, decided: Field) -> Iterator[Any]:
    """Every expression that decides on a field."""
    expressions: list[Any] = [group.show_when, decided.show_when, decided.value]
    if not isinstance(decided.required, bool):
        expressions.append(decided.required)

    # Alerts and expected ranges may read other answers, too.
    for _, limits in decided.limits:
        for limit in limits.values():
            expressions += (limit.low, limit.high)

    for expression in expressions:
        if expression is not None:
            yield expression


def _only(names: str | Collection[str]) -> str | None:
    """The one name of a key; None where it has several."""
    if isinstance(names, str):
        return names
    if len(names) > 1:
        return None

    return next(iter(names), None)
