"""Answers that stay valid where they are stored and can no longer be chosen, typed all
the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
    for table, row, field, texts in _retiring(form, record):
        codes = [code for code in _codes(texts, field) if code in field.retired]
        if codes:
            kept[cell_name(CellKey(table, row, field.name))] = codes
    return kept


def _retiring(
    form: Form, record: Record
) -> Iterator[tuple[str, int | None, Field, Mapping[str, str]]]:
    """The cells whose fields offer less than their codelists: table, row, field, and
    the texts around them.
    """
    for field in form.fields:
        if field.retired:
            yield form.name, None, field, record.texts

    for group in form.row_groups:
        fields = [field for field in group.fields if field.retired]
        for row in record.rows.get(group.name, ()) if fields else ():
            for field in fields:
                yield group.name, row.number, field, row.texts


def refused_answers(form: Form, record: Record, *earlier: Record) -> Iterator[Finding]:
    """Answers that are new and no longer offered; those of an ``earlier`` record may
    stay.
    """
    for table, row, field, texts in _retiring(form, record):
        # What was there before may stay, and so may a default: nobody chose it anew.
        allowed = {field.default}
        for known in earlier:
            allowed.update(_codes(texts_at(known, table, row), field))

        for code in _codes(texts, field):
            if code in field.retired and code not in allowed:
                place = DataPlace(table=table, field=field.name, row=row)
                answer = field.codelist.by_code[code].label if field.codelist else code
                yield finding(
                    "choice-retired",
                    data=place,
                    value=code,
                    label=label_of(form, place),
                    choice=answer,
                )


def _codes(texts: Mapping[str, str], field: Field) -> list[str]:
    """The codes of an answer; a text that is none of them is for the judge."""
    return texts.get(field.name, "").split(";")
