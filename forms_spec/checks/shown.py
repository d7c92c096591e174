"""Fields that nobody will ever see."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.constants import constant, home_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.rules import Type


def check_shown(loaded: LoadedStudy) -> Iterator[Finding]:
    """Fields whose condition is FALSE whatever is answered."""
    for part in loaded.fields():
        condition = part.field.show_when
        home = home_of(part, loaded.study)
        # Nobody expects to see a field that says itself that it is hidden.
        if condition is None or home is None or part.field.entry == "hidden":
            continue

        # UNKNOWN is None, which is no reason to hide a field for good.
        if constant(condition, loaded.study, home, Type.CONDITION) is False:
            yield finding(
                "never-shown",
                text=part.spot.at("show_when").place,
                name=part.field.name,
            )
