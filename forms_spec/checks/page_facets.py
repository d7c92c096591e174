"""What a page is told of a field: how it is asked, what it starts with, which answers
it offers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forms_spec.entry.starts import PREFILLS
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.source_map import FieldPart, LoadedStudy


def check_page_facets(loaded: LoadedStudy) -> Iterator[Finding]:
    """Starts that no answer could be, answers that are not in the list, and questions
    nobody can answer.
    """
    fixed = {
        (part.group.form, part.group.name, name)
        for part in loaded.parts.groups
        for name in part.group.fixed
    }
    for part in loaded.fields():
        yield from _prefill(part)
        yield from _not_offered(part)
        yield from _no_choice(part)
        yield from _never_chosen(part, fixed)
        yield from _never_answered(part)


def _prefill(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    # A type that cannot be filled in may not have the key at all: another finding.
    if field.prefill is None or "prefill" not in field.type.facets:
        return

    may = PREFILLS[field.kind.name]
    if field.prefill not in may:
        yield finding(
            "prefill-not-possible",
            text=part.spot.at("prefill").place,
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

    offered = field.codelist.by_code
    for index, code in enumerate(field.retired):
        if code not in offered:
            yield finding(
                "not-offered-unknown",
                text=part.spot.at("retired", index).place,
                name=code,
                near=did_you_mean(code, offered),
            )


def _no_choice(part: FieldPart) -> Iterator[Finding]:
    if part.field.max_choices == 0:
        yield finding("no-answer-allowed", text=part.spot.at("max_choices").place)


def _never_chosen(
    part: FieldPart, fixed: Collection[tuple[str, str, str]]
) -> Iterator[Finding]:
    """Conditions of codes in a field that nobody chooses them for. ``fixed`` are the
    fields whose codes make the rows of a group.
    """
    field = part.field
    is_fixed = (field.form, field.group, field.name) in fixed
    if not field.offered_when or (field.value is None and not is_fixed):
        return

    yield finding(
        "offered-to-nobody",
        text=part.spot.at("codes").place,
        name=field.name,
        why="its codes make the rows" if is_fixed else "it is calculated",
    )


def _never_answered(part: FieldPart) -> Iterator[Finding]:
    field = part.field
    is_typed = field.entry == "typed"
    may_stay_blank = field.required is False
    if is_typed or may_stay_blank:
        return

    # A formula, a default or a prefill answers without anybody typing.
    answers = (field.value, field.default, field.prefill)
    if any(answer is not None for answer in answers):
        return

    place = part.spot.at_or_self("entry").key
    yield finding("never-answered", text=place, name=field.name)
