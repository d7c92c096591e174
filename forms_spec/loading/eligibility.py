"""Who may take part: the criteria, each with what its answer is by the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


class AnswersSchema(MappingSchema):
    """The codes that say whether a criterion is met."""

    met = TextField(load_default="Y")
    not_met = TextField(load_default="N")
    not_applicable = TextField(load_default="NA")


class CriterionSchema(MappingSchema):
    """A criterion that does not apply to everybody."""

    met = TextField(required=True)
    not_applicable = TextField()


class _OneCriterion(Collected):
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
    inclusion = NamedMapping(_OneCriterion(), load_default=dict)
    exclusion = NamedMapping(_OneCriterion(), load_default=dict)


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
        loaded = (
            self.notes.load(EligibilityFileSchema(), self.spot.data, self.spot).get(
                "eligibility"
            )
            or {}
        )
        here = self.spot.at("eligibility")
        form = self._form(loaded, here)
        if form is None:
            return None
        maker = _Criteria(
            form=form,
            answers=loaded["answers"],
            here=here,
            parts=self.parts,
            notes=self.notes,
        )
        sides = {side: loaded.get(side, {}) for side in ("inclusion", "exclusion")}
        criteria = tuple(maker.build(sides))
        if not any(here.at(side).has for side in sides):
            self.notes.say("eligibility-empty", here.key)
        return Eligibility(
            form=form.name, visit=loaded.get("visit"), criteria=criteria, place=here.key
        )

    def _form(self, loaded: Mapping[str, Any], here: SourceNode) -> Form | None:
        """The form on which the site answers, when it is done at the visit."""
        if "form" not in loaded:
            return None
        name, visit = loaded["form"], loaded.get("visit")
        form = self.study.forms.get(name)
        if form is None:
            near = did_you_mean(name, self.study.forms)
            self.notes.say("unknown-form", here.at("form").place, name=name, near=near)
            return None

        if visit is not None and visit not in self.study.visits:
            near = did_you_mean(visit, self.study.visits)
            self.notes.say(
                "unknown-visit", here.at("visit").place, name=visit, near=near
            )
        elif form.log != (visit is None) or (
            visit and (name, visit) not in self.study.expectations
        ):
            visits = [item.visit for item in self.study.schedule if item.form == name]
            place = here.at("visit" if visit else "form").place
            self.notes.say(
                "eligibility-visit",
                place,
                form=name,
                visits=", ".join(visits) or "no visit",
            )

        return form


@dataclass(frozen=True, kw_only=True)
class _Criteria:
    """Makes the criteria that the site answers on ``form``.

    ``answers`` are the codes of the answers.
    """

    form: Form
    answers: Mapping[str, str]
    here: SourceNode
    parts: Parts
    notes: Notes

    def build(self, sides: Mapping[str, Mapping[str, Any]]) -> Iterator[Criterion]:
        seen: dict[str, SourceNode] = {}
        for side, criteria in sides.items():
            for name, text in criteria.items():
                spot = self.here.at(side, name)
                if name in seen:
                    first = seen[name].key
                    words = {"what": "criterion", "name": name, "first": first}
                    self.notes.say(
                        "duplicate-name", spot.key, related=(first,), **words
                    )
                    continue

                seen[name] = spot
                criterion = self._criterion(name, text, spot, side == "inclusion")
                if criterion is not None:
                    yield criterion

    def _criterion(
        self, name: str, data: Mapping[str, Any], spot: SourceNode, inclusion: bool
    ) -> Criterion | None:
        met = self._condition("met", spot) if "met" in data else None
        moot = (
            self._condition("not_applicable", spot)
            if "not_applicable" in data
            else None
        )
        used = (
            ("met", "not_met") if moot is None else ("met", "not_met", "not_applicable")
        )
        field = self._field(name, spot, [self.answers[item] for item in used])
        if field is None or met is None:
            return None
        return Criterion(
            field=field,
            inclusion=inclusion,
            met=met,
            not_applicable=moot,
            yes=self.answers["met"],
            no=self.answers["not_met"],
            moot=self.answers["not_applicable"],
            place=spot.key,
        )

    def _condition(self, key: str, spot: SourceNode) -> Expression | None:
        written = parse_at(spot.at_or_self(key), self.notes)
        if written is None:
            return None
        self.parts.expressions.append(
            ExpressionPart(written=written, what=key, form=self.form.name)
        )

        return written.expression

    def _field(self, name: str, spot: SourceNode, needed: list[str]) -> Field | None:
        """The field of a criterion, when it takes the answers that are needed."""
        field = self.form.by_name.get(name)
        if field is None:
            near = did_you_mean(name, self.form.by_name)
            self.notes.say(
                "criterion-field", spot.key, form=self.form.name, name=name, near=near
            )
            return None

        codes = (
            field.codelist.by_code
            if field.kind.name == "choice" and field.codelist
            else {}
        )

        for code in needed:
            if code not in codes:
                known = (
                    f"It takes {', '.join(codes)}."
                    if codes
                    else "It is no single choice."
                )
                self.notes.say(
                    "criterion-answer", spot.key, name=name, code=code, known=known
                )

                return None

        return field
