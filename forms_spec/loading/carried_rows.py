"""Rows that a group has from another form: ``rows: {from: target[SCR], carry: [tlno]}``.

The fields of ``carry`` are made here, calculated from the row with the same number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from forms_spec.field_types import field_type
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.row_sources import (
    group_of_rows,
    row_source,
    rows_title,
    why_no_rows,
)
from forms_spec.loading.source_map import FieldPart, GroupPart, Parts
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import CarriedRows, Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.visits import Scheduled, Visit
from forms_spec.rule_syntax.expression import Expression, parse_expression

CARRIED_KINDS: Final = frozenset({"integer", "decimal", "text", "date", "choice"})
"""The kinds that a formula can give."""

PREFIX: Final = "carried"


def carried_rows(written: str, carry: Sequence[str]) -> CarriedRows:
    """What ``from`` and ``carry`` say; whether there are such rows is checked when all
    forms are known.
    """
    table, visit = row_source(written)
    return CarriedRows(table=table, visit=visit, carry=tuple(carry))


def carried_row_checks(study: Study) -> dict[str, EditCheck]:
    """By name, the checks that find a row whose row in the other form is gone."""
    checks: dict[str, EditCheck] = {}
    for table in study.tables.values():
        group = table.group
        if group is None or group.carried is None:
            continue

        own = [field.name for field in table.fields if field.value is None]
        shown_on = own[0] if own else table.fields[0].name
        name = f"{PREFIX}_{group.name}"
        # Where nobody has begun the other form, the row has come from nowhere as well.
        has_its_row = f"any({group.carried.rows} where rowno = this.rowno) is true"
        assertion = parse_expression(has_its_row, group.place)
        # A name that is a word of the rule language has a finding of its own.
        if isinstance(assertion, Finding):
            continue

        checks[name] = EditCheck(
            name=name,
            check=name,
            message=f"Each row belongs to a row of “{group.carried.title}”.",
            when=None,
            assertion=assertion,
            severity=Severity.ERROR,
            on=((table.name, shown_on),),
            unknown=None,
            place=group.place,
        )

    return checks


@dataclass(frozen=True, kw_only=True)
class CarriedRowsBuilder:
    """Gives groups whose rows come from another form the fields that come along."""

    forms: Mapping[str, Form]
    visits: Mapping[str, Visit]
    schedule: Mapping[tuple[str, str], Scheduled]
    parts: Parts
    notes: Notes

    def build(self) -> dict[str, Form]:
        """All forms, those with carried rows made anew. A group whose source is not
        there is left without one, and has a finding.
        """
        forms = dict(self.forms)
        for form in self.forms.values():
            if not any(group.carried for group in form.row_groups):
                continue

            groups = [self._group(group) for group in form.groups]
            forms[form.name] = replace(form, groups=tuple(groups))

        return forms

    def _group(self, group: Group) -> Group:
        carried = group.carried
        if carried is None or group.rows is None:
            return group

        spot = self._spot(group)
        self._refuse_counts(spot)
        source = self._source(group, carried, spot)
        if source is None:
            return replace(group, rows=replace(group.rows, carried=None))

        assert source.rows is not None
        fields = list(self._carried_fields(group, carried, source, spot))
        kept = tuple(field.name for field in fields)
        title = rows_title(source, carried.visit, forms=self.forms, visits=self.visits)
        resolved = replace(carried, carry=kept, title=title)
        rows = replace(group.rows, carried=resolved, maximum=source.rows.maximum)

        return replace(group, rows=rows, fields=(*fields, *group.fields))

    def _spot(self, group: Group) -> SourceNode:
        parts: list[GroupPart] = [
            part for part in self.parts.groups if part.group is group
        ]
        return parts[0].spot.at("rows")

    def _refuse_counts(self, spot: SourceNode) -> None:
        for key in ("min", "max", "add", "fixed"):
            if spot.at(key).has:
                self.notes.say("carried-with-count", spot.at(key).key, key=key)

    def _source(
        self, group: Group, carried: CarriedRows, spot: SourceNode
    ) -> Group | None:
        """The group whose rows are carried; what stands in the way is noted."""
        source = group_of_rows(self.forms, carried.table)
        why = self._obstacle(group, carried, source)
        if why:
            near = did_you_mean(carried.table, self._groups()) if not source else ""
            place = spot.at("from").place
            self.notes.say(
                "rows-not-carried", place, name=carried.rows, why=why, near=near
            )
            return None

        return source

    def _groups(self) -> list[str]:
        """The names of all repeating groups."""
        names: list[str] = []
        for form in self.forms.values():
            names.extend(group.name for group in form.row_groups)

        return names

    def _obstacle(
        self, group: Group, carried: CarriedRows, source: Group | None
    ) -> str:
        """Why rows cannot be carried; empty where they can."""
        return why_no_rows(
            source,
            carried.visit,
            form=group.form,
            forms=self.forms,
            visits=self.visits,
            scheduled={(item.form, item.visit) for item in self.schedule.values()},
        )

    def _carried_fields(
        self, group: Group, carried: CarriedRows, source: Group, spot: SourceNode
    ) -> Iterator[Field]:
        own = {field.name for field in group.fields}
        there = {field.name: field for field in source.fields}
        for index, name in enumerate(carried.carry):
            field = there.get(name)
            place_spot = spot.at("carry", index)
            why = _why_not(field, source) or (
                "it is a field here" if name in own else ""
            )
            if why or field is None:
                near = did_you_mean(name, there) if field is None else ""
                self.notes.say(
                    "field-not-carried", place_spot.place, name=name, why=why, near=near
                )
                continue

            made = _carried_field(field, group, carried, place_spot)
            part = FieldPart(
                field=made,
                spot=spot,
                keys=frozenset(),
                sound=True,
                table=group.name,
                companion_of=field,
            )
            self.parts.fields.append(part)
            yield made


def _why_not(field: Field | None, source: Group) -> str:
    """Why a field cannot come along; empty where it can."""
    if field is None:
        return f"“{source.name}” has no such field"
    if field.kind.name not in CARRIED_KINDS or not field.collected:
        return f"it is a {field.type.name} field"
    if field.unit_choices:
        return "its unit is chosen"

    return ""


def _carried_field(
    field: Field, group: Group, carried: CarriedRows, spot: SourceNode
) -> Field:
    """The field of the source, calculated from the row with the same number."""
    calculated = field_type("calculated")
    text = f"first({carried.rows}.{field.name} where rowno = this.rowno)"
    value = parse_expression(text, spot.place)

    return Field(
        name=field.name,
        label=field.label,
        type=calculated,
        kind=field.kind,
        place=spot.place,
        form=group.form,
        group=group.name,
        # A name that is a word of the rule language has a finding of its own.
        value=value if isinstance(value, Expression) else None,
        places=field.places,
        unit=field.unit,
        codelist=field.codelist,
        identifier=field.identifier,
        control=calculated.control,
    )
