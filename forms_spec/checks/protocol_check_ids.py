"""Ids of protocol checks: well formed, on a facet that is there, and no warning hidden
behind another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forms_spec.checks.names import ANY_CASE
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.protocol_checks import FIELD_FACETS, GROUP_FACETS
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.facets import ProtocolCheck
from forms_spec.model.fields import Field


def check_ids(draft: LoadedStudy) -> Iterator[Finding]:
    """Faults in ``check`` and ``checks``."""
    yield from _study(draft)
    for part in draft.fields():
        yield from _field(part)
    for group in draft.parts.groups:
        if group.spot.at("checks").has:
            yield from _bad_names(group.group.checks.values(), group.spot.at("checks"))
            if group.group.rows is None:
                yield _without(group.spot.at("checks"), *GROUP_FACETS)

    for rule in draft.study.rules.values():
        for name in (rule.check, rule.unknown):
            if (
                name is not None
                and name != "rule-untold"
                and not ANY_CASE.fullmatch(name)
            ):
                yield finding("bad-name", text=rule.place, what="check", name=name)

    yield from _shared_warnings(draft)


def _study(draft: LoadedStudy) -> Iterator[Finding]:
    spot = draft.parts.study and draft.parts.study.at("checks")
    if spot and isinstance(spot.data, dict):
        for facet, name in spot.data.items():
            if isinstance(name, str) and not ANY_CASE.fullmatch(name):
                yield finding(
                    "bad-name", text=spot.at(facet).place, what="check", name=name
                )


def _field(part: FieldPart) -> Iterator[Finding]:
    spot = part.spot.at("checks")
    if "checks" not in part.keys or not isinstance(spot.data, dict):
        return
    yield from _bad_names(part.field.checks.values(), spot)

    for facet in spot.data:
        if facet in FIELD_FACETS and not _has(part.field, facet):
            yield _without(spot.at(facet), facet)


def _has(field: Field, facet: str) -> bool:
    value: dict[str, object] = {
        "range": field.ranges,
        "expected": field.expected,
        "alert": field.alert,
        "required": field.required,
        "show_when": field.show_when,
        "value": field.value,
        "codes": field.codelist,
        "missing": field.missing,
    }
    return bool(value[facet])


def _without(spot: SourceNode, facet: str) -> Finding:
    return finding(
        "check-without-facet", text=spot.key, key=facet, keys="the keys that are there"
    )


def _bad_names(checks: Iterable[ProtocolCheck], spot: SourceNode) -> Iterator[Finding]:
    for check in dict.fromkeys(checks):
        if not ANY_CASE.fullmatch(check.name):
            yield finding("bad-name", text=spot.key, what="check", name=check.name)


def _shared_warnings(draft: LoadedStudy) -> Iterator[Finding]:
    """A reason is kept for a cell and a check: two warnings there would be kept by one
    reason.
    """
    seen: dict[tuple[str, tuple[str, str]], EditCheck] = {}
    for rule in draft.study.rules.values():
        if rule.severity is not Severity.WARNING:
            continue
        first = seen.setdefault((rule.check, rule.on[0]), rule)
        if first is not rule:
            yield finding(
                "warnings-share-a-check",
                text=rule.place,
                related=(first.place,),
                name=rule.name,
                other=first.name,
                check=rule.check,
            )
