"""Forms on the way: what the rows of a file of records say of each, until all of them
are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from generator.redcap.records.columns import FieldColumn
from generator.redcap.records.expectations import BOXES
from generator.redcap.records.texts import native_text

IMPORTER = "redcap"

Instance = tuple[str, int | None]
"""A table and the number of a row in it, None for the form's own fields."""


@dataclass(slots=True)
class FormDraft:
    """One form: its texts by table and row, and how far each of them is.

    ``boxes`` are the ticked codes; a box that cannot be read is kept as ``code=text``,
    so that it stays what it is. ``given`` are the instances that have a row of their
    own.
    """

    texts: dict[Instance, dict[str, str]] = field(default_factory=dict)
    boxes: dict[CellKey, list[str]] = field(default_factory=dict)
    states: dict[Instance, int] = field(default_factory=dict)
    given: set[Instance] = field(default_factory=set)
    site: str = ""

    def put(self, column: FieldColumn, number: int | None, text: str) -> None:
        """A value, or a box that is ticked or cannot be read."""
        name = column.field.name
        texts = self.texts.setdefault((column.table, number), {})
        if column.code is None:
            texts[name] = native_text(text, column)
            return

        ticked = column.code
        if text.strip() not in BOXES:
            ticked = f"{column.code}={text.strip()}"

        self.boxes.setdefault(CellKey(column.table, number, name), []).append(ticked)

    @property
    def says_something(self) -> bool:
        """Whether there is a value, a state other than incomplete, or an instance with
        a row of its own.
        """
        is_begun = any(self.states.values())
        return bool(self.texts or self.given or is_begun)

    @property
    def instances(self) -> set[Instance]:
        """Those with a value, a row of their own, or a state beyond incomplete."""
        instances = {*self.texts, *self.given}
        for instance, state in self.states.items():
            if state:
                instances.add(instance)

        return instances

    @property
    def status(self) -> FormStatus:
        """A form is no further than the least finished of its instances."""
        return FormStatus(min(self._states(), default=FormStatus.INCOMPLETE))

    @property
    def differs(self) -> bool:
        """Whether the instances are not all equally far."""
        return len(self._states()) > 1

    def _states(self) -> set[int]:
        """The states that the instances have."""
        return {
            self.states.get(instance, FormStatus.INCOMPLETE)
            for instance in self.instances
        }


def captured(
    study: Study, subject: str, key: FormKey, draft: FormDraft, saved_at: datetime
) -> CapturedForm:
    """The form as it was captured. All rows have been read: boxes become a text."""
    for (table, number, name), ticked in draft.boxes.items():
        spec = study.field(table, name)
        assert spec is not None
        draft.texts[table, number][name] = ";".join(_in_order(spec, ticked))

    form = study.forms[key.form]
    return CapturedForm(
        site=draft.site,
        subject=subject,
        key=key,
        status=draft.status,
        version=1,
        record=Record(
            texts=draft.texts.get((form.name, None), {}),
            rows=dict(_rows(form, draft)),
        ),
        saved_by=IMPORTER,
        saved_at=saved_at,
    )


def _in_order(spec: Field, ticked: list[str]) -> list[str]:
    """The codes as the dictionary has them, then what cannot be read."""
    known: list[str] = []
    if spec.codelist is not None:
        known += spec.codelist.by_code

    known += [code.code for code in spec.missing]
    codes = [code for code in known if code in ticked]
    unread = [text for text in ticked if text not in known]

    return codes + unread


def _rows(form: Form, draft: FormDraft) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """The rows by group.

    A first instance alone that says nothing but its state is a form without rows.
    """
    numbers_by_table: dict[str, list[int]] = {}
    for table, number in draft.instances:
        if number:
            numbers_by_table.setdefault(table, []).append(number)

    for group in form.row_groups:
        numbers = sorted(numbers_by_table.get(group.name, ()))
        says_nothing = (group.name, 1) not in draft.texts
        if not numbers or (numbers == [1] and says_nothing):
            continue

        rows = []
        for number in numbers:
            texts = draft.texts.get((group.name, number), {})
            rows.append(Row(number=number, texts=texts))

        yield group.name, tuple(rows)
