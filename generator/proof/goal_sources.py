"""Every question about a study but those about pairs, by what it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.proof.division_goals import division_goals, field_wholes, rule_whole
from generator.proof.field_goals import (
    FieldSpot,
    field_goals,
    field_spots,
    formula_goals,
    group_goals,
)
from generator.proof.goals import Goal
from generator.proof.part_goals import field_parts, rule_parts
from generator.proof.range_goals import default_goals, range_goals
from generator.proof.rule_goals import RuleSpot, rule_goals
from generator.proof.study_goals import (
    eligibility_goals,
    schedule_goals,
    status_goals,
    waiting_goals,
)


@dataclass(frozen=True, slots=True)
class GoalSource:
    """Goals that are made together: of a form, of a rule, or of the whole study.

    ``rule`` is the rule that they are about; None where no rule has to do with them.
    """

    name: str
    make: Callable[[], Iterable[Goal]]
    rule: RuleSpot | None = None


def goal_sources(study: Study, rules: Sequence[RuleSpot]) -> Iterator[GoalSource]:
    """Where all questions come from, causes first."""
    forms = list(study.forms.values())

    def of_forms(
        kind: str, goals: Callable[[Study, Form], Iterable[Goal]]
    ) -> Iterator[GoalSource]:
        for form in forms:
            yield GoalSource(f"{kind} {form.name}", partial(goals, study, form))

    def of_rules(
        kind: str, goals: Callable[[RuleSpot], Iterable[Goal]]
    ) -> Iterator[GoalSource]:
        for item in rules:
            yield GoalSource(f"{kind} {item.rule.name}", partial(goals, item), item)

    yield from of_forms("groups", _groups)
    for kind, goals in (
        ("fields", field_goals),
        ("ranges", range_goals),
        ("formulas", formula_goals),
    ):
        yield from of_forms(kind, partial(_of_fields, goals))
    yield from of_rules("rule", rule_goals)
    yield from of_rules("default", default_goals)
    yield GoalSource("study", partial(_of_study, study))
    yield from of_forms("divisions", _field_divisions)
    yield from of_rules("division", lambda item: division_goals([rule_whole(item)]))
    yield from of_forms("parts", partial(_of_fields, field_parts))
    yield from of_rules("part", rule_parts)


def _groups(study: Study, form: Form) -> Iterator[Goal]:
    for group in form.groups:
        yield from group_goals(study, form, group)


def _of_fields(
    goals: Callable[[FieldSpot], Iterable[Goal]], study: Study, form: Form
) -> Iterator[Goal]:
    return chain.from_iterable(map(goals, field_spots(study, form)))


def _of_study(study: Study) -> Iterator[Goal]:
    yield from schedule_goals(study)
    yield from status_goals(study)
    yield from eligibility_goals(study)
    yield from waiting_goals(study)


def _field_divisions(study: Study, form: Form) -> Iterator[Goal]:
    return division_goals(field_wholes(field_spots(study, form)))
