"""The schemas of the tables that every package has: subjects, forms, audit trail and
queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.model.study import Study
from generator.tables import layout
from generator.tables.retired import NOTHING_RETIRED, Retired
from generator.tables.schema import STATUSES, Descriptor, key_field, labelled

TITLES: Mapping[str, str] = MappingProxyType(
    {
        layout.SUBJECTS: "Subjects",
        layout.FORMS: "Forms that were captured, and how far they are",
        layout.AUDIT: "Audit trail: every change of a cell",
        layout.QUERIES: "Queries, and the reasons for which warnings were kept",
    }
)


def system_schema(
    study: Study, name: str, *, retired: Retired = NOTHING_RETIRED, entries: bool = True
) -> Descriptor:
    """The schema of a table that does not come from the dictionary."""
    columns = layout.system_columns(name, entries=entries)
    return {
        "fields": [_field(study, column, retired) for column in columns],
        **_KEYS[name](),
    }


def _field(study: Study, column: str, retired: Retired) -> Descriptor:
    if column in {layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO}:
        return key_field(study, column, retired)
    if column == layout.FORM:
        return {"name": column, **_form(study, retired)}
    return {"name": column, **_COLUMNS[column](study)}


def _text(title: str, *, required: bool = False) -> Callable[[Study], Descriptor]:
    constraints = {"constraints": {"required": True}} if required else {}
    return lambda _: {"title": title, "type": "string", **constraints}


def _number(title: str, *, required: bool) -> Callable[[Study], Descriptor]:
    return lambda _: {
        "title": title,
        "type": "integer",
        "constraints": {"required": required, "minimum": 1},
    }


def _study_id(study: Study) -> Descriptor:
    return {
        "title": "Study",
        "type": "string",
        "constraints": {"required": True, "enum": [study.name]},
    }


def _form(study: Study, retired: Retired) -> Descriptor:
    titles = {name: form.title for name, form in study.forms.items()}
    titles |= retired.forms
    return {
        "title": "Form",
        "type": "string",
        "categories": labelled(titles),
        "constraints": {"required": True, "enum": list(titles)},
    }


def _status(study: Study) -> Descriptor:  # noqa: ARG001
    allowed = [status["value"] for status in STATUSES]
    return {
        "title": "Status",
        "type": "integer",
        "categories": list(STATUSES),
        "constraints": {"required": True, "enum": allowed},
    }


def _moment(study: Study) -> Descriptor:  # noqa: ARG001
    return {
        "title": "Saved at (UTC)",
        "type": "datetime",
        "constraints": {"required": True},
    }


_COLUMNS: Mapping[str, Callable[[Study], Descriptor]] = MappingProxyType(
    {
        "studyid": _study_id,
        "formstat": _status,
        "version": _number("Version, counted from 1", required=True),
        "saved_at": _moment,
        "saved_by": _text("Saved by", required=True),
        "table": _text("Table"),
        layout.ROW: _number("Row", required=False),
        "field": _text("Field"),
        "old": _text("Text before"),
        "new": _text("Text after"),
        "reason": _text("Reason"),
        "dictionary": _text("SHA-256 of the dictionary"),
        "code": _text("Code of the finding", required=True),
        "status": _text("Status", required=True),
        "text": _text("What was said"),
        "added_by": _text("Entered by"),
        "added_at": lambda _: {"title": "Entered at (UTC)", "type": "datetime"},
    }
)


def _subject_keys() -> Descriptor:
    return {"primaryKey": [layout.SUBJECT]}


def _form_keys() -> Descriptor:
    return {"primaryKey": list(layout.FORM_KEY[1:]), "foreignKeys": [_to_subjects()]}


def _history_keys() -> Descriptor:
    return {"foreignKeys": [_to_subjects()]}


def _to_subjects() -> Descriptor:
    names = [layout.SITE, layout.SUBJECT]
    return {
        "fields": names,
        "reference": {"resource": layout.SUBJECTS, "fields": names},
    }


_KEYS: Mapping[str, Callable[[], Descriptor]] = MappingProxyType(
    {
        layout.SUBJECTS: _subject_keys,
        layout.FORMS: _form_keys,
        layout.AUDIT: _history_keys,
        layout.QUERIES: _history_keys,
    }
)
