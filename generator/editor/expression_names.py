"""The names in an expression, each with the thing that it stands for.

Names are looked up as the checker looks them up, so that a bare name means the field
of the row, the form or the rows of an aggregate that it means there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms_spec.model.fields import Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.syntax_tree import Node
from forms_spec.rule_syntax.tokenizer import SyntaxFault, Token, TokenKind, tokenize
from forms_spec.rules import Expression
from forms_spec.rules.semantics.name_lookup import (
    ALL,
    PREVIOUS,
    THIS,
    LookupFrame,
    NameFault,
    Names,
)
from forms_spec.rules.semantics.resolved import Read, Remote
from generator.editor.symbols import Symbol, SymbolKind

VISIT_KEY = "visitid"
NO_VISITS = frozenset({ALL, PREVIOUS, THIS})


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedSpan:
    """The characters ``first`` up to ``last`` of an expression, and what they name."""

    symbol: Symbol
    first: int
    last: int


def field_symbol(study: Study, table: str, name: str) -> Symbol | None:
    """The field of a table; for a part of a field that nobody wrote, the field."""
    field = study.field(table, name)
    if field is None:
        return _note_symbol(study, table, name)

    written = table_with_text(study, table)
    if field.part_of is not None:
        return Symbol(kind=SymbolKind.FIELD, owner=written, name=field.part_of)

    owner = _unit_owner(study, table, name)
    return Symbol(kind=SymbolKind.FIELD, owner=written, name=owner or name)


def table_with_text(study: Study, table: str) -> str:
    """The table whose text says what a table is: of a form that is like another one,
    that of the other.
    """
    form = study.forms.get(table) or study.tables[table].form
    template = study.forms.get(form.like or "")
    if template is None:
        return table
    if table == form.name:
        return template.name

    # A copy has the same groups in the same order, under names of its own.
    groups = zip(form.row_groups, template.row_groups, strict=False)
    by_name = {own.name: other.name for own, other in groups}
    return by_name.get(table, table)


def _note_symbol(study: Study, table: str, name: str) -> Symbol | None:
    """A note is no column of a table, and may be named where nothing is read."""
    form = study.forms.get(table)
    if form is None or name not in form.by_name:
        return None

    written = table_with_text(study, table)
    return Symbol(kind=SymbolKind.FIELD, owner=written, name=name)


def _unit_owner(study: Study, table: str, name: str) -> str | None:
    """The field whose unit a companion without a name of its own keeps."""
    for field in study.tables[table].fields:
        if field.unit_field == name and name == f"{field.name}u":
            return field.name

    return None


def table_symbol(study: Study, name: str) -> Symbol | None:
    """A form or a repeating group."""
    if name in study.forms:
        return Symbol(kind=SymbolKind.FORM, name=name)
    if name in study.tables:
        form = study.tables[name].form
        written = table_with_text(study, name)
        owner = form.name if written == name else form.like
        return Symbol(kind=SymbolKind.GROUP, owner=owner or form.name, name=written)

    return None


class ExpressionNames:
    """Goes through the tree of an expression that stands at home in a form or a row.

    ``form`` is None where nobody knows the home: bare names then mean nothing.
    ``own`` are names that the text itself gives a meaning, such as a derivation's
    arguments.
    """

    def __init__(
        self,
        study: Study,
        form: Form | None,
        group: Group | None = None,
        own: frozenset[str] = frozenset(),
    ) -> None:
        self.study = study
        self.own = own
        # Rows are the group's own; without a home some form stands for none.
        self.names: Names | None = None
        if form is not None:
            frame = LookupFrame(form=form, group=group, own=True)
            self.names = Names(study, frame)

    def of(self, expression: Expression) -> Iterator[NamedSpan]:
        """Every name of the expression that stands for something."""
        try:
            tokens = tokenize(expression.text)
        except SyntaxFault:
            return

        self.tokens = tokens
        yield from self._walk(expression.tree)

    def _walk(self, node: object) -> Iterator[NamedSpan]:
        if isinstance(node, tuple):
            for part in node:
                yield from self._walk(part)
        elif isinstance(node, syntax_tree.Reference):
            yield from self._reference(node)
        elif isinstance(node, syntax_tree.ParameterReference):
            symbol = Symbol(kind=SymbolKind.PARAMETER, name=node.name)
            # The sign is no part of the name.
            yield NamedSpan(symbol=symbol, first=node.start + 1, last=node.end)
        elif isinstance(node, syntax_tree.Aggregate):
            yield from self._aggregate(node)
        elif isinstance(node, Node):
            yield from self._call(node)
            yield from self._visits_compared(node)
            for attribute in node.__dataclass_fields__:
                yield from self._walk(getattr(node, attribute))

    def _call(self, node: Node) -> Iterator[NamedSpan]:
        """The name of a derivation that takes arguments."""
        if not isinstance(node, syntax_tree.Call):
            return

        if node.function in self.study.derivations:
            symbol = Symbol(kind=SymbolKind.DERIVATION, name=node.function)
            last = node.start + len(node.function)
            yield NamedSpan(symbol=symbol, first=node.start, last=last)

    def _visits_compared(self, node: Node) -> Iterator[NamedSpan]:
        """``visitid = 'SCR'``, ``visitid in ('SCR', 'D0')``: texts that are visits."""
        if not isinstance(node, syntax_tree.Compare | syntax_tree.In):
            return

        sides = [getattr(node, attribute) for attribute in node.__dataclass_fields__]
        if not any(_is_visit_key(side) for side in sides):
            return

        for literal in syntax_tree.nodes_of(tuple(sides), syntax_tree.Literal):
            name = str(literal.value)
            # The quotes are no part of the name.
            if literal.kind == "text" and name in self.study.visits:
                symbol = Symbol(kind=SymbolKind.VISIT, name=name)
                first = literal.start + 1
                yield NamedSpan(symbol=symbol, first=first, last=first + len(name))

    def _aggregate(self, node: syntax_tree.Aggregate) -> Iterator[NamedSpan]:
        """Inside an aggregate, bare names are those of its rows first."""
        source = None
        if self.names is not None:
            try:
                source = self.names.source(node.over)
            except NameFault:
                source = None

        if source is None or self.names is None:
            yield from self._walk((node.over, node.where))
            return

        _, frame, _ = source
        self.names.frames.append(frame)
        yield from self._walk((node.over, node.where))
        self.names.frames.pop()

    def _reference(self, node: syntax_tree.Reference) -> Iterator[NamedSpan]:
        words = [
            token
            for token in self.tokens
            if node.start <= token.start and token.end <= node.end
        ]
        names = [
            token
            for token in words
            if token.kind in (TokenKind.NAME, TokenKind.KEYWORD)
        ]
        if node.table is None and node.selector is None:
            yield from self._bare(names[0])
            return

        # ``vs``, then ``SCR`` in brackets, then the field behind the point.
        table, *others = names
        if node.selector is not None and others:
            yield from self._visit(others.pop(0))

        name = node.table or node.field
        symbol = table_symbol(self.study, name or "")
        if symbol is not None:
            yield _span(symbol, table)

        if node.table is not None and node.field is not None and others:
            yield from self._qualified(node, others[-1])

    def _visit(self, token: Token) -> Iterator[NamedSpan]:
        if token.text not in NO_VISITS:
            yield _span(Symbol(kind=SymbolKind.VISIT, name=token.text), token)

    def _bare(self, token: Token) -> Iterator[NamedSpan]:
        name = token.text
        if name in self.own:
            return

        read = self.names.bare(name) if self.names is not None else None
        if isinstance(read, Read):
            symbol = field_symbol(self.study, read.table, read.field.name)
        elif name in self.study.derivations:
            symbol = Symbol(kind=SymbolKind.DERIVATION, name=name)
        else:
            symbol = table_symbol(self.study, name)

        if symbol is not None:
            yield _span(symbol, token)

    def _qualified(
        self, node: syntax_tree.Reference, token: Token
    ) -> Iterator[NamedSpan]:
        """The field behind a form's or a row's name."""
        table = self._table(node)
        if table is None:
            return

        symbol = field_symbol(self.study, table, token.text)
        if symbol is not None:
            yield _span(symbol, token)

    def _table(self, node: syntax_tree.Reference) -> str | None:
        assert node.table is not None
        assert node.field is not None
        if self.names is not None:
            try:
                read = self.names.qualified(node.table, node.selector, node.field)
            except NameFault:
                read = None

            if isinstance(read, Read):
                return read.table
            if isinstance(read, Remote):
                return read.form

        return node.table if node.table in self.study.tables else None


def _is_visit_key(side: object) -> bool:
    return isinstance(side, syntax_tree.Reference) and side.field == VISIT_KEY


def _span(symbol: Symbol, token: Token) -> NamedSpan:
    """The characters of the thing's own name: what follows it in the word, such as the
    ``u`` of a unit's companion, belongs to nobody.
    """
    last = token.end
    if token.text.startswith(symbol.name):
        last = token.start + len(symbol.name)

    return NamedSpan(symbol=symbol, first=token.start, last=last)
