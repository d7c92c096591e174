"""The forms of a study without answers: to be filled in by hand, or annotated with the
names of the dictionary and of CDASH and SDTM.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rules import Home, to_english
from generator.codebook import in_schedule_order
from generator.codebook.outline import MARKS, collected
from generator.codebook.words import count, target, window
from generator.pages.answer_text import day_words
from generator.pages.rows import fixed_rows
from generator.paper.layout import (
    NO_DATE,
    Block,
    Chapter,
    CharacterBoxes,
    Contents,
    HeadEntry,
    LabelledTexts,
    Paper,
    PaperQuestion,
    PaperQuestions,
    Paragraph,
    PrintedHeading,
    PrintedTable,
    Sheet,
    SignOff,
    Tick,
    TickMatrix,
    Ticks,
    Words,
    WritingLines,
    WritingTable,
)
from generator.paper.questions import QuestionMaker, is_listed, missing_ticks
from generator.paper.widths import column_width, fits_page
from generator.paper.writing_space import code_ticks, has_long_list

MOST_VISITS = 14
"""So many visits have a column each in a table of the schedule; more need another one."""
MOST_MATRIX = 7
"""So many shared answers stand as columns."""
ROWS_BY_HAND = 6
"""Empty rows of a table that the dictionary does not count."""


def blank_forms(
    study: Study,
    *,
    annotated: bool = False,
    moment: datetime | None = None,
    sheet: Sheet = "a4",
) -> Paper:
    """Every form of a study. ``moment`` is when this version of the dictionary came into
    use, where that is known.
    """
    title = "Annotated case report forms" if annotated else "Blank case report forms"
    forms = [
        _form(study, form, annotated=annotated) for form in in_schedule_order(study)
    ]

    return Paper(
        title=f"{title}: {study.short}",
        moment=moment or NO_DATE,
        foot=_foot(study, moment),
        chapters=(
            _first_pages(study, title, moment, annotated=annotated),
            *forms,
            *_codelists(study),
        ),
        sheet=sheet,
        language=study.language or "en",
    )


def _foot(study: Study, moment: datetime | None) -> str:
    """The study and the version of its dictionary, for the foot of each page."""
    since = ""
    if moment:
        since = f" of {day_words(moment.date())}"

    return f"{study.name} · {study.short} · dictionary {study.hash[:12]}{since}"


def _first_pages(
    study: Study, title: str, moment: datetime | None, *, annotated: bool
) -> Chapter:
    """What the forms are, how they are filled in, and when."""
    facts = [("Study", study.title), ("Protocol", study.name)]
    if study.sites:
        sites = [f"{code} {name}" for code, name in study.sites.items()]
        facts.append(("Sites", ", ".join(sites)))

    facts.append(("Dictionary", study.hash))
    if moment:
        facts.append(("In use since", day_words(moment.date())))

    facts.append(("Forms", str(len(study.forms))))

    blocks: list[Block] = [LabelledTexts(items=tuple(facts))]
    blocks += _how_to_read() if annotated else _how_to_fill_in(study)
    blocks.append(PrintedHeading(text="Forms"))
    blocks.append(Contents(title="Forms"))

    if study.visits:
        blocks += _schedule(study)

    return Chapter(title=title, anchor="start", head=(), blocks=tuple(blocks))


def _how_to_fill_in(study: Study) -> Iterator[Block]:
    yield PrintedHeading(text="How to fill in")
    yield Paragraph(
        text="Write the subject number and the visit at the head of each sheet. "
        "Tick one ○, or any number of ☐. The code of an answer is behind it in brackets. "
        "An asterisk (*) marks a question that must be answered. "
        "Days are written DD-MMM-YYYY, such as 05-APR-2024, and times by the 24-hour "
        "clock."
    )
    yield Paragraph(
        text="Correct an error with a single line through it, so that it can still be "
        "read, and put the date and your initials beside it."
    )

    if study.missing:
        reasons = [f"{code.label} ({code.code})" for code in study.missing.values()]
        yield Paragraph(
            text="Where there is no answer, tick why, if the question offers that: "
            f"{', '.join(reasons)}."
        )


def _how_to_read() -> Iterator[Block]:
    yield PrintedHeading(text="How to read the annotations")
    yield Paragraph(
        text="Below each question you see its field in the dictionary, then its names in "
        "CDASH and SDTM if the dictionary gives them. Below the title of a form, and of "
        "rows that repeat, you see the name of their table. The code of an answer is "
        "behind it in brackets."
    )


def _schedule(study: Study) -> Iterator[Block]:
    """When each visit is due, and which forms it asks for."""
    visits = list(study.visits.values())
    yield PrintedHeading(text="Visits")
    yield PrintedTable(
        head=("Visit", "Title", "Due", "Window"),
        rows=tuple(
            tuple(map(_plain, (visit.name, visit.title, target(visit), window(visit))))
            for visit in visits
        ),
        widths=(12, 38, 22, 28),
    )
    yield PrintedHeading(text="Forms by visit")
    yield Paragraph(
        text="X required, C conditional, o optional.",
        tone="quiet",
    )

    forms = [form for form in in_schedule_order(study) if not form.log]
    # A table has no room for many visits: the next one goes on.
    for first in range(0, len(visits), MOST_VISITS):
        some = visits[first : first + MOST_VISITS]
        rows = []
        for form in forms:
            marks = []
            for visit in some:
                scheduled = study.expectations.get((form.name, visit.name))
                marks.append(MARKS[scheduled.expectation] if scheduled else "")

            rows.append((_plain(form.title), *map(_plain, marks)))

        yield PrintedTable(
            head=("Form", *(visit.name for visit in some)),
            rows=tuple(rows),
            widths=(30, *(70 // len(some) for _ in some)),
            small=True,
        )


def _plain(text: str) -> Words:
    return Words(text=text)


_SIGN_OFF = SignOff(
    entries=(
        HeadEntry(label="Filled in by", space=WritingLines()),
        HeadEntry(label="Date", space=CharacterBoxes(pattern="DD-MMM-YYYY")),
        HeadEntry(label="Signature", space=WritingLines()),
    )
)


def _form(study: Study, form: Form, *, annotated: bool) -> Chapter:
    blocks: list[Block] = []
    if form.help:
        blocks.append(Paragraph(text=form.help, tone="quiet"))

    blocks += _expected_if(study, form)
    for group in form.groups:
        maker = QuestionMaker(study=study, form=form, group=group, annotated=annotated)
        blocks += _group(maker)

    blocks.append(_SIGN_OFF)
    names: tuple[str, ...] = ()
    if annotated:
        domain = (f"SDTM domain {form.domain}",) if form.domain else ()
        names = (form.name, *domain)

    return Chapter(
        title=form.title,
        anchor=f"form-{form.name}",
        head=_head(study, form),
        blocks=tuple(blocks),
        note=f"Collected: {collected(form, study)}",
        names=names,
    )


def _head(study: Study, form: Form) -> tuple[HeadEntry, ...]:
    """Whose form it is, and of which visit."""
    example = "".join("_" if sign.isalnum() else sign for sign in study.subject_example)
    visit = HeadEntry(label="Visit", space=WritingLines())
    if form.log:
        visit = HeadEntry(label="Visit", text="log of the subject")

    return (
        HeadEntry(label="Subject", space=CharacterBoxes(pattern=example)),
        visit,
        HeadEntry(label="Form", text=form.title),
    )


def _expected_if(study: Study, form: Form) -> Iterator[Block]:
    """The conditions under which visits ask for the form, each with its visits."""
    by_words: dict[str, list[str]] = {}
    for scheduled in study.schedule:
        if scheduled.form != form.name or scheduled.when is None:
            continue

        words = to_english(scheduled.when, study, Home(form=form))
        by_words.setdefault(words, []).append(scheduled.visit)

    for words, visits in by_words.items():
        yield Paragraph(text=f"At {', '.join(visits)} only if {words}.", tone="strong")


def _group(maker: QuestionMaker) -> Iterator[Block]:
    group = maker.group
    repeats = group.rows is not None
    # A group of rows is a table, which has a name of its own.
    title = group.title or (group.name if repeats else "")
    if title:
        names = (group.name,) if maker.annotated and repeats else ()
        yield PrintedHeading(text=title, names=names)

    if group.show_when is not None:
        words = to_english(group.show_when, maker.study, Home(form=maker.form))
        what = "These rows" if repeats else "These questions"
        yield Paragraph(text=f"{what} only if {words}.", tone="strong")

    if group.help:
        yield Paragraph(text=group.help, tone="quiet")

    if repeats:
        yield from _rows(maker)
    else:
        yield from _questions(maker, maker.asked())


def _questions(maker: QuestionMaker, fields: tuple[Field, ...]) -> Iterator[Block]:
    """The questions, and as a matrix where they share their answers."""
    matrix = _matrix(maker, fields)
    if matrix is not None:
        yield matrix
        return

    questions: list[PaperQuestion] = []
    for field in fields:
        if field.collected:
            questions.append(maker.question(field))
            continue

        # A note is read between the questions.
        if questions:
            yield PaperQuestions(questions=tuple(questions))
            questions = []

        yield from _note(maker, field)

    if questions:
        yield PaperQuestions(questions=tuple(questions))


def _note(maker: QuestionMaker, field: Field) -> Iterator[Block]:
    note = maker.question(field)
    for text in (*note.names, *note.conditions):
        yield Paragraph(text=text, tone="quiet")

    yield Paragraph(text=note.label)
    if note.help:
        yield Paragraph(text=note.help, tone="quiet")


def _matrix(maker: QuestionMaker, fields: tuple[Field, ...]) -> TickMatrix | None:
    """The group as a matrix, where its questions are single choices of one short list."""
    if maker.group.layout != "grid" or len(fields) < 2:
        return None
    if not all(_is_tick_choice(maker, field) for field in fields):
        return None

    # Two lists with the same codes are one list to the reader.
    lists = {field.codelist.codes if field.codelist else () for field in fields}
    shared = code_ticks(fields[0])
    if len(lists) != 1 or not shared:
        return None

    reasons: dict[str, Tick] = {}
    for field in fields:
        reasons |= {tick.code: tick for tick in missing_ticks(field)}

    options = (*shared, *reasons.values())
    if len(options) > MOST_MATRIX:
        return None

    offered = []
    for field in fields:
        codes = {tick.code for tick in (*code_ticks(field), *missing_ticks(field))}
        offered.append(tuple(option.code in codes for option in options))

    return TickMatrix(
        questions=tuple(map(maker.question, fields)),
        options=options,
        offered=tuple(offered),
    )


def _is_tick_choice(maker: QuestionMaker, field: Field) -> bool:
    """Whether a question is answered by a single tick."""
    if not field.collected or field.kind.name != "choice":
        return False

    return isinstance(maker.question(field).space, Ticks)


def _rows(maker: QuestionMaker) -> Iterator[Block]:
    """Rows to fill in: a table where a row fits on a line, else a sheet for each row."""
    group = maker.group
    assert group.rows is not None, "a group that repeats"
    laid_down = fixed_rows(group) if group.fixed else ()
    named = [_row_name(group, row.texts) for row in laid_down]

    if maker.annotated:
        yield from _fixing_fields(maker)

    asked: list[Field] = []
    for field in maker.asked():
        # What lays a row down is the row's name, so nobody is asked for it.
        if field.name in group.fixed:
            continue

        if field.collected:
            asked.append(field)
        else:
            yield from _note(maker, field)

    questions = tuple(map(maker.question, asked))
    first_width = 30 if named else 9
    widths = (first_width, *map(column_width, questions))
    if not questions or not fits_page(widths):
        yield from _sheets(maker, tuple(asked), named)
        return

    by_hand = max(group.rows.minimum, min(group.rows.maximum, ROWS_BY_HAND))
    numbers = [str(number + 1) for number in range(by_hand)]
    yield WritingTable(
        title=group.title or group.name,
        row_title=_fixed_title(group) if named else "No.",
        columns=questions,
        rows=tuple(named or numbers),
        widths=widths,
    )


def _fixing_fields(maker: QuestionMaker) -> Iterator[Block]:
    """What the dictionary calls the fields by which rows are laid down."""
    for field in maker.group.fields:
        if field.name in maker.group.fixed:
            words = ", ".join(maker.names(field))
            yield Paragraph(text=f"Rows by {words}", tone="quiet")


def _sheets(
    maker: QuestionMaker, asked: tuple[Field, ...], named: list[str]
) -> Iterator[Block]:
    """The questions of a row below each other, once for each row that is laid down."""
    if named:
        for name in named:
            yield PrintedHeading(text=name, depth=3)
            yield from _questions(maker, asked)

        return

    assert maker.group.rows is not None, "a group that repeats"
    yield Paragraph(
        text="One sheet for each row: copy it as often as needed (at most "
        f"{count(maker.group.rows.maximum, 'row')}).",
        tone="quiet",
    )
    number = PaperQuestion(label="Row number", space=CharacterBoxes(pattern="___"))
    yield PaperQuestions(questions=(number,))
    yield from _questions(maker, asked)


def _row_name(group: Group, texts: object) -> str:
    fields = {field.name: field for field in group.fields}
    words = []
    for name, code in dict(texts).items():  # type: ignore[call-overload]
        codelist = fields[name].codelist
        assert codelist is not None, "rows are laid down by codes"
        words.append(codelist.by_code[code].label)

    return ", ".join(words)


def _fixed_title(group: Group) -> str:
    fields = {field.name: field for field in group.fields}
    return ", ".join(fields[name].label for name in group.fixed)


def _codelists(study: Study) -> Iterator[Chapter]:
    """The lists that are too long to stand beside their questions."""
    lists: dict[str, Codelist] = {}
    for table in study.tables.values():
        for field in table.fields:
            if field.codelist and has_long_list(field) and is_listed(field.codelist):
                lists[field.codelist.name] = field.codelist

    if not lists:
        return

    blocks: list[Block] = []
    for codelist in lists.values():
        blocks.append(PrintedHeading(text=codelist.name))
        rows = tuple((_plain(code.code), _plain(code.label)) for code in codelist.codes)
        blocks.append(
            PrintedTable(
                head=("Code", "Answer"), rows=rows, widths=(20, 80), small=True
            )
        )

    yield Chapter(
        title="Lists of codes", anchor="codelists", head=(), blocks=tuple(blocks)
    )
