"""A form of REDCap as a form of ours: its sections, its grids and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.redcap.logic.scope import LogicScope, Project
from generator.redcap.names import plain_name, slug, title_of
from generator.redcap.reading.field_plan import FieldPlan, Keys
from generator.redcap.reading.fields import FieldMaker

MOST_ROWS = "999"


@dataclass(kw_only=True)
class FormSection:
    """Fields under one header, or of one matrix."""

    title: str
    matrix: str
    plans: list[FieldPlan] = field(default_factory=list)


def form_data(
    maker: FieldMaker,
    project: Project,
    form: str,
    plans: Sequence[FieldPlan],
    tables: set[str],
    *,
    rows: bool,
    once: Sequence[str] = (),
) -> dict[str, Any]:
    """The form's file as data.

    ``once`` are the events where a form with ``rows`` has no instances.
    """
    results: dict[str, Any] = {"form": form, "title": title_of(plans[0].item.form)}
    if maker.missing:
        results["missing"] = "all"
    scope = LogicScope(project=project, form=form, group=form if rows else None)
    if rows:
        kept = {"redcap": {"once": " ".join(once)}} if once else {}
        results["groups"] = {form: _rows(maker, plans, scope) | kept}
        return results

    groups: dict[str, Any] = {}

    for index, section in enumerate(_sections(maker, plans, scope)):
        fields = {plan.name: maker.make(plan, scope) for plan in section.plans}
        if index == 0 and not section.title and not section.matrix:
            results["fields"] = fields
            continue

        titled = slug(section.title) or f"part_{index + 1}"
        name = plain_name(section.matrix or titled, {*groups, *tables}, letter="part")
        groups[name] = _group(maker, section, fields, name)

    if groups:
        results["groups"] = groups
    return results


def _sections(
    maker: FieldMaker, plans: Sequence[FieldPlan], scope: LogicScope
) -> list[FormSection]:
    sections: list[FormSection] = []
    for plan in plans:
        title = (
            maker.read_text(plan.item, "section", scope)
            if plan.item.section.strip()
            else ""
        )
        matrix = plan.item.matrix.strip()
        if not sections or title or matrix != sections[-1].matrix:
            sections.append(FormSection(title=title, matrix=matrix))
        sections[-1].plans.append(plan)

    return sections


def _group(
    maker: FieldMaker, section: FormSection, fields: dict[str, Keys], name: str
) -> dict[str, Any]:
    group: dict[str, Any] = {}
    if section.title:
        group["title"] = section.title
    shared = _grid(section, fields)
    if section.matrix and (not shared or shared["type"] != "choice"):
        first = section.plans[0].item
        maker.loss(
            first,
            "matrix",
            "matrix",
            "only fields of one answer out of the same stand as a table",
        )

    if section.matrix and (
        section.matrix != name or not shared or shared["type"] != "choice"
    ):
        for keys in fields.values():
            keys["redcap"] = {**keys.get("redcap", {}), "matrix": section.matrix}

    if shared:
        if shared["type"] == "choice":
            group["layout"] = "grid"
        group["defaults"] = shared
        fields = {name: _without(keys, shared) for name, keys in fields.items()}

    group["fields"] = fields

    return group


def _grid(section: FormSection, fields: dict[str, Keys]) -> Keys | None:
    """What the fields of a matrix share; None where they cannot stand as a table."""
    if not section.matrix:
        return None
    value = [
        {key: keys.get(key) for key in ("type", "codes")} for keys in fields.values()
    ]
    first = value[0]
    if first["type"] not in ("choice", "multiple_choice") or any(
        item != first for item in value
    ):
        return None

    return {**first, "required": "true"} if _all_required(fields) else first


def _all_required(fields: dict[str, Keys]) -> bool:
    return len(fields) > 1 and all(
        keys.get("required") == "true" for keys in fields.values()
    )


def _without(keys: Keys, shared: Keys) -> Any:
    """The keys of a field of a grid; only its label, where it has no other."""
    own = {
        key: value
        for key, value in keys.items()
        if key not in shared and key != "control"
    }
    return own["label"] if set(own) == {"label"} else own


def _rows(
    maker: FieldMaker, plans: Sequence[FieldPlan], scope: LogicScope
) -> dict[str, Any]:
    """A repeating form is one group of rows; its headers become notes."""
    fields: dict[str, Any] = {}
    title = ""
    titles = LogicScope(project=scope.project, form=scope.form)
    taken = {plan.name for plan in plans}

    for plan in plans:
        header = (
            maker.read_text(plan.item, "section", titles if not fields else scope)
            if plan.item.section.strip()
            else ""
        )
        if header and not fields:
            title = header
        elif header:
            name = plain_name(f"{slug(header) or 'part'}_header", {*fields, *taken})
            fields[name] = {"label": header, "type": "note"}

        fields[plan.name] = maker.make(plan, scope)

    words = {"title": title} if title else {}

    return {**words, "rows": {"max": MOST_ROWS}, "fields": fields}
