"""What one subject's answers put into the slots of a form's template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from forms_spec.evaluation import Cell, CellState, Judgement
from forms_spec.evaluation.text_slots import NO_WORDS, PageWords
from forms_spec.findings.finding import Severity
from forms_spec.kinds.display import shown_as
from forms_spec.model.captured_data import CellKey, Record, Row
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.text_templates import BLANK as WORDLESS
from generator.pages.answer_text import NO_TEXTS, answer_words, boxed, menu_text
from generator.pages.findings import PageFindings, finding_html
from generator.pages.new_rows import may_hide
from generator.pages.question_builder import steps

CellOf = Callable[[str], Cell | None]
FEW = 2  # rows that all stand open


HIDDEN, MOOT, NOTHING = Markup(" hidden"), Markup(" data-moot"), Markup("")


class _Blank(dict[str, Markup]):
    """Says nothing of most questions; a template asks it about each."""

    def __missing__(self, key: str) -> Markup:
        return NOTHING


class _NoTexts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


class _NoWords(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return WORDLESS


class _NoTicks(dict[str, list[str]]):
    def __missing__(self, key: str) -> list[str]:
        return []


@dataclass(slots=True)
class Scope:
    """The slots of a form's own fields, or of one row. The short names are the
    template's.

    v texts, l labels of choices, m missing codes, c codes ticked, o texts that are no
    code of the list, e findings as HTML (``''``: of the whole row), bad fields with a
    finding that refuses, a what the question's element says of itself: that it is
    hidden, or answered though it does not apply; q required by a condition; r reference
    ranges; k what fields for reading only say; p what a new row starts with; w the
    answers that stand in texts.
    """

    v: dict[str, str] = field(default_factory=_NoTexts)
    l: dict[str, str] = field(default_factory=_NoTexts)  # noqa: E741
    m: dict[str, str] = field(default_factory=_NoTexts)
    c: dict[str, list[str]] = field(default_factory=_NoTicks)
    o: dict[str, str] = field(default_factory=dict)
    e: dict[str, Markup] = field(default_factory=_Blank)
    bad: set[str] = field(default_factory=set)
    a: dict[str, Markup] = field(default_factory=_Blank)
    q: set[str] = field(default_factory=set)
    r: dict[str, str] = field(default_factory=_NoTexts)
    k: dict[str, str] = field(default_factory=_NoTexts)
    p: dict[str, str] = field(default_factory=_NoTexts)
    w: dict[str, str] = field(default_factory=_NoWords)
    n: int = 0
    saved: bool = False
    open: bool = True
    title: str = ""
    status: str = ""
    removing: bool = False
    why: str = ""


@dataclass(slots=True)
class RowScopes:
    """The rows of one repeating group, and the number that the next one gets."""

    all: list[Scope]
    next: int
    e: Markup
    blank: Scope


START = Markup(' data-start="{}"')


def own_scope(
    form: Form,
    record: Record,
    judgement: Judgement,
    page_findings: PageFindings,
    *,
    later: Mapping[str, str] = NO_TEXTS,
    words: PageWords = NO_WORDS,
) -> Scope:
    """The slots of the fields that stand once on the form.

    ``later`` are the texts that questions start with which are not asked yet.
    """
    scope = Scope()
    _fill(
        scope,
        form.fields,
        record.texts,
        lambda n: judgement.cells.get(CellKey(form.name, None, n)),
    )
    _put_words(scope, form.name, None, words)
    _put_later(scope, later)
    _put_findings(scope, form.name, None, record, page_findings)

    return scope


def row_scope(
    group: Group,
    row: Row,
    record: Record,
    judgement: Judgement,
    *,
    page_findings: PageFindings,
    saved: bool,
    removing: str | None,
    starts: Mapping[str, str],
    waiting: Mapping[CellKey, str],
    words: PageWords,
) -> Scope:
    """The slots of one row; ``starts`` are the texts that a new one starts with,
    ``waiting`` those of them whose questions are not asked yet.
    """
    scope = Scope(
        n=row.number, saved=saved, removing=removing is not None, why=removing or ""
    )
    cells, number = judgement.cells, row.number
    later = {
        f.name: t
        for f in group.fields
        if (t := waiting.get(CellKey(group.name, number, f.name)))
    }
    texts = _without(row.texts, group, later)
    _fill(
        scope, group.fields, texts, lambda n: cells.get(CellKey(group.name, number, n))
    )
    _put_later(scope, later)
    _put_findings(scope, group.name, row.number, record, page_findings)
    _put_words(scope, group.name, number, words)
    if not saved:
        scope.p.update(starts)
    scope.title = row_title(group, replace(row, texts=texts))
    scope.open = (
        bool(scope.e)
        or not saved
        or scope.removing
        or len(record.rows.get(group.name, ())) <= FEW
    )
    scope.status = "▲ has findings" if scope.e else ""

    return scope


def blank_scope(group: Group, starts: Mapping[str, str]) -> Scope:
    """The slots of a row that is still to be added: what a condition may hide waits
    until it is asked.
    """
    scope = Scope()
    later = {
        f.name: starts[f.name]
        for f in group.fields
        if f.name in starts and may_hide(group, f)
    }
    _fill(scope, group.fields, _without(starts, group, later), lambda _: None)
    scope.a.update(dict.fromkeys(later, HIDDEN))
    _put_later(scope, later)
    scope.p.update(starts)

    return scope


def _without(
    texts: Mapping[str, str], group: Group, later: Mapping[str, str]
) -> dict[str, str]:
    """The texts without those that wait; a field that no page shows can start at once
    only.
    """
    unseen = {f.name for f in group.fields if f.entry == "hidden"}
    return {
        name: text
        for name, text in texts.items()
        if name not in later or name in unseen
    }


def _put_later(scope: Scope, later: Mapping[str, str]) -> None:
    for name, text in later.items():
        if scope.a.get(name) == HIDDEN and not scope.v[name]:
            scope.a[name] += START.format(text)


def group_findings(group: Group, record: Record, page_findings: PageFindings) -> Markup:
    """The findings about a repeating group as a whole: too many rows, one missing, one
    twice.
    """
    return Markup("").join(
        finding_html(spot, record) for _, spot in page_findings.of(group.name, None)
    )


def row_title(group: Group, row: Row) -> str:
    """A row in few words: what fixes it, or its first three answers."""
    rows = group.rows
    if rows and rows.fixed:
        chosen = [f for f in group.fields if f.name in rows.fixed]
        return " ".join(answer_words(row.texts.get(f.name, ""), f) for f in chosen)

    answers = (
        answer_words(row.texts.get(f.name, ""), f, row.texts)
        for f in group.fields
        if f.collected
    )

    return " · ".join([answer for answer in answers if answer][:4])


def _fill(
    scope: Scope, fields: Iterable[Field], texts: Mapping[str, str], cell_of: CellOf
) -> None:
    for item in fields:
        name = item.name
        cell = cell_of(name)
        text = (
            cell.text
            if cell is not None and item.value is not None
            else texts.get(name, "")
        )
        if text:
            _put_text(scope, item, text)
        if cell is None:
            continue
        if cell.shown is not True:
            _hide(scope, name, cell.shown, text if item.value is None else "")
        if cell.required:
            scope.q.add(name)
        if cell.reference:
            scope.r[name] = f"reference {cell.reference}"
        if cell.state is CellState.INVALID:
            scope.bad.add(name)


def _hide(scope: Scope, name: str, shown: bool | None, text: str) -> None:
    """A question that does not apply is hidden, one that may not apply yet too; an
    answer never is.
    """
    if not text:
        scope.a[name] = HIDDEN
    elif shown is False:
        scope.a[name] = MOOT


def _put_words(scope: Scope, table: str, row: int | None, words: PageWords) -> None:
    """The answers in the texts of a table's row, and its notes that are not shown."""
    for (where, number, name, key), word in words.words.items():
        if where == table and number == row:
            scope.w.update(
                {f"{name} {key} {index}": text for index, text in enumerate(word)}
            )

    for where, number, name in words.hidden:
        if where == table and number == row:
            scope.a[name] = HIDDEN


