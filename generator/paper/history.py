"""The change history of a subject as the last chapter of its casebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from forms_spec.model.captured_data import FormKey
from forms_spec.model.captured_forms import AuditEntry
from forms_spec.model.fields import Field, Form
from generator.paper.answer_words import coded
from generator.paper.captured_subject import SubjectCasebook, moment_words
from generator.paper.layout import (
    Block,
    Chapter,
    HeadEntry,
    Paragraph,
    PrintedHeading,
    PrintedTable,
    Words,
)

KEPT = "#"
"""Between the field and the finding whose reason was given."""
Questions = Mapping[tuple[str, str], Field]


def history_chapter(
    book: SubjectCasebook, titles: Mapping[FormKey, str], head: tuple[HeadEntry, ...]
) -> Chapter:
    """Every change of every form, in the order of ``titles``, oldest first."""
    entries: dict[FormKey, list[AuditEntry]] = {key: [] for key in titles}
    for entry in book.history:
        entries.setdefault(entry.key, []).append(entry)

    blocks: list[Block] = [
        Paragraph(
            text="Every save of every form, oldest first: who saved it and when, what "
            "was changed, and why.",
            tone="quiet",
        )
    ]

    for key, of_form in entries.items():
        if of_form:
            blocks.append(PrintedHeading(text=titles.get(key, " ".join(map(str, key)))))
            blocks += _form(book, of_form)

    if not book.history:
        blocks.append(Paragraph(text="Nothing was saved."))

    return Chapter(
        title="Change history", anchor="history", head=head, blocks=tuple(blocks)
    )


def _form(book: SubjectCasebook, entries: list[AuditEntry]) -> Iterator[Block]:
    key = entries[0].key
    earlier = book.earlier.get(key)

    form = book.study.forms.get(key.form)
    if form is None and earlier is not None:
        form = earlier.forms.get(key.form)

    questions = _questions(form) if form else {}

    for version, of_version in groupby(entries, key=lambda entry: entry.version):
        changes = list(of_version)
        first = changes[0]
        reason = ""
        if first.reason:
            reason = f" Reason: “{first.reason}”"

        yield Paragraph(
            text=f"Version {version}, {moment_words(book.study, first.saved_at)}, "
            f"{book.person(first.saved_by)}, dictionary {first.dictionary[:12]}.{reason}",
            tone="strong",
        )

        rows = [_line(questions, entry) for entry in changes if entry.field]
        if rows:
            yield PrintedTable(
                head=("Question", "Before", "After"),
                rows=tuple(rows),
                widths=(44, 28, 28),
                small=True,
            )


def _questions(form: Form) -> Questions:
    """The fields of a form by table and name."""
    questions = {(form.name, field.name): field for field in form.fields}
    for group in form.row_groups:
        for field in group.fields:
            questions[group.name, field.name] = field

    return questions


def _line(questions: Questions, entry: AuditEntry) -> tuple[Words, ...]:
    name, _, code = entry.field.partition(KEPT)
    field = questions.get((entry.table, name))
    label = field.label if field else _SYSTEM.get(name, f"{entry.table}.{name}")

    if entry.row is not None:
        label = f"Row {entry.row}: {label}"
    # A reason is free text, whatever its field takes.
    if code:
        label = f"{label}: reason for confirming {code}"
        field = None

    return (
        Words(text=label),
        Words(text=_shown(entry.old, field)),
        Words(text=_shown(entry.new, field)),
    )


_SYSTEM = {"formstat": "State of the form", "rowno": "Number of the row"}


def _shown(text: str, field: Field | None) -> str:
    if field is not None and text:
        return coded(text, field)

    return text
