"""What a page is told of a field: how it is asked, what it starts with, which answers
it offers.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.entry.starts import PREFILLS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import FieldPart, LoadedStudy


def check_page_facets(draft: LoadedStudy) -> Iterator[Finding]:
    """Starts that no answer could be, answers that are not in the list, and questions
    nobody can answer.
    """
    for part in draft.fields():
        yield from _prefill(part)
        yield from _not_offered(part)
        yield from _most(part)
        yield from _never_answered(part)


def _prefill(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    if field.prefill is None or "prefill" not in field.type.facets:
        return
    may = PREFILLS[field.kind.name]
    if field.prefill not in may:
        place = part.spot.at("prefill").place
        yield finding(
            "prefill-not-possible",
            text=place,
            name=field.prefill,
            type=field.type.name,
            allowed=", ".join(may),
        )

    if field.default is not None:
        yield finding("two-starts", text=part.spot.at("prefill").key)


def _not_offered(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    if field.codelist is None or not part.sound:
        return
    for index, code in enumerate(field.retired):
        if code not in field.codelist.by_code:
            near = did_you_mean(code, field.codelist.by_code)
            place = part.spot.at("retired", index).place
            yield finding("not-offered-unknown", text=place, name=code, near=near)


def _most(part: FieldPart) -> Iterator[Finding]:
    if part.field.max_choices == 0:
        yield finding("no-answer-allowed", text=part.spot.at("max_choices").place)


def _never_answered(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    starts = field.default is not None or field.prefill is not None
    if (
        field.entry != "typed"
        and field.required is not False
        and field.value is None
        and not starts
    ):
        place = part.spot.at("entry") if part.spot.at("entry").has else part.spot
        yield finding("never-answered", text=place.key, name=field.name)