def _put_text(scope: Scope, item: Field, text: str) -> None:
    """A missing code stands in its own menu, so that the box stays free for the value."""
    if item.entry != "typed" and item.value is None:
        scope.v[item.name] = text
        scope.k[item.name] = shown_as(text, item)
        return

    for missing in item.missing:
        if missing.code == text:
            scope.m[item.name] = text
            return

    scope.v[item.name] = boxed(text, item)
    if item.kind.name == "choice":
        scope.l[item.name] = menu_text(text, item)
    if item.control == "checkboxes" and item.codelist:
        ticked = text.split(";")
        scope.c[item.name] = ticked
        odd = ";".join(code for code in ticked if code not in item.codelist.by_code)
        if odd:
            scope.o[item.name] = odd
    elif _fits_no_button(item, text):
        scope.o[item.name] = text


def _fits_no_button(item: Field, text: str) -> bool:
    """True for a text that none of the buttons of its question stands for."""
    if item.codelist:
        return text not in item.codelist.by_code
    if item.control == "checkbox":
        return text not in {"true", "false"}
    return item.control == "scale" and text not in map(str, steps(item))


def _put_findings(
    scope: Scope,
    table: str,
    row: int | None,
    record: Record,
    page_findings: PageFindings,
) -> None:
    for name, spot in page_findings.of(table, row):
        scope.e[name] += finding_html(spot, record)
        if spot.finding.severity is Severity.REFUSE:
            scope.bad.add(name)
