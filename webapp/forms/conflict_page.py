"""Two people edited one form: both versions side by side, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import uuid4

from flask import render_template

from forms_spec.model.captured_data import Record, row_at
from forms_spec.model.fields import Form
from generator.pages import page_and_template, posted_names
from generator.pages.answer_text import answer_words
from generator.pages.input_names import (
    REASON_PREFIX,
    REMOVE_PREFIX,
    ROWS_PREFIX,
    cell_name,
    row_prefix,
)
from generator.pages.meaning_changes import meaning_changes
from webapp.forms.form_history import row_words
from webapp.forms.merge import CellDifference, merge
from webapp.forms.past_forms import past_form
from webapp.presentation.form_address import FormPlace
from webapp.services import services
from webapp.storage import Status, StoredForm, record_in, was_complete

NOTHING: Mapping[tuple[str, int], str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One cell to choose: both texts, and both as their readers saw them.

    ``amended`` says what the dictionary changed of the question meanwhile.
    """

    name: str
    label: str
    mine: str
    theirs: str
    before_words: str
    mine_words: str
    theirs_words: str
    amended: tuple[str, ...] = ()


def conflict_page(
    place: FormPlace,
    base: StoredForm | None,
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
    merged = merge(place.form, record_in(base), mine, theirs.record)
    choice = _Versions(place.form, base, theirs).choice
    choices = [choice(difference) for difference in merged.differences]
    page, _ = page_and_template(services().study, place.form)

    asked = {item.name for item in choices}
    settled = [
        (name, text)
        for name, text in posted_names(place.form, merged.record)
        if name not in asked
    ]

    return render_template(
        "conflict.html",
        place=place,
        theirs=theirs,
        choices=choices,
        mine_only=[choice(d) for d in merged.mine_only],
        theirs_only=[choice(d) for d in merged.theirs_only],
        hidden=[*settled, *_removals(merged.record, theirs.record, removed)],
        on=page.on,
        action="complete" if action == "complete" else "draft",
        base_version=theirs.version,
        save_id=uuid4().hex,
        settles=settles,
        held=pending,
        is_complete=theirs.status is Status.COMPLETE,
        needs_reason=not place.is_second
        and was_complete(services().database, place.key),
    )


def _removals(
    merged: Record, theirs: Record, removed: Mapping[tuple[str, int], str]
) -> Iterator[tuple[str, str]]:
    """The inputs that remove once more what I removed and they left alone."""
    for (group, number), reason in removed.items():
        is_left = row_at(merged, group, number) is not None
        is_theirs = row_at(theirs, group, number) is not None
        if is_theirs and not is_left:
            prefix = row_prefix(group, number)
            yield ROWS_PREFIX + group, str(number)
            yield REMOVE_PREFIX + prefix, "on"
            yield REASON_PREFIX + prefix, reason


class _Versions:
    """The dictionaries with which the two versions and their common beginning were
    answered; mine is of today.
    """

    def __init__(self, form: Form, base: StoredForm | None, theirs: StoredForm) -> None:
        self._theirs = past_form(theirs.dictionary_hash, form.name)
        self._base = past_form(base.dictionary_hash, form.name) if base else None
        self._amended: dict[tuple[str, str], dict[str, None]] = {}
        for past in (self._base, self._theirs):
            if past is None or past.form is None:
                continue
            for change in meaning_changes(past.form, form):
                known = self._amended.setdefault((change.table, change.field), {})
                known.update(dict.fromkeys(change.sentences))

    def choice(self, difference: CellDifference) -> Choice:
        field, cell = difference.field, difference.cell
        base = self._base or self._theirs

        return Choice(
            name=cell_name(cell),
            label=f"{field.label}{row_words(cell)}",
            mine=difference.mine,
            theirs=difference.theirs,
            before_words=base.words(cell, difference.before),
            mine_words=answer_words(difference.mine, field),
            theirs_words=self._theirs.words(cell, difference.theirs),
            amended=tuple(self._amended.get((cell.table, cell.field), ())),
        )
