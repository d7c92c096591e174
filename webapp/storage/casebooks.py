"""All current forms of one subject, for rules that look beyond their own form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from forms_spec.model.captured_data import LOG, FormKey, Record
from webapp.storage.database import Database
from webapp.storage.forms import (
    NEWEST,
    NEWEST_OF_SUBJECT,
    NEWEST_OF_SUBJECTS_FORM,
    STAMPS,
    InstanceKey,
    StoredForm,
    stored_form,
)

FEW = 5
"""So many changed forms are read one by one; for more, all are read by one query."""


def visit_order(visits: Sequence[str]) -> Callable[[FormKey], tuple[int, str, int]]:
    """Sorts forms as a study's visits follow each other: logs first, and last what the
    study does not know.

    What is "the first" of several instances, such as the day from which visits count,
    hangs on this order.
    """
    places = {visit: number for number, visit in enumerate((LOG, *visits))}
    return lambda key: (places.get(key.visit, len(places)), key.visit, key.unsno)


class StoredCasebook:
    """Implements ``forms_spec.model.captured_data.Casebook`` over the database.

    Reads a form's instances when a rule first asks for the form: judging costs what its
    rules look at, not what the study holds. ``whole`` reads everything by one query.
    """

    def __init__(self, database: Database, subject: str, visits: Sequence[str]) -> None:
        """``visits`` are the study's visits in order, as ``keys`` gives them."""
        self.database = database
        self.subject = subject
        self._order = visit_order(visits)
        self._all: Mapping[FormKey, StoredForm] | None = None
        self._forms: dict[str, Mapping[FormKey, StoredForm]] | None = None
        self._read: dict[str, Mapping[FormKey, StoredForm]] = {}

    @classmethod
    def whole(
        cls, database: Database, subject: str, visits: Sequence[str]
    ) -> StoredCasebook:
        """Every form of the subject, read at once."""
        built = cls(database, subject, visits)
        with database.read() as connection:
            built._hold(_newest(connection, subject))
        return built

    def renewed(self) -> StoredCasebook:
        """The casebook as it is stored now.

        Forms that are stored as they were are taken from this one, which was read whole.
        """
        built = StoredCasebook(self.database, self.subject, ())
        built._order = self._order
        with self.database.read() as connection:
            stamps = connection.execute(STAMPS, {"subject": self.subject}).all()
            forms, changed = self._kept(stamps)
            if len(changed) > FEW:
                forms = _newest(connection, self.subject)
            else:
                rows = (
                    connection.execute(NEWEST, key._asdict()).one() for key in changed
                )
                forms += [stored_form(row) for row in rows]

        built._hold(forms)
        return built

    def _kept(
        self, stamps: Iterable[Sequence[Any]]
    ) -> tuple[list[StoredForm], list[InstanceKey]]:
        """The forms that are still as they were read, and the keys of the others."""
        known = self.forms
        kept, changed = [], []
        for form, visit, unsno, version, saved_at in stamps:
            stored = known.get(FormKey(form, visit, unsno))
            if stored and (stored.version, stored.saved_at) == (version, saved_at):
                kept.append(stored)
            else:
                changed.append(InstanceKey(self.subject, form, visit, unsno))

        return kept, changed

    def _hold(self, forms: Iterable[StoredForm]) -> None:
        by_form: dict[str, dict[FormKey, StoredForm]] = {}
        for key, form in self._sorted(forms).items():
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
        return self._sorted(stored_form(row) for row in rows)

    def _sorted(self, forms: Iterable[StoredForm]) -> dict[FormKey, StoredForm]:
        by_key = {form.key.form_key: form for form in forms}
        return {key: by_key[key] for key in sorted(by_key, key=self._order)}


def _newest(connection: Connection, subject: str) -> list[StoredForm]:
    rows = connection.execute(NEWEST_OF_SUBJECT, {"subject": subject})
    return [stored_form(row) for row in rows]
