"""A form of REDCap as a form of ours: its sections, its grids and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.redcap.logic.scope import LogicScope, Project
from generator.redcap.names import plain_name, slug, title_of
from generator.redcap.reading.field_plan import Keys, RedcapFieldPlan
from generator.redcap.reading.fields import FieldMaker

MOST_ROWS = "999"


@dataclass(kw_only=True)
class FormSection:
    """Fields under one header, or of one matrix."""

    title: str
    matrix: str
    plans: list[RedcapFieldPlan] = field(default_factory=list)


def form_data(
    maker: FieldMaker,
    project: Project,
    form: str,
    plans: Sequence[RedcapFieldPlan],
    tables: set[str],
    *,
    rows: bool,
    once: Sequence[str] = (),
) -> dict[str, Any]:
    """The form's file as data.

    ``tables`` are the names of all forms, which no group may have. ``once`` are the
    events where a form with ``rows`` has no instances.
    """
    data: dict[str, Any] = {"form": form, "title": title_of(plans[0].item.form)}
    if maker.missing:
        data["missing"] = "all"

    if rows:
        scope = LogicScope(project=project, form=form, group=form)
        group = _rows(maker, plans, scope)
        if once:
            group["redcap"] = {"once": " ".join(once)}

        data["groups"] = {form: group}
        return data

    scope = LogicScope(project=project, form=form)
    groups: dict[str, Any] = {}
    for index, section in enumerate(_sections(maker, plans, scope)):
        fields = {plan.name: maker.make(plan, scope) for plan in section.plans}
        if index == 0 and not section.title and not section.matrix:
            # Fields above the first header belong to the form itself.
            data["fields"] = fields
            continue

        name = section.matrix or slug(section.title) or f"part_{index + 1}"
        name = plain_name(name, {*groups, *tables}, letter="part")
        groups[name] = _group(maker, section, fields, name)

    if groups:
        data["groups"] = groups

    return data


def _sections(
    maker: FieldMaker, plans: Sequence[RedcapFieldPlan], scope: LogicScope
) -> list[FormSection]:
    """The fields of a form, parted where a header stands or another matrix begins."""
    sections: list[FormSection] = []
    for plan in plans:
        title = _header(maker, plan, scope)
        matrix = plan.item.matrix.strip()
        is_first = not sections
        if is_first or title or matrix != sections[-1].matrix:
            sections.append(FormSection(title=title, matrix=matrix))

        sections[-1].plans.append(plan)

    return sections


def _header(maker: FieldMaker, plan: RedcapFieldPlan, scope: LogicScope) -> str:
    """The section header above a field."""
    if not plan.item.section.strip():
        return ""

    return maker.read_text(plan.item, "section", scope)


def _group(
    maker: FieldMaker, section: FormSection, fields: dict[str, Keys], name: str
) -> dict[str, Any]:
    group: dict[str, Any] = {}
    if section.title:
        group["title"] = section.title

    shared = _grid(section, fields)
    is_table = shared is not None and shared["type"] == "choice"
    if section.matrix and not is_table:
        why = "only questions with one answer of the same list form a table"
        maker.loss(section.plans[0].item, "matrix", "matrix", why)

    # The name of a table's group is that of its matrix, unless it was taken.
    has_its_name = is_table and section.matrix == name
    if section.matrix and not has_its_name:
        for keys in fields.values():
            keys["redcap"] = {**keys.get("redcap", {}), "matrix": section.matrix}

    if is_table:
        group["layout"] = "grid"

    group_fields: dict[str, Any] = {**fields}
    if shared is not None:
        group["defaults"] = shared
        for field_name, keys in fields.items():
            group_fields[field_name] = _without(keys, shared)

    group["fields"] = group_fields
    return group


def _grid(section: FormSection, fields: dict[str, Keys]) -> Keys | None:
    """What the fields of a matrix share; None where they cannot stand as a table."""
    if not section.matrix:
        return None

    first, *others = (
        {"type": keys.get("type"), "codes": keys.get("codes")}
        for keys in fields.values()
    )
    if first["type"] not in ("choice", "multiple_choice"):
        return None

    are_alike = all(other == first for other in others)
    if not are_alike:
        return None

    if _all_required(fields):
        return {**first, "required": "true"}

    return first


def _all_required(fields: dict[str, Keys]) -> bool:
    # A key that one field has is its own, not the table's.
    if len(fields) < 2:
        return False

    return all(keys.get("required") == "true" for keys in fields.values())


def _without(keys: Keys, shared: Keys) -> Any:
    """The keys of a field of a grid; only its label, where it has no other."""
    own = dict(keys)
    for key in shared:
        own.pop(key, None)

    # A table shows its answers as columns: no field of it chooses a control.
    own.pop("control", None)
    if set(own) == {"label"}:
        return own["label"]

    return own


def _rows(
    maker: FieldMaker, plans: Sequence[RedcapFieldPlan], scope: LogicScope
) -> dict[str, Any]:
    """A repeating form is one group of rows; its headers become notes.

    A header above all fields is the group's title. It is shown once for all rows, so
    the answers that it names are read from outside of them.
    """
    title_scope = LogicScope(project=scope.project, form=scope.form)
    taken = {plan.name for plan in plans}
    fields: dict[str, Any] = {}
    group: dict[str, Any] = {}

    for plan in plans:
        header = _header(maker, plan, scope if fields else title_scope)
        if header and not fields:
            group["title"] = header
        elif header:
            name = plain_name(f"{slug(header) or 'part'}_header", {*fields, *taken})
            fields[name] = {"label": header, "type": "note"}

        fields[plan.name] = maker.make(plan, scope)

    group["rows"] = {"max": MOST_ROWS}
    group["fields"] = fields
    return group
