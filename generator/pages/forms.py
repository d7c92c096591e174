"""WTForms classes made from the dictionary: they read what a browser posts and judge
its grammar.

The fields here own no grammar. Their validation asks ``forms_spec`` what a text means,
so that the page cannot disagree with the package. A form's own fields are one class, a
row of each repeating group another; rows are told apart by the prefix of their names,
never re-indexed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

import wtforms
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from forms_spec.entry import understand
from forms_spec.findings.catalogue import finding
from forms_spec.findings.places import DataPlace
from forms_spec.kinds import KINDS, Refusal
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from generator.pages.input_names import MISSING_PREFIX

CLEAR = "-"


class TypedField(wtforms.Field):  # type: ignore[misc]
    """One cell: ``data`` is what is stored, canonical when it is understood, else as it
    was typed.
    """

    def __init__(self, field: Field, study: Study, today: date, **kwargs: Any) -> None:
        super().__init__(label=field.label, **kwargs)
        self.field, self.study, self.today = field, study, today
        self.data = ""

    def process(self, formdata: Any, data: Any = "", extra_filters: Any = None) -> None:  # noqa: ARG002
        """``data`` is the text that is stored now; a field that is not in the post is
        blank.
        """
        stored = ""
        if isinstance(data, str):
            stored = data

        self.object_data = self.data = stored
        if formdata is None:
            return

        self.raw_data = formdata.getlist(self.name)
        reasons = formdata.getlist(MISSING_PREFIX + self.name)
        reason = reasons[0] if reasons else ""
        typed = self.settle(self.joined(self.raw_data))
        self.data = self._chosen(typed, reason, stored)

    def joined(self, texts: Sequence[str]) -> str:
        """One text from the inputs of this name."""
        return texts[0] if texts else ""

    def settle(self, typed: str) -> str:
        """Canonical text when the typed one is understood, else exactly what was typed."""
        if not typed:
            return ""

        text = understand(
            typed, self.field, today=self.today, date_order=self.study.date_order
        )
        if self.refusal(text) is None:
            return text

        return typed

    def refusal(self, text: str) -> Refusal | None:
        """Why a text is no answer to this field.

        Blank and missing codes are none of a kind's business.
        """
        if not text:
            return None

        missing_codes = {missing.code for missing in self.field.missing}
        if text in missing_codes:
            return None

        parsed = self.field.kind.parse(text, self.field)
        if not isinstance(parsed, Refusal):
            return None

        return parsed

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002
        refused = self.refusal(self.data)
        if refused is None:
            return

        words: dict[str, Any] = dict(refused.details)
        place = DataPlace(table=self.field.form, field=self.field.name)
        result = finding(refused.code, data=place, value=self.data, **words)
        raise ValidationError(f"{result.message} {result.remedy}".strip())

    def _chosen(self, text: str, reason: str, stored: str) -> str:
        """The answer where a box and a menu of missing reasons stand side by side.

        What was changed last wins; when both were changed nothing is guessed or lost:
        the two together are no answer, and the page says so.
        """
        if reason == CLEAR:
            return ""
        if not reason:
            return text
        if not text:
            return reason

        if reason == stored:
            return text
        if text == stored:
            return reason

        return f"{text} {reason}"


class LinesField(TypedField):
    """Text of several lines: browsers send CR LF for what is one line break."""

    def joined(self, texts: Sequence[str]) -> str:
        return super().joined(texts).replace("\r\n", "\n")


class SeveralField(TypedField):
    """Check boxes: the ticked codes, in the order of the page."""

    def joined(self, texts: Sequence[str]) -> str:
        return ";".join(filter(None, texts))


class FileField(TypedField):
    """A file: the text names the one that is kept.

    A new one says more than an old reason for none.
    """

    def _chosen(self, text: str, reason: str, stored: str) -> str:
        # The text of the file that is kept comes back with every save.
        is_new = text not in ("", stored)
        if is_new:
            return text

        return super()._chosen(text, reason, stored)


FIELD_CLASSES: Mapping[str, type[TypedField]] = MappingProxyType(
    {
        "text": LinesField,
        "integer": TypedField,
        "decimal": TypedField,
        "bounded": TypedField,
        "boolean": TypedField,
        "date": TypedField,
        "partial_date": TypedField,
        "time": TypedField,
        "datetime": TypedField,
        "duration": TypedField,
        "choice": TypedField,
        "choices": SeveralField,
        "file": FileField,
    }
)
if holes := {kind.name for kind in KINDS} ^ set(FIELD_CLASSES):
    raise ImportError(f"no WTForms field, or no kind, for {sorted(holes)}")


class TableForm(BaseForm):  # type: ignore[misc]
    """The inputs of one table's row: a form's own fields, or one row of a repeating
    group.
    """

    unbound: ClassVar[Mapping[str, UnboundField]]

    def __init__(
        self, formdata: Any, texts: Mapping[str, str], *, prefix: str, today: date
    ) -> None:
        """``texts`` are the stored ones; ``formdata`` a multi-dictionary, or None to
        show what is stored.
        """
        self.today = today
        super().__init__(self.unbound, prefix=prefix)
        for name, field in self._fields.items():
            field.process(formdata, texts.get(name, ""))

    def input_name(self, field: str) -> str:
        """The name of a field's input in HTML."""
        name: str = self._fields[field].name
        return name

    def texts(self) -> dict[str, str]:
        """What is to be stored, by field; blanks left out."""
        return {name: field.data for name, field in self._fields.items() if field.data}


class _Unbound(UnboundField):  # type: ignore[misc]
    """Hands the day of entry to the field when a form is made."""

    def bind(
        self,
        form: TableForm,
        name: str,
        prefix: str = "",
        translations: Any = None,
        **kwargs: Any,
    ) -> TypedField:
        typed_field: TypedField = self.field_class(
            *self.args,
            today=form.today,
            name=name,
            _form=form,
            _prefix=prefix,
            _translations=translations,
            **kwargs,
        )

        return typed_field


_CLASSES: StudyCache[tuple[str, str | None], type[TableForm]] = StudyCache()


def table_form(study: Study, form: Form, group: str | None = None) -> type[TableForm]:
    """The WTForms class of a form's own fields, or of one row of a group; kept with the
    study.
    """
    return _CLASSES.get(
        study, (form.name, group), lambda: _form_class(study, form, group)
    )


def _form_class(study: Study, form: Form, group: str | None) -> type[TableForm]:
    fields = form.fields
    if group is not None:
        fields_by_group = {rows.name: rows.fields for rows in form.row_groups}
        fields = fields_by_group[group]

    unbound: dict[str, _Unbound] = {}
    for field in fields:
        # A formula is calculated after every save, so its result is never posted.
        if not field.collected or field.value is not None:
            continue

        field_class = FIELD_CLASSES[field.kind.name]
        unbound[field.name] = _Unbound(field_class, field, study)

    name = f"{form.name}_{group or 'own'}"
    return type(name, (TableForm,), {"unbound": unbound})
