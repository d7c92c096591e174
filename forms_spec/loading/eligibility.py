"""Who may take part: the criteria, each with what its answer is by the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.expressions import parse_at
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.schema_fields import (
    Collected,
    MappingSchema,
    NamedMapping,
    NestedField,
    TextField,
)
from forms_spec.loading.schema_problems import fail
from forms_spec.loading.source_map import ExpressionPart, Parts
from forms_spec.model.criteria import Criterion, Eligibility
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.rules import Expression

SIDES = ("inclusion", "exclusion")


class AnswersSchema(MappingSchema):
    """The codes that say whether a criterion is met."""

    met = TextField(load_default="Y")
    not_met = TextField(load_default="N")
    not_applicable = TextField(load_default="NA")


class CriterionSchema(MappingSchema):
    """A criterion that does not apply to everybody."""

    met = TextField(required=True)
    not_applicable = TextField()


class OneCriterion(Collected):
    """A condition, or one with the condition under which it does not apply."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return _CRITERION.deserialize(value)  # type: ignore[no-any-return]

        if not isinstance(value, str):
            fail("not-text")

        return {"met": value}


class EligibilitySchema(MappingSchema):
    """What a file whose top key is ``eligibility`` says."""

    form = TextField(required=True)
    visit = TextField()
    answers = NestedField(AnswersSchema, load_default=lambda: AnswersSchema().load({}))
    inclusion = NamedMapping(OneCriterion(), load_default=dict)
    exclusion = NamedMapping(OneCriterion(), load_default=dict)


class EligibilityFileSchema(MappingSchema):
    """A file whose top key is ``eligibility``."""

    eligibility = NestedField(EligibilitySchema, required=True)


_CRITERION = NestedField(CriterionSchema)


@dataclass(frozen=True, kw_only=True)
class EligibilityBuilder:
    """Makes the eligibility of a study of which the forms and visits are known."""

    spot: SourceNode
    study: Study
    parts: Parts
    notes: Notes

    def build(self) -> Eligibility | None:
        """The criteria, without those that cannot be read; None without a form."""
        file = self.notes.load(EligibilityFileSchema(), self.spot.data, self.spot)
        loaded = file.get("eligibility") or {}
        spot = self.spot.at("eligibility")
        form = self._form(loaded, spot)
        if form is None:
            return None

        builder = _CriteriaBuilder(
            form=form,
            answers=loaded["answers"],
            spot=spot,
            parts=self.parts,
            notes=self.notes,
        )
        sides = {side: loaded.get(side, {}) for side in SIDES}
        criteria = tuple(builder.build(sides))
        if not any(spot.at(side).has for side in SIDES):
            self.notes.say("eligibility-empty", spot.key)

        return Eligibility(
            form=form.name,
            visit=loaded.get("visit"),
            criteria=criteria,
            place=spot.key,
        )

    def _form(self, loaded: Mapping[str, Any], spot: SourceNode) -> Form | None:
        """The form on which the site answers; its visit is checked on the way."""
        if "form" not in loaded:
            return None

        name, visit = loaded["form"], loaded.get("visit")
        form = self.study.forms.get(name)

        if form is None:
            near = did_you_mean(name, self.study.forms)
            self.notes.say("unknown-form", spot.at("form").place, name=name, near=near)
            return None

        if visit is not None and visit not in self.study.visits:
            place = spot.at("visit").place
            near = did_you_mean(visit, self.study.visits)
            self.notes.say("unknown-visit", place, name=visit, near=near)
        elif not self._is_done_at(form, visit):
            visits = [
                scheduled.visit
                for scheduled in self.study.schedule
                if scheduled.form == name
            ]
            self.notes.say(
                "eligibility-visit",
                spot.at("visit" if visit else "form").place,
                form=name,
                visits=", ".join(visits) or "no visit",
            )

        return form

    def _is_done_at(self, form: Form, visit: str | None) -> bool:
        """Whether the form is done at the visit, or is a log form where none is named."""
        if visit is None:
            return form.log
        # A log form has no visit, whatever the schedule says.
        if form.log:
            return False

        return (form.name, visit) in self.study.expectations


@dataclass(frozen=True, kw_only=True)
class _CriteriaBuilder:
    """Makes the criteria that the site answers on ``form``.

    ``answers`` are the codes of the answers.
    """

    form: Form
    answers: Mapping[str, str]
    spot: SourceNode
    parts: Parts
    notes: Notes

    def build(self, sides: Mapping[str, Mapping[str, Any]]) -> Iterator[Criterion]:
        first_places: dict[str, TextPlace] = {}
        for side, criteria in sides.items():
            for name, data in criteria.items():
                spot = self.spot.at(side, name)
                if name in first_places:
                    first = first_places[name]
                    self.notes.say_duplicate("criterion", name, spot.key, first)
                    continue

                first_places[name] = spot.key
                criterion = self._criterion(name, data, spot, side == "inclusion")
                if criterion is not None:
                    yield criterion

    def _criterion(
        self, name: str, data: Mapping[str, Any], spot: SourceNode, inclusion: bool
    ) -> Criterion | None:
        met = self._condition("met", spot, data)
        not_applicable = self._condition("not_applicable", spot, data)
        needed = [self.answers["met"], self.answers["not_met"]]
        if not_applicable is not None:
            needed.append(self.answers["not_applicable"])

        field = self._field(name, spot, needed)
        if field is None or met is None:
            return None

        return Criterion(
            field=field,
            inclusion=inclusion,
            met=met,
            not_applicable=not_applicable,
            yes=self.answers["met"],
            no=self.answers["not_met"],
            moot=self.answers["not_applicable"],
            place=spot.key,
        )

    def _condition(
        self, key: str, spot: SourceNode, data: Mapping[str, Any]
    ) -> Expression | None:
        if key not in data:
            return None

        written = parse_at(spot.at_or_self(key), self.notes)
        if written is None:
            return None

        part = ExpressionPart(written=written, what=key, form=self.form.name)
        self.parts.expressions.append(part)

        return written.expression

    def _field(self, name: str, spot: SourceNode, needed: list[str]) -> Field | None:
        """The field of a criterion, when it takes the answers that are needed."""
        field = self.form.by_name.get(name)
        if field is None:
            self.notes.say(
                "criterion-field",
                spot.key,
                form=self.form.name,
                name=name,
                near=did_you_mean(name, self.form.by_name),
            )
            return None

        codes: list[str] = []
        if field.kind.name == "choice" and field.codelist is not None:
            codes = list(field.codelist.by_code)

        for code in needed:
            if code in codes:
                continue

            known = (
                f"It takes {', '.join(codes)}." if codes else "It is no single choice."
            )
            self.notes.say(
                "criterion-answer",
                spot.key,
                name=name,
                code=code,
                known=known,
            )
            return None

        return field
