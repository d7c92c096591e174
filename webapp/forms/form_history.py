"""The versions of a form, each in the words of the dictionary that it was saved with.

What was chosen is told by the labels that were read when it was chosen. Where a
dictionary came that says something else of the same text, the history says so there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms_spec.kinds.file import named_file
from forms_spec.kinds.file_cells import is_file
from forms_spec.model.captured_data import CellKey, Record, texts_at
from forms_spec.model.fields import Field
from generator.pages.answer_text import NO_TEXTS, answer_words
from generator.pages.input_names import cell_name
from generator.pages.meaning_changes import MeaningChange, meaning_changes
from webapp.forms.past_forms import PastForm, past_form
from webapp.forms.pending_uploads import file_address
from webapp.presentation.form_address import FormPlace
from webapp.presentation.people import Actor, saver_of
from webapp.services import services
from webapp.storage import (
    Change,
    ChangeKind,
    LoggedEvent,
    Revision,
    StoredForm,
    history,
    logged_saves,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownChange:
    """One change in words. ``target`` names the question's own history; the files are
    addresses.
    """

    cell: CellKey
    about: ChangeKind
    label: str
    old: str
    new: str
    target: str = ""
    old_file: str = ""
    new_file: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """What another dictionary says otherwise of a form. ``answered`` are the questions
    that had an answer. Where one of the two cannot be read, nothing can be told.
    """

    before: str
    after: str
    can_be_told: bool
    form_is_gone: bool = False
    answered: tuple[MeaningChange, ...] = ()
    others: tuple[MeaningChange, ...] = ()

    def of_question(self, about: set[tuple[str, str]]) -> tuple[MeaningChange, ...]:
        """What changed for some fields, by their tables and names."""
        changes = (*self.answered, *self.others)
        return tuple(item for item in changes if (item.table, item.field) in about)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownVersion:
    """One save: what it changed, who saved it, and what the dictionary changed since
    the save before.
    """

    form: StoredForm
    saver: Actor
    changes: tuple[ShownChange, ...]
    is_readable: bool
    amendment: Amendment | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FormHistory:
    """All versions, the oldest first. ``since`` is what today's dictionary says
    otherwise than that of the newest version.
    """

    versions: tuple[ShownVersion, ...]
    forms: tuple[PastForm, ...]
    since: Amendment | None = None

    def field_of(self, cell: CellKey) -> Field | None:
        """The question by the newest dictionary that has it."""
        for past in reversed(self.forms):
            field = past.field_of(cell)
            if field is not None:
                return field

        return None


def history_of(place: FormPlace) -> FormHistory:
    """The history of the form at a place, in words."""
    database = services().database
    teller = _Teller(place, logged_saves(database, place.key))
    return teller.tell(history(database, place.key))


class _Teller:
    """Reads the versions from the oldest on, and remembers with which dictionary each
    answer was given.
    """

    def __init__(self, place: FormPlace, saves: Mapping[int, LoggedEvent]) -> None:
        self._place = place
        self._saves = saves
        self._past: dict[str, PastForm] = {}
        self._given: dict[CellKey, PastForm] = {}

    def tell(self, revisions: Iterable[Revision]) -> FormHistory:
        before: StoredForm | None = None
        versions = []
        for revision in revisions:
            versions.append(self._version(revision, before))
            before = revision.form

        # The dictionary of today may ask otherwise, though nobody has saved with it yet.
        today = self._form_of(services().study.hash)
        since = self._amendment(before, today, before.record) if before else None
        forms = [past for key, past in self._past.items() if key != today.hash]
        return FormHistory(versions=tuple(versions), forms=(*forms, today), since=since)

    def _form_of(self, dictionary_hash: str) -> PastForm:
        if dictionary_hash not in self._past:
            self._past[dictionary_hash] = past_form(
                dictionary_hash, self._place.form.name
            )
        return self._past[dictionary_hash]

    def _version(self, revision: Revision, before: StoredForm | None) -> ShownVersion:
        stored = revision.form
        now = self._form_of(stored.dictionary_hash)
        amendment = self._amendment(before, now, stored.record) if before else None
        shown = []
        for change in revision.changes:
            if change.about is not ChangeKind.STATUS:
                shown.append(self._shown(change, before, stored))

        # Only now: the old answers were told by the dictionaries of earlier saves.
        for change in revision.changes:
            if change.about is ChangeKind.VALUE:
                self._given[change.cell] = now

        return ShownVersion(
            form=stored,
            saver=saver_of(stored, self._saves.get(stored.version)),
            changes=tuple(shown),
            is_readable=now.is_readable,
            amendment=amendment,
        )

    def _amendment(
        self, before: StoredForm, now: PastForm, record: Record
    ) -> Amendment | None:
        """What the dictionary changed after a version; None where it is the same."""
        was = self._form_of(before.dictionary_hash)
        if was.hash == now.hash:
            return None

        if was.form is None or now.form is None:
            return Amendment(
                before=was.hash,
                after=now.hash,
                can_be_told=was.is_readable and now.is_readable,
                form_is_gone=now.is_readable and now.form is None,
            )

        form = before.key.form
        questions = {*_answered(form, before.record), *_answered(form, record)}
        answered: list[MeaningChange] = []
        others: list[MeaningChange] = []
        for change in meaning_changes(was.form, now.form):
            is_answered = (change.table, change.field) in questions
            (answered if is_answered else others).append(change)

        return Amendment(
            before=was.hash,
            after=now.hash,
            can_be_told=True,
            answered=tuple(answered),
            others=tuple(others),
        )

    def _shown(
        self, change: Change, before: StoredForm | None, stored: StoredForm
    ) -> ShownChange:
        """A change: its question by the dictionary of the save, the old answer by that
        with which it was given.
        """
        cell = change.cell
        now = self._form_of(stored.dictionary_hash)
        was = self._given.get(cell, now)
        if change.about is ChangeKind.ROW:
            return _shown_row(change, was, now)

        row = row_words(cell)
        field = now.field_of(cell) or was.field_of(cell)
        label = f"{field.label if field else cell.field}{row}"
        if change.about is ChangeKind.KEPT:
            return ShownChange(
                cell=cell,
                about=change.about,
                label=f"{label}: reason for confirming",
                old=change.old,
                new=change.new,
            )

        # Each answer with the texts of its own version, where its unit is.
        old = was.words(cell, change.old, _texts(before, cell))
        new = now.words(cell, change.new, _texts(stored, cell))
        if _differ(was, now, cell, (change.old, change.new)):
            old, new = _with_text(old, change.old), _with_text(new, change.new)
        has_files = field is not None and is_file(field)

        return ShownChange(
            cell=cell,
            about=change.about,
            label=label,
            old=old,
            new=new,
            target=cell_name(cell) if field else "",
            old_file=self._file(change.old) if has_files else "",
            new_file=self._file(change.new) if has_files else "",
        )

    def _file(self, text: str) -> str:
        """Where a file can be had; blank where the text names none."""
        return file_address(self._place, text) if named_file(text) else ""


def _differ(
    was: PastForm, now: PastForm, cell: CellKey, texts: tuple[str, str]
) -> bool:
    """Whether a code of a change has other labels in the two dictionaries: then only
    the code tells which is which.
    """
    old, new = was.field_of(cell), now.field_of(cell)
    if old is None or new is None:
        return False
    if not (old.codelist or new.codelist):
        return False

    return any(answer_words(text, old) != answer_words(text, new) for text in texts)


def _with_text(words: str, text: str) -> str:
    """An answer in words, with the text that is stored where it is another."""
    if not words or words == text:
        return words
    return f"{words} (stored as {text})"


def _shown_row(change: Change, was: PastForm, now: PastForm) -> ShownChange:
    """A row that came or went."""
    table = change.cell.table
    title = _group_title(now, table) or _group_title(was, table) or table

    return ShownChange(
        cell=change.cell,
        about=change.about,
        label=f"{title}{row_words(change.cell)}",
        old="row" if change.old else "",
        new="row" if change.new else "",
    )


def row_words(cell: CellKey) -> str:
    """The row of a cell behind the label of its question; blank outside of rows."""
    return f", row {cell.row}" if cell.row is not None else ""


def _group_title(past: PastForm, table: str) -> str:
    form = past.form
    if form is None:
        return ""

    group = form.row_group(table)
    return (group.title or form.title) if group else ""


def _texts(stored: StoredForm | None, cell: CellKey) -> Mapping[str, str]:
    """The texts beside a cell, among which its unit is."""
    if stored is None:
        return NO_TEXTS
    return texts_at(stored.record, cell.table, cell.row)


def _answered(form: str, record: Record) -> Iterator[tuple[str, str]]:
    """The questions that have an answer, in any row."""
    for name in record.texts:
        yield form, name

    for group, rows in record.rows.items():
        names = dict.fromkeys(name for row in rows for name in row.texts)
        for name in names:
            yield group, name
