"""Ids of protocol checks: well formed, on a facet that is there, and no warning hidden
behind another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forms_spec.checks.names import ANY_CASE
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.protocol_checks import FIELD_FACETS, GROUP_FACETS
from forms_spec.loading.source_map import FieldPart, GroupPart, LoadedStudy
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.fields import Field


def check_ids(loaded: LoadedStudy) -> Iterator[Finding]:
    """Faults in the ``checks`` of the study, and in the ``check`` of rules."""
    yield from _of_study(loaded)
    for rule in loaded.study.rules.values():
        yield from _of_rule(rule)

    yield from _shared_warnings(loaded)


def check_ids_of_form(loaded: LoadedStudy) -> Iterator[Finding]:
    """Faults in the ``checks`` of fields and groups."""
    for part in loaded.fields():
        yield from _of_field(part)

    for group_part in loaded.parts.groups:
        yield from _of_group(group_part)


def _of_study(loaded: LoadedStudy) -> Iterator[Finding]:
    if loaded.parts.study is None:
        return

    spot = loaded.parts.study.at("checks")
    # A value that is no mapping is a finding of the schema.
    if not isinstance(spot.data, dict):
        return

    for facet, name in spot.data.items():
        if isinstance(name, str) and not ANY_CASE.fullmatch(name):
            yield _bad_name(name, spot.at(facet).place)


def _of_field(part: FieldPart) -> Iterator[Finding]:
    spot = part.spot.at("checks")
    is_own = "checks" in part.keys
    if not is_own or not isinstance(spot.data, dict):
        return

    yield from _bad_names(part.field.checks.values(), spot)

    for facet in spot.data:
        # Keys that are no facet at all are a finding of the schema.
        is_unused = facet in FIELD_FACETS and not _has(part.field, facet)
        if is_unused:
            yield _without_facet(spot.at(facet), facet)


def _has(field: Field, facet: str) -> bool:
    facets: dict[str, object] = {
        "range": field.ranges,
        "expected": field.expected,
        "alert": field.alert,
        "required": field.required,
        "show_when": field.show_when,
        "value": field.value,
        "codes": field.codelist,
        "missing": field.missing,
        "unique": field.unique,
    }
    return bool(facets[facet])


def _of_group(part: GroupPart) -> Iterator[Finding]:
    spot = part.spot.at("checks")
    if not spot.has:
        return

    yield from _bad_names(part.group.checks.values(), spot)
    # A group's checks are about the number of its rows.
    if part.group.rows is None:
        yield _without_facet(spot, *GROUP_FACETS)


def _of_rule(rule: EditCheck) -> Iterator[Finding]:
    for name in (rule.check, rule.unknown):
        # The catalogue's own code, with a hyphen, stands where the rule names none.
        if name is None or name == "rule-untold":
            continue

        if not ANY_CASE.fullmatch(name):
            yield _bad_name(name, rule.place)


def _bad_names(checks: Iterable[ProtocolCheck], spot: SourceNode) -> Iterator[Finding]:
    for check in dict.fromkeys(checks):
        if not ANY_CASE.fullmatch(check.name):
            yield _bad_name(check.name, spot.key)


def _bad_name(name: str, place: TextPlace) -> Finding:
    return finding(
        "bad-name",
        text=place,
        what="check",
        name=name,
    )


def _without_facet(spot: SourceNode, facet: str) -> Finding:
    return finding(
        "check-without-facet",
        text=spot.key,
        key=facet,
        keys="the keys that are there",
    )


def _shared_warnings(loaded: LoadedStudy) -> Iterator[Finding]:
    """A reason is kept for a cell and a check: two warnings there would be kept by one
    reason.
    """
    first_rules: dict[tuple[str, tuple[str, str]], EditCheck] = {}
    for rule in loaded.study.rules.values():
        if rule.severity is not Severity.WARNING:
            continue

        first = first_rules.setdefault((rule.check, rule.on[0]), rule)
        if first is not rule:
            yield finding(
                "warnings-share-a-check",
                text=rule.place,
                related=(first.place,),
                name=rule.name,
                other=first.name,
                check=rule.check,
            )
