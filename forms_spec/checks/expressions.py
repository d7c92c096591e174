"""Every expression names what there is, and gives what is wanted where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.model.study import Study
from forms_spec.rule_syntax.syntax_tree import Literal
from forms_spec.rules import Home, Type, check_expression, inherited_warnings, type_of
from forms_spec.rules.semantics.name_lookup import references_in

CONDITIONS = frozenset(
    {"show_when", "required", "conditions", "assert", "when", "met", "not_applicable"}
)


def check_expressions(draft: LoadedStudy) -> Iterator[Finding]:
    """Unknown names, wrong types and codes that a list lacks, at their place in the
    text.
    """
    unsound = {part.field.name for part in draft.parts.fields if not part.sound}
    for part in draft.parts.expressions:
        home = home_of(part, draft.study)
        if home is not None and not _reads(part, unsound) and not _plainly_right(part):
            yield from _faults(part, draft.study, home)


def home_of(part: ExpressionPart, study: Study) -> Home | None:
    """Where an expression belongs; None when its form could not be built."""
    form = study.forms.get(part.form)
    if form is None:
        return None
    group = next(
        (
            row_group
            for row_group in form.row_groups
            if row_group.name == part.row_group
        ),
        None,
    )

    return Home(
        form=form, group=group, value=part.field if part.what == "unit" else None
    )


TEXTS = frozenset({"label", "help", "title"})
"""Keys whose texts hold answers of any type."""


def expected_type(part: ExpressionPart) -> Type | None:
    """What an expression has to give at its place; None where that may be anything."""
    if part.what in TEXTS:
        return None
    if part.what in CONDITIONS:
        return Type.CONDITION
    return (
        Type.NUMBER
        if part.what == "unit" or part.field is None
        else type_of(part.field)
    )


def _reads(part: ExpressionPart, unsound: set[str]) -> bool:
    """True when a field is involved of which the type is not even known."""
    if not unsound:
        return False
    if (
        part.field is not None
        and part.field.name in unsound
        and part.what not in CONDITIONS
    ):
        return True

    return any(
        reference.field in unsound
        for reference in references_in(part.written.expression.tree)
    )


def _plainly_right(part: ExpressionPart) -> bool:
    """A number at the end of a number's range: the most frequent expression of all."""
    tree = part.written.expression.tree
    return (
        isinstance(tree, Literal)
        and tree.kind == "number"
        and expected_type(part) is Type.NUMBER
    )


def _faults(part: ExpressionPart, study: Study, home: Home) -> Iterator[Finding]:
    if part.what in TEXTS:
        yield from (
            item
            for item in _said(part, study, home)
            if item.severity is not Severity.WARNING
        )
        return

    yield from _said(part, study, home)
    yield from inherited_warnings(
        part.written.expression, study, home, expected_type(part)
    )


def _said(part: ExpressionPart, study: Study, home: Home) -> Iterator[Finding]:
    expects = expected_type(part)
    codes = (
        part.field.codelist if part.field is not None and part.what == "value" else None
    )
    if not check_expression(part.written.expression, study, home, expects, codes):
        return

    for result in check_expression(
        part.written.on_one_line(), study, home, expects, codes
    ):
        yield part.written.located(result)
