"""Finds every place of a dictionary that names a form, field, codelist, visit, rule,
derivation or parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from forms_spec.findings.places import TextPlace
from forms_spec.loading.eligibility import SIDES
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.loading.finding_collector import SourceNode
from forms_spec.loading.reference_ranges import SOURCES
from forms_spec.loading.row_sources import row_source
from forms_spec.loading.rules import HEAD
from forms_spec.loading.schedule import COLUMNS, WORD
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.model.edit_checks import Derivation
from forms_spec.model.fields import Form, Group
from forms_spec.model.text_templates import parts_of
from forms_spec.rules import Expression, parse_expression
from generator.editor.expression_names import (
    ExpressionNames,
    field_symbol,
    table_symbol,
)
from generator.editor.symbols import NamedPlace, Occurrences, Symbol, SymbolKind

WORDS = re.compile(r"[A-Za-z]\w*", re.ASCII)
Found = Iterator[NamedPlace]


def occurrences(loaded: LoadedStudy) -> Occurrences:
    """Every place of a dictionary that names something."""
    return Occurrences(_OccurrenceFinder(loaded).everything())


@dataclass(frozen=True)
class _OccurrenceFinder:
    """Looks at the keys and texts of each file, and at all expressions."""

    loaded: LoadedStudy

    def everything(self) -> Found:
        for document in self.loaded.parts.documents.values():
            top = SourceNode(document=document)
            keys = document.data if isinstance(document.data, dict) else {}
            for noun in NOUNS:
                if noun in keys:
                    yield from FILES[noun](self, top)
                    break

        for part in self.loaded.parts.expressions:
            yield from self._expression(part)

        for derivation in self.loaded.study.derivations.values():
            yield from self._derivation(derivation)

    # What each kind of file names.

    def study(self, top: SourceNode) -> Found:
        for kind, key in (
            (SymbolKind.PARAMETER, "parameters"),
            (SymbolKind.MISSING, "missing"),
        ):
            for name, spot in _entries(top.at(key)):
                yield _key(spot, Symbol(kind=kind, name=name), defines=True)

        for key in ("day_zero", "last_day"):
            for spot in _texts(top.at(key)):
                yield from self._full_name(spot)
        for _, anchor in _entries(top.at("anchors")):
            for spot in _texts(anchor):
                yield from self._full_name(spot)

        yield from self._dating(top.at("visit"))
        for spot in _texts(top.at("verification", "critical")):
            yield from self._full_name(spot)
        for spot in _texts(top.at("double_entry", "forms")):
            yield from self._table(spot)
        yield from self._randomization(top.at("randomization"))

        for _, status in _entries(top.at("subject_status")):
            yield from self._table(status.at("form"))
            for spot in _texts(status.at("still_due")):
                yield from _text(spot, SymbolKind.VISIT)

    def _randomization(self, plan: SourceNode) -> Found:
        """The form of the plan, and its fields, which are named without the form."""
        yield from self._table(plan.at("form"))
        form = plan.at("form").text or ""
        fields = [plan.at(key) for key in ("arm", "number", "date", "stratum")]
        for spot in (*fields, *_texts(plan.at("strata"))):
            symbol = field_symbol(self.loaded.study, form, spot.text or "")
            if symbol is not None:
                yield _whole_text(spot, symbol)

    def codelists(self, top: SourceNode) -> Found:
        for name, spot in _entries(top.at("codelists")):
            symbol = Symbol(kind=SymbolKind.CODELIST, name=name)
            yield _key(spot, symbol, defines=True)

    def visits(self, top: SourceNode) -> Found:
        for name, spot in _entries(top.at("visits")):
            yield _key(spot, Symbol(kind=SymbolKind.VISIT, name=name), defines=True)
            yield from self._dating(spot)

        for form, spot in _entries(top.at("schedule")):
            if form != COLUMNS:
                yield _key(spot, Symbol(kind=SymbolKind.FORM, name=form))
                continue

            for word in WORD.finditer(spot.text or ""):
                symbol = Symbol(kind=SymbolKind.VISIT, name=word.group())
                place = spot.span(*word.span())
                yield NamedPlace(symbol=symbol, place=place)

        for form, spot in _entries(top.at("conditions")):
            yield _key(spot, Symbol(kind=SymbolKind.FORM, name=form))
            for visit, visit_spot in _entries(spot):
                yield _key(visit_spot, Symbol(kind=SymbolKind.VISIT, name=visit))

    def form(self, top: SourceNode) -> Found:
        name = top.at("form").text
        if name is None:
            return

        symbol = Symbol(kind=SymbolKind.FORM, name=name)
        yield replace(_whole_text(top.at("form"), symbol), defines=True)
        if top.at("like").text is not None:
            yield from self._copied(top, top.at("like").text or "")
            return

        yield from self._fields(top, name)

        for group, spot in _entries(top.at("groups")):
            symbol = Symbol(kind=SymbolKind.GROUP, owner=name, name=group)
            yield _key(spot, symbol, defines=True)

            table = group if spot.at("rows").has else name
            yield from self._fields(spot, table)
            yield from _text(spot.at("defaults", "codes"), SymbolKind.CODELIST)
            for fixed in _texts(spot.at("rows", "fixed")):
                yield from _text(fixed, SymbolKind.FIELD, owner=table)

            rows = spot.at("rows")
            yield from self._rows_elsewhere(rows.at("from"), rows.at("carry"))

    def _copied(self, top: SourceNode, like: str) -> Found:
        """What a form that is like another one says of the other's fields and groups."""
        yield from _text(top.at("like"), SymbolKind.FORM)
        for group, spot in _entries(top.at("names")):
            yield _key(spot, Symbol(kind=SymbolKind.GROUP, owner=like, name=group))

        homes = [(like, top)]
        for group, spot in _entries(top.at("groups")):
            yield _key(spot, Symbol(kind=SymbolKind.GROUP, owner=like, name=group))
            is_table = self._home(like, group)[1] is not None
            homes.append((group if is_table else like, spot))

        for table, home in homes:
            for found in self._fields(home, table):
                yield replace(found, defines=False)

    def rules(self, top: SourceNode) -> Found:
        covered = {
            (part.written.spot.document.file, part.written.spot.path)
            for part in self.loaded.parts.expressions
        }
        for name, spot in _entries(top.at("rules")):
            yield _key(spot, Symbol(kind=SymbolKind.RULE, name=name), defines=True)
            for on in _texts(spot.at("on")):
                yield from self._full_name(on)

            # A faulty rule has no home, but names with a table mean what they say.
            for key in ("when", "assert"):
                written = spot.at(key)
                if (top.document.file, written.path) not in covered:
                    yield from self._parsed(written, None, None, f"rule {name}")

        for head, spot in _entries(top.at("derivations")):
            match = HEAD.fullmatch(head)
            if match is not None:
                symbol = Symbol(kind=SymbolKind.DERIVATION, name=match[1])
                yield _key(spot, symbol, defines=True)

    def references(self, top: SourceNode) -> Found:
        """The sources are read as seen from each field that is compared."""
        table = top.at("reference_ranges")
        for part in self.loaded.fields():
            if part.field.lab_test is None:
                continue

            form, group = self._home(part.field.form, part.table)
            for key in SOURCES:
                yield from self._parsed(table.at(key), form, group, f"reference {key}")

    def eligibility(self, top: SourceNode) -> Found:
        spot = top.at("eligibility")
        form = spot.at("form").text or ""
        yield from self._table(spot.at("form"))
        yield from _text(spot.at("visit"), SymbolKind.VISIT)

        for side in SIDES:
            for name, criterion in _entries(spot.at(side)):
                symbol = Symbol(kind=SymbolKind.FIELD, owner=form, name=name)
                yield _key(criterion, symbol)

    def roles(self, top: SourceNode) -> Found:
        for _, role in _entries(top.at("roles")):
            for name, spot in _entries(role.at("places")):
                yield from self._place_of_role(name, spot)

    def translations(self, top: SourceNode) -> Found:
        for address, spot in _entries(top.at("texts")):
            first = 0
            named = self._named_in(address)
            for part, symbol in zip(address.split("."), named, strict=False):
                if symbol is not None:
                    yield _key(spot, symbol, first, first + len(part))
                first += len(part) + 1

            form = address.partition(".")[0]
            table = named[-1].owner if named and named[-1] is not None else None
            home = self._home(form, table)
            for _, text in _entries(spot):
                yield from self._answers_in(text, home)

    def _answers_in(
        self, spot: SourceNode, home: tuple[Form | None, Group | None]
    ) -> Found:
        """The answers that stand in a text or its translation: ``{sysbp}``."""
        names = ExpressionNames(self.loaded.study, *home)
        for part in parts_of(spot.text or ""):
            if isinstance(part, str):
                continue

            expression = parse_expression(part.name, spot.place)
            if not isinstance(expression, Expression):
                continue

            for span in names.of(expression):
                place = spot.span(part.first + span.first, part.first + span.last)
                yield NamedPlace(symbol=span.symbol, place=place)

    def _named_in(self, address: str) -> tuple[Symbol | None, ...]:
        """What the parts of the address of a text name."""
        first, *rest = address.split(".")
        name = rest[0] if rest else ""
        if first == "study" and f"study.{name}" in ADDRESSED:
            kind = ADDRESSED[f"study.{name}"]
            return None, None, Symbol(kind=kind, name=rest[-1])
        if first in ADDRESSED:
            return None, Symbol(kind=ADDRESSED[first], name=name)

        form = self.loaded.study.forms.get(first)
        if form is None:
            return ()

        of_form = Symbol(kind=SymbolKind.FORM, name=first)
        for table in (form.name, *(group.name for group in form.row_groups)):
            field = field_symbol(self.loaded.study, table, name)
            if field is not None and len(rest) > 1:
                return of_form, field

        return (of_form,)

    # What several files have in common.

    def _fields(self, owner: SourceNode, table: str) -> Found:
        for name, spot in _entries(owner.at("fields")):
            symbol = Symbol(kind=SymbolKind.FIELD, owner=table, name=name)
            yield _key(spot, symbol, defines=True)
            yield from _text(spot.at("codes"), SymbolKind.CODELIST)
            yield from self._rows_elsewhere(spot.at("row_of"), spot.at("row_label"))
            for other in _texts(spot.at("unique").at("with")):
                yield from _text(other, SymbolKind.FIELD, owner=table)

    def _rows_elsewhere(self, source: SourceNode, fields: SourceNode) -> Found:
        """``target[SCR]`` and the names of fields of its rows."""
        table, visit = row_source(source.text or "")
        symbol = table_symbol(self.loaded.study, table)
        if symbol is None:
            return

        text = source.text or ""
        first = text.index(table)
        yield NamedPlace(symbol=symbol, place=source.span(first, first + len(table)))
        if visit is not None:
            start = text.index("[") + 1
            place = source.span(start, start + len(visit))
            yield NamedPlace(
                symbol=Symbol(kind=SymbolKind.VISIT, name=visit), place=place
            )

        for spot in _texts(fields):
            named = field_symbol(self.loaded.study, table, spot.text or "")
            if named is not None:
                yield _whole_text(spot, named)

    def _table(self, spot: SourceNode) -> Found:
        symbol = table_symbol(self.loaded.study, spot.text or "")
        if symbol is not None:
            yield _whole_text(spot, symbol)

    def _dating(self, spot: SourceNode) -> Found:
        """What dates the visits of the study, or a visit."""
        for key in ("date", "missed"):
            if spot.at(key).has:
                yield from self._full_name(spot.at(key))

    def _full_name(self, spot: SourceNode) -> Found:
        """``vs.sysbp``, or a table alone."""
        table, dot, rest = (spot.text or "").partition(".")
        # What says that a visit was missed may be one answer: ``sv.svdone = 'N'``.
        field = rest.partition("=")[0].rstrip()
        symbol = table_symbol(self.loaded.study, table)
        if symbol is None:
            return

        yield NamedPlace(symbol=symbol, place=spot.span(0, len(table)))
        if not dot:
            return

        named = field_symbol(self.loaded.study, table, field)
        if named is not None:
            first = len(table) + 1
            place = spot.span(first, first + _own_length(named, field))
            yield NamedPlace(symbol=named, place=place)

    def _place_of_role(self, name: str, spot: SourceNode) -> Found:
        """``vs``, ``vs.sysbp``, ``vs.position`` with a group of the form."""
        table, dot, inner = name.partition(".")
        symbol = table_symbol(self.loaded.study, table)
        if symbol is None:
            return

        yield _key(spot, symbol)
        if not dot:
            return

        named = field_symbol(self.loaded.study, table, inner)
        if named is None:
            named = Symbol(kind=SymbolKind.GROUP, owner=table, name=inner)
        first = len(table) + 1
        yield _key(spot, named, first, first + _own_length(named, inner))

    def _home(self, form: str, table: str | None) -> tuple[Form | None, Group | None]:
        owner = self.loaded.study.forms.get(form)
        return owner, owner.row_group(table) if owner is not None else None

    def _expression(self, part: ExpressionPart) -> Found:
        spot = part.written.spot
        # What a form has from another one is read where the other one says it.
        if spot.document.renamed_tables(spot.path):
            return

        form, group = self._home(part.form, part.row_group)
        # The formula of a unit calls the number that it converts so.
        own = frozenset({"value"}) if part.what == "unit" else frozenset[str]()
        names = ExpressionNames(self.loaded.study, form, group, own)
        inside = self._words(part)

        for span in names.of(part.written.expression):
            first = part.written.first + span.first
            place = part.written.spot.span(first, part.written.first + span.last)
            yield NamedPlace(symbol=span.symbol, place=place, inside=inside)

    def _words(self, part: ExpressionPart) -> str:
        """``rule C33``, ``vs.vsreas: required``"""
        path = part.written.spot.path
        if path[:1] == ("rules",):
            return f"rule {path[1]}"
        if part.field is not None:
            table = part.row_group or part.form
            return f"{table}.{part.field.name}: {part.what}"
        if path[:1] == ("eligibility",) and len(path) > 2:
            return f"criterion {path[2]}"

        return f"{part.form}: {part.what}"

    def _derivation(self, derivation: Derivation) -> Found:
        """A derivation means something only where it is used: in the homes of those
        that use it.
        """
        text = derivation.expression
        inside = f"derivation {derivation.name}"
        document = self.loaded.parts.documents[derivation.place.file]
        spot = _derivation_spot(SourceNode(document=document), derivation)
        if spot is None:
            return

        for form, group in self._homes(derivation.name):
            names = ExpressionNames(
                self.loaded.study, form, group, frozenset(derivation.takes)
            )
            for span in names.of(text):
                place = spot.span(span.first, span.last)
                yield NamedPlace(symbol=span.symbol, place=place, inside=inside)

    def _homes(self, name: str) -> Iterable[tuple[Form | None, Group | None]]:
        """The homes in which a derivation is read, by itself or through others."""
        readers = self._readers_of(name)
        homes = {
            (part.form, part.row_group)
            for part, words in self._words_of_parts
            if not readers.isdisjoint(words)
        }
        return [self._home(*home) for home in sorted(homes, key=str)] or [(None, None)]

    def _readers_of(self, name: str) -> set[str]:
        """The derivation, and those that read it."""
        readers = {name}
        while True:
            more = {
                derivation
                for derivation, words in self._words_of_derivations.items()
                if not readers.isdisjoint(words)
            }
            if more <= readers:
                return readers

            readers |= more

    @cached_property
    def _words_of_parts(self) -> list[tuple[ExpressionPart, frozenset[str]]]:
        """The expressions of forms and rules with their words: each is asked for by
        every derivation.
        """
        return [
            (part, frozenset(_words_of(part.written.expression)))
            for part in self.loaded.parts.expressions
        ]

    @cached_property
    def _words_of_derivations(self) -> dict[str, frozenset[str]]:
        return {
            derivation.name: frozenset(_words_of(derivation.expression))
            for derivation in self.loaded.study.derivations.values()
        }

    def _parsed(
        self, spot: SourceNode, form: Form | None, group: Group | None, inside: str
    ) -> Found:
        if spot.text is None:
            return

        expression = parse_expression(spot.text.replace("\n", " "), spot.place)
        if not isinstance(expression, Expression):
            return

        for span in ExpressionNames(self.loaded.study, form, group).of(expression):
            place = spot.span(span.first, span.last)
            yield NamedPlace(symbol=span.symbol, place=place, inside=inside)


