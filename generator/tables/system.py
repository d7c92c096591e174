"""The schemas of the tables that do not come from the dictionary: subjects, forms, audit
trail and queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from forms_spec.model.captured_forms import ACT_STATES, EntryAct, ReviewKind
from forms_spec.model.query_life import QueryAction
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
        layout.QUERY_ENTRIES: "Threads of queries: every entry of each",
        layout.REVIEW_ACTS: "Review: locks, signatures, verification, looks, voiding",
        layout.FORM_SAVES: "What the seals of versions cover beside the answers",
        layout.SECOND_ENTRIES: "Second entries of forms: every change of a cell",
        layout.ENTRY_ACTS: "What was done and decided between two entries of a form",
        layout.FORM_BLANKS: "Blanks that old versions keep under their seals",
    }
)


def system_schema(
    study: Study, name: str, *, retired: Retired = NOTHING_RETIRED, entries: bool = True
) -> Descriptor:
    """The schema of a table that does not come from the dictionary."""
    columns = layout.system_columns(name, entries=entries)
    fields = [_field(study, column, retired) for column in columns]
    if name == layout.QUERY_ENTRIES:
        fields = [_of_entry(study, field) for field in fields]
    if name == layout.REVIEW_ACTS:
        fields = [_of_act(study, field) for field in fields]
    if name == layout.ENTRY_ACTS:
        fields = [_of_entry_act(study, field) for field in fields]

    return {
        "fields": fields,
        **_KEYS[name](),
    }


def _field(study: Study, column: str, retired: Retired) -> Descriptor:
    if column in {layout.SITE, layout.SUBJECT, layout.VISIT, layout.UNSNO}:
        return key_field(study, column, retired)
    if column == layout.FORM:
        return {"name": column, **_form(study, retired)}

    return {"name": column, **_COLUMNS[column](study)}


def _of_entry(study: Study, field: Descriptor) -> Descriptor:
    """A column of the threads, some of which are not what they are elsewhere."""
    name = field["name"]
    if name in {layout.VISIT, layout.FORM}:
        # A query about a subject is about no form, and at no visit.
        return {**field, "constraints": {"enum": field["constraints"]["enum"]}}
    if name in _ENTRY_COLUMNS:
        return {"name": name, **_ENTRY_COLUMNS[name](study)}

    return field


def _of_act(study: Study, field: Descriptor) -> Descriptor:
    """A column of the review acts. A lock of the study is about no subject."""
    name = field["name"]
    if name in _ACT_COLUMNS:
        return {"name": name, **_ACT_COLUMNS[name](study)}
    constraints = {
        facet: value
        for facet, value in field.get("constraints", {}).items()
        if facet != "required" or name == layout.UNSNO
    }
    bare = {part: value for part, value in field.items() if part != "constraints"}
    return {**bare, "constraints": constraints} if constraints else bare


def _of_entry_act(study: Study, field: Descriptor) -> Descriptor:
    """A column of what was done between two entries."""
    name = field["name"]
    if name in _ENTRY_ACT_COLUMNS:
        return {"name": name, **_ENTRY_ACT_COLUMNS[name](study)}
    return field


def _text(title: str, *, required: bool = False) -> Callable[[Study], Descriptor]:
    constraints = {"constraints": {"required": True}} if required else {}
    return lambda _: {"title": title, "type": "string", **constraints}


def _number(title: str, *, required: bool) -> Callable[[Study], Descriptor]:
    return lambda _: {
        "title": title,
        "type": "integer",
        "constraints": {"required": required, "minimum": 1},
    }


def _count(title: str) -> Callable[[Study], Descriptor]:
    return lambda _: {
        "title": title,
        "type": "integer",
        "constraints": {"required": True, "minimum": 0},
    }


def _act_kind(study: Study) -> Descriptor:  # noqa: ARG001
    return {
        "title": "What it is",
        "type": "string",
        "constraints": {"required": True, "enum": [item.value for item in ReviewKind]},
    }


def _act_state(study: Study) -> Descriptor:  # noqa: ARG001
    every = sorted(set().union(*ACT_STATES.values()))
    return {
        "title": "State that it left",
        "type": "string",
        "constraints": {"required": True, "enum": every},
    }


def _entry_act(study: Study) -> Descriptor:  # noqa: ARG001
    return {
        "title": "What was done",
        "type": "string",
        "constraints": {"required": True, "enum": [item.value for item in EntryAct]},
    }


def _action(study: Study) -> Descriptor:  # noqa: ARG001
    return {
        "title": "What was done",
        "type": "string",
        "constraints": {"required": True, "enum": [item.value for item in QueryAction]},
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
        "query": _number("Number of the query", required=True),
        "source": _text("List of findings that it was opened from"),
        "basis": _text("Hash of the answers that a check looked at"),
        "entry": _number("Number of the entry, counted from 1", required=True),
        "action": _action,
        "acted_by": _text("Who wrote it"),
        "rule": _text("Check that wrote it"),
        "acted_at": lambda study: {**_moment(study), "title": "Written at (UTC)"},
        "assigned_role": _text("Role that it was given to"),
        "assigned_to": _text("Person that it was given to"),
        "kind": _act_kind,
        "number": _number("Number among its kind", required=True),
        "state": _act_state,
        "name": _text("Name of who signed"),
        "digest": _text("SHA-256 of what was signed"),
        "act": _entry_act,
        "first_version": _number("Version of the first entry", required=True),
        "second_version": _count("Version of the second entry, or 0"),
        "choices": _text("Which answer counts, by cell (JSON)"),
        "save_id": _text("Mark of the save", required=True),
        "refused": _count("Errors that it had"),
        "queries": _count("Queries that it had"),
        "warnings": _count("Warnings that it had"),
    }
)
_ACT_COLUMNS: Mapping[str, Callable[[Study], Descriptor]] = MappingProxyType(
    {
        "version": _number("Version that it is about", required=False),
        "acted_by": _text("Who did it", required=True),
        "acted_at": lambda study: {**_moment(study), "title": "Done at (UTC)"},
        "text": _text("Reason, or meaning of the signature"),
    }
)
_ENTRY_ACT_COLUMNS: Mapping[str, Callable[[Study], Descriptor]] = MappingProxyType(
    {
        "number": _number("Number of the act", required=True),
        "version": _count("Version that followed, or 0"),
        "acted_by": _text("Who did it", required=True),
        "acted_at": lambda study: {**_moment(study), "title": "Done at (UTC)"},
        "text": _text("Reason"),
    }
)
_ENTRY_COLUMNS: Mapping[str, Callable[[Study], Descriptor]] = MappingProxyType(
    {
        # A person opens a query without a finding.
        "code": _text("Code of the finding that it is about"),
        "text": _text("What was written"),
    }
)


def _subject_keys() -> Descriptor:
    return {"primaryKey": [layout.SUBJECT]}


def _form_keys() -> Descriptor:
    return {"primaryKey": list(layout.FORM_KEY[1:]), "foreignKeys": [_to_subjects()]}


def _history_keys() -> Descriptor:
    return {"foreignKeys": [_to_subjects()]}


def _entry_keys() -> Descriptor:
    return {"primaryKey": ["query", "entry"], **_history_keys()}


def _save_keys() -> Descriptor:
    return {"primaryKey": [*layout.FORM_KEY[1:], "version"], **_history_keys()}


def _entry_act_keys() -> Descriptor:
    return {"primaryKey": ["number"], **_history_keys()}


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
        layout.QUERY_ENTRIES: _entry_keys,
        # A lock of the study has no subject, and a signature several rows.
        layout.REVIEW_ACTS: dict,
        layout.FORM_SAVES: _save_keys,
        layout.FORM_BLANKS: _history_keys,
        layout.SECOND_ENTRIES: _history_keys,
        layout.ENTRY_ACTS: _entry_act_keys,
    }
)
