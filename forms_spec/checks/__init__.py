"""The checks of a loaded dictionary: one concern a file, found by being listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from forms_spec.checks.allowed_keys import check_keys
from forms_spec.checks.anchors import (
    check_anchors,
    check_ends,
    check_targets,
    check_visit_conditions,
)
from forms_spec.checks.arms import check_arms
from forms_spec.checks.begun_questions import check_begun_questions
from forms_spec.checks.blanks import check_blanks
from forms_spec.checks.codes import (
    check_codes,
    check_exclusive,
    check_labels,
    check_missing_codes,
    check_synonyms,
)
from forms_spec.checks.cycles import check_cycles
from forms_spec.checks.defaults import check_defaults
from forms_spec.checks.double_entry import check_double_entry
from forms_spec.checks.empty_rows import check_empty_rows
from forms_spec.checks.expressions import check_expressions
from forms_spec.checks.facets import check_facets
from forms_spec.checks.inverse import check_inverse
from forms_spec.checks.labels import check_field_labels
from forms_spec.checks.names import (
    check_field_names,
    check_names,
    check_unique_names,
)
from forms_spec.checks.offered_rows import check_offered_rows
from forms_spec.checks.page_facets import check_page_facets
from forms_spec.checks.parameters import check_parameters
from forms_spec.checks.proposals import check_proposals
from forms_spec.checks.protocol_check_ids import check_ids, check_ids_of_form
from forms_spec.checks.randomization import check_randomization
from forms_spec.checks.ranges import check_ranges
from forms_spec.checks.reasoned import check_reasoning
from forms_spec.checks.reference_ranges import check_reference_ranges
from forms_spec.checks.roles import check_roles
from forms_spec.checks.rows import check_grids, check_no_fields, check_rows
from forms_spec.checks.schedule import check_schedule, check_visit_order, check_visits
from forms_spec.checks.shown import check_shown
from forms_spec.checks.subject import check_day_zero, check_subject
from forms_spec.checks.uniqueness import check_uniqueness
from forms_spec.checks.units import check_units
from forms_spec.checks.unused import check_unused
from forms_spec.checks.verification import check_verification
from forms_spec.checks.visit_dating import check_visit_dating
from forms_spec.checks.visits_read import check_places_compared
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import LoadedStudy

Check = Callable[[LoadedStudy], Iterable[Finding]]


def by_form(check: Check) -> Check:
    """A check that looks at one form after the other, and at nothing beside it but what
    its expressions name. What it found in a form is kept while the form is unchanged.
    """

    def of_form(loaded: LoadedStudy) -> tuple[Finding, ...]:
        return tuple(check(loaded))

    def of_all(loaded: LoadedStudy) -> Iterator[Finding]:
        for findings in loaded.of_each_form(of_form):
            yield from findings

    return of_all


CHECKS: tuple[Check, ...] = (
    check_names,
    by_form(check_field_names),
    check_unique_names,
    by_form(check_keys),
    by_form(check_facets),
    check_codes,
    check_missing_codes,
    check_exclusive,
    check_labels,
    check_synonyms,
    by_form(check_field_labels),
    check_parameters,
    check_subject,
    check_day_zero,
    check_anchors,
    check_targets,
    check_ends,
    check_visit_conditions,
    check_visit_dating,
    check_arms,
    by_form(check_units),
    by_form(check_expressions),
    by_form(check_ranges),
    by_form(check_defaults),
    by_form(check_page_facets),
    by_form(check_proposals),
    by_form(check_offered_rows),
    by_form(check_uniqueness),
    by_form(check_blanks),
    by_form(check_empty_rows),
    check_inverse,
    by_form(check_begun_questions),
    check_cycles,
    check_ids,
    by_form(check_ids_of_form),
    check_reference_ranges,
    by_form(check_shown),
    check_reasoning,
    check_rows,
    check_grids,
    check_no_fields,
    check_schedule,
    check_visits,
    check_visit_order,
    check_places_compared,
    check_unused,
    check_verification,
    check_double_entry,
    check_randomization,
    check_roles,
)


def run_checks(loaded: LoadedStudy) -> Iterator[Finding]:
    """Everything that the checks find."""
    for check in CHECKS:
        yield from check(loaded)
