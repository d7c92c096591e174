"""Parameters are values of their kind."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.refusal_text import why_no_value
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import LoadedStudy
from forms_spec.model.study import Parameter


def check_parameters(loaded: LoadedStudy) -> Iterator[Finding]:
    """Values that the kind of the parameter refuses, and sites that there are not."""
    study, spot = loaded.study, loaded.parts.study
    if spot is None:
        return

    for name, parameter in study.parameters.items():
        # A parameter is a mapping, or its value alone.
        place = spot.at("parameters", name)
        yield from _value(parameter, parameter.value, place.at_or_self("value"))

        for site, value in parameter.sites.items():
            of_site = place.at("sites", site)
            yield from _value(parameter, value, of_site)
            if site not in study.sites:
                near = did_you_mean(site, study.sites)
                yield finding("unknown-site", text=of_site.key, name=site, near=near)


def _value(parameter: Parameter, value: str, spot: SourceNode) -> Iterator[Finding]:
    why = why_no_value(value, parameter.kind)
    if why is not None:
        yield finding(
            "parameter-value",
            text=spot.place,
            value=value,
            name=parameter.name,
            kind=parameter.kind,
            why=why,
        )
