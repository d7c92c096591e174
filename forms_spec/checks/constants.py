"""What an expression gives whatever is answered."""

from __future__ import annotations

from forms_spec.loading.source_map import FieldPart
from forms_spec.model.facets import Range
from forms_spec.model.fields import Field
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
    return home_of_field(part.field, study)


def home_of_field(field: Field, study: Study) -> Home | None:
    """As ``home_of``, of a field alone."""
    form = study.forms.get(field.form)
    if form is None:
        return None

    return Home(form=form, group=form.row_group(field.group))


def constant(
    expression: Expression, study: Study, home: Home, expects: Type
) -> RuleValue | None:
    """The value of an expression that reads nothing, in the rule language's shapes.

    None for an expression that has findings or reads something, and for UNKNOWN.
    """
    resolved = resolve(expression, study, home, expects)
    if resolved.findings or not reads_nothing(resolved.core):
        return None

    return compile_core(resolved.core)([])


def reads_nothing(node: Core) -> bool:
    """Whether an expression is the same for every record, on every day."""
    if isinstance(node, Constant):
        return True
    if not isinstance(node, Apply):
        return False
    # It has no operand, and yet another value every day.
    if node.operator == "today":
        return False

    return all(map(reads_nothing, node.arguments))


def span(value: RuleValue | None) -> Span | None:
    """A number, time or date as the interval that it may lie in."""
    if isinstance(value, tuple):
        return value
    # In Python a boolean is an int, in the rule language it is no number.
    if isinstance(value, int) and not isinstance(value, bool):
        return value, value

    return None


def entirely_below(lower: Span, upper: Span) -> bool:
    """Whether every value of one interval is less than every value of another."""
    return lower[1] < upper[0]


def ends(
    limits: Range, part: FieldPart, study: Study
) -> tuple[Span | None, Span | None]:
    """The two ends of a range, each None unless it is the same whatever is answered."""
    home = home_of(part, study)
    if home is None or not part.sound:
        return None, None

    expects = type_of(part.field)
    low = _end(limits.low, study, home, expects)
    high = _end(limits.high, study, home, expects)
    return low, high


def _end(
    expression: Expression | None, study: Study, home: Home, expects: Type
) -> Span | None:
    if expression is None:
        return None

    return span(constant(expression, study, home, expects))


def words(limits: Range) -> str:
    """A range as a designer writes it: ``[0, 10)``."""
    low = limits.low.text if limits.low else "null"
    high = limits.high.text if limits.high else "null"

    # An open end does not belong to the range, as in mathematics.
    opening = "(" if limits.low_open else "["
    closing = ")" if limits.high_open else "]"

    return f"{opening}{low}, {high}{closing}"
