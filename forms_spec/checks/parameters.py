"""Parameters are values of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.refusal_text import why_no_value
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy


def check_parameters(loaded: LoadedStudy) -> Iterator[Finding]:
    """Values that the kind of the parameter refuses."""
    spot = loaded.parts.study
    for name, parameter in loaded.study.parameters.items():
        why = why_no_value(parameter.value, parameter.kind)
        if why is None or spot is None:
            continue

        # A parameter is a mapping, or its value alone.
        value = spot.at("parameters", name).at_or_self("value")
        yield finding(
            "parameter-value",
            text=value.place,
            value=parameter.value,
            name=name,
            kind=parameter.kind,
            why=why,
        )
