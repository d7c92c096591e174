"""Two people edited one form: both versions side by side, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import uuid4

from flask import render_template

from forms_spec.model.captured_data import Record
from generator.pages import page_and_template, posted_names
from generator.pages.answer_text import answer_words
from generator.pages.input_names import (
    REASON_PREFIX,
    REMOVE_PREFIX,
    ROWS_PREFIX,
    cell_name,
    row_prefix,
)
from webapp.forms.merge import CellDifference, merge
from webapp.presentation.form_address import FormPlace
from webapp.services import services
from webapp.storage import Status, StoredForm, was_complete

NOTHING: Mapping[tuple[str, int], str] = MappingProxyType({})


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
    place: FormPlace,
    base: Record,
    mine: Record,
    theirs: StoredForm,
    action: str,
    *,
    settles: str,
    removed: Mapping[tuple[str, int], str] = NOTHING,
    pending: str = "",
) -> str:
    """The page on which the second of two editors chooses.

    ``settles`` is the id of the save that met the other version: by it the browser
    knows, once a person has chosen, that what it kept of that save is out of date.
    ``removed`` are the rows that I removed, and why. ``pending`` signs for the files
    that are mine.
    """
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
        hidden=[
            *(
                (name, text)
                for name, text in posted_names(place.form, merged.record)
                if name not in asked
            ),
            *_removals(merged.record, theirs.record, removed),
        ],
        on=page.on,
        action="complete" if action == "complete" else "draft",
        base_version=theirs.version,
        save_id=uuid4().hex,
        settles=settles,
        held=pending,
        is_complete=theirs.status is Status.COMPLETE,
        needs_reason=was_complete(services().database, place.key),
    )


def _removals(
    merged: Record, theirs: Record, removed: Mapping[tuple[str, int], str]
) -> Iterator[tuple[str, str]]:
    """The inputs that remove once more what I removed and they left alone."""
    for (group, number), reason in removed.items():
        left, standing = (
            {row.number for row in item.rows.get(group, ())}
            for item in (merged, theirs)
        )
        if number in standing - left:
            prefix = row_prefix(group, number)
            yield ROWS_PREFIX + group, str(number)
            yield REMOVE_PREFIX + prefix, "on"
            yield REASON_PREFIX + prefix, reason


def _choice(difference: CellDifference) -> Choice:
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
