"""What a field says that no cell of REDCap can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forms_spec.model.fields import Field
from generator.redcap.reading.validation import VALIDATIONS
from generator.redcap.writing.cell_context import CellContext, Cells
from generator.redcap.writing.write_tags import word_limit


def set_pattern(context: CellContext, field: Field, cells: Cells) -> None:
    """Sets the validation that a pattern means. Other patterns are listed."""
    if field.min_length is not None:
        context.loss(
            cells["name"],
            "validation",
            "length",
            str(field.min_length),
            "REDCap has no minimum length",
        )

    pattern = field.stated_pattern
    # A limit of words is a pattern here, and a tag in REDCap.
    if pattern is None or word_limit(field) is not None:
        return

    cells["validation"] = _validation_of(pattern.expression)
    if not cells["validation"]:
        context.loss(
            cells["name"],
            "validation",
            "pattern",
            pattern.expression,
            "REDCap has no custom patterns",
        )


def _validation_of(expression: str) -> str:
    """The validation type that has this pattern; empty where none has."""
    for code, validation in VALIDATIONS.items():
        pattern = validation.keys.get("pattern")
        if isinstance(pattern, Mapping) and pattern["matches"] == expression:
            return code

    return ""


def list_lost_facets(context: CellContext, field: Field, name: str) -> None:
    """Lists the facets without any column."""
    for column, kind, original, why in _lost_facets(field):
        context.loss(name, column, kind, original, why)


def _lost_facets(field: Field) -> Iterator[tuple[str, str, str, str]]:
    """Column, kind, original and why of each."""
    if field.unit is not None:
        choices = ", ".join(choice.code for choice in field.unit.choices)
        unit = field.unit.fixed or choices
        yield (
            "note",
            "unit",
            unit,
            "REDCap has no units, so a chosen unit is a field of its own",
        )

    if field.missing:
        codes = ", ".join(code.code for code in field.missing)
        why = "REDCap keeps missing codes in the project, not in its dictionary"
        yield "choices", "missing", codes, why

    if field.propose is not None:
        why = "REDCap fills an answer in instead of proposing it"
        yield "annotation", "propose", field.propose.text, why

    if field.row_of is not None:
        why = "REDCap does not offer the rows of another instrument"
        yield "choices", "row_of", field.row_of.rows, why

    if field.unique is not None:
        why = "REDCap keeps its secondary unique field in the project's settings"
        yield "validation", "unique", field.unique.over, why

    if field.cdash:
        yield "annotation", "cdash", field.cdash, "REDCap has no CDASH names"
    if field.sdtm:
        yield "annotation", "sdtm", field.sdtm, "REDCap has no SDTM names"

    for code in field.codelist.codes if field.codelist else ():
        if code.synonyms:
            synonyms = f"{code.code}: {', '.join(code.synonyms)}"
            why = "REDCap has no synonyms"
            yield "choices", "synonyms", synonyms, why

        if code.code in field.offered_when:
            condition = f"{code.code}: {field.offered_when[code.code].text}"
            why = "REDCap hides choices under fixed conditions only"
            yield "choices", "when", condition, why

        if code.number is not None:
            number = f"{code.code}: {code.number}"
            yield "choices", "number", number, "REDCap calculates with the code itself"
