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
        known = (past.field_of(cell) for past in reversed(self.forms))
        return next((item for item in known if item is not None), None)


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
        changes = tuple(
            self._shown(change, before, stored)
            for change in revision.changes
            if change.about is not ChangeKind.STATUS
        )
        for change in revision.changes:
            if change.about is ChangeKind.VALUE:
                self._given[change.cell] = now

        return ShownVersion(
            form=stored,
            saver=saver_of(stored, self._saves.get(stored.version)),
            changes=changes,
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
        answered = {*_answered(form, before.record), *_answered(form, record)}
        changes = meaning_changes(was.form, now.form)
        groups: dict[bool, list[MeaningChange]] = {True: [], False: []}
        for change in changes:
            groups[(change.table, change.field) in answered].append(change)

        return Amendment(
            before=was.hash,
            after=now.hash,
            can_be_told=True,
            answered=tuple(groups[True]),
            others=tuple(groups[False]),
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
        row = f", row {cell.row}" if cell.row is not None else ""
        if change.about is ChangeKind.ROW:
            title = _group_title(now, cell.table) or _group_title(was, cell.table)
            return ShownChange(
                cell=cell,
                about=change.about,
                label=f"{title or cell.table}{row}",
                old="row" if change.old else "",
                new="row" if change.new else "",
            )

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

        old = was.words(cell, change.old, _texts(before, cell))
        new = now.words(cell, change.new, _texts(stored, cell))
        if _differ(was, now, cell, (change.old, change.new)):
            old, new = (
                f"{words} (stored as {text})" if words and words != text else words
                for words, text in ((old, change.old), (new, change.new))
            )
        old_file, new_file = self._files(field, change)

        return ShownChange(
            cell=cell,
            about=change.about,
            label=label,
            old=old,
            new=new,
            target=cell_name(cell) if field else "",
            old_file=old_file,
            new_file=new_file,
        )

    def _files(self, field: Field | None, change: Change) -> list[str]:
        """Where the files of a change can be had, where it is about files."""
        return [
            file_address(self._place, text)
            if field is not None and is_file(field) and named_file(text)
            else ""
            for text in (change.old, change.new)
        ]


def _differ(
    was: PastForm, now: PastForm, cell: CellKey, texts: tuple[str, str]
) -> bool:
    """Whether a code of a change has other labels in the two dictionaries: then only
    the code tells which is which.
    """
    old, new = was.field_of(cell), now.field_of(cell)
    if old is None or new is None or not (old.codelist or new.codelist):
        return False
    return any(answer_words(text, old) != answer_words(text, new) for text in texts)


def _group_title(past: PastForm, table: str) -> str:
    group = past.form.row_group(table) if past.form else None
    return (group.title or past.form.title) if group and past.form else ""


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
        for row in rows:
            for name in row.texts:
                yield group, name
