"""The plan of randomization can be carried out: its fields can hold a result, its strata
are closed lists of answers, and somebody may randomize.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms_spec.evaluation.role_grants import AnswerColumn, grants_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.randomization import FILLING_KEYS
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.fields import Field, Form
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.roles import Permission
from forms_spec.model.study import Study

LEAST_ARMS = 2
RESULTS = {
    "arm": ("a choice", frozenset({"choice"})),
    "number": ("a text", frozenset({"text"})),
    "stratum": ("a text", frozenset({"text"})),
    "date": ("a date, or a date with a time", frozenset({"date", "datetime"})),
}
"""By the key of a field that an allocation fills: what it has to be, and its kinds."""


def check_randomization(loaded: LoadedStudy) -> Iterator[Finding]:
    """Everything that is wrong with the plan, where the text says it."""
    study, file = loaded.study, loaded.parts.study
    plan = study.randomization
    if plan is None or file is None:
        return

    spot = file.at("randomization")
    form = study.forms.get(plan.form)
    if form is None:
        near = did_you_mean(plan.form, study.forms)
        place = spot.at("form").place
        yield finding(
            "randomization-unknown-form", text=place, name=plan.form, near=near
        )
        return

    checked = _Plan(study=study, plan=plan, form=form, spot=spot)
    yield from checked.repeats()
    yield from checked.results()
    yield from checked.strata()
    yield from checked.ratio()
    yield from checked.people()
    yield from _filled(loaded, plan)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """A plan whose form exists. ``spot`` is its text."""

    study: Study
    plan: RandomizationPlan
    form: Form
    spot: SourceNode

    def repeats(self) -> Iterator[Finding]:
        """A subject is randomized once, so its form exists once."""
        places = [item for item in self.study.schedule if item.form == self.form.name]
        repeated = [item for item in places if self.study.visits[item.visit].repeats]
        if self.form.log or len(places) > 1 or repeated:
            place = self.spot.at("form").place
            yield finding("randomization-form-repeats", text=place, name=self.form.name)

        plan = self.study.double_entry
        if plan is not None and self.form.name in plan.forms:
            place = self.spot.at("form").place
            yield finding("randomization-double-entry", text=place, name=self.form.name)

    def results(self) -> Iterator[Finding]:
        """The fields that an allocation fills can hold what it gives."""
        for key, name in self.plan.results.items():
            place = self.spot.at(key).place
            field = self.form.by_name.get(name)
            if field is None:
                yield self._unknown(name, place)
                continue

            wanted, kinds = RESULTS[key]
            is_typed = field.collected and field.value is None
            if field.kind.name not in kinds or not is_typed:
                yield finding(
                    "randomization-field-type", text=place, name=name, wanted=wanted
                )

    def strata(self) -> Iterator[Finding]:
        """Every stratum is a question of the form with a closed list of answers."""
        for index, name in enumerate(self.plan.strata):
            place = self.spot.at("strata", index).place
            field = self.form.by_name.get(name)
            if field is None:
                yield self._unknown(name, place)
            elif not _is_closed(field) or name in self.plan.allocated:
                yield finding("randomization-open-stratum", text=place, name=name)

        if self.plan.strata and self.plan.stratum is None:
            yield finding(
                "randomization-stratum-not-kept", text=self.spot.at("strata").key
            )
        if self.plan.by_site and not self.study.sites:
            yield finding("randomization-no-sites", text=self.spot.at("by_site").place)

    def _unknown(self, name: str, place: TextPlace) -> Finding:
        return finding(
            "randomization-unknown-field",
            text=place,
            name=name,
            form=self.form.name,
            near=did_you_mean(name, self.form.by_name),
        )

    def ratio(self) -> Iterator[Finding]:
        """Two arms at least, each an answer of the field, each with a share."""
        ratio = self.plan.ratio
        if len(ratio) < LEAST_ARMS or any(share < 1 for share in ratio.values()):
            yield finding("randomization-ratio", text=self.spot.at("ratio").place)

        field = self.form.by_name.get(self.plan.arm)
        if field is None or field.codelist is None:
            return

        known = [code.code for code in field.codelist.codes]
        for arm in ratio:
            if arm not in known:
                place = self.spot.at("ratio", arm).key
                near = did_you_mean(arm, known)
                yield finding(
                    "randomization-unknown-arm",
                    text=place,
                    name=arm,
                    field=field.name,
                    near=near,
                )

    def people(self) -> Iterator[Finding]:
        """Somebody may randomize, and sees what the stratum is made of."""
        name = self.form.name
        everybody = [grants_of(self.study, role) for role in self.study.roles.values()]
        may = [item for item in everybody if Permission.RANDOMIZE in item.by_form[name]]
        if not may:
            place = self.spot.at("form").place
            yield finding("randomization-nobody", text=place, name=name)

        needed = (*self.plan.strata, self.plan.number)
        for grants in may:
            unseen = _first(
                item for item in needed if AnswerColumn(name, item) not in grants.seen
            )
            if unseen is not None and unseen in self.form.by_name:
                yield finding(
                    "randomization-role-blind",
                    text=grants.role.place,
                    role=grants.role.name,
                    name=f"{name}.{unseen}",
                )


def _is_closed(field: Field) -> bool:
    """Whether a field has exactly one of a few answers."""
    return field.codelist is not None and field.kind.name == "choice"


def _first(names: Iterable[str]) -> str | None:
    return next(iter(names), None)


def _filled(loaded: LoadedStudy, plan: RandomizationPlan) -> Iterator[Finding]:
    """Keys that would fill a field otherwise than by an allocation."""
    for part in loaded.parts.fields:
        is_result = part.field.form == plan.form and part.field.name in plan.allocated
        if not is_result:
            continue

        for key in FILLING_KEYS:
            if key in part.keys:
                yield finding(
                    "randomization-filled",
                    text=part.spot.at(key).key,
                    name=part.field.name,
                    key=key,
                )
