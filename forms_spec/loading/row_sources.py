"""Rows of another form's group, as a dictionary names them: ``ae``, ``target[SCR]``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from forms_spec.model.fields import Form, Group
from forms_spec.model.visits import Visit

SOURCE: Final = re.compile(r"(\w+)(?:\[(\w+)\])?")


def row_source(written: str) -> tuple[str, str | None]:
    """The group and the visit that a text names. Whether there are such rows is checked
    when all forms are known.
    """
    match = SOURCE.fullmatch(written.strip())
    if match is None:
        return written, None

    return match[1], match[2]


def group_of_rows(forms: Mapping[str, Form], name: str) -> Group | None:
    """The repeating group of a name, of whatever form."""
    for form in forms.values():
        group = form.row_group(name)
        if group is not None:
            return group

    return None


def rows_title(
    source: Group,
    visit: str | None,
    *,
    forms: Mapping[str, Form],
    visits: Mapping[str, Visit],
) -> str:
    """The words for the rows of a group: ``Target lesions (Screening)``."""
    title = source.title or forms[source.form].title
    if visit is None:
        return title

    return f"{title} ({visits[visit].title})"


def why_no_rows(
    source: Group | None,
    visit: str | None,
    *,
    form: str,
    forms: Mapping[str, Form],
    visits: Mapping[str, Visit],
    scheduled: Collection[tuple[str, str]],
) -> str:
    """Why rows of a group are not to be had in a form; empty where they are.

    ``scheduled`` are pairs of form and visit.
    """
    if source is None:
        return "there is no repeating group of this name"
    if source.form == form:
        return "it is a group of the same form"

    if forms[source.form].log:
        return "a log has no visits" if visit else ""
    if visit is None:
        return "its form belongs to a visit, and none is named"

    if visit not in visits:
        return f"there is no visit {visit}"
    if visits[visit].repeats:
        return f"the visit {visit} repeats"
    if (source.form, visit) not in scheduled:
        return f"its form is not scheduled at {visit}"

    return ""