ADDRESSED: Mapping[str, SymbolKind] = MappingProxyType(
    {
        "study.parameters": SymbolKind.PARAMETER,
        "study.missing": SymbolKind.MISSING,
        "visits": SymbolKind.VISIT,
        "codelists": SymbolKind.CODELIST,
        "rules": SymbolKind.RULE,
        "derivations": SymbolKind.DERIVATION,
    }
)
"""What the addresses of texts name, by how they begin."""

FILES: Mapping[str, Callable[[_OccurrenceFinder, SourceNode], Found]] = (
    MappingProxyType(
        {
            "study": _OccurrenceFinder.study,
            "codelists": _OccurrenceFinder.codelists,
            "visits": _OccurrenceFinder.visits,
            "form": _OccurrenceFinder.form,
            "rules": _OccurrenceFinder.rules,
            "derivations": _OccurrenceFinder.rules,
            "reference_ranges": _OccurrenceFinder.references,
            "eligibility": _OccurrenceFinder.eligibility,
            "roles": _OccurrenceFinder.roles,
            "translations": _OccurrenceFinder.translations,
        }
    )
)
"""What is looked at in each kind of file."""

_UNKNOWN_NOUNS = set(NOUNS) ^ set(FILES)
if _UNKNOWN_NOUNS:
    raise RuntimeError(f"kinds of files without names: {_UNKNOWN_NOUNS}")


