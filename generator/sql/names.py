"""Names and texts in SQL: always quoted."""

from __future__ import annotations

from sqlglot import exp


def quoted(name: str) -> str:
    """A name as it stands in a statement."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def text_literal(text: str) -> str:
    """A text as it stands in a statement."""
    return exp.Literal.string(text).sql("duckdb")
