"""Questions that nobody can tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import FieldPart, LoadedStudy
from forms_spec.model.characters import ascii_lower, strip_blanks
from forms_spec.model.fields import Field


def check_field_labels(loaded: LoadedStudy) -> Iterator[Finding]:
    """Two questions of one section with the same label, both always asked.

    A question that a condition shows stands below the one that it belongs to, and so
    does a result: these may share a short label, such as "Which one?".
    """
    first_with: dict[tuple[str, str, str], FieldPart] = {}
    for part in loaded.fields():
        field = part.field
        if not _is_always_asked(field):
            continue

        word = ascii_lower(strip_blanks(field.label))
        first = first_with.setdefault((field.form, field.group, word), part)

        # The same name twice has a finding of its own.
        if first.field.name != field.name:
            yield finding(
                "field-label-twice",
                text=part.spot.at_or_self("label").place,
                related=(first.spot.key,),
                label=field.label,
                name=field.name,
                other=first.field.name,
            )


def _is_always_asked(field: Field) -> bool:
    if not field.collected or field.entry == "hidden":
        return False

    # Neither a result nor a question with a condition.
    return field.value is None and field.show_when is None
