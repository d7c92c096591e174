"""Parameters are values of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.refusal_text import why_no_value
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy


def check_parameters(draft: LoadedStudy) -> Iterator[Finding]:
    """Values that the kind of the parameter refuses."""
    spot = draft.parts.study
    for name, parameter in draft.study.parameters.items():
        why = why_no_value(parameter.value, parameter.kind)
        if why is not None and spot is not None:
            here = spot.at("parameters", name)
            place = (here.at("value") if here.at("value").has else here).place
            yield finding(
                "parameter-value",
                text=place,
                value=parameter.value,
                name=name,
                kind=parameter.kind,
                why=why,
            )
