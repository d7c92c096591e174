"""Every arm is an answer of the field that gives the arm of a subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forms_spec.findings.finding import Finding
from forms_spec.loading.arms import membership
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.rules import Home, Type, check_expression, parse_expression
from forms_spec.rules.semantics.home import SUBJECT


def check_arms(loaded: LoadedStudy) -> Iterator[Finding]:
    """What gives the arm exists, and has an answer for each arm."""
    study, file = loaded.study, loaded.parts.study
    arms = study.arms
    if arms is None or file is None:
        return

    spot = file.at("arms", "by")
    given = parse_expression(arms.by, spot.place)
    if isinstance(given, Finding):
        yield replace(given, text=spot.place)
        return

    # Each arm by itself, so that a fault is at the arm that has it.
    for name in arms.titles:
        place = file.at("arms", "names", name).key
        condition = membership(arms, [name], place)
        if condition is None:
            continue

        faults = check_expression(condition, study, Home(form=SUBJECT), Type.CONDITION)
        for fault in faults:
            is_of_arm = fault.code == "rule-unknown-code"
            yield replace(fault, text=place if is_of_arm else spot.place)
