"""Whether a query is about an error: by the rule and the place that it is about, since
rules of different weight can share a code.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.evaluation.protocol_checks import checks_in_full
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.finding import Severity
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.study import Study
from webapp.storage import QueryPlace, QueryThread


def is_about_error(study: Study, thread: QueryThread) -> bool:
    """Whether the finding that a query is about is an error. Where several can be meant,
    as of what a person asked about, one that is an error is enough.
    """
    query = thread.query
    # A rule asks in its own name. Of what a person asks only the code is known.
    rule = study.rules.get(thread.entries[0].rule)
    if rule is not None:
        return query.code in _codes_of(rule) and rule.severity is Severity.ERROR

    severities = {
        *_of_rules(study, query.place, query.code),
        *_of_field(study, query.place, query.code),
    }
    return Severity.ERROR in (severities or _anywhere(study, query.code))


def _codes_of(rule: EditCheck) -> tuple[str, str]:
    """The codes of what a rule finds, without that of what cannot be decided."""
    return rule.name, rule.check


def _of_rules(study: Study, place: QueryPlace, code: str) -> Iterator[Severity]:
    """The weight of each rule with a code that is about a place."""
    for rule in study.rules.values():
        if code in _codes_of(rule) and _is_about(study, rule, place):
            yield rule.severity


def _is_about(study: Study, rule: EditCheck, place: QueryPlace) -> bool:
    if place.table:
        return (place.table, place.field) in rule.on

    return any(study.tables[table].form.name == place.form for table, _ in rule.on)


def _of_field(study: Study, place: QueryPlace, code: str) -> Iterator[Severity]:
    """The weight of what a field's own checks say in this code."""
    field = study.field(place.table, place.field)
    if field is None:
        return

    for finding_code, check in checks_in_full(field.checks).items():
        if code in (finding_code, check.name):
            yield check.severity or CATALOGUE[finding_code].severity


def _anywhere(study: Study, code: str) -> set[Severity]:
    """The weight that a code has somewhere, where nothing at the place has it."""
    rules = [rule for rule in study.rules.values() if code in _codes_of(rule)]
    severities = {rule.severity for rule in rules}
    if code in CATALOGUE:
        severities.add(CATALOGUE[code].severity)

    return severities
