"""An expression of a template, with the tables of the form that is like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from forms_spec.findings.finding import Finding
from forms_spec.rule_syntax.expression import Expression, parse_expression
from forms_spec.rule_syntax.syntax_tree import Aggregate, Node, Reference, nodes_of


class NamedTable(NamedTuple):
    """A name of a table in the text of an expression, and the name that replaces it."""

    start: int
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RenamedTables:
    """An expression with other names of tables than its text in the file has."""

    expression: Expression
    replaced: Sequence[NamedTable]

    def written(self, finding: Finding) -> Finding:
        """A finding about the expression on one line, at the characters that the file
        has.
        """
        place = finding.text
        if place is None:
            return finding

        # Columns count from 1.
        end = place.end_column
        column = self._before(place.column - 1) + 1
        end_column = self._before(end - 1) + 1 if end else end
        return replace(
            finding, text=replace(place, column=column, end_column=end_column)
        )

    def _before(self, offset: int) -> int:
        """The offset in the file's text of a character of the expression."""
        shift = 0
        for table in self.replaced:
            start = table.start + shift
            if offset < start + len(table.new):
                # The end of a name stays the end of a name.
                return min(offset - shift, table.start + len(table.old))

            shift += len(table.new) - len(table.old)

        return offset - shift


def renamed_tables(
    expression: Expression, tables: Mapping[str, str]
) -> RenamedTables | None:
    """The expression with the tables that some names mean; None where it has none of
    those names.
    """
    if not tables:
        return None

    named = {table.start: table for table in _named(expression.tree, tables)}
    if not named:
        return None

    replaced = [named[start] for start in sorted(named)]
    text = expression.text
    for table in reversed(replaced):
        text = f"{text[: table.start]}{table.new}{text[table.start + len(table.old) :]}"

    parsed = parse_expression(text, expression.place)
    # A longer text may break a bound of the language. What it names is unknown then.
    if isinstance(parsed, Finding):
        return None

    return RenamedTables(expression=parsed, replaced=replaced)


def _named(tree: Node, tables: Mapping[str, str]) -> Iterator[NamedTable]:
    """Every name of a table: before a point or brackets, or as what is aggregated."""
    rows = {
        aggregate.over.start
        for aggregate in nodes_of(tree, Aggregate)
        if isinstance(aggregate.over, Reference) and aggregate.over.table is None
    }
    for reference in nodes_of(tree, Reference):
        name = reference.table
        is_table = reference.selector is not None or reference.start in rows
        if name is None and is_table:
            name = reference.field

        if name is not None and name in tables:
            yield NamedTable(reference.start, name, tables[name])
