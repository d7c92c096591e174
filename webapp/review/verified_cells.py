"""The answers of a form, each with its source verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Record, text_at
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.pages.answer_text import answer_words
from generator.pages.findings import label_of
from generator.pages.input_names import cell_name
from webapp.presentation.form_address import FormPlace
from webapp.presentation.template_filters import moment_words, person
from webapp.review.verification_progress import needed_fields
from webapp.services import services
from webapp.storage import (
    FormVerification,
    StoredForm,
    VerificationMark,
    load_version,
    record_in,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedCell:
    """A question with its answer. ``words`` say by whom it was verified, or how it was
    changed since; ``name`` is that of its input.
    """

    cell: CellKey
    name: str
    label: str
    answer: str
    is_needed: bool
    is_verified: bool
    is_changed: bool
    words: str


def verified_cells(
    place: FormPlace, stored: StoredForm, verified: FormVerification
) -> tuple[VerifiedCell, ...]:
    """Every question that has an answer or was verified, in the order of the form."""
    shower = _CellShower(place=place, verified=verified)
    answers = dict(_answers(place, stored.record))
    # An answer that was taken away is still changed since it was verified.
    gone = [cell for cell in verified.lost if cell not in answers and _exists(cell)]

    cells = (*answers, *gone)
    return tuple(shower.shown(cell, answers.get(cell, "")) for cell in cells)


def _exists(cell: CellKey) -> bool:
    """Whether a question exists for the person of this request."""
    sight = services().database.sight
    return sight is None or (cell.table, cell.field) not in sight.hidden


def changed_cells(cells: tuple[VerifiedCell, ...]) -> tuple[VerifiedCell, ...]:
    """Those that were changed since they were verified."""
    return tuple(item for item in cells if item.is_changed)


def _answers(place: FormPlace, record: Record) -> Iterator[tuple[CellKey, str]]:
    """The answers in the order of the form's questions."""
    form = place.form
    for name, text in _in_order(form.fields, record.texts):
        yield CellKey(form.name, None, name), text

    for group in form.row_groups:
        for row in record.rows.get(group.name, ()):
            for name, text in _in_order(group.fields, row.texts):
                yield CellKey(group.name, row.number, name), text


def _in_order(
    fields: Iterable[Field], texts: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for field in fields:
        text = texts.get(field.name, "")
        if text:
            yield field.name, text


@dataclass(kw_only=True)
class _CellShower:
    """Puts the cells of one form into words; earlier versions are read once."""

    place: FormPlace
    verified: FormVerification

    def __post_init__(self) -> None:
        subject = self.place.subject.subjid
        self._needed = needed_fields(self.study, self.place.form, subject)
        self._versions: dict[int, Record] = {}

    @property
    def study(self) -> Study:
        return services().study

    def shown(self, cell: CellKey, text: str) -> VerifiedCell:
        mark = self.verified.mark(cell)
        lost = self.verified.lost.get(cell)
        words = self._verified_words(mark) if mark else ""
        if lost is not None:
            words = self._changed_words(cell, lost, text)
        spot = DataPlace(table=cell.table, field=cell.field, row=cell.row)
        return VerifiedCell(
            cell=cell,
            name=cell_name(cell),
            label=label_of(self.place.form, spot),
            answer=self._answer(cell, text),
            is_needed=(cell.table, cell.field) in self._needed,
            is_verified=mark is not None,
            is_changed=lost is not None,
            words=words,
        )

    def _verified_words(self, mark: VerificationMark) -> str:
        return f"Verified by {person(mark.username)}, {moment_words(mark.acted_at)}"

    def _changed_words(self, cell: CellKey, lost: VerificationMark, text: str) -> str:
        """Old and new, as the page of the form would say them."""
        old = self._answer(cell, self._text_then(cell, lost.version)) or "blank"
        new = self._answer(cell, text) or "blank"
        by = person(lost.username)
        return f"Changed since verification by {by}: {old} → {new}"

    def _text_then(self, cell: CellKey, version: int) -> str:
        if version not in self._versions:
            earlier = load_version(services().database, self.place.key, version)
            self._versions[version] = record_in(earlier)

        return text_at(self._versions[version], cell)

    def _answer(self, cell: CellKey, text: str) -> str:
        field = self._field(cell)
        return answer_words(text, field) if field and text else text

    def _field(self, cell: CellKey) -> Field | None:
        return self.study.field(cell.table, cell.field)
