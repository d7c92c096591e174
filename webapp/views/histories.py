"""Who changed what in a form, when and why."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forms_spec.model.captured_data import CellKey
from generator.pages.input_names import cell_of
from generator.pages.meaning_changes import MeaningChange
from webapp.forms.form_history import (
    Amendment,
    FormHistory,
    ShownChange,
    ShownVersion,
    history_of,
    row_words,
)
from webapp.forms.retired_forms import place_of_history
from webapp.security.access import READ, REDACT, allow
from webapp.services import services
from webapp.storage import ChangeKind, imports_of

bp = Blueprint("histories", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One change of one question, with the save that made it; or what the dictionary
    changed of the question before that save. Without a version: since the newest.
    """

    version: ShownVersion | None
    change: ShownChange | None = None
    amended: tuple[MeaningChange, ...] = ()


@bp.get("/subjects/<subjid>/<visit>/<form>/history")
@allow(READ)
def show_history(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    place = place_of_history(subjid, visit, form)
    past = history_of(place)
    numbers = {
        item.form.import_id for item in past.versions if item.form.import_id is not None
    }
    imports = imports_of(services().database, numbers) if numbers else {}

    return render_template(
        "history.html",
        place=place,
        versions=tuple(reversed(past.versions)),
        since=past.since,
        imports=imports,
    )


@bp.get("/subjects/<subjid>/<visit>/<form>/history/<name>")
@allow(READ)
def show_field_history(
    subjid: str, visit: str, form: str, name: str
) -> ResponseReturnValue:
    """One question: every answer that it ever had, newest first.

    ``name`` is that of its input.
    """
    place = place_of_history(subjid, visit, form)
    past = history_of(place)
    cells = (cell_of(name, known.form) for known in past.forms if known.form)
    cell = next((item for item in cells if item is not None), None)
    field = past.field_of(cell) if cell else None
    if cell is None or field is None:
        abort(404, f"{place.form.title} has no question {name}.")

    return render_template(
        "field_history.html",
        place=place,
        entries=_entries(past, cell),
        label=f"{field.label}{row_words(cell)}",
        name=name,
        is_asked=cell_of(name, place.form) is not None,
        may_redact=current_user.has_one_of(REDACT),
    )


def _entries(past: FormHistory, cell: CellKey) -> list[Entry]:
    """Everything about one question, the newest first."""
    # An answer in another unit is another answer, so its unit belongs to the question.
    names = {cell.field}
    for known in past.forms:
        field = known.field_of(cell)
        if field is not None and field.unit_field:
            names.add(field.unit_field)

    about = {(cell.table, name) for name in names}
    cells = {cell._replace(field=name) for name in (*names, "rowno")}

    def amended(version: ShownVersion | None, amendment: Amendment | None) -> None:
        changes = amendment.of_question(about) if amendment else ()
        if changes:
            entries.append(Entry(version=version, amended=changes))

    entries: list[Entry] = []
    amended(None, past.since)
    for version in reversed(past.versions):
        for change in version.changes:
            if change.cell in cells and change.about is not ChangeKind.STATUS:
                entries.append(Entry(version=version, change=change))
        amended(version, version.amendment)

    return entries
