"""A form as JSON: everything that ``static/judge.js`` needs to judge it as the server
does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_spec.evaluation.condition_sources import (
    deciding_answers,
    row_answers,
    showing_answers,
)
from forms_spec.evaluation.form_plan import (
    lacking_row,
    plan_of,
    reference_ends,
    rules_of,
)
from forms_spec.evaluation.protocol_checks import checks_in_full
from forms_spec.evaluation.text_slots import (
    NotePlan,
    TextPlan,
    notes_of,
    slot_field,
    texts_of,
)
from forms_spec.kinds.display import reference_unit
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.facets import ProtocolCheck, Range
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type, type_of
from generator.browser.expression_json import Givens, Json, ToJson
from generator.browser.field_spec import field_spec
from generator.browser.messages import messages


@dataclass(frozen=True, kw_only=True, slots=True)
class BrowserForm:
    """The form's JSON, and what its rules ask of the server."""

    spec: Json
    givens: Givens


_FORMS: StudyCache[str, BrowserForm] = StudyCache()


def form_spec(study: Study, form: Form) -> Json:
    """The form's fields, groups and rules for the page.

    The same for every subject and visit.
    """
    return browser_form(study, form).spec


def browser_form(study: Study, form: Form) -> BrowserForm:
    """Made at the first use and kept with the study."""
    return _FORMS.get(study, form.name, lambda: _FormWriter(study, form).form_json())


