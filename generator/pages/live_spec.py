"""What a page shows live besides the verdict: converted units, and what a calculation
still needs.
"""

from __future__ import annotations

import json

from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from forms_spec.rules import Expression, Home, Type, parse_expression, references
from forms_spec.rules.semantics.resolver import resolve
from generator.browser.expression_json import Givens, Json, ToJson
from generator.browser.form_json import form_spec
from generator.pages.formula_display import worked

_LIVE: StudyCache[str, Json] = StudyCache()


def live_spec(study: Study, form: Form) -> Json:
    """The form's JSON for the judge, and the page's own additions; kept with the study."""
    return _LIVE.get(study, form.name, lambda: _live_spec(study, form))


def _live_spec(study: Study, form: Form) -> Json:
    fields = [
        (group, field)
        for group in form.groups
        for field in group.fields
        if field.collected
    ]
    return {
        **_sharing_codes(form_spec(study, form)),
        "convert": {
            f"{_table(form, group)} {field.name}": _conversions(
                study, form, group, field
            )
            for group, field in fields
            if field.unit and field.unit.choices
        },
        "reads": {
            f"{_table(form, group)} {field.name}": _reads(study, form, group, field)
            for group, field in fields
            if field.value is not None
        },
        "worked": {
            f"{_table(form, group)} {field.name}": worked(study, form, group, field)
            for group, field in fields
            if field.value is not None
        },
    }


def _sharing_codes(spec: Json) -> Json:
    """The form's JSON with each list of codes once, in ``codelists``; a field has its
    number there.
    """
    lists: dict[str, int] = {}

    def shared(field: Json | None) -> Json | None:
        if field is None:
            return None
        text = json.dumps(field["codes"], ensure_ascii=False)
        return {**field, "codes": lists.setdefault(text, len(lists))}

    def slots(text: Json) -> Json:
        return {
            **text,
            "slots": [
                {**slot, "field": shared(slot["field"])} for slot in text["slots"]
            ],
        }

    groups = [
        {**group, "fields": [shared(field) for field in group["fields"]]}
        for group in spec["groups"]
    ]
    texts = [slots(text) for text in spec["texts"]]

    return {
        **spec,
        "groups": groups,
        "texts": texts,
        "codelists": [json.loads(text) for text in lists],
    }


def _table(form: Form, group: Group) -> str:
    return group.name if group.rows else form.name


def _conversions(study: Study, form: Form, group: Group, field: Field) -> Json:
    """By unit: the rule that converts, and the label of the unit that it converts into."""
    if field.unit is None:
        return {}
    labels = {choice.code: choice.label for choice in field.unit.choices}
    home = Home(form=form, group=group if group.rows else None)
    results = {}

    for choice in field.unit.choices:
        if choice.to is None:
            continue
        code = choice.to.replace("'", "''")
        asked = parse_expression(f"in_unit({field.name}, '{code}')", field.place)
        assert isinstance(asked, Expression)
        rule = ToJson(form.name, Givens()).node(
            resolve(asked, study, home, Type.NUMBER).core
        )
        results[choice.code] = {"to": labels.get(choice.to, choice.to), "rule": rule}

    return results


def _reads(study: Study, form: Form, group: Group, field: Field) -> list[list[str]]:
    """The fields of this form that a calculation reads: table, name, label."""
    if field.value is None:
        return []
    home = Home(form=form, group=group if group.rows else None)
    labels = {(_table(form, g), f.name): f.label for g in form.groups for f in g.fields}
    result = references(field.value, study, home)

    return [
        [item.table, item.field, labels[item.table, item.field]]
        for item in result
        if item.visit is None
        and item.table
        and item.field
        and (item.table, item.field) in labels
    ]
