"""A form as an earlier dictionary has it, to read what was captured with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_spec.model.captured_data import CellKey
from forms_spec.model.fields import Field, Form
from generator.pages.answer_text import NO_TEXTS, answer_words
from generator.pages.meaning_changes import fields_by_cell
from webapp.presentation.past_dictionaries import past_study


@dataclass(frozen=True, kw_only=True, slots=True)
class PastForm:
    """A form as one dictionary has it. ``form`` is None where the dictionary can no
    longer be read, or has no such form.
    """

    hash: str
    form: Form | None
    is_readable: bool
    fields: Mapping[tuple[str, str], Field] = field(default_factory=dict)

    def field_of(self, cell: CellKey) -> Field | None:
        return self.fields.get((cell.table, cell.field))

    def words(
        self, cell: CellKey, text: str, texts: Mapping[str, str] = NO_TEXTS
    ) -> str:
        """An answer as a reader of that dictionary sees it; the bare text where the
        dictionary has no such question.
        """
        known = self.field_of(cell)
        return answer_words(text, known, texts) if known else text


def past_form(dictionary_hash: str, name: str) -> PastForm:
    """The form of a name by the dictionary of a hash."""
    study = past_study(dictionary_hash)
    form = study.forms.get(name) if study else None
    return PastForm(
        hash=dictionary_hash,
        form=form,
        is_readable=study is not None,
        fields=fields_by_cell(form) if form else {},
    )