class _FormWriter:
    def __init__(self, study: Study, form: Form) -> None:
        self.study = study
        self.form = form
        self.givens = Givens()

    def form_json(self) -> BrowserForm:
        missing = {}
        for code, entry in self.study.missing.items():
            missing[code] = {"label": entry.label, "draftOnly": entry.draft_only}

        # Every rule that is written here adds to what the server is asked for.
        spec = {
            "form": self.form.name,
            "title": self.form.title,
            "groups": [self.group(group) for group in self.form.groups],
            "order": [list(item) for item in plan_of(self.study, self.form).order],
            "missing": missing,
            "rules": [
                self.check(rule, home) for rule, home in rules_of(self.study, self.form)
            ],
            "texts": [self.text(text) for text in texts_of(self.study, self.form)],
            "notes": [self.note(note) for note in notes_of(self.study, self.form)],
            "messages": messages(),
        }

        return BrowserForm(spec=spec, givens=self.givens)

    def check(self, rule: EditCheck, home: Home) -> Json:
        """An edit check; what it hangs on outside this form is not on the page."""
        tables = {group.table for group in self.form.groups} | {self.form.name}
        return {
            "name": rule.name,
            "check": rule.check,
            "says": rule.message,
            "severity": rule.severity.value,
            "on": [list(item) for item in rule.on if item[0] in tables],
            "applies": self.rule(rule.when, home, Type.CONDITION),
            "holds": self.rule(rule.assertion, home, Type.CONDITION),
        }

    def text(self, text: TextPlan) -> Json:
        """The answers inside a label, a title or a help."""
        slots = []
        for slot in text.slots:
            node = resolve(slot.expression, self.study, text.home).core
            field = slot_field(node)
            slots.append(
                {
                    "rule": ToJson(self.form.name, self.givens).node(node),
                    "field": field_spec(field) if field is not None else None,
                    "coded": slot.coded,
                }
            )

        return {
            "table": text.table,
            "name": text.name,
            "key": text.key,
            "inRows": text.in_rows,
            "slots": slots,
        }

    def note(self, note: NotePlan) -> Json:
        rules = [
            self.rule(rule, home, Type.CONDITION) for rule, home in note.conditions
        ]

        return {
            "table": note.table,
            "name": note.name,
            "inRows": note.in_rows,
            "conditions": rules,
        }

    def group(self, group: Group) -> Json:
        # Whether a table is shown is asked once, and not in each of its rows.
        shown = self.rule(group.show_when, Home(form=self.form), Type.CONDITION)
        home = Home.in_group(self.form, group)
        fields = [
            self.field(field, group.table, home)
            for field in group.fields
            if field.collected
        ]

        return {
            "name": group.name,
            "title": group.title or self.form.title,
            "table": group.table,
            "rows": self.rows(group),
            "shown": shown,
            "shownBy": self.shown_rows(group),
            "checks": _checks(group.checks),
            "fields": fields,
        }

    def rows(self, group: Group) -> Json | None:
        """How the group repeats; ``lacking`` is the first row that is to be carried here
        from ``source`` and is not.
        """
        if group.rows is None:
            return None

        lacking = lacking_row(group, self.study)
        return {
            "minimum": group.rows.minimum,
            "maximum": group.rows.maximum,
            "fixed": list(group.rows.fixed),
            "lacking": self.rule(lacking, Home(form=self.form), Type.NUMBER),
            "source": group.carried.title if group.carried else None,
        }

    def field(self, field: Field, table: str, home: Home) -> Json:
        type_ = type_of(field)
        units = {choice.code: choice.label for choice in field.unit_choices}
        return {
            **field_spec(field),
            "table": table,
            "as": type_.name,
            "shown": self.rule(field.show_when, home, Type.CONDITION),
            "required": self.required(field, home),
            "dependsOn": self.depends_on(field, table),
            "shownBy": self.shown_by(field, table),
            "value": self.rule(field.value, home, type_),
            "range": self.limits(field.ranges, home, type_),
            "alert": self.limits(field.alert, home, type_),
            "expected": self.limits(field.expected, home, type_),
            "companion": field.unit_field,
            "units": units,
            "checks": _checks(field.checks),
            "reference": self.reference(field, home),
            "offeredWhen": {
                code: self.rule(condition, home, Type.CONDITION)
                for code, condition in field.offered_when.items()
            },
        }

    def depends_on(self, field: Field, table: str) -> str:
        """The answers that decide whether the field is required, in words."""
        plan = plan_of(self.study, self.form).fields[table, field.name]
        if not plan.conditions():
            return ""

        return deciding_answers(self.study, self.form, plan)

    def shown_by(self, field: Field, table: str) -> str:
        """The answers that decide whether the field is asked, in words."""
        plan = plan_of(self.study, self.form).fields[table, field.name]
        # A calculated field is shown with its form; nobody is asked for it.
        if not plan.shown_by or field.value is not None:
            return ""

        return showing_answers(self.study, self.form, plan)

    def shown_rows(self, group: Group) -> str:
        """The answers that decide whether a table is asked, in words."""
        if group.rows is None:
            return ""
        if group.show_when is None:
            return ""

        return row_answers(self.study, self.form, group)

    def reference(self, field: Field, home: Home) -> Json | None:
        """Both ends of the reference range that applies, and the unit they are in."""
        if field.lab_test is None:
            return None

        ends = [self.rule(end, home, Type.NUMBER) for end in reference_ends(field)]
        return {"ends": ends, "unit": reference_unit(field)}

    def required(self, field: Field, home: Home) -> Json | bool | None:
        if isinstance(field.required, bool):
            return field.required
        return self.rule(field.required, home, Type.CONDITION)

    def limits(
        self, ranges: Mapping[str | None, Range], home: Home, type_: Type
    ) -> Json:
        return {
            # The keys of JSON are texts; a number without units has one range.
            unit or "": {
                "low": self.rule(item.low, home, type_),
                "high": self.rule(item.high, home, type_),
                "lowOpen": item.low_open,
                "highOpen": item.high_open,
            }
            for unit, item in ranges.items()
        }

    def rule(
        self, expression: Expression | None, home: Home, expects: Type
    ) -> Json | None:
        if expression is None:
            return None

        resolved = resolve(expression, self.study, home, expects)
        return ToJson(self.form.name, self.givens).node(resolved.core)


def _checks(checks: Mapping[str, ProtocolCheck]) -> Json:
    """The protocol checks by finding code, each with its severity where it has one of
    its own.
    """
    return {
        code: {
            "name": check.name,
            "severity": check.severity.value if check.severity else None,
        }
        for code, check in checks_in_full(checks).items()
    }
