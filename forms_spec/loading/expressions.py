"""Expressions of a dictionary: parsed with exact places, and listed for the check that
follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.loading.table_renaming import RenamedTables, renamed_tables
from forms_spec.model.text_templates import Slot, Wording, parts_of
from forms_spec.rules import Expression, parse_expression


@dataclass(frozen=True, kw_only=True, slots=True)
class LocatedExpression:
    """An expression with its text: ``spot`` holds it from character ``first`` on.

    ``what`` says in a message what the expression is for.
    """

    expression: Expression
    spot: SourceNode
    first: int
    last: int
    renamed: RenamedTables | None = None

    def on_one_line(self) -> Expression:
        """The expression as if its text stood on one line of its own, beginning in
        column 1.
        """
        return replace(
            self.expression, place=_line(self.spot.document.file, self.expression.text)
        )

    def located(self, finding: Finding) -> Finding:
        """A finding about ``on_one_line``, at its true place."""
        if self.renamed is not None:
            finding = self.renamed.written(finding)

        return _located(finding, self.spot, self.first, self.last)


def parse_at(
    spot: SourceNode, notes: Notes, *, span: tuple[int, int] | None = None
) -> LocatedExpression | None:
    """Parse the text at a spot, or some characters of it; what is no expression is
    noted.
    """
    text = spot.text or ""
    first, last = span or (0, len(text))
    # As many characters as before, so that places in the one are places in the other.
    written = text[first:last].replace("\n", " ")
    parsed = parse_expression(written, _line(spot.document.file, written))
    if isinstance(parsed, Finding):
        notes.add(_located(parsed, spot, first, last))
        return None

    renamed = renamed_tables(parsed, spot.document.renamed_tables(spot.path))
    place = spot.span(first, last) if span else spot.place
    return LocatedExpression(
        expression=replace(renamed.expression if renamed else parsed, place=place),
        spot=spot,
        first=first,
        last=last,
        renamed=renamed,
    )


def parse_wordings(
    keys: Iterable[str], data: Mapping[str, Any], spot: SourceNode, notes: Notes
) -> tuple[Mapping[str, Wording], list[tuple[str, LocatedExpression]]]:
    """The texts of some keys where they hold answers, and their expressions by key."""
    wordings: dict[str, Wording] = {}
    written: list[tuple[str, LocatedExpression]] = []

    for key in keys:
        if "{" not in (data.get(key) or ""):
            continue

        # A field may be its label alone. Its other texts are those of the defaults.
        is_alone = key == "label" and spot.text is not None
        text_spot = spot if is_alone else spot.at(key)
        wording, expressions = parse_slots(text_spot, notes)
        written.extend((key, expression) for expression in expressions)
        if wording:
            wordings[key] = wording

    return MappingProxyType(wordings), written


def parse_slots(
    spot: SourceNode, notes: Notes
) -> tuple[Wording, list[LocatedExpression]]:
    """The parts of a text that holds answers, and their expressions; nothing where it
    holds none.
    """
    text = spot.text
    if text is None or "{" not in text:
        return (), []

    parts: list[str | Slot] = []
    written: list[LocatedExpression] = []

    for part in parts_of(text):
        if isinstance(part, str):
            parts.append(part)
            continue

        parsed = parse_at(spot, notes, span=(part.first, part.last))
        if parsed is not None:
            written.append(parsed)
            parts.append(Slot(expression=parsed.expression, coded=part.coded))

    if written:
        return (tuple(parts), written)

    return ((), [])


def _line(file: str, text: str) -> TextPlace:
    return TextPlace(file=file, line=1, column=1, end_line=1, end_column=len(text) + 1)


def _located(finding: Finding, spot: SourceNode, first: int, last: int) -> Finding:
    """A finding about a text on one line, at its characters in the file."""
    place = finding.text
    if place is None:
        return replace(finding, text=spot.place)

    # Columns count from 1; a place without an end is a single character.
    end_column = place.end_column or place.column + 1
    start = first + place.column - 1
    end = first + end_column - 1
    # At least one character, also at the end of the text; else none beyond it.
    end = min(max(end, start + 1), max(last, start + 1))

    return replace(finding, text=spot.span(start, end))
