"""Expressions of a dictionary: parsed with exact places, and listed for the check that
follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.finding_collector import Notes, SourceNode
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

    def on_one_line(self) -> Expression:
        """The expression as if its text stood on one line of its own, beginning in
        column 1.
        """
        return replace(
            self.expression, place=_line(self.spot.document.file, self.expression.text)
        )

    def located(self, finding: Finding) -> Finding:
        """A finding about ``on_one_line``, at its true place."""
        return _located(finding, self.spot, self.first, self.last)


def parse_at(
    spot: SourceNode, notes: Notes, *, span: tuple[int, int] | None = None
) -> LocatedExpression | None:
    """Parse the text at a spot, or some characters of it; what is no expression is
    noted.
    """
    text = spot.text or ""
    first, last = span or (0, len(text))
    written = text[first:last].replace("\n", " ")
    parsed = parse_expression(written, _line(spot.document.file, written))
    if isinstance(parsed, Finding):
        notes.add(_located(parsed, spot, first, last))
        return None

    place = spot.span(first, last) if span else spot.place

    return LocatedExpression(
        expression=replace(parsed, place=place), spot=spot, first=first, last=last
    )


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
    written = []

    for part in parts_of(text):
        if isinstance(part, str):
            parts.append(part)
        elif parse := parse_at(spot, notes, span=(part.first, part.last)):
            written.append(parse)
            parts.append(Slot(expression=parse.expression, coded=part.coded))

    return (tuple(parts), written) if written else ((), [])


def _line(file: str, text: str) -> TextPlace:
    return TextPlace(file=file, line=1, column=1, end_line=1, end_column=len(text) + 1)


def _located(finding: Finding, spot: SourceNode, first: int, last: int) -> Finding:
    if finding.text is None:
        return replace(finding, text=spot.place)
    start = first + finding.text.column - 1
    end = first + (finding.text.end_column or finding.text.column + 1) - 1

    return replace(
        finding, text=spot.span(start, min(max(end, start + 1), max(last, start + 1)))
    )
