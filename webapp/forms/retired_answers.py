"""Answers that stay valid where they are stored and can no longer be chosen, typed all
the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import Record
from forms_spec.model.fields import Field, Form
from generator.pages.findings import label_of


def refusal(form: Form, record: Record, *earlier: Record) -> str:
    """Says which answers cannot be given any more; nothing where all were there in an
    ``earlier`` record.
    """
    refused = list(_refused(form, record, earlier))
    if not refused:
        return ""
    answers = "; ".join(f"“{answer}” for “{label}”" for label, answer in refused)
    return f"No longer offered: {answers}. Choose another answer, then save again."


def _refused(
    form: Form, record: Record, earlier: tuple[Record, ...]
) -> Iterator[tuple[str, str]]:
    """The label of each question with an answer that is new and not offered, and the
    answer's label.
    """
    earlier_texts = [known.texts for known in earlier]
    for field in form.fields:
        place = DataPlace(table=form.name, field=field.name)
        yield from _answers(form, place, field, record.texts, earlier_texts)

    for group in form.row_groups:
        for row in record.rows.get(group.name, ()):
            # A row keeps its number, so that its own earlier answers are found by it.
            earlier_texts = [
                _texts_of_row(known, group.name, row.number) for known in earlier
            ]
            for field in group.fields:
                place = DataPlace(table=group.name, field=field.name, row=row.number)
                yield from _answers(form, place, field, row.texts, earlier_texts)


def _answers(
    form: Form,
    place: DataPlace,
    field: Field,
    texts: Mapping[str, str],
    earlier: list[Mapping[str, str]],
) -> Iterator[tuple[str, str]]:
    if not field.retired:
        return

    # What was there before may stay, and so may a default: nobody chose it anew.
    allowed = {field.default}
    for earlier_texts in earlier:
        allowed.update(_codes(earlier_texts, field))

    for code in _codes(texts, field):
        if code in field.retired and code not in allowed:
            answer = field.codelist.by_code[code].label if field.codelist else code
            yield label_of(form, place), answer


def _codes(texts: Mapping[str, str], field: Field) -> list[str]:
    """The codes of an answer; a text that is none of them is for the judge."""
    return texts.get(field.name, "").split(";")


def _texts_of_row(record: Record, group: str, number: int) -> Mapping[str, str]:
    for row in record.rows.get(group, ()):
        if row.number == number:
            return row.texts
    return {}
