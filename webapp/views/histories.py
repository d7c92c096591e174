"""Who changed what, when and why."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from forms_spec.model import Field, Form
from forms_spec.record import Record
from generator.pages.words import answer_words
from webapp.access import READ, allow
from webapp.form_places import form_place
from webapp.services import services
from webapp.storage import About, Change, Revision, history

bp = Blueprint("histories", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One change in words."""

    label: str
    old: str
    new: str
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One save and what it changed."""

    revision: Revision
    changes: tuple[Shown, ...]


@bp.get("/subjects/<subjid>/<visit>/<form>/history")
@allow(READ)
def show_history(subjid: str, visit: str, form: str) -> ResponseReturnValue:
    place = form_place(subjid, visit, form)
    revisions = history(services().database, place.key)
    fields = fields_of(place.form)
    versions = [
        Version(
            revision=revision,
            changes=tuple(
                _shown(fields, place.form, change, revision.form.record)
                for change in revision.changes
                if change.about is not About.STATUS
            ),
        )
        for revision in reversed(revisions)
    ]
    return render_template("history.html", place=place, versions=versions)


def fields_of(form: Form) -> dict[tuple[str, str], Field]:
    """Every field of a form by table and name."""
    found = {(form.name, f.name): f for f in form.fields}
    for group in form.row_groups:
        found |= {(group.name, f.name): f for f in group.fields}
    return found


def _shown(fields: dict[tuple[str, str], Field], form: Form, change: Change, record: Record) -> Shown:
    cell = change.cell
    field = fields.get((cell.table, cell.field))
    row = f", row {cell.row}" if cell.row is not None else ""
    titles = {group.name: group.title or form.title for group in form.row_groups}
    if change.about is About.ROW:
        label = f"{titles.get(cell.table, cell.table)}{row}"
        return Shown(label=label, old="row" if change.old else "", new="row" if change.new else "", target="")
    texts = record.texts if cell.row is None else {}
    label = f"{field.label if field else cell.field}{row}"
    if change.about is About.KEPT:
        return Shown(label=f"{label}: why it is kept", old=change.old, new=change.new, target="")
    words = (lambda text: answer_words(text, field, texts)) if field else (lambda text: text)
    return Shown(label=label, old=words(change.old), new=words(change.new), target=cell.field)
