"""What a question means in one dictionary and no longer in another: its words, its unit,
the labels of its codes.

Ranges, conditions and the order of questions change what may be answered, never what an
answer says: they are not compared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_spec.kinds.display import shown_unit
from forms_spec.model.fields import Field, Form


@dataclass(frozen=True, kw_only=True, slots=True)
class MeaningChange:
    """One question that says something else since.

    ``label`` is that of the later dictionary, where it has the question; ``sentences``
    say what changed.
    """

    table: str
    field: str
    label: str
    sentences: tuple[str, ...]


def meaning_changes(before: Form, after: Form) -> tuple[MeaningChange, ...]:
    """The questions of the earlier form that mean something else in the later one, or
    are there no more, in the earlier form's order.
    """
    was = fields_by_cell(before)
    now = fields_by_cell(after)
    # The units to choose from are told of where their numbers are.
    units = {(table, field.unit_field) for (table, _), field in was.items()}
    changes = []

    for (table, name), field in was.items():
        if not field.collected or (table, name) in units:
            continue

        sentences = tuple(_sentences(field, now.get((table, name))))
        if sentences:
            later = now.get((table, name), field)
            change = MeaningChange(
                table=table, field=name, label=later.label, sentences=sentences
            )
            changes.append(change)

    return tuple(changes)


def fields_by_cell(form: Form) -> dict[tuple[str, str], Field]:
    """Every field of a form by table and name."""
    fields = {(form.name, field.name): field for field in form.fields}
    for group in form.row_groups:
        for field in group.fields:
            fields[group.name, field.name] = field

    return fields


def _sentences(before: Field, after: Field | None) -> Iterator[str]:
    if after is None:
        yield "The question is no longer in the form."
        return

    if before.label != after.label:
        yield f"The question was “{before.label}” and is now “{after.label}”."
    if before.kind.name != after.kind.name:
        yield f"The type was {before.type.name} and is now {after.type.name}."

    yield from _unit_sentences(before, after)
    yield from _code_sentences(_labels(before), _labels(after))


def _unit_sentences(before: Field, after: Field) -> Iterator[str]:
    """Of the fixed unit, and of the units to choose from."""
    was = _fixed_unit(before) or "none"
    now = _fixed_unit(after) or "none"
    if was != now:
        yield f"The unit was {was} and is now {now}."

    # Where units can be chosen in one of the two only, the sentence above says it.
    choices = _unit_labels(before)
    choices_now = _unit_labels(after)
    if choices and choices_now:
        yield from _code_sentences(choices, choices_now)


def _unit_labels(field: Field) -> dict[str, str]:
    return {choice.code: choice.label for choice in field.unit_choices}


def _fixed_unit(field: Field) -> str:
    if field.unit is None:
        return ""
    if field.unit.fixed:
        return shown_unit(field.unit.fixed)

    return "chosen with each answer"


def _labels(field: Field) -> dict[str, str]:
    """Everything that a text of the field may stand for."""
    labels: dict[str, str] = {}
    if field.codelist is not None:
        labels |= {code.code: code.label for code in field.codelist.codes}

    labels |= {reason.code: reason.label for reason in field.missing}
    return labels


def _code_sentences(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[str]:
    """A code that went and one that came with the same label are one that was renamed."""
    came = {code: label for code, label in after.items() if code not in before}
    new_codes: dict[str, str] = {}
    for code, label in came.items():
        new_codes.setdefault(label, code)

    renamed: set[str] = set()
    for code, label in before.items():
        if code in after:
            if after[code] != label:
                yield f"{code} was “{label}” and is now “{after[code]}”."

            continue

        new_code = new_codes.get(label)
        if new_code is None:
            yield f"{code}, “{label}”, is no longer an answer."
        else:
            renamed.add(new_code)
            yield f"“{label}” was stored as {code} and is now {new_code}."

    for code, label in came.items():
        if code not in renamed:
            yield f"{code}, “{label}”, is a new answer."
