"""An expression of a dictionary: its text, where it stands, and its tree."""

from __future__ import annotations

from dataclasses import dataclass

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.rule_syntax.parser import parse
from forms_spec.rule_syntax.syntax_tree import Logic, Node
from forms_spec.rule_syntax.tokenizer import SyntaxFault


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """``place`` is where the text begins in the dictionary."""

    text: str
    place: TextPlace
    tree: Node


def parse_expression(text: str, place: TextPlace) -> Expression | Finding:
    """The expression that a text says, or the finding that it says none."""
    try:
        return Expression(text=text, place=place, tree=parse(text))
    except SyntaxFault as fault:
        where = place_within(text, place, fault.start, fault.end)
        return finding(fault.code, text=where, value=text, **fault.words)


def all_of(*expressions: Expression | None) -> Expression | None:
    """The expression that is TRUE where all of several are, at the place of the first;
    None where there is none.
    """
    given = [expression for expression in expressions if expression is not None]
    if len(given) < 2:
        return given[0] if given else None

    text = " and ".join(f"({expression.text})" for expression in given)
    operands = tuple(expression.tree for expression in given)
    tree = Logic(start=0, end=len(text), operator="and", operands=operands)

    return Expression(text=text, place=given[0].place, tree=tree)


def place_within(text: str, place: TextPlace, start: int, end: int) -> TextPlace:
    """The place of a part of the text.

    Exact where the dictionary holds the text on one line as it is, or between quotes
    with nothing escaped; else the whole expression's place.
    """
    if "\n" in text or (place.end_line and place.end_line != place.line):
        return place

    written = place.end_column - place.column if place.end_column else len(text)
    quotes = written - len(text)
    if quotes not in (0, 2):
        return place

    first = place.column + quotes // 2
    last = max(end, start + 1)

    return TextPlace(
        file=place.file,
        line=place.line,
        column=first + start,
        end_line=place.line,
        end_column=first + last,
    )
