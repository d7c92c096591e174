"""Groups and forms that can be laid out: with fields, countable rows, and one codelist
in a grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.source_map import GroupPart, LoadedStudy
from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Group, Repetition

MOST_FIXED_ROWS: Final = 500
"""More than anybody fills in on one page, and few enough to be shown and evaluated
at once.
"""


def check_rows(loaded: LoadedStudy) -> Iterator[Finding]:
    """Rows that cannot be made."""
    for part in loaded.parts.groups:
        rows = part.group.rows
        if rows is None:
            continue

        spot = part.spot.at("rows")
        if spot.at("carry").has and not spot.at("from").has:
            yield finding("carry-from-nowhere", text=spot.at("carry").key)

        if rows.fixed:
            yield from _fixed_rows(part, rows, spot)
        elif rows.minimum > rows.maximum:
            yield finding(
                "rows-reversed",
                text=spot.key,
                least=rows.minimum,
                most=rows.maximum,
            )


def _fixed_rows(
    part: GroupPart, rows: Repetition, spot: SourceNode
) -> Iterator[Finding]:
    for key in ("min", "max", "add"):
        if spot.at(key).has:
            yield finding("fixed-with-count", text=spot.at(key).key, key=key)

    # Fixed rows are all there, so that the maximum is their number.
    if rows.maximum > MOST_FIXED_ROWS:
        yield finding(
            "fixed-too-many",
            text=spot.at("fixed").place,
            count=f"{rows.maximum:,}",
            most=MOST_FIXED_ROWS,
        )

    fields = {field.name: field for field in part.group.fields}
    for index, name in enumerate(rows.fixed):
        field = fields.get(name)
        if field is None:
            what = "not a field of this group"
        elif field.kind.name != "choice" or field.value is not None:
            what = f"a {field.type.name} field"
        else:
            continue

        yield finding(
            "fixed-not-choice",
            text=spot.at("fixed", index).place,
            name=name,
            what=what,
        )


def check_grids(loaded: LoadedStudy) -> Iterator[Finding]:
    """Grids whose fields have different answers."""
    for part in loaded.parts.groups:
        if part.group.layout == "grid":
            yield from _unlike_the_first(part.group)


def _unlike_the_first(grid: Group) -> Iterator[Finding]:
    """The fields of a grid that the heading of its columns does not fit."""
    fields = [field for field in grid.fields if field.collected]
    if not fields:
        return

    heading = fields[0].codelist
    for field in fields:
        # A multiple choice would need boxes, where a grid has one circle a column.
        is_choice = field.kind.name == "choice"
        if is_choice and _same_codes(field.codelist, heading):
            continue

        yield finding("grid-codelists", text=field.place, name=field.name)


def _same_codes(codelist: Codelist | None, other: Codelist | None) -> bool:
    if codelist is None or other is None:
        return False

    return codelist.codes == other.codes


def check_no_fields(loaded: LoadedStudy) -> Iterator[Finding]:
    """Forms and groups with nothing in them."""
    for form in loaded.study.forms.values():
        spot = loaded.parts.forms[form.name]
        groups = spot.at("groups")
        # An empty mapping of groups is as good as none.
        has_groups = groups.has and groups.data != {}
        has_fields = has_groups or spot.at("fields").has

        # The fields of a form that is like another one are those of the other.
        is_copy = spot.at("like").data is not None
        if not has_fields and not is_copy:
            yield finding("no-fields", text=form.place, what="form", name=form.name)

    for part in loaded.parts.groups:
        spot = part.spot.at("fields")
        if spot.data != {}:
            continue

        name = part.group.name
        what = "form" if _is_form_itself(part.group) else "group"
        yield finding("no-fields", text=spot.key, what=what, name=name)


def _is_form_itself(group: Group) -> bool:
    """Whether the group holds the fields of a form without groups."""
    if group.title is not None:
        return False

    return group.name == group.form
