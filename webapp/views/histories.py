"""Who changed what, when and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import is_file
from forms_spec.model.captured_data import Record
from forms_spec.model.fields import Field, Form
from generator.pages.answer_text import answer_words
from generator.pages.input_names import cell_name, cell_of
from webapp.forms.pending_uploads import file_address
from webapp.forms.retired_forms import readable_place
from webapp.presentation.form_address import FormPlace
from webapp.security.access import READ, allow
from webapp.services import services
from webapp.storage import Change, ChangeKind, Revision, history, imports_of

bp = Blueprint("histories", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownChange:
    """One change in words."""

    label: str
    old: str
    new: str
    target: str
    old_file: str = ""
    new_file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One save and what it changed."""

    revision: Revision
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One change of one question, with the save that made it."""

    revision: Revision
    change: ShownChange


@bp.get("/subjects/<subjid>/<visit>/<form>/history")
@allow(READ)
def show_history(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    place, _ = readable_place(subjid, visit, form)
    revisions = history(services().database, place.key)
    fields = fields_of(place.form)
    versions = [
        Version(
            revision=revision,
            changes=tuple(
                _with_files(
                    _shown(fields, place.form, change, revision.form.record),
                    place,
                    change,
                )
                for change in revision.changes
                if change.about is not ChangeKind.STATUS
            ),
        )
        for revision in reversed(revisions)
    ]
    numbers = {
        item.form.import_id for item in revisions if item.form.import_id is not None
    }
    imports = imports_of(services().database, numbers) if numbers else {}

    return render_template(
        "history.html", place=place, versions=versions, imports=imports
    )


def _with_files(shown: ShownChange, place: FormPlace, change: Change) -> ShownChange:
    """With the way to the files that the change is about, where it is about files."""
    field = fields_of(place.form).get((change.cell.table, change.cell.field))
    if change.about is not ChangeKind.VALUE or field is None or not is_file(field):
        return shown
    old, new = (
        file_address(place, text) if named_file(text) else ""
        for text in (change.old, change.new)
    )

    return replace(shown, old_file=old, new_file=new)


@bp.get("/subjects/<subjid>/<visit>/<form>/history/<name>")
@allow(READ)
def show_field_history(
    subjid: str, visit: str, form: str, name: str
) -> ResponseReturnValue:
    """One question: every answer that it ever had, newest first.

    ``name`` is that of its input.
    """
    place, _ = readable_place(subjid, visit, form)
    cell = cell_of(name, place.form)
    if cell is None:
        abort(404, f"{place.form.title} has no question {name}.")
    fields = fields_of(place.form)
    field = fields[cell.table, cell.field]
    companion = field.unit.companion if field.unit else None
    about = {
        cell,
        cell._replace(field=companion or cell.field),
        cell._replace(field="rowno"),
    }
    entries = [
        Entry(
            revision=revision,
            change=_shown(fields, place.form, change, revision.form.record),
        )
        for revision in reversed(history(services().database, place.key))
        for change in revision.changes
        if change.cell in about and change.about is not ChangeKind.STATUS
    ]
    row = f", row {cell.row}" if cell.row is not None else ""

    return render_template(
        "field_history.html",
        place=place,
        entries=entries,
        label=f"{field.label}{row}",
        name=name,
    )


def fields_of(form: Form) -> dict[tuple[str, str], Field]:
    """Every field of a form by table and name."""
    result = {(form.name, f.name): f for f in form.fields}
    for group in form.row_groups:
        result |= {(group.name, f.name): f for f in group.fields}
    return result


def _shown(
    fields: dict[tuple[str, str], Field], form: Form, change: Change, record: Record
) -> ShownChange:
    cell = change.cell
    field = fields.get((cell.table, cell.field))
    row = f", row {cell.row}" if cell.row is not None else ""
    titles = {group.name: group.title or form.title for group in form.row_groups}
    if change.about is ChangeKind.ROW:
        label = f"{titles.get(cell.table, cell.table)}{row}"
        return ShownChange(
            label=label,
            old="row" if change.old else "",
            new="row" if change.new else "",
            target="",
        )

    texts = record.texts if cell.row is None else {}
    label = f"{field.label if field else cell.field}{row}"
    if change.about is ChangeKind.KEPT:
        return ShownChange(
            label=f"{label}: reason for confirming",
            old=change.old,
            new=change.new,
            target="",
        )

    words = (
        (lambda text: answer_words(text, field, texts))
        if field
        else (lambda text: text)
    )

    return ShownChange(
        label=label,
        old=words(change.old),
        new=words(change.new),
        target=cell_name(cell),
    )
