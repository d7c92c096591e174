"""Answers that are taken over from the last visit or from an earlier row, each by itself,
and what the history says of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from werkzeug.datastructures import MultiDict

from forms_spec.evaluation.proposals import proposals
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import (
    LOG,
    CellKey,
    Context,
    FormKey,
    Record,
    text_at,
)
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.pages.findings import label_of
from generator.pages.input_names import FORM_PREFIX, NEW_ROW, cell_of, row_prefix
from webapp.forms.evaluation import context_of
from webapp.presentation.form_address import FormPlace, form_address, visit_word
from webapp.presentation.typed_numbers import typed_number
from webapp.services import casebook_of, services
from webapp.storage import visit_order

COPIED: Final = "copied"
"""The name under which a page posts what was taken over: an input's name, a bar, and
where it came from: the address of a visit, ``row:`` and a number, or ``propose``.
"""
ROW: Final = "row:"
PROPOSED: Final = "propose"
"""Where an answer came from that the dictionary proposes."""
ROW_DIGITS: Final = 6
MOST_NAMED: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierForm:
    """The same form at the last visit before: where it is, and what it is called."""

    address: str
    title: str


def earlier_form(place: FormPlace) -> EarlierForm | None:
    """The same form at the last visit before this one; None where there is none."""
    key = _earlier_key(place)
    if key is None:
        return None
    address = form_address(place.subject.subjid, key.visit, key.unsno, key.form)
    return EarlierForm(address=address, title=_visit_title(key))


def _earlier_key(place: FormPlace) -> FormKey | None:
    here = place.key.form_key
    # A log is one form for the whole study: there is none before it.
    if here.visit == LOG:
        return None

    order = visit_order(tuple(services().study.visits))
    keys = casebook_of(place.subject.subjid).keys(here.form)
    before = [key for key in keys if order(key) < order(here)]
    return max(before, key=order, default=None)


def _visit_title(key: FormKey) -> str:
    visit = services().study.visits.get(key.visit)
    return visit_word(visit.title if visit else key.visit, key.unsno)


def copied_words(
    place: FormPlace, data: MultiDict[str, str], record: Record, before: Record | None
) -> str:
    """``Copied from Screening: Weight, Height``: the answers of this save that were
    taken over and still are as they were there. Blank where there are none.
    """
    origins: dict[str, list[str]] = {}
    for cell, source in _posted(place, data):
        text = text_at(record, cell)
        was_there = before is not None and text_at(before, cell) == text
        if not text or was_there:
            continue

        origin = _origin(place, cell, source, text, record)
        if not origin:
            continue
        data_place = DataPlace(table=cell.table, field=cell.field, row=cell.row)
        origins.setdefault(origin, []).append(label_of(place.form, data_place))

    return "; ".join(
        f"Copied from {origin}: {', '.join(labels[:MOST_NAMED])}"
        for origin, labels in origins.items()
    )


def _posted(
    place: FormPlace, data: MultiDict[str, str]
) -> Iterator[tuple[CellKey, str]]:
    """The cells that were taken over, each once, with what the page says of it."""
    sources: dict[str, str] = {}
    for item in data.getlist(COPIED):
        name, _, source = item.partition("|")
        sources[name] = source

    for name, source in sources.items():
        cell = cell_of(name, place.form)
        if cell is not None:
            yield cell, source


def _origin(
    place: FormPlace, cell: CellKey, source: str, text: str, record: Record
) -> str:
    """Where an answer came from, in words; blank where it is another one there."""
    if source.startswith(ROW):
        return _row_of_origin(cell, source.removeprefix(ROW), text, record)
    if source == PROPOSED:
        return _proposed_origin(place, cell, text)

    key = _earlier_key(place)
    if key is None or source != visit_word(key.visit, key.unsno):
        return ""

    earlier = casebook_of(place.subject.subjid).record(key)
    # Whoever typed over what was taken over has copied nothing.
    if earlier is None or text_at(earlier, cell) != text:
        return ""
    return _visit_title(key)


def proposed_answers(place: FormPlace) -> dict[str, dict[str, str]]:
    """What the dictionary proposes for the questions of a form, as the page takes it."""
    return proposals_of_page(services().study, place.form, context_of(place))


def proposals_of_page(
    study: Study, form: Form, context: Context
) -> dict[str, dict[str, str]]:
    """The text that would be stored, and how it is shown, by the name of the input. In
    a repeating group that is the name in the row which the page makes others from.
    """
    offered: dict[str, dict[str, str]] = {}
    for cell, item in proposals(study, form, context).items():
        is_own = cell.table == form.name
        prefix = FORM_PREFIX if is_own else row_prefix(cell.table, NEW_ROW)
        offered[prefix + cell.field] = {"text": item.text, "shown": item.shown}

    return offered


def _proposed_origin(place: FormPlace, cell: CellKey, text: str) -> str:
    """What an answer is proposed from; blank where another one is proposed now."""
    offered = proposals(services().study, place.form, context_of(place))
    proposal = offered.get(cell._replace(row=None))
    if proposal is None or proposal.text != text:
        return ""

    return proposal.source


def _row_of_origin(cell: CellKey, number: str, text: str, record: Record) -> str:
    """The row of the same page that an answer came from, in words."""
    row = typed_number(number, digits=ROW_DIGITS)
    if cell.row is None or row is None:
        return ""

    if text_at(record, cell._replace(row=row)) != text:
        return ""
    return f"row {row}"
