"""Answers in the words of a casebook: labels with their codes, and every kind of
nothing told apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.evaluation.form_result import CellState, EvaluatedCell
from forms_spec.kinds import Refusal
from forms_spec.kinds.choices import SEPARATOR
from forms_spec.kinds.display import shown_as
from forms_spec.kinds.file import named_file
from forms_spec.model.fields import Field
from generator.pages.answer_text import unit_words
from generator.paper.layout import Words


def coded(text: str, field: Field) -> str:
    """A text of a field as people read it, with the code of a choice behind its label."""
    for reason in field.missing:
        if reason.code == text:
            return _with_code(reason.label, text)

    # What is no answer is printed as it was typed.
    if isinstance(field.kind.parse(text, field), Refusal):
        return text

    is_choice = field.kind.name in ("choice", "choices")
    if is_choice and field.codelist is not None:
        known = field.codelist.by_code
        codes = text.split(SEPARATOR)
        return ", ".join(_with_code(known[code].label, code) for code in codes)

    file = named_file(text) if field.kind.name == "file" else None
    if file is not None:
        digest, name = file
        return f"{name} (SHA-256 begins {digest})"

    return shown_as(text, field)


def _with_code(label: str, code: str) -> str:
    if label == code:
        return label

    return f"{label} ({code})"


def cell_words(cell: EvaluatedCell, field: Field, texts: Mapping[str, str]) -> Words:
    """What a cell of a form says. ``texts`` holds the unit where it is chosen."""
    if cell.state is CellState.HIDDEN:
        if not cell.text:
            return Words(text="not asked", tone="quiet")

        return Words(text=f"not asked, but answered: {cell.text}", tone="warning")

    if cell.state is CellState.INVALID:
        return Words(text=f"“{cell.text}”, no valid answer", tone="warning")
    if cell.state is CellState.MISSING:
        return Words(text=coded(cell.text, field), tone="quiet")
    if cell.state is CellState.BLANK:
        return _blank(cell, field, texts)

    unit = unit_words(field, texts)
    return Words(text=f"{coded(cell.text, field)} {unit}".rstrip())


def _blank(cell: EvaluatedCell, field: Field, texts: Mapping[str, str]) -> Words:
    words = "no answer"
    if field.value is not None:
        words = "cannot be calculated"
    if cell.shown is None:
        words = f"{words}; it is not known whether this is asked"

    # A unit that was chosen without a number is an entry too.
    unit = texts.get(field.unit_field or "", "")
    if unit:
        words = f"{words}; unit: {unit_words(field, texts) or unit}"

    return Words(text=words, tone="quiet")
