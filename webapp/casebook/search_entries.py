"""What can be looked for in a casebook: the rows of its logs, such as adverse events and
medicines, and its open findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forms_spec.model.captured_data import LOG, FormKey, Record
from forms_spec.model.fields import Field, Form, Group
from generator.pages.answer_text import answer_words
from webapp.casebook.subject_status import Judged
from webapp.services import services
from webapp.storage import SearchEntry

MOST_ANSWERS = 6
"""So many answers of a row say what it is about."""
FINDING = "Finding"


def search_entries(subjid: str, judged: Judged) -> tuple[SearchEntry, ...]:
    """The rows of logs in the order of the forms, then what is open."""
    return (*_rows(subjid, judged), *_findings(subjid, judged))


def _rows(subjid: str, judged: Judged) -> Iterator[SearchEntry]:
    for form in services().study.forms.values():
        record = judged.casebook.record(FormKey(form.name, LOG, 0))
        if not form.log or record is None:
            continue

        for group in form.row_groups:
            yield from _rows_of(subjid, form, group, record)


def _rows_of(
    subjid: str, form: Form, group: Group, record: Record
) -> Iterator[SearchEntry]:
    for row in record.rows.get(group.name, ()):
        answers = _answers(group.fields, row.texts)
        if not answers:
            continue

        yield SearchEntry(
            subjid=subjid,
            kind=form.title,
            visit=LOG,
            unsno=0,
            form=form.name,
            table=group.name,
            row=row.number,
            label=" · ".join(answers[:MOST_ANSWERS]),
        )


def _answers(fields: Iterable[Field], texts: Mapping[str, str]) -> list[str]:
    """The answers of a row, in words."""
    answers = []
    for field in fields:
        # Who looks for a person's name or address in a study shall not find it.
        if field.identifier or not field.collected:
            continue
        answer = answer_words(texts.get(field.name, ""), field, texts)
        if answer:
            answers.append(answer)

    return answers


def _findings(subjid: str, judged: Judged) -> Iterator[SearchEntry]:
    tables = services().study.tables
    for finding in judged.open:
        place = finding.data
        if place is None or place.table not in tables:
            continue

        form = tables[place.table].form
        yield SearchEntry(
            subjid=subjid,
            kind=FINDING,
            visit=LOG if form.log else place.visit or LOG,
            unsno=place.unsno or 0,
            form=form.name,
            table="",
            row=0,
            label=finding.message,
        )
