"""What an editor shows of the thing under the cursor, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from forms_spec.model.codes import Codelist
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from generator.codebook.words import answer, facts, target, window
from generator.editor.dictionary_session import Analysis
from generator.editor.symbols import Symbol, SymbolKind

MOST_CODES = 20
MOST_READERS = 12


def hover_text(analysis: Analysis, symbol: Symbol) -> str:
    """What a thing is, and which expressions read it."""
    study = analysis.study
    lines = [f"**{symbol.words}**"]
    if study is not None:
        lines.extend(ABOUT[symbol.kind](analysis, study, symbol))

    readers = analysis.occurrences.readers(symbol)
    if readers:
        listed = ", ".join(readers[:MOST_READERS])
        more = len(readers) - MOST_READERS
        lines.append(f"Read by {listed}{f' and {more} more' if more > 0 else ''}")

    # Two blanks at its end end a line in Markdown.
    return "  \n".join(lines)


Lines = Iterator[str]


def _field(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:
    field = _field_of(study, symbol)
    if field is None:
        return

    yield field.label
    yield f"`{field.type.name}`: {answer(field)}"
    if field.codelist is not None:
        yield from _codes(field.codelist)

    # An expression of a faulty dictionary has no words.
    if analysis.reading.result.study is not None:
        for fact in facts(field, study):
            yield f"{fact.name}: {fact.words}"


def _field_of(study: Study, symbol: Symbol) -> Field | None:
    form = study.forms.get(symbol.owner)
    if form is not None and symbol.name in form.by_name:
        return form.by_name[symbol.name]

    return study.field(symbol.owner, symbol.name)


def _codes(codelist: Codelist) -> Lines:
    shown = [f"`{code.code}` {code.label}" for code in codelist.codes[:MOST_CODES]]
    more = len(codelist.codes) - MOST_CODES
    yield f"Codes: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"


def _form(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    form = study.forms.get(symbol.name)
    if form is None:
        return

    yield form.title
    visits = [
        scheduled.visit for scheduled in study.schedule if scheduled.form == symbol.name
    ]
    yield (
        "a log of the subject" if form.log else f"At {', '.join(visits) or 'no visit'}"
    )


def _group(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    form = study.forms.get(symbol.owner)
    for group in form.groups if form is not None else ():
        if group.name == symbol.name:
            yield group.title or "without a title"
            if group.rows is not None:
                yield f"{group.rows.minimum} to {group.rows.maximum} rows"


def _codelist(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    codelist = study.codelists.get(symbol.name)
    if codelist is not None:
        yield from _codes(codelist)


def _visit(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    visit = study.visits.get(symbol.name)
    if visit is not None:
        yield f"{visit.title}: {target(visit)}, window {window(visit)}"


def _rule(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    rule = study.rules.get(symbol.name)
    if rule is not None:
        yield f"{rule.message} ({rule.severity.value})"


def _derivation(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    derivation = study.derivations.get(symbol.name)
    if derivation is not None:
        yield derivation.label or "without a label"
        yield f"`{derivation.expression.text}`"


def _parameter(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    parameter = study.parameters.get(symbol.name)
    if parameter is not None:
        yield f"{parameter.label}: {parameter.value} {parameter.unit or ''}".rstrip()
        for site, value in parameter.sites.items():
            yield f"at site {site}: {value} {parameter.unit or ''}".rstrip()


def _missing(analysis: Analysis, study: Study, symbol: Symbol) -> Lines:  # noqa: ARG001
    code = study.missing.get(symbol.name)
    if code is not None:
        yield code.label


ABOUT: Mapping[SymbolKind, Callable[[Analysis, Study, Symbol], Lines]] = (
    MappingProxyType(
        {
            SymbolKind.FIELD: _field,
            SymbolKind.FORM: _form,
            SymbolKind.GROUP: _group,
            SymbolKind.CODELIST: _codelist,
            SymbolKind.VISIT: _visit,
            SymbolKind.RULE: _rule,
            SymbolKind.DERIVATION: _derivation,
            SymbolKind.PARAMETER: _parameter,
            SymbolKind.MISSING: _missing,
        }
    )
)
if set(ABOUT) != set(SymbolKind):
    raise RuntimeError("a kind of symbol has no words")
