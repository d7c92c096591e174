"""How subjects are called, and the day from which their visits count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.kinds.pattern import admitted, pattern_problem, whole_match
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.fields import Field
from forms_spec.model.study import Study

NOT_IN_ADDRESSES: Final = "/\\?#%"
"""What has a meaning of its own in the address of a page; a subject's number is a part
of it.
"""
OF_A_VISIT: Final = re.compile(r"(\w+)\[\s*\w+\s*\]\.(\w+)", re.ASCII)
"""``inf[D0].infdat``, which a rule may read."""


def check_subject(loaded: LoadedStudy) -> Iterator[Finding]:
    """The pattern can be used, and the example is what it and the sites ask for."""
    study, file = loaded.study, loaded.parts.study
    if file is None or not study.subject_pattern or not study.subject_example:
        return

    spot = file.at("subject")
    yield from _pattern_and_example(study, spot)

    # Where subjects are numbered by site, the number begins with the site.
    example = study.subject_example
    sites = tuple(study.sites)

    if sites and not example.startswith(sites):
        yield finding(
            "site-not-in-subject",
            text=spot.at("example").place,
            example=example,
            sites=", ".join(sites),
        )


def _pattern_and_example(study: Study, spot: SourceNode) -> Iterator[Finding]:
    """The first fault of the pattern; only a usable one can judge the example."""
    pattern, example = study.subject_pattern, study.subject_example
    problem = pattern_problem(pattern)

    if problem:
        place = spot.at("pattern").place
        yield finding("pattern-refused", text=place, why=problem)
        return

    if not whole_match(pattern, example):
        place = spot.at("example").place
        yield finding(
            "subject-example",
            text=place,
            value=example,
            pattern=pattern,
        )
        return

    signs = admitted(pattern, NOT_IN_ADDRESSES)
    if signs:
        place = spot.at("pattern").place
        yield finding("subject-not-in-address", text=place, signs=" ".join(signs))


def check_day_zero(loaded: LoadedStudy) -> Iterator[Finding]:
    """Day 0 is a date that one form has."""
    for index, name in enumerate(loaded.study.day_zero):
        assert loaded.parts.study is not None
        spot = loaded.parts.study.at("day_zero")

        # One field stands alone, several in a list.
        is_list = isinstance(spot.data, list)
        place = spot.at(index).place if is_list else spot.place
        yield from date_field(name, loaded.study, place, key="day_zero")


def date_field(
    name: str, study: Study, place: TextPlace, *, key: str
) -> Iterator[Finding]:
    """Whether ``form.field`` is a date that one form has; ``key`` is what names it."""
    of_a_visit = OF_A_VISIT.fullmatch(name)
    if of_a_visit:
        table, field_name = of_a_visit.groups()
        named = f"{table}.{field_name}"
        yield finding("day-zero-of-a-visit", text=place, key=key, named=named)
        return

    field = field_of_form(study, name)

    if field is None:
        near = did_you_mean(name, _fields_of_forms(study))
        yield finding(
            "unknown-field",
            text=place,
            name=name,
            near=near,
        )
    elif field.kind.name != "date":
        yield finding(
            "day-zero-not-a-date",
            text=place,
            key=key,
            name=name,
            type=field.type.name,
        )


def field_of_form(study: Study, name: str) -> Field | None:
    """The field ``form.field``, if it stands in no repeating group."""
    table, _, field_name = name.partition(".")
    owner = study.tables.get(table)
    if owner is None or owner.group is not None:
        return None

    return study.field(table, field_name)


def _fields_of_forms(study: Study) -> list[str]:
    names: list[str] = []
    for form in study.forms.values():
        names.extend(f"{form.name}.{field.name}" for field in form.fields)

    return names
