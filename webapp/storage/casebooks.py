"""All current forms of one subject, for rules that look beyond their own form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from forms_spec.model.captured_data import LOG, FormKey, Record
from webapp.storage.database import Database
from webapp.storage.forms import (
    NEWEST_OF_SUBJECT,
    NEWEST_OF_SUBJECTS_FORM,
    NEWEST_SINCE,
    SAVES,
    InstanceKey,
    StoredForm,
    seen_versions,
    stored_form,
)
from webapp.storage.voids import Voids, find_voids


def visit_order(visits: Sequence[str]) -> Callable[[FormKey], tuple[int, str, int]]:
    """Sorts forms as a study's visits follow each other: logs first, and last what the
    study does not know.

    What is "the first" of several instances, such as the day from which visits count,
    hangs on this order.
    """
    places = {visit: number for number, visit in enumerate((LOG, *visits))}
    return lambda key: (places.get(key.visit, len(places)), key.visit, key.unsno)


def _form_key(row: Row[Any]) -> FormKey:
    return FormKey(row.form, row.visit, row.unsno)


class StoredCasebook:
    """Implements ``forms_spec.model.captured_data.Casebook`` over the database.

    Reads a form's instances when a rule first asks for the form: judging costs what its
    rules look at, not what the study holds. ``whole`` reads everything by one query; then
    ``saves`` says how often the forms were saved.
    """

    def __init__(self, database: Database, subject: str, visits: Sequence[str]) -> None:
        """``visits`` are the study's visits in order, as ``keys`` gives them."""
        self.database = database
        self.subject = subject
        self._order = visit_order(visits)
        self._all: Mapping[FormKey, StoredForm] | None = None
        self._forms: dict[str, Mapping[FormKey, StoredForm]] | None = None
        self._read: dict[str, Mapping[FormKey, StoredForm]] = {}
        self.saves = 0
        self.voided: frozenset[FormKey] = frozenset()

    @classmethod
    def whole(
        cls, database: Database, subject: str, visits: Sequence[str]
    ) -> StoredCasebook:
        """Every form of the subject, read at once."""
        built = cls(database, subject, visits)
        with database.read() as connection:
            built._read_whole(connection)
        return built

    @classmethod
    def of_forms(
        cls,
        database: Database,
        subject: str,
        visits: Sequence[str],
        forms: Iterable[StoredForm],
    ) -> StoredCasebook:
        """A casebook of forms that the caller has in hand, and of no others."""
        built = cls(database, subject, visits)
        built._hold({form.key.form_key: form for form in forms})
        built.saves = sum(form.version for form in built.forms.values())
        return built

    def renewed(self, saves: int | None = None) -> StoredCasebook:
        """The casebook as it is stored now: this one, where nothing was saved since.

        ``saves`` is how often the forms were saved, where that was just read. Forms that
        are stored as they were are taken from this one, which was read whole.
        """
        if saves == self.saves:
            return self

        subject = {"subject": self.subject}
        with self.database.read() as connection:
            if saves is None:
                saves = connection.execute(SAVES, subject).scalar_one()
            if saves == self.saves:
                return self

            built = StoredCasebook(self.database, self.subject, ())
            built._order = self._order
            # Who does not see all forms cannot tell by them that none was missed.
            sees_all = self.database.sight is None
            forms = self._with_changes(connection) if sees_all else {}
            if sees_all and sum(form.version for form in forms.values()) == saves:
                built._hold(forms, like=self)
                built.saves = saves
            else:
                # A look by the time misses what was saved by a clock that was set back,
                # and what was voided.
                built._read_whole(connection)

        return built

    def _seen(
        self, connection: Connection, rows: Iterable[Row[Any]]
    ) -> list[StoredForm]:
        """The forms that exist for whoever reads, as far as they do."""
        return list(seen_versions(connection, self.database.sight, rows))

    def _with_changes(self, connection: Connection) -> Mapping[FormKey, StoredForm]:
        """The forms with those that were saved since the newest of them."""
        if not self.forms:
            return {}

        forms = dict(self.forms)
        newest = max(form.saved_at for form in forms.values())
        wanted = {"subject": self.subject, "since": newest}
        for row in connection.execute(NEWEST_SINCE, wanted):
            form = stored_form(row)
            known = forms.get(form.key.form_key)
            if known is None or known.version != form.version:
                forms[form.key.form_key] = form

        return forms

    def _read_whole(self, connection: Connection) -> None:
        """Reads every form of the subject, and leaves out those that are voided."""
        rows = connection.execute(NEWEST_OF_SUBJECT, {"subject": self.subject}).all()
        every = {_form_key(row): row for row in rows}
        # Few subjects have anything voided: the others are read by one query.
        is_plain = bool(rows) and rows[0].voidings == 0
        voids = Voids() if is_plain else find_voids(connection, [self.subject])
        counting = {
            key: row
            for key, row in every.items()
            if voids.of_form(InstanceKey(self.subject, *key)) is None
        }
        seen = self._seen(connection, counting.values())
        self._hold({form.key.form_key: form for form in seen})
        self.voided = frozenset(every.keys() - counting.keys())
        self.saves = sum(row.number for row in every.values()) + voids.acts

    def _hold(
        self, forms: Mapping[FormKey, StoredForm], like: StoredCasebook | None = None
    ) -> None:
        """Holds all forms of the subject; those of ``like`` may lie in its order
        already.
        """
        if like is None or list(forms) != list(like.forms):
            forms = self._sorted(forms.values())
        by_form: dict[str, dict[FormKey, StoredForm]] = {}
        for key, form in forms.items():
            by_form.setdefault(key.form, {})[key] = form
        self._forms = dict(by_form)
        self._all = {
            key: form for forms in by_form.values() for key, form in forms.items()
        }

    @property
    def forms(self) -> Mapping[FormKey, StoredForm]:
        """Every form of a casebook that was read whole."""
        if self._all is None:
            raise ValueError("this casebook reads its forms one by one")
        return self._all

    def __len__(self) -> int:
        """The number of forms of a casebook that was read whole."""
        return len(self.forms)

    def record(self, key: FormKey) -> Record | None:
        instance = self.instances(key.form).get(key)
        return instance.record if instance else None

    def keys(self, form: str) -> Iterable[FormKey]:
        return tuple(self.instances(form))

    def instances(self, form: str) -> Mapping[FormKey, StoredForm]:
        """The captured instances of a form, in visit order."""
        if self._forms is not None:
            return self._forms.get(form, {})
        if form not in self._read:
            self._read[form] = self._load(form)
        return self._read[form]

    def _load(self, form: str) -> Mapping[FormKey, StoredForm]:
        wanted = {"subject": self.subject, "form": form}
        with self.database.read() as connection:
            rows = connection.execute(NEWEST_OF_SUBJECTS_FORM, wanted).all()
            voids = find_voids(connection, [self.subject])
            forms = self._seen(connection, rows)
        return self._sorted(form for form in forms if voids.of_form(form.key) is None)

    def _sorted(self, forms: Iterable[StoredForm]) -> dict[FormKey, StoredForm]:
        by_key = {form.key.form_key: form for form in forms}
        return {key: by_key[key] for key in sorted(by_key, key=self._order)}
