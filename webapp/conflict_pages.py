"""Two people edited one form: both versions side by side, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from flask import render_template

from forms_spec.record import Record
from generator.pages import page_and_template, posted_names
from generator.pages.names import cell_name
from generator.pages.words import answer_words
from webapp.form_places import FormPlace
from webapp.merging import Difference, merge
from webapp.services import services
from webapp.storage import Status, StoredForm


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One cell to choose: both texts, and both as a reader sees them."""

    name: str
    label: str
    mine: str
    theirs: str
    before_words: str
    mine_words: str
    theirs_words: str


def conflict_page(
    place: FormPlace, base: Record, mine: Record, theirs: StoredForm, action: str, *, held: str = ""
) -> str:
    """The page on which the second of two editors chooses. ``held`` signs for the files that are mine."""
    merged = merge(place.form, base, mine, theirs.record)
    choices = [_choice(difference) for difference in merged.differences]
    asked = {choice.name for choice in choices}
    page, _ = page_and_template(services().study, place.form)
    return render_template(
        "conflict.html",
        place=place,
        theirs=theirs,
        choices=choices,
        mine_only=[_choice(d) for d in merged.mine_only],
        theirs_only=[_choice(d) for d in merged.theirs_only],
        hidden=[(name, text) for name, text in posted_names(place.form, merged.record) if name not in asked],
        on=page.on,
        action="complete" if action == "complete" else "draft",
        base_version=theirs.version,
        save_id=uuid4().hex,
        held=held,
        needs_reason=theirs.status is Status.COMPLETE,
    )


def _choice(difference: Difference) -> Choice:
    field, cell = difference.field, difference.cell
    row = f", row {cell.row}" if cell.row is not None else ""
    return Choice(
        name=cell_name(cell),
        label=f"{field.label}{row}",
        mine=difference.mine,
        theirs=difference.theirs,
        before_words=answer_words(difference.before, field),
        mine_words=answer_words(difference.mine, field),
        theirs_words=answer_words(difference.theirs, field),
    )
