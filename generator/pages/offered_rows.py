"""The rows of a subject's other forms that a page offers by what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from forms_spec.evaluation.captured_form import EvaluatedForm, EvaluatedSubject
from forms_spec.model.captured_data import LOG, Context, FormKey
from forms_spec.model.fields import Field, Form, OfferedRows
from forms_spec.model.study import Study
from generator.pages.answer_text import answer_words
from generator.pages.page_model import row_menu

SEPARATOR = ", "


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedRow:
    """One row of another form. ``label`` is what it says, or that it says nothing."""

    number: int
    label: str


@dataclass(frozen=True, kw_only=True)
class RowMenus:
    """The lists of rows of a page, by the id of the list."""

    by_menu: Mapping[str, tuple[OfferedRow, ...]] = field(default_factory=dict)

    def label(self, item: Field, text: str) -> str:
        """What the row says whose number is the answer of a field; empty where there is
        no such row.
        """
        if item.row_of is None:
            return ""

        for row in self.by_menu.get(row_menu(item.row_of), ()):
            if str(row.number) == text:
                return row.label

        return ""


NO_ROW_MENUS = RowMenus()


def row_menus(study: Study, form: Form, context: Context) -> RowMenus:
    """The rows that the fields of a form offer, of the other forms of its subject."""
    fields = [item for group in form.groups for item in group.fields]
    offered = {item.row_of for item in fields if item.row_of is not None}
    if not offered:
        return NO_ROW_MENUS

    visit = LOG if form.log else context.visit or ""
    key = FormKey(form.name, visit, context.unsno)
    subject = EvaluatedSubject(study, context.casebook, context.today, context.subject)
    menus = {rows: tuple(_rows(study, rows, subject, key)) for rows in offered}

    return RowMenus(
        by_menu=MappingProxyType({row_menu(rows): menu for rows, menu in menus.items()})
    )


def _rows(
    study: Study, offered: OfferedRows, subject: EvaluatedSubject, key: FormKey
) -> Iterator[OfferedRow]:
    table = study.tables[offered.table]
    by_name = {item.name: item for item in table.fields}
    fields = [by_name[name] for name in offered.label]
    visit = offered.visit or LOG

    for instance in subject.instances(table.form.name, visit, key):
        for number in instance.rows(offered.table):
            words = _words(instance, offered.table, number, fields)
            yield OfferedRow(number=number, label=words)


def _words(
    instance: EvaluatedForm, table: str, number: int, fields: list[Field]
) -> str:
    """What a row says in the fields of its label."""
    answers: list[str] = []
    for item in fields:
        # A chosen unit is an answer of the same row.
        texts = {}
        if item.unit_field is not None:
            unit = instance.facts(table, number, item.unit_field).text
            texts[item.unit_field] = unit

        text = instance.facts(table, number, item.name).text
        answer = answer_words(text, item, texts)
        if answer:
            answers.append(answer)

    return SEPARATOR.join(answers) or f"Row {number}"
