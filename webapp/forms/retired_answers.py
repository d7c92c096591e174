"""Answers that stay valid where they are stored and can no longer be chosen, typed all
the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import CellKey, Record, texts_at
from forms_spec.model.fields import Field, Form
from generator.pages.findings import label_of
from generator.pages.input_names import cell_name


def refusal(form: Form, record: Record, *earlier: Record) -> str:
    """Says which answers cannot be given any more; nothing where all were there in an
    ``earlier`` record.
    """
    findings = list(refused_answers(form, record, *earlier))
    if not findings:
        return ""
    messages = " ".join(item.message for item in findings)
    return f"{messages} {findings[0].remedy} Then save again."


def kept_answers(form: Form, record: Record) -> dict[str, list[str]]:
    """The codes that are no longer offered and may stay, by the names of inputs."""
    kept: dict[str, list[str]] = {}
    for answer in _narrowed_answers(form, record):
        codes = answer.retired_codes
        if codes:
            kept[cell_name(answer.cell)] = codes

    return kept


class _Answer(NamedTuple):
    """An answer to a question that offers less than its codelist."""

    cell: CellKey
    field: Field
    texts: Mapping[str, str]
    """The texts of the form or of the row that the answer is in."""

    @property
    def retired_codes(self) -> list[str]:
        """Its codes that can no longer be chosen."""
        codes = _codes(self.texts, self.field)
        return [code for code in codes if code in self.field.retired]


def _narrowed_answers(form: Form, record: Record) -> Iterator[_Answer]:
    for field in _narrowed(form.fields):
        yield _Answer(CellKey(form.name, None, field.name), field, record.texts)

    for group in form.row_groups:
        # Most groups ask no such question: their rows are not walked.
        narrowed = _narrowed(group.fields)
        if not narrowed:
            continue

        for row in record.rows.get(group.name, ()):
            for field in narrowed:
                cell = CellKey(group.name, row.number, field.name)
                yield _Answer(cell, field, row.texts)


def _narrowed(fields: Iterable[Field]) -> list[Field]:
    return [field for field in fields if field.retired]


def refused_answers(form: Form, record: Record, *earlier: Record) -> Iterator[Finding]:
    """Answers that are new and no longer offered; those of an ``earlier`` record may
    stay.
    """
    for answer in _narrowed_answers(form, record):
        allowed = _may_stay(answer, earlier)
        for code in answer.retired_codes:
            if code not in allowed:
                yield _refused(form, answer, code)


def _may_stay(answer: _Answer, earlier: Iterable[Record]) -> set[str | None]:
    """The codes that nobody chose anew: the default, and what was there before."""
    cell, field = answer.cell, answer.field
    allowed = {field.default}
    for known in earlier:
        allowed.update(_codes(texts_at(known, cell.table, cell.row), field))

    return allowed


def _refused(form: Form, answer: _Answer, code: str) -> Finding:
    cell, codelist = answer.cell, answer.field.codelist
    place = DataPlace(table=cell.table, field=cell.field, row=cell.row)
    return finding(
        "choice-retired",
        data=place,
        value=code,
        label=label_of(form, place),
        choice=codelist.by_code[code].label if codelist else code,
    )


def _codes(texts: Mapping[str, str], field: Field) -> list[str]:
    """The codes of an answer; a text that is none of them is for the judge."""
    return texts.get(field.name, "").split(";")