def _entries(spot: SourceNode) -> Iterator[tuple[str, SourceNode]]:
    """The entries of a mapping; nothing of anything else."""
    if isinstance(spot.data, dict):
        for name in spot.data:
            yield name, spot.at(name)


def _texts(spot: SourceNode) -> Iterator[SourceNode]:
    """A text, or the texts of a list."""
    if isinstance(spot.data, list):
        for index, text in enumerate(spot.data):
            if isinstance(text, str):
                yield spot.at(index)
    elif spot.text is not None:
        yield spot


def _text(spot: SourceNode, kind: SymbolKind, owner: str = "") -> Found:
    """A text that is a name."""
    if spot.text is not None:
        yield _whole_text(spot, Symbol(kind=kind, name=spot.text, owner=owner))


def _whole_text(spot: SourceNode, symbol: Symbol) -> NamedPlace:
    place = spot.span(0, len(spot.text or ""))
    return NamedPlace(symbol=symbol, place=place)


def _key(
    spot: SourceNode,
    symbol: Symbol,
    first: int = 0,
    last: int | None = None,
    *,
    defines: bool = False,
) -> NamedPlace:
    """Characters of a key; those of the symbol's name where nothing else is given."""
    place = spot.key
    key = str(spot.path[-1])
    # A key has no line breaks, and a quoted one no escapes in its name.
    quote = 1 if place.end_column - place.column == len(key) + 2 else 0
    start = place.column + quote
    end = start + (len(symbol.name) if last is None else last)
    inner = TextPlace(
        file=place.file,
        line=place.line,
        column=start + first,
        end_line=place.line,
        end_column=end,
    )
    return NamedPlace(symbol=symbol, place=inner, defines=defines)


def _own_length(symbol: Symbol, word: str) -> int:
    """How many characters of a word are the symbol's name."""
    return len(symbol.name) if word.startswith(symbol.name) else len(word)


def _derivation_spot(top: SourceNode, derivation: Derivation) -> SourceNode | None:
    for head, spot in _entries(top.at("derivations")):
        match = HEAD.fullmatch(head)
        if match is not None and match[1] == derivation.name:
            return spot.at_or_self("value")

    return None


def _words_of(expression: Expression) -> set[str]:
    return set(WORDS.findall(expression.text))
