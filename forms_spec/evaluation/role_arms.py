"""What a role sees of the arms of a study, and of how subjects are allocated to them."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.evaluation.role_grants import RoleGrants, columns_read
from forms_spec.findings.finding import Finding
from forms_spec.model.arms import Arms
from forms_spec.model.fields import Form
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from forms_spec.rules import Home, parse_expression
from forms_spec.rules.semantics.home import SUBJECT


def seen_arms(study: Study, grants: RoleGrants) -> Arms | None:
    """The arms, if the role sees everything that gives the arm of a subject."""
    arms = study.arms
    by = parse_expression(arms.by, study.place) if arms is not None else None
    if by is None or isinstance(by, Finding):
        return None

    reads = columns_read(study, by, Home(form=SUBJECT))
    return arms if grants.first_unseen(reads) is None else None


def seen_randomization(
    study: Study, forms: Mapping[str, Form]
) -> RandomizationPlan | None:
    """The plan, if the role sees something of its form."""
    plan = study.randomization
    return plan if plan is not None and plan.form in forms else None
