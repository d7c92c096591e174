"""One form of the preview: the capture page's questions, with what the checker and the
last save say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from flask import render_template
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from forms_spec.entry.starts import FormOpening, starting_texts
from forms_spec.evaluation import Judgement, judge
from forms_spec.evaluation.rows_elsewhere import rows_elsewhere
from forms_spec.evaluation.text_slots import page_words
from forms_spec.model.captured_data import (
    Casebook,
    Context,
    EmptyCasebook,
    FormKey,
    Record,
    Row,
)
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from generator.browser.server_values import browser_env
from generator.pages import form_html, page_and_template, read_post
from generator.pages.findings import PageFindings, place_findings
from generator.pages.new_rows import with_new_rows
from generator.pages.offered_rows import row_menus
from generator.pages.rows import next_number, rows_of
from generator.synthesis.examples import form_alone
from webapp.casebook.repeated_answers import repeated_beside
from webapp.forms.copies import proposals_of_page
from webapp.forms.finding_lines import finding_lines
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
    unsno: int = 0
    casebook: Casebook | None = None
    """The subject's other forms, where the form is one of a subject's."""

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
    judgement = judged(study, form, record, asked, completing=checking)
    return rendered(seen, form, asked, record, judgement, checking=checking)


def rendered(
    seen: Seen,
    form: Form,
    asked: Asked,
    record: Record,
    judgement: Judgement,
    *,
    checking: bool,
    page_findings: PageFindings | None = None,
    **more: Any,
) -> str:
    """The page of a form with these answers.

    ``checking``: its findings are listed on top. ``page_findings`` are those of other
    forms too, where somebody knows them. ``more`` is for the template.
    """
    study = seen.study
    assert study is not None
    said = page_findings or place_findings(form, judgement.findings)
    carried = rows_elsewhere(study, form, context_of(study, asked))
    opening = replace(asked.opening, carried=carried)
    shown = with_new_rows(
        form,
        record,
        judgement,
        opening=opening,
        judge=lambda whole: judged(study, form, whole, asked),
    )
    words = page_words(study, form, record, context_of(study, asked))
    if asked.everything:
        shown = _all_shown(shown)
        words = replace(words, hidden=frozenset())

    known = listed(seen.findings, seen.files)
    here = [item for item in known if item.about.form == form.name]
    html = form_html(
        study,
        form,
        record,
        shown,
        opening=opening,
        words=words,
        menus=row_menus(study, form, context_of(study, asked)),
        page_findings=page_findings,
    )
    questions, loose = _pinned(html, seen, form, here)

    lines = finding_lines(form, said) if checking else []

    return render_template(
        "preview/form.html",
        form=form,
        page=page_and_template(study, form)[0],
        asked=asked,
        env=browser_env(study, form, context_of(study, asked)),
        proposed=proposals_of_page(study, form, context_of(study, asked)),
        visits=[study.visits[s.visit] for s in study.schedule if s.form == form.name],
        questions=questions,
        loose=loose,
        lines=lines,
        complete=checking and judgement.may_complete,
        **more,
    )


def _record(study: Study, form: Form, asked: Asked) -> Record:
    if asked.posted is None and asked.example:
        key = FormKey(form.name, asked.visit, asked.unsno)
        return form_alone(study, key, asked.today)

    opening = asked.opening
    new = Record(texts=starting_texts(form.fields, opening))
    if asked.posted is None:
        return new

    posted = read_post(
        study, form, asked.posted, stored=new, today=asked.today, opening=opening
    ).record
    if not asked.action.startswith(ADD):
        return posted
    return with_row(form, posted, asked.action.removeprefix(ADD), opening)


def with_row(form: Form, record: Record, name: str, opening: FormOpening) -> Record:
    """One more row, for a browser without JavaScript."""
    group = form.row_group(name)
    if group is None or group.rows is None or group.laid_down:
        return record

    starts = starting_texts(group.fields, opening)
    rows = rows_of(group, record, starts)
    on_page = replace(record, rows={**record.rows, name: rows})
    new = Row(number=next_number(group, on_page), texts=starts)

    return replace(record, rows={**record.rows, name: (*rows, new)})


def context_of(study: Study, asked: Asked) -> Context:
    """The surroundings: of a form that is seen alone, other forms are blank."""
    return Context(
        today=asked.today,
        visit=asked.visit,
        unsno=asked.unsno,
        subject=study.subject_example,
        casebook=EmptyCasebook() if asked.casebook is None else asked.casebook,
    )


def judged(
    study: Study, form: Form, record: Record, asked: Asked, *, completing: bool = False
) -> Judgement:
    context = context_of(study, asked)
    judgement = judge(study, form, record, context, completing=completing)
    repeated = repeated_beside(study, form, context, record)
    return replace(judgement, findings=(*judgement.findings, *repeated))


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
        key = _key(form, entry)
        if key is not None:
            pin = Markup(render_template("preview/pin.html", one=entry))
            notes[key] = notes.get(key, Markup()) + pin

    used: set[tuple[str, str]] = set()

    def put(results: re.Match[str]) -> str:
        key = (results["group"] or form.name, results["field"] or results["own"])
        # A finding about a field of a group is shown at its first row only.
        if key not in notes or key in used:
            return results[0]

        used.add(key)
        return str(notes[key]) + results[0]

    text = MESSAGES.sub(put, str(html))
    loose = [item for item in here if _key(form, item) not in used]
    return Markup(text), loose


def _key(form: Form, entry: ListedFinding) -> tuple[str, str] | None:
    """The table and the field that a finding is about; None where it names no field."""
    group, field = entry.about.group, entry.about.field
    if not field:
        return None

    is_repeating = group is not None and form.row_group(group) is not None
    return (group if group and is_repeating else form.name, field)


def _marks(seen: Seen, form: Form) -> Iterator[tuple[tuple[str, str], Markup]]:
    tables = {form.name, *(group.name for group in form.row_groups)}
    for (table, name), words in seen.changes.fields.items():
        if table in tables:
            mark = render_template("preview/mark.html", words=words)
            yield (table, name), Markup(mark)
