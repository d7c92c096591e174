"""Groups and forms that can be laid out: with fields, countable rows, and one codelist
in a grid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import GroupPart, LoadedStudy
from forms_spec.model.fields import Repetition

MOST_FIXED_ROWS: Final = 500
"""More than anybody fills in on one page, and few enough to be shown and judged at
once.
"""


def check_rows(draft: LoadedStudy) -> Iterator[Finding]:
    """Rows that cannot be made."""
    for part in draft.parts.groups:
        if part.group.rows is not None:
            yield from _rows(part, part.group.rows)


def check_grids(draft: LoadedStudy) -> Iterator[Finding]:
    """Grids whose fields have different answers."""
    for part in draft.parts.groups:
        if part.group.layout != "grid":
            continue
        fields = [field for field in part.group.fields if field.type.name != "note"]
        first = fields[0].codelist if fields else None

        for field in fields:
            same = (
                field.codelist is not None
                and first is not None
                and field.codelist.codes == first.codes
            )
            if not same or field.kind.name != "choice":
                yield finding("grid-codelists", text=field.place, name=field.name)


def check_no_fields(draft: LoadedStudy) -> Iterator[Finding]:
    """Forms and groups with nothing in them."""
    for form in draft.study.forms.values():
        spot = draft.parts.forms[form.name]
        groups = spot.at("groups")
        if not spot.at("fields").has and (not groups.has or groups.data == {}):
            yield finding("no-fields", text=form.place, what="form", name=form.name)

    for part in draft.parts.groups:
        data = part.spot.at("fields").data
        if isinstance(data, dict) and not data:
            what = (
                "form"
                if part.group.title is None and part.group.name == part.group.form
                else "group"
            )
            yield finding(
                "no-fields",
                text=part.spot.at("fields").key,
                what=what,
                name=part.group.name,
            )


def _rows(part: GroupPart, rows: Repetition) -> Iterator[Finding]:
    spot = part.spot.at("rows")
    if not rows.fixed:
        if rows.minimum > rows.maximum:
            yield finding(
                "rows-reversed", text=spot.key, least=rows.minimum, most=rows.maximum
            )

        return

    for key in ("min", "max", "add"):
        if spot.at(key).has:
            yield finding("fixed-with-count", text=spot.at(key).key, key=key)

    if rows.maximum > MOST_FIXED_ROWS:
        place = spot.at("fixed").place
        yield finding(
            "fixed-too-many",
            text=place,
            count=f"{rows.maximum:,}",
            most=MOST_FIXED_ROWS,
        )

    fields = {field.name: field for field in part.group.fields}

    for index, name in enumerate(rows.fixed):
        value = fields.get(name)
        if value is None or value.kind.name != "choice" or value.value is not None:
            what = (
                f"a {value.type.name} field"
                if value is not None
                else "not a field of this group"
            )
            yield finding(
                "fixed-not-choice",
                text=spot.at("fixed", index).place,
                name=name,
                what=what,
            )
