"""Fields whose answers may stand once only have answers that can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import NOT_UNIQUE, Finding, Severity
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.fields import Field, Table


def check_uniqueness(loaded: LoadedStudy) -> Iterator[Finding]:
    """Fields that cannot be unique, and unknown ones that they are to be unique with."""
    tables = loaded.study.tables
    for part in loaded.fields():
        # Where the key is not allowed at all, that is the finding.
        is_allowed = "unique" in part.field.type.facets
        table = tables.get(part.table)
        if part.field.unique is not None and is_allowed and table is not None:
            yield from _of_field(part, table)


def _of_field(part: FieldPart, table: Table) -> Iterator[Finding]:
    unique = part.field.unique
    assert unique is not None
    known = {field.name: field for field in table.fields}
    spot = part.spot.at("unique")
    why = _why_not(part.field, table)
    if why:
        place = spot.place
        yield finding("not-made-unique", text=place, name=part.field.name, why=why)

    for index, name in enumerate(unique.together):
        place = spot.at("with", index).place
        yield from _of_other(part, known, name, place)


def _of_other(
    part: FieldPart, known: Mapping[str, Field], name: str, place: TextPlace
) -> Iterator[Finding]:
    """What is wrong with a field that counts together with the unique one."""
    other = known.get(name)
    if other is None or other is part.field:
        near = did_you_mean(name, set(known) - {part.field.name})
        yield finding("unique-with-unknown", text=place, name=name, near=near)
    elif other.value is not None:
        why = "it is calculated"
        yield finding("not-made-unique", text=place, name=name, why=why)
    elif other.kind.name == "file":
        why = "it is a file"
        yield finding("not-made-unique", text=place, name=name, why=why)


def _why_not(field: Field, table: Table) -> str:
    """Why the answers of a field cannot all differ; empty where they can."""
    if field.default is not None or field.prefill is not None:
        return "every new form begins with the same answer"

    check = field.checks.get(NOT_UNIQUE)
    if check is not None and check.severity is Severity.WARNING:
        return "a repeated answer is an error or a query, not a warning"

    carried = table.group.carried if table.group is not None else None
    if carried is not None and field.name in carried.carry:
        return "they are carried from the rows of another form"

    return ""
