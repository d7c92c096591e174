"""Every expression names what there is, and gives what is wanted where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Set

from forms_spec.findings.finding import Finding, Severity
from forms_spec.loading.source_map import ExpressionPart, LoadedStudy
from forms_spec.model.codes import Codelist
from forms_spec.model.study import Study
from forms_spec.rule_syntax.syntax_tree import Literal
from forms_spec.rules import Home, Type, check_expression, inherited_warnings, type_of
from forms_spec.rules.semantics.home import SUBJECT
from forms_spec.rules.semantics.name_lookup import references_in

CONDITIONS = frozenset(
    {"show_when", "required", "conditions", "assert", "when", "met", "not_applicable"}
)

PROPOSAL = "propose"

TEXTS = frozenset({"label", "help", "title"})
"""Keys whose texts hold answers of any type."""


def check_expressions(loaded: LoadedStudy) -> Iterator[Finding]:
    """Unknown names, wrong types and codes that a list lacks, at their place in the
    text.
    """
    for part in loaded.parts.expressions:
        home = home_of(part, loaded.study)
        if home is None or _involves(part, loaded.unsound):
            continue

        # Most expressions are plain numbers, and need no resolving.
        if not _is_plainly_right(part):
            yield from _faults(part, loaded.study, home)


def home_of(part: ExpressionPart, study: Study) -> Home | None:
    """Where an expression belongs; None when its form could not be built."""
    if part.form == SUBJECT.name:
        return Home(form=SUBJECT)

    form = study.forms.get(part.form)
    if form is None:
        return None

    return Home(
        form=form,
        group=form.row_group(part.row_group),
        value=part.field if part.what == "unit" else None,
    )


def expected_type(part: ExpressionPart) -> Type | None:
    """What an expression has to give at its place; None where that may be anything."""
    if part.what in TEXTS:
        return None
    if part.what in CONDITIONS:
        return Type.CONDITION

    # The formula of a unit gives a number, whatever the field is.
    field = part.field
    if part.what == "unit" or field is None:
        return Type.NUMBER

    return type_of(field)


def _involves(part: ExpressionPart, unsound: Set[str]) -> bool:
    """True when a field is involved of which the type is not even known."""
    if not unsound:
        return False

    # The type of a condition is known, whatever the type of its field is.
    owner = part.field
    if owner is not None and part.what not in CONDITIONS:
        has_no_type = owner.name in unsound
        if has_no_type:
            return True

    read = references_in(part.written.expression.tree)
    fields = {reference.field for reference in read}
    return not fields.isdisjoint(unsound)


def _is_plainly_right(part: ExpressionPart) -> bool:
    """A number at the end of a number's range: the most frequent expression of all."""
    tree = part.written.expression.tree
    is_number = isinstance(tree, Literal) and tree.kind == "number"
    if not is_number:
        return False

    return expected_type(part) is Type.NUMBER


def _faults(part: ExpressionPart, study: Study, home: Home) -> Iterator[Finding]:
    located = _located(part, study, home)
    is_text = part.what in TEXTS

    if is_text:
        # What is doubtful in a comparison is of no account where nothing is compared.
        for fault in located:
            if fault.severity is not Severity.WARNING:
                yield fault

        return

    yield from located
    expects = expected_type(part)
    yield from inherited_warnings(part.written.expression, study, home, expects)


def codes_of_result(part: ExpressionPart) -> Codelist | None:
    """The codes that an expression may give as its result; None where it may give any."""
    owner = part.field
    if owner is None or part.what not in ("value", PROPOSAL):
        return None

    return owner.codelist


def _located(part: ExpressionPart, study: Study, home: Home) -> Iterator[Finding]:
    """What is wrong with an expression, at its characters in the file."""
    expects = expected_type(part)
    codes = codes_of_result(part)
    if not check_expression(part.written.expression, study, home, expects, codes):
        return

    # Only a text on one line has places that can be moved to those of the file. Few
    # expressions have findings, so only these are resolved a second time.
    on_one_line = part.written.on_one_line()
    for fault in check_expression(on_one_line, study, home, expects, codes):
        yield part.written.located(fault)
