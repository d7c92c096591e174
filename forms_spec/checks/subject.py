"""How subjects are called, and the day from which their visits count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.kinds.pattern import admitted, pattern_problem, whole_match
from forms_spec.loading.source_map import LoadedStudy

NOT_IN_ADDRESSES: Final = "/\\?#%"
"""What has a meaning of its own in the address of a page; a subject's number is a part
of it.
"""
OF_A_VISIT: Final = re.compile(r"(\w+)\[\s*\w+\s*\]\.(\w+)", re.ASCII)
"""``inf[D0].infdat``, which a rule may read."""


def check_subject(draft: LoadedStudy) -> Iterator[Finding]:
    """The pattern can be used, and the example is what it and the sites ask for."""
    study, spot = draft.study, draft.parts.study
    if spot is None or not study.subject_pattern or not study.subject_example:
        return
    example = study.subject_example
    here = spot.at("subject", "example").place
    problem = pattern_problem(study.subject_pattern)
    if problem:
        yield finding(
            "pattern-refused", text=spot.at("subject", "pattern").place, why=problem
        )
    elif not whole_match(study.subject_pattern, example):
        yield finding(
            "subject-example", text=here, value=example, pattern=study.subject_pattern
        )
    elif signs := admitted(study.subject_pattern, NOT_IN_ADDRESSES):
        pattern = spot.at("subject", "pattern").place
        yield finding("subject-not-in-address", text=pattern, signs=" ".join(signs))

    if study.sites and not any(example.startswith(site) for site in study.sites):
        sites = ", ".join(study.sites)
        yield finding("site-not-in-subject", text=here, example=example, sites=sites)


def check_day_zero(draft: LoadedStudy) -> Iterator[Finding]:
    """Day 0 is a date that one form has."""
    study, spot = draft.study, draft.parts.study
    for index, name in enumerate(study.day_zero):
        assert spot is not None
        here = spot.at("day_zero")
        place = here.at(index).place if isinstance(here.data, list) else here.place
        if at_visit := OF_A_VISIT.fullmatch(name):
            yield finding(
                "day-zero-of-a-visit",
                text=place,
                named="{}.{}".format(*at_visit.groups()),
            )
            continue

        table, _, field_name = name.partition(".")
        field = study.field(table, field_name)
        if field is None or study.tables[table].group is not None:
            known = [
                f"{form.name}.{field.name}"
                for form in study.forms.values()
                for field in form.fields
            ]
            yield finding(
                "unknown-field", text=place, name=name, near=did_you_mean(name, known)
            )
        elif field.kind.name != "date":
            yield finding(
                "day-zero-not-a-date", text=place, name=name, type=field.type.name
            )
