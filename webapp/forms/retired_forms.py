"""Forms that were captured and have no place in the dictionary any more: read as they
were, never lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import abort
from werkzeug.exceptions import NotFound

from forms_spec.findings.places import TextPlace
from forms_spec.model.captured_data import LOG, FormKey, Record
from forms_spec.model.fields import Field, Form
from forms_spec.model.visits import Visit, VisitType
from forms_spec.schedule.form_places import has_place
from generator.pages.answer_text import answer_words
from webapp.presentation.form_address import (
    FormPlace,
    form_address,
    form_place,
    visit_word,
)
from webapp.presentation.past_dictionaries import past_study
from webapp.presentation.statuses import ShownStatus, status_of
from webapp.services import services, subject_or_404
from webapp.storage import (
    InstanceKey,
    StoredForm,
    heads,
    load,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RetiredForm:
    """A line of the casebook: a form that only those who look for it would find."""

    title: str
    visit: str
    address: str
    status: ShownStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerTable:
    """Questions with their answers; ``rows`` holds one list of answers for each row of
    a group.
    """

    title: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def gone_forms(
    subjid: str, known: Mapping[FormKey, StoredForm]
) -> tuple[RetiredForm, ...]:
    """The captured forms of a subject that have no place any more."""
    results = []
    for key, head in known.items():
        if has_place(services().study, key):
            continue

        # Where no dictionary can be read, bare names are all there is.
        title, visit = key.form, visit_word(key.visit, key.unsno)
        place = _captured_place(head.key)
        if place is not None:
            title, visit = place.form.title, place.visit_title

        results.append(
            RetiredForm(
                title=title,
                visit=visit,
                address=form_address(subjid, key.visit, key.unsno, key.form),
                status=status_of(head.status),
            )
        )

    return tuple(sorted(results, key=lambda item: item.address))


def readable_place(subjid: str, visit: str, form: str) -> tuple[FormPlace, bool]:
    """The form of an address, and whether it is gone from the dictionary; 404 when
    nothing was captured.
    """
    try:
        return form_place(subjid, visit, form), False
    except NotFound:
        key = _captured_key(subjid, visit, form)
        if key is None:
            raise

        # Its answers are there, and nothing says what was asked.
        place = _captured_place(key)
        if place is None:
            abort(
                404,
                f"The form {form} was captured with a dictionary that this "
                "version of crfsmith"
                " cannot read. To read its answers, open its history, "
                f"{form_address(subjid, key.visit, key.unsno, form)}/history, or "
                "export a package: crfsmith export.",
            )

        return place, True


def place_of_history(subjid: str, visit: str, form: str) -> FormPlace:
    """The form of an address, to tell its history; without a question where no
    dictionary of it can be read.
    """
    try:
        return form_place(subjid, visit, form)
    except NotFound:
        key = _captured_key(subjid, visit, form)
        if key is None:
            raise
        return _captured_place(key) or _place_without_questions(key)


def _captured_key(subjid: str, visit: str, form: str) -> InstanceKey | None:
    """What was captured at an address, whatever the dictionary says of it now."""
    subject_or_404(subjid)
    # By the words of the address, as no dictionary may know the visit any more.
    for key, head in heads(services().database, subjid).items():
        if key.form != form:
            continue
        if visit_word(key.visit, key.unsno) == visit:
            return head.key

    return None


def _place_without_questions(key: InstanceKey) -> FormPlace:
    """A place whose form and visit are called by their bare names."""
    nowhere = TextPlace(file="", line=0, column=0)
    is_log = key.visit == LOG
    visit = Visit(
        name=key.visit,
        title=key.visit,
        type=VisitType.UNSCHEDULED if key.unsno else VisitType.SCHEDULED,
        target=None,
        window=None,
        repeats=bool(key.unsno),
        place=nowhere,
    )

    return FormPlace(
        subject=subject_or_404(key.subject),
        form=Form(name=key.form, title=key.form, groups=(), place=nowhere, log=is_log),
        visit=None if is_log else visit,
        unsno=key.unsno,
    )


def _captured_place(key: InstanceKey) -> FormPlace | None:
    """Where a form stood in the dictionary with which it was captured last."""
    stored = load(services().database, key)
    if stored is None:
        return None

    study = past_study(stored.dictionary_hash)
    if study is None or key.form not in study.forms:
        return None

    return FormPlace(
        subject=subject_or_404(key.subject),
        form=study.forms[key.form],
        visit=study.visits.get(key.visit),
        unsno=key.unsno,
    )


def tables_of(form: Form, record: Record) -> Iterator[AnswerTable]:
    """Everything that was captured, in the order of the form; what even that form did
    not know comes last.
    """
    if record.texts or _asked(form.fields):
        yield _table(form.title, form.fields, [("", record.texts)])

    for group in form.row_groups:
        rows = _numbered_texts(record, group.name)
        yield _table(group.title or form.title, group.fields, rows)

    for name in record.rows:
        if form.row_group(name) is None:
            yield _table(name, (), _numbered_texts(record, name))


def _numbered_texts(record: Record, group: str) -> list[tuple[str, Mapping[str, str]]]:
    rows = record.rows.get(group, ())
    return [(str(row.number), row.texts) for row in rows]


def _asked(fields: Iterable[Field]) -> list[Field]:
    return [field for field in fields if field.collected]


def _table(
    title: str, fields: Iterable[Field], rows: Sequence[tuple[str, Mapping[str, str]]]
) -> AnswerTable:
    """``rows`` has each row's number and texts; a text without a field is shown under
    its bare name.
    """
    asked = _asked(fields)
    labels = [field.label for field in asked]
    unknown = _unknown_names(asked, (texts for _, texts in rows))

    lines = []
    for number, texts in rows:
        cells = [_words(field, texts) for field in asked]
        cells += [texts.get(name, "") for name in unknown]
        lines.append((number, tuple(cells)))

    return AnswerTable(title=title, labels=(*labels, *unknown), rows=tuple(lines))


def _unknown_names(
    fields: Iterable[Field], texts_of_rows: Iterable[Mapping[str, str]]
) -> list[str]:
    """The names of texts that no field has, each once, in the order of the rows."""
    known = {field.name for field in fields}
    unknown: dict[str, None] = {}
    for texts in texts_of_rows:
        for name in texts:
            if name not in known:
                unknown[name] = None

    return list(unknown)


def _words(field: Field, texts: Mapping[str, str]) -> str:
    return answer_words(texts.get(field.name, ""), field, texts)
