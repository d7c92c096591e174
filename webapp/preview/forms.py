"""One form of the preview: the capture page's questions, with what the checker and the
last save say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from flask import render_template
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import Judgement, judge
from forms_spec.evaluation.text_slots import page_words
from forms_spec.model.captured_data import Context, EmptyCasebook, Record, Row
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.browser.server_values import browser_env
from generator.pages import form_html, page_and_template, read_post
from generator.pages.findings import place_findings
from generator.pages.new_rows import with_new_rows
from generator.pages.rows import next_number, rows_of
from webapp.forms.finding_lines import finding_lines
from webapp.preview.example import ExampleCasebook, example_record
from webapp.preview.finding_list import ListedFinding, listed
from webapp.preview.watcher import Seen

MESSAGES = re.compile(
    r'<div class="msg" id="(?:f-(?P<own>\w+)|r-(?P<group>\w+)-(?P<row>\w+)-(?P<field>\w+))-msg">'
)
ADD = "add:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How a designer wants to see the form."""

    visit: str
    everything: bool
    example: bool
    posted: MultiDict[str, str] | None
    today: date

    @property
    def opening(self) -> FormOpening:
        """A form is previewed at noon, by the designer."""
        return FormOpening(now=datetime.combine(self.today, time(12)), user="designer")

    @property
    def action(self) -> str:
        return self.posted.get("action", "") if self.posted else ""


def form_page(seen: Seen, form: Form, asked: Asked) -> str:
    """The whole page."""
    study = seen.study
    assert study is not None
    record = _record(study, form, asked)
    checking = asked.action == "check"
    judgement = _judged(study, form, record, asked, completing=checking)
    if asked.example and asked.posted is None:
        record = _without_hidden(form, record, judgement)
        judgement = _judged(study, form, record, asked)

    shown = with_new_rows(
        form,
        record,
        judgement,
        opening=asked.opening,
        judge=lambda whole: _judged(study, form, whole, asked),
    )
    shown = _all_shown(shown) if asked.everything else shown
    words = page_words(study, form, record, _context(study, asked))
    if asked.everything:
        words = replace(words, hidden=frozenset())
    here = [
        item
        for item in listed(seen.findings, seen.files)
        if item.about.form == form.name
    ]
    questions, loose = _pinned(
        form_html(study, form, record, shown, opening=asked.opening, words=words),
        seen,
        form,
        here,
    )

    return render_template(
        "preview/form.html",
        form=form,
        page=page_and_template(study, form)[0],
        asked=asked,
        env=browser_env(study, form, _context(study, asked)),
        visits=[study.visits[s.visit] for s in study.schedule if s.form == form.name],
        questions=questions,
        loose=loose,
        lines=finding_lines(form, place_findings(form, judgement.findings))
        if checking
        else [],
        checked=checking,
        complete=checking and judgement.may_complete,
    )


def _record(study: Study, form: Form, asked: Asked) -> Record:
    opening = asked.opening
    if asked.posted is not None:
        new = Record(texts=starting_texts(form.fields, opening))
        posted = read_post(
            study, form, asked.posted, stored=new, today=asked.today, opening=opening
        ).record

        return (
            _with_row(form, posted, asked.action.removeprefix(ADD), opening)
            if asked.action.startswith(ADD)
            else posted
        )

    if asked.example:
        return example_record(form, asked.today)
    return Record(texts=starting_texts(form.fields, opening))


def _with_row(form: Form, record: Record, name: str, opening: FormOpening) -> Record:
    """One more row, for a browser without JavaScript."""
    for group in form.row_groups:
        if group.name == name and group.rows and not group.rows.fixed:
            starts = starting_texts(group.fields, opening)
            rows = rows_of(group, record, starts)
            number = next_number(
                group, replace(record, rows={**record.rows, name: rows})
            )
            new = Row(number=number, texts=starts)

            return replace(record, rows={**record.rows, name: (*rows, new)})

    return record


def _context(study: Study, asked: Asked) -> Context:
    """The surroundings: other forms are blank, or examples too."""
    casebook = ExampleCasebook(study, asked.today) if asked.example else EmptyCasebook()
    return Context(
        today=asked.today,
        visit=asked.visit,
        subject=study.subject_example,
        casebook=casebook,
    )


def _judged(
    study: Study, form: Form, record: Record, asked: Asked, *, completing: bool = False
) -> Judgement:
    return judge(study, form, record, _context(study, asked), completing=completing)


def _without_hidden(form: Form, record: Record, judgement: Judgement) -> Record:
    """The example without answers to questions that its other answers hide."""
    hidden = {key for key, cell in judgement.cells.items() if cell.shown is not True}
    return Record(
        texts={
            name: text
            for name, text in record.texts.items()
            if (form.name, None, name) not in hidden
        },
        rows={
            group: tuple(
                replace(
                    row,
                    texts={
                        k: v
                        for k, v in row.texts.items()
                        if (group, row.number, k) not in hidden
                    },
                )
                for row in rows
            )
            for group, rows in record.rows.items()
        },
    )


def _all_shown(judgement: Judgement) -> Judgement:
    return replace(
        judgement,
        cells={key: replace(cell, shown=True) for key, cell in judgement.cells.items()},
    )


def _pinned(
    html: Markup, seen: Seen, form: Form, here: Iterable[ListedFinding]
) -> tuple[Markup, list[ListedFinding]]:
    """The questions with each finding above its field's messages; findings of no field
    are returned.
    """
    notes = dict(_marks(seen, form))
    for entry in here:
        if entry.about.field:
            key = _key(form, entry.about.group, entry.about.field)
            notes[key] = notes.get(key, Markup()) + Markup(
                render_template("preview/pin.html", one=entry)
            )

    used: set[tuple[str, str]] = set()

    def put(results: re.Match[str]) -> str:
        key = (results["group"] or form.name, results["field"] or results["own"])
        if key not in notes or key in used:
            return results[0]
        used.add(key)
        return str(notes[key]) + results[0]

    text = MESSAGES.sub(put, str(html))
    loose = [
        item
        for item in here
        if _key(form, item.about.group, item.about.field or "") not in used
    ]

    return Markup(text), loose


def _key(form: Form, group: str | None, field: str) -> tuple[str, str]:
    repeating = {row_group.name for row_group in form.row_groups}
    return (group if group in repeating else form.name, field)


def _marks(seen: Seen, form: Form) -> Iterator[tuple[tuple[str, str], Markup]]:
    for (table, name), words in seen.changes.fields.items():
        if table == form.name or table in {group.name for group in form.row_groups}:
            yield (
                (table, name),
                Markup(render_template("preview/mark.html", words=words)),
            )
