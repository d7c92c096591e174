"""What is sure of a form's other cells where a field of it is shown.

A hidden field is UNKNOWN to every condition. So where a condition needs the value of a
field, that field is shown, and what its own condition needs holds too.
"""

from __future__ import annotations

from forms_spec.checks.constants import home_of_field
from forms_spec.checks.reasoning.conditions import KNOWN, Conditions
from forms_spec.checks.reasoning.facts import NOTHING, Facts, MaybeFacts, both
from forms_spec.checks.reasoning.value_sets import YES
from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules import Home, Type
from forms_spec.rules.semantics.resolver import resolve


class ShownFields:
    """When the fields of a study are shown, each worked out once."""

    def __init__(self, study: Study, conditions: Conditions) -> None:
        self.study = study
        self.conditions = conditions
        self._own: dict[int, MaybeFacts] = {}

    def own(self, field: Field) -> MaybeFacts:
        """What the conditions of a field and of its group need."""
        facts = self._own.get(id(field), NOTHING)
        if id(field) in self._own:
            return facts

        facts = NOTHING
        home = home_of_field(field, self.study)

        if home is not None:
            group = self.group_of(field)
            form = Home(form=home.form)
            of_group = self.needed(group.show_when if group else None, form)
            facts = both(of_group, self.needed(field.show_when, home))

        self._own[id(field)] = facts
        return facts

    def group_of(self, field: Field) -> Group | None:
        form = self.study.forms.get(field.form)
        if form is None:
            return None

        for group in form.groups:
            if group.name == field.group:
                return group

        return None

    def needed(self, condition: Expression | None, home: Home) -> MaybeFacts:
        """What a condition needs to be TRUE, whatever its sources need to be shown."""
        if condition is None:
            return NOTHING

        resolved = resolve(condition, self.study, home, Type.CONDITION)
        if resolved.findings:
            return NOTHING

        return self.conditions.results(resolved.core, (home.form.name,))[0]

    def with_sources(self, facts: MaybeFacts) -> tuple[MaybeFacts, str | None]:
        """The facts with what their sources need to be shown.

        The second part is the key of the source that cannot be shown then, if there is
        one.
        """
        if facts is None:
            return None, None

        met: Facts = facts
        waiting = list(met)
        seen: set[str] = set()

        while waiting:
            key = waiting.pop()
            source = self._source(key, met)
            if source is None or key in seen:
                continue

            seen.add(key)
            needed = self.own(source)
            joined = both(met, needed)
            if needed is None or joined is None:
                return None, key.removeprefix(KNOWN)

            met = joined
            waiting.extend(needed)

        return met, None

    def _source(self, key: str, facts: Facts) -> Field | None:
        """The field that has to be known, if it is one of the form itself."""
        if not key.startswith(KNOWN):
            return None
        if facts[key] != YES:
            return None

        cell = self.conditions.cells.get(key.removeprefix(KNOWN))
        # What was typed into a field is read whether it is shown or not.
        if cell is None or cell.entered:
            return None

        return cell.field
