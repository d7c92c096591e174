"""The HTML of a form: a template written once per dictionary version, filled in for
every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined
from markupsafe import Markup

from forms_spec.entry.starts import FormOpening
from forms_spec.evaluation import Judgement
from forms_spec.evaluation.text_slots import NO_WORDS, PageWords
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from generator.dictionary.text_language import language_attributes
from generator.pages.answer_text import NO_TEXTS
from generator.pages.file_links import FileOf, file_html, no_files
from generator.pages.findings import PageFindings, place_findings
from generator.pages.new_rows import starts_of, untouched
from generator.pages.offered_rows import NO_ROW_MENUS, RowMenus
from generator.pages.page_model import Page, fixed, pieces
from generator.pages.question_builder import page_of
from generator.pages.rows import next_number, rows_of
from generator.pages.template_context import (
    SLOT_NAMES,
    RowsSlots,
    blank_slots,
    group_findings,
    own_slots,
    row_slots,
)

WRITER = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    block_start_string="[%",
    block_end_string="%]",
    variable_start_string="[[",
    variable_end_string="]]",
    comment_start_string="[#",
    comment_end_string="#]",
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    finalize=fixed,
)
WRITER.globals["pieces"] = pieces
FILLER = Environment(
    autoescape=True, undefined=Undefined, trim_blocks=True, lstrip_blocks=True
)


_TEMPLATES: StudyCache[str, tuple[Page, Template]] = StudyCache()


def page_and_template(study: Study, form: Form) -> tuple[Page, Template]:
    """The form's page and its template, made at its first use and kept with the study."""
    return _TEMPLATES.get(study, form.name, lambda: write_template(study, form))


def write_template(study: Study, form: Form) -> tuple[Page, Template]:
    """The form's page and its template, without the memory of the study."""
    page = page_of(study, form)
    text = WRITER.get_template("form.jinja").render(
        form=page, slot_names=SLOT_NAMES, lang=partial(language_attributes, study)
    )
    return page, FILLER.from_string(text)


NOTHING: Mapping[tuple[str, int], str] = MappingProxyType({})
NO_MARKS: Mapping[str, int] = MappingProxyType({})


def form_html(
    study: Study,
    form: Form,
    record: Record,
    judgement: Judgement,
    *,
    page_findings: PageFindings | None = None,
    stored: Record | None = None,
    marks: Mapping[str, int] = NO_MARKS,
    removing: Mapping[tuple[str, int], str] = NOTHING,
    files: FileOf = no_files,
    opening: FormOpening | None = None,
    later: Mapping[str, str] = NO_TEXTS,
    words: PageWords = NO_WORDS,
    menus: RowMenus = NO_ROW_MENUS,
) -> Markup:
    """All questions of a form with their answers and findings, without the ``<form>``
    around them.

    ``page_findings`` are the findings to show, the judgement's own by default;
    ``stored`` is what the server has, when it is not what is shown; ``marks`` the
    highest row number ever given by group; ``removing`` the rows that are marked to be
    removed, by group and number, with the reason so far. ``files`` knows the files that
    cells name; ``opening`` is what new rows start with, ``later`` what questions of a
    new form start with once they are asked; ``words`` are the answers within texts,
    ``menus`` the rows of other forms that are offered.
    """
    _, template = page_and_template(study, form)
    if page_findings is None:
        page_findings = place_findings(form, judgement.findings)
    if stored is None:
        stored = record

    waiting = untouched(form, record, judgement, stored=stored, opening=opening)
    own = own_slots(
        form, record, judgement, page_findings, later=later, words=words, menus=menus
    )
    rows = {
        group.name: _rows(
            group,
            record,
            judgement,
            page_findings=page_findings,
            stored=stored,
            marks=marks,
            removing=removing,
            opening=opening,
            waiting=waiting,
            words=words,
            menus=menus,
        )
        for group in form.row_groups
    }

    html = template.render(
        own=own,
        rows=rows,
        row_menus=menus.by_menu,
        file_of=lambda text: file_html(text, files(text)),
        hidden_groups=_hidden_groups(form, judgement, waiting, words),
    )

    return Markup(html)


def _rows(
    group: Group,
    record: Record,
    judgement: Judgement,
    *,
    page_findings: PageFindings,
    stored: Record,
    marks: Mapping[str, int],
    removing: Mapping[tuple[str, int], str],
    opening: FormOpening | None,
    waiting: Mapping[CellKey, str],
    words: PageWords,
    menus: RowMenus,
) -> RowsSlots:
    starts = starts_of(group, opening)
    saved = {row.number for row in stored.rows.get(group.name, ())}
    rows: tuple[Row, ...] = rows_of(group, record, starts, opening)

    slots = [
        row_slots(
            group,
            row,
            record,
            judgement,
            page_findings=page_findings,
            saved=row.number in saved,
            removing=removing.get((group.name, row.number)),
            starts=starts,
            waiting=waiting,
            words=words,
            menus=menus,
        )
        for row in rows
    ]

    # As long as the other form has a row, so has this one.
    carried = opening.carried.get(group.name, ()) if opening else ()
    for slot in slots:
        slot.removable = slot.n not in carried

    # A number that a removed row had is in no record any more, only in the marks.
    after_marks = marks.get(group.name, 0) + 1
    return RowsSlots(
        all=slots,
        next=max(next_number(group, record, stored), after_marks),
        findings=group_findings(group, record, page_findings),
        blank=blank_slots(group, starts),
    )


def _hidden_groups(
    form: Form, judgement: Judgement, waiting: Mapping[CellKey, str], words: PageWords
) -> frozenset[str]:
    """Groups of which nothing is shown and nothing is answered."""
    hidden: set[str] = set()
    for group in form.groups:
        # Without a condition of its own a group always shows its title.
        if group.show_when is None:
            continue

        if _is_hidden(form, group, judgement, waiting, words):
            hidden.add(group.name)

    return frozenset(hidden)


def _is_hidden(
    form: Form,
    group: Group,
    judgement: Judgement,
    waiting: Mapping[CellKey, str],
    words: PageWords,
) -> bool:
    notes = _notes(group)
    # A note has no cell. Whether it is shown is known for those outside of rows only.
    if group.rows is None:
        places = {(form.name, None, name) for name in notes}
        if not places.issubset(words.hidden):
            return False

    answers = _answer_cells(form, group, judgement)
    for key in answers:
        cell = judgement.cells[key]
        # What a question starts with is no answer yet.
        answered = cell.text and key not in waiting
        if cell.shown is True or answered:
            return False

    # A group that has neither, such as one without rows yet, is not hidden here.
    return bool(answers or notes)


def _notes(group: Group) -> list[str]:
    """The names of a group's notes that a page may show."""
    names = []
    for field in group.fields:
        if not field.collected and field.entry != "hidden":
            names.append(field.name)

    return names


def _answer_cells(form: Form, group: Group, judgement: Judgement) -> list[CellKey]:
    """The judged cells of a group, without those that say which fixed row it is."""
    names = {field.name for field in group.fields if field.collected}
    if group.rows is None:
        keys = {CellKey(form.name, None, name) for name in names}
        return list(keys & judgement.cells.keys())

    # Which rows there are, only the cells say.
    names -= set(group.fixed)
    keys_of_group = []
    for key in judgement.cells:
        if key.table == group.name and key.field in names:
            keys_of_group.append(key)

    return keys_of_group
