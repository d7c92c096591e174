"""What an expression gives whatever is answered."""

from __future__ import annotations

from forms_spec.loading.source_map import FieldPart
from forms_spec.model.facets import Range
from forms_spec.model.study import Study
from forms_spec.rules import Expression, Home, Type, type_of
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.semantics.resolved import Apply, Constant, Core, RuleValue
from forms_spec.rules.semantics.resolver import resolve

Span = tuple[int, int]
"""The interval that a number, time or date lies in, in the units of the rule language.
"""


def home_of(part: FieldPart, study: Study) -> Home | None:
    """Where a field's expressions belong; None when its form could not be built."""
    form = study.forms.get(part.field.form)
    if form is None:
        return None
    group = next(
        (row_group for row_group in form.row_groups if row_group.name == part.table),
        None,
    )

    return Home(form=form, group=group)


def constant(
    expression: Expression, study: Study, home: Home, expects: Type
) -> RuleValue | None:
    """The value of an expression that reads nothing, in the rule language's shapes;
    else None.
    """
    resolved = resolve(expression, study, home, expects)
    if resolved.findings or not _reads_nothing(resolved.core):
        return None
    return compile_core(resolved.core)([])


def span(value: RuleValue | None) -> Span | None:
    """A number, time or date as the interval that it may lie in."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value
    return None


def ends(
    value: Range, part: FieldPart, study: Study
) -> tuple[Span | None, Span | None]:
    """The two ends of a range, where they are the same whatever is answered."""
    home = home_of(part, study)
    if home is None or not part.sound:
        return None, None
    expects = type_of(part.field)
    low, high = (
        None if end is None else span(constant(end, study, home, expects))
        for end in (value.low, value.high)
    )

    return low, high


def words(value: Range) -> str:
    """A range as a designer writes it."""
    low = value.low.text if value.low else "null"
    high = value.high.text if value.high else "null"
    return (
        f"{'(' if value.low_open else '['}{low}, "
        f"{high}{')' if value.high_open else ']'}"
    )


def _reads_nothing(node: Core) -> bool:
    if isinstance(node, Apply):
        return node.operator != "today" and all(
            _reads_nothing(argument) for argument in node.arguments
        )

    return isinstance(node, Constant)
