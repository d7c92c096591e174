"""How subjects are randomized, in the study's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.expressions import LocatedExpression, parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import (
    BooleanField,
    IntegerField,
    MappingSchema,
    NamedMapping,
    TextField,
    TextListField,
)
from forms_spec.loading.source_map import ExpressionPart, Parts
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Form, Group
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import parse_expression

RANDOMIZED = "randomized"
STRATUM_CHANGED = "stratum_changed"
FILLING_KEYS = ("entry", "default", "prefill", "propose")
"""Keys by which a field gets an answer otherwise than by an allocation."""


class RandomizationSchema(MappingSchema):
    """The keys below ``randomization``."""

    form = TextField(required=True)
    arm = TextField(required=True)
    number = TextField(required=True)
    date = TextField(load_default=None)
    stratum = TextField(load_default=None)
    ratio = NamedMapping(IntegerField(), required=True)
    strata = TextListField(load_default=())
    by_site = BooleanField(load_default=False)
    when = TextField(load_default=None)


@dataclass(frozen=True, kw_only=True)
class RandomizationBuilder:
    """Makes the plan, and closes the fields that it fills to whoever types."""

    loaded: Mapping[str, Any]
    spot: SourceNode
    parts: Parts
    notes: Notes

    def build(self, forms: Mapping[str, Form]) -> RandomizationPlan | None:
        """The plan; None where subjects are not randomized, or it lacks a key."""
        data = self.loaded.get("randomization")
        if not data or any(name not in data for name in ("form", "arm", "number")):
            return None

        when = self._when()
        if when is not None and data["form"] in forms:
            part = ExpressionPart(written=when, what="conditions", form=data["form"])
            self.parts.expressions.append(part)

        return RandomizationPlan(
            form=data["form"],
            arm=data["arm"],
            number=data["number"],
            date=data.get("date"),
            stratum=data.get("stratum"),
            ratio=MappingProxyType(data.get("ratio", {})),
            strata=tuple(data.get("strata", ())),
            by_site=data.get("by_site", False),
            when=when.expression if when is not None else None,
        )

    def _when(self) -> LocatedExpression | None:
        written = self.spot.at("randomization", "when")
        return parse_at(written, self.notes) if written.text else None


def with_allocated_fields(
    forms: Mapping[str, Form], plan: RandomizationPlan | None
) -> dict[str, Form]:
    """The forms; the fields that an allocation fills are read only on their page."""
    if plan is None or plan.form not in forms:
        return dict(forms)

    form = forms[plan.form]
    groups = tuple(_closed(form, frozenset(plan.allocated)))

    return {**forms, plan.form: replace(form, groups=groups)}


def randomization_checks(study: Study) -> dict[str, EditCheck]:
    """The checks that come with a plan: an arm and a number go together, since a package
    may have been changed, and the answers of the strata are those at randomization.
    """
    plan = study.randomization
    form = study.forms.get(plan.form) if plan is not None else None
    if plan is None or form is None:
        return {}

    if not form.by_name.keys() >= {*plan.allocated, *plan.strata}:
        return {}

    checks = {}
    for check in (_whole_result(plan, form), _same_stratum(plan, form)):
        if check is not None:
            checks[check.name] = check

    return checks


def _whole_result(plan: RandomizationPlan, form: Form) -> EditCheck | None:
    arm, number = f"({plan.arm} is known)", f"({plan.number} is known)"
    text = f"({arm} and {number}) or (not {arm} and not {number})"
    message = "A randomized subject has both an arm and a randomization number."

    return _check(form, RANDOMIZED, message, text, plan.number)


def _same_stratum(plan: RandomizationPlan, form: Form) -> EditCheck | None:
    if plan.stratum is None or not plan.factors:
        return None

    stratum = plan.stratum
    now = ", ';', ".join(plan.factors)
    # A blank would make the text UNKNOWN, and an answer that is gone is a change.
    known = "".join(f"{name} is known and " for name in plan.strata)
    text = f"not ({stratum} is known) or ({known}{stratum} = concat({now}))"
    message = (
        "An answer of the stratum is not what it was at randomization. The subject keeps "
        "its arm. Correct the answer, or explain why it changed."
    )

    return _check(form, STRATUM_CHANGED, message, text, stratum)


def _check(
    form: Form, check: str, message: str, text: str, field: str
) -> EditCheck | None:
    assertion = parse_expression(text, form.place)
    # A name that is a word of the rule language has a finding of its own.
    if isinstance(assertion, Finding):
        return None

    return EditCheck(
        name=f"{check}_{form.name}",
        check=check,
        message=message,
        when=None,
        assertion=assertion,
        severity=Severity.QUERY,
        on=((form.name, field),),
        unknown=None,
        place=form.place,
    )


def _closed(form: Form, names: frozenset[str]) -> Iterator[Group]:
    for group in form.groups:
        is_own = group.rows is None
        if not is_own or names.isdisjoint(item.name for item in group.fields):
            yield group
            continue

        fields = tuple(
            replace(item, entry="read_only", default=None, prefill=None, propose=None)
            if item.name in names
            else item
            for item in group.fields
        )
        yield replace(group, fields=fields)
