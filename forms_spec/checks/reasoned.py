"""What can be said of all conditions of a study without trying answers."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.checks.compared_units import unit_findings
from forms_spec.checks.conditions import condition_findings, meaning
from forms_spec.checks.hidden import hidden_findings
from forms_spec.checks.reasoning.conditions import Conditions
from forms_spec.checks.reasoning.domains import Domains
from forms_spec.checks.reasoning.shown import ShownFields
from forms_spec.checks.results import result_findings
from forms_spec.checks.rule_pairs import rule_findings
from forms_spec.checks.visits_read import visit_findings, visits_of_forms
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.rules.semantics.resolver import Resolved


def check_reasoning(loaded: LoadedStudy) -> Iterator[Finding]:
    """Conditions, formulas and rules that no answer can change, each place once.

    A field whose type or codelist is unknown has findings of its own, which come first.
    """
    if loaded.unsound:
        return

    for found in loaded.of_each_form(_once):
        yield from found


def _once(loaded: LoadedStudy) -> tuple[Finding, ...]:
    """The findings of one form, each place once."""
    reported: dict[tuple[TextPlace | None, str], Finding] = {}
    for found in _findings(loaded):
        # Defaults and lists of parts give one text to several fields.
        reported.setdefault((found.text, found.code), found)

    return tuple(reported.values())


def _findings(loaded: LoadedStudy) -> Iterator[Finding]:
    study = loaded.study
    domains = Domains(study)
    conditions = Conditions(domains)
    shown = ShownFields(study, conditions)
    visits_of = visits_of_forms(study)
    clean: list[tuple[ExpressionPart, Resolved]] = []

    for part in loaded.parts.expressions:
        resolved = meaning(part, study)
        if resolved is None:
            continue

        yield from unit_findings(part, resolved, study)
        if part.form in visits_of:
            yield from visit_findings(part, resolved, visits_of[part.form], study)

        found = list(condition_findings(part, resolved, conditions))
        yield from found
        # What is impossible by itself needs no other field to be so.
        if not found:
            clean.append((part, resolved))
            yield from hidden_findings(part, resolved, conditions, shown)

    if any(part.what == "assert" for part, _ in clean):
        yield from rule_findings(loaded, clean, conditions, shown)

    yield from result_findings(loaded, domains)
