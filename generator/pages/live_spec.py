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
    spec = _sharing_codes(form_spec(study, form))
    conversions, reads, formulas = {}, {}, {}
    for group in form.groups:
        for field in group.fields:
            if not field.collected:
                continue

            key = f"{group.table} {field.name}"
            if field.unit_choices:
                conversions[key] = _conversions(study, form, group, field)
            if field.value is not None:
                reads[key] = _reads(study, form, group, field.value)
                formulas[key] = worked(study, form, group, field)

    return {
        **spec,
        "convert": conversions,
        "reads": reads,
        "worked": formulas,
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

    def with_slots(text: Json) -> Json:
        slots = [{**slot, "field": shared(slot["field"])} for slot in text["slots"]]
        return {**text, "slots": slots}

    # The groups come first: the numbers are given in the order of reading.
    groups = []
    for group in spec["groups"]:
        fields = [shared(field) for field in group["fields"]]
        groups.append({**group, "fields": fields})

    texts = [with_slots(text) for text in spec["texts"]]

    return {
        **spec,
        "groups": groups,
        "texts": texts,
        "codelists": [json.loads(text) for text in lists],
    }


def _conversions(study: Study, form: Form, group: Group, field: Field) -> Json:
    """By unit: the rule that converts, and the label of the unit that it converts into."""
    labels = {choice.code: choice.label for choice in field.unit_choices}
    home = Home.in_group(form, group)
    conversions = {}

    for choice in field.unit_choices:
        if choice.to is None:
            continue

        # A quote inside of a text of the rule language is doubled.
        code = choice.to.replace("'", "''")
        rule = parse_expression(f"in_unit({field.name}, '{code}')", field.place)
        assert isinstance(rule, Expression)
        core = resolve(rule, study, home, Type.NUMBER).core
        conversions[choice.code] = {
            "to": labels.get(choice.to, choice.to),
            "rule": ToJson(form.name, Givens()).node(core),
        }

    return conversions


def _reads(
    study: Study, form: Form, group: Group, formula: Expression
) -> list[list[str]]:
    """The fields of this form that a calculation reads: table, name, label."""
    labels = {}
    for own in form.groups:
        for field in own.fields:
            labels[own.table, field.name] = field.label

    reads = []
    for reference in references(formula, study, Home.in_group(form, group)):
        # A value of another visit cannot be typed on this page.
        if reference.visit is not None:
            continue

        # A parameter has no table, and rows have no field.
        table = reference.table or ""
        name = reference.field or ""
        label = labels.get((table, name))
        if label is not None:
            reads.append([table, name, label])

    return reads
