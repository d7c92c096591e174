"""Forms on the way: what the rows of a file of records say of each, until all of them
are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

    def put(self, cell: FieldColumn, number: int | None, text: str) -> None:
        """A value, or a box that is ticked or cannot be read."""
        name = cell.field.name
        texts = self.texts.setdefault((cell.table, number), {})
        if cell.code is None:
            texts[name] = native_text(text, cell)
            return

        ticked = cell.code if text.strip() in BOXES else f"{cell.code}={text.strip()}"
        self.boxes.setdefault(CellKey(cell.table, number, name), []).append(ticked)

    @property
    def says_something(self) -> bool:
        """Whether there is a value, a state other than incomplete, or an instance with
        a row of its own.
        """
        return bool(self.texts or self.given or any(self.states.values()))

    @property
    def instances(self) -> set[Instance]:
        return {
            *self.texts,
            *self.given,
            *(instance for instance, state in self.states.items() if state),
        }

    @property
    def status(self) -> FormStatus:
        """A form is no further than the least finished of its instances."""
        states = (
            self.states.get(instance, FormStatus.INCOMPLETE)
            for instance in self.instances
        )
        return FormStatus(min(states, default=FormStatus.INCOMPLETE))

    @property
    def differs(self) -> bool:
        """Whether the instances are not all equally far."""
        return len({self.states.get(instance, 0) for instance in self.instances}) > 1


def captured(
    study: Study, subject: str, key: FormKey, draft: FormDraft, saved_at: datetime
) -> CapturedForm:
    """The form as it was captured."""
    form = study.forms[key.form]
    for (table, number, name), ticked in draft.boxes.items():
        spec = study.field(table, name)
        assert spec is not None
        draft.texts[table, number][name] = ";".join(_in_order(spec, ticked))

    return CapturedForm(
        site=draft.site,
        subject=subject,
        key=key,
        status=draft.status,
        version=1,
        record=Record(texts=_own(form, draft), rows=dict(_rows(form, draft))),
        saved_by=IMPORTER,
        saved_at=saved_at,
    )


def _in_order(spec: Field, ticked: list[str]) -> list[str]:
    """The codes as the dictionary has them, then what cannot be read."""
    codes = [
        *(spec.codelist.by_code if spec.codelist else ()),
        *(code.code for code in spec.missing),
    ]
    return [code for code in codes if code in ticked] + [
        text for text in ticked if text not in codes
    ]


def _own(form: Form, draft: FormDraft) -> Mapping[str, str]:
    return draft.texts.get((form.name, None), {})


def _rows(form: Form, draft: FormDraft) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """The rows by group.

    A first instance alone that says nothing but its state is a form without rows.
    """
    for group in form.row_groups:
        numbers = sorted(
            number
            for table, number in draft.instances
            if table == group.name and number
        )
        if numbers and (numbers != [1] or (group.name, 1) in draft.texts):
            yield (
                group.name,
                tuple(
                    Row(number=number, texts=draft.texts.get((group.name, number), {}))
                    for number in numbers
                ),
            )
