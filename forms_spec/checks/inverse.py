"""What is demanded in one direction, and forbidden in none: the missing inverse checks.

Only shapes of which a designer rarely means one half are looked at. Whatever else names
the same two fields together may be the inverse, so then nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from forms_spec.checks.conditions import place_of
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.loading.source_map import (
    ExpressionPart,
    FieldPart,
    LoadedStudy,
    words_of,
)
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Field
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rule_syntax.syntax_tree import (
    Call,
    Compare,
    DurationTerm,
    Is,
    Literal,
    Negative,
    ParameterReference,
    Reference,
    Sum,
)

OTHER: Final = re.compile(r"(?i)\bother\b")
"""The label of an answer that another field explains."""
SPECIFY: Final = re.compile(
    r"(?i)^\W*(if\s+)?other\b.{0,40}\b(specify|describe)\W*$"
    r"|^\W*(please\s+)?(specify|describe)(\s+(the\s+)?other)?(\s+\w+)?\W*$"
)
"""The label of a question for the words behind “other”."""
YES: Final = "Y"
TEXTS: Final = frozenset({"text"})
DATES: Final = frozenset({"date", "partial_date", "datetime"})


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedTogether:
    """The fields that something names together: an expression, or both conditions of a
    rule. ``expression`` is the first of them.
    """

    names: frozenset[str]
    expression: Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class OneWay:
    """Two fields of which only one direction is checked by an expression, if nothing
    else names both of them.

    ``by_third`` are the fields that may say the rest, each named beside both of the two.
    """

    names: frozenset[str]
    expression: Expression | None
    problem: Finding
    by_third: frozenset[str] = frozenset()

    def is_completed(self, together: Iterable[NamedTogether]) -> bool:
        """Whether anything else may be the other direction."""
        beside: dict[str, set[str]] = {name: set() for name in self.names}
        for named in together:
            if named.expression is self.expression:
                continue
            if self.names <= named.names:
                return True

            for name in self.names & named.names:
                beside[name] |= named.names

        shared = set(self.by_third)
        for names in beside.values():
            shared &= names

        return bool(shared)


def check_inverse(loaded: LoadedStudy) -> Iterator[Finding]:
    """Answers that are demanded where another is Yes, or “other”, and are forbidden
    nowhere; and days after a date that are limited, while days before it are not.
    """
    one_way: list[OneWay] = []
    for found in loaded.of_each_form(_one_way):
        one_way.extend(found)

    # Most studies have none, so that nothing else is looked at.
    if not one_way:
        return

    together: list[NamedTogether] = []
    for named in loaded.of_each_form(_named_together):
        together.extend(named)

    for item in one_way:
        if not item.is_completed(together):
            yield item.problem


def _one_way(loaded: LoadedStudy) -> tuple[OneWay, ...]:
    """What the expressions of a form, or all rules, may check one way only."""
    study = loaded.study
    rules = _rules_of(loaded)
    found: list[OneWay | None] = [
        _specified(before.field, part, study)
        for before, part in pairwise(loaded.fields())
    ]

    for part in loaded.parts.expressions:
        if part.what == "required" and part.field is not None:
            found.append(_required(part, part.field, study))
        elif part.what == "assert":
            rule = rules.get(id(part.written.expression))
            if rule is not None:
                found.append(_demanded(part, rule, study))
                found.append(_difference(part, rule, study))

    return tuple(filter(None, found))


def _named_together(loaded: LoadedStudy) -> tuple[NamedTogether, ...]:
    """What each rule, range, condition or formula names."""
    study = loaded.study
    rules = _rules_of(loaded)
    together: list[NamedTogether] = []

    for part in loaded.parts.expressions:
        expression = part.written.expression
        expressions: tuple[Expression, ...] = (expression,)
        if part.what == "when":
            continue
        # The two conditions of a rule belong together.
        if part.what == "assert" and id(expression) in rules:
            expressions = rules[id(expression)].expressions

        own = () if part.field is None else (part.field.name,)
        names = _words(expressions, study).union(own)
        # A number names nothing but the field that it limits.
        if len(names) > 1:
            together.append(NamedTogether(names=names, expression=expression))

    return tuple(together)


def _rules_of(loaded: LoadedStudy) -> Mapping[int, EditCheck]:
    """The rules by the identity of their ``assert``; none for the slice of a form."""
    if not any(part.what == "assert" for part in loaded.parts.expressions):
        return {}

    return {id(rule.assertion): rule for rule in loaded.study.rules.values()}


def _words(expressions: Iterable[Expression], study: Study) -> frozenset[str]:
    """The names in some expressions, and in the derivations that they use."""
    names: set[str] = set()
    new = words_of(expressions)
    while new:
        names |= new
        used = [
            study.derivations[name].expression
            for name in new
            if name in study.derivations
        ]
        new = words_of(used) - names

    return frozenset(names)


def _specified(before: Field, part: FieldPart, study: Study) -> OneWay | None:
    """“Other, specify” that is asked of everybody, right behind the choice."""
    field = part.field
    is_next = (before.form, before.group) == (field.form, field.group)
    if not is_next or field.kind.name not in TEXTS or before.codelist is None:
        return None
    # Where it is required says when it is asked for.
    if not isinstance(field.required, bool) or SPECIFY.search(field.label) is None:
        return None
    if _is_hidden_elsewhere(field, study):
        return None

    others = [code.code for code in before.codelist.codes if OTHER.search(code.label)]
    if len(others) != 1:
        return None

    operator = "has" if before.kind.name == "choices" else "="
    problem = finding(
        "answer-not-forbidden",
        text=part.spot.key,
        value=f"{before.name} {operator} '{others[0]}'",
        name=field.name,
    )
    names = frozenset({before.name, field.name})
    return OneWay(names=names, expression=None, problem=problem)


def _required(part: ExpressionPart, field: Field, study: Study) -> OneWay | None:
    """``required: smokes = 'Y'`` at a field that is asked of everybody."""
    expression = part.written.expression
    asked = _asked(expression.tree, part, study)
    if asked is None or not _needs_inverse(field, asked, part, study):
        return None

    return OneWay(
        names=frozenset({asked.field, field.name}),
        expression=expression,
        problem=part.written.located(
            _not_forbidden(field, expression, expression.tree)
        ),
    )


def _demanded(part: ExpressionPart, rule: EditCheck, study: Study) -> OneWay | None:
    """A rule ``when: smokes = 'Y'``, ``assert: packs is known``."""
    tree = part.written.expression.tree
    match tree:
        case Is(
            state="known",
            negated=False,
            operand=Reference(table=None, selector=None, field=str(name)),
        ):
            field = _field(name, part, study)
        case _:
            return None

    # Without "when" it is demanded of everybody.
    if field is None or rule.when is None:
        return None

    asked = _asked(rule.when.tree, part, study)
    if asked is None or not _needs_inverse(field, asked, part, study):
        return None

    return OneWay(
        names=frozenset({asked.field, field.name}),
        expression=rule.assertion,
        problem=part.written.located(_not_forbidden(field, rule.when, tree)),
    )


def _not_forbidden(
    field: Field, condition: Expression, node: syntax_tree.Node
) -> Finding:
    return finding(
        "answer-not-forbidden",
        text=place_of(node),
        value=condition.text,
        name=field.name,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedCode:
    """The field and the code that a condition asks for."""

    field: str
    code: str


def _asked(
    node: syntax_tree.Node, part: ExpressionPart, study: Study
) -> AskedCode | None:
    """What ``x = 'A'``, ``x is 'A'`` or ``x has 'A'`` asks for; None for other
    conditions.
    """
    match node:
        case Is(state="true", negated=False, operand=comparison):
            return _asked(comparison, part, study)

        case Compare(
            operator="=" | "has",
            left=Reference(table=None, selector=None, field=str(name)),
            right=Literal(value=code),
        ):
            # What is no field of the form may be a derivation.
            source = _field(name, part, study)
            return None if source is None else AskedCode(field=name, code=str(code))

    return None


def _field(name: str, part: ExpressionPart, study: Study) -> Field | None:
    """A field of the row at hand, or of the form."""
    form = study.forms.get(part.form)
    if form is None:
        return None

    own = form.by_name.get(name)
    row_group = form.row_group(part.row_group)
    if row_group is None:
        return own

    # The row at hand comes first.
    in_row = {field.name: field for field in row_group.fields}
    return in_row.get(name, own)


def _needs_inverse(
    field: Field, asked: AskedCode, part: ExpressionPart, study: Study
) -> bool:
    """Whether an answer makes sense only where another one is given.

    After a Yes a date or a number is one that there is only then, while a text may be a
    remark. A text behind “other” says which other one.
    """
    if _is_hidden_elsewhere(field, study):
        return False

    source = _field(asked.field, part, study)
    if source is None or source.codelist is None or source is field:
        return False

    code = source.codelist.by_code.get(asked.code)
    is_other = code is not None and OTHER.search(code.label) is not None
    if field.kind.name in TEXTS:
        return is_other

    return source.type.name == "yes_no" and asked.code == YES


def _is_hidden_elsewhere(field: Field, study: Study) -> bool:
    """Whether a condition shows the field, or nobody types it."""
    if field.show_when is not None or field.entry != "typed":
        return True

    form = study.forms.get(field.form)
    return form is None or any(
        group.name == field.group and group.show_when is not None
        for group in form.groups
    )


def _difference(part: ExpressionPart, rule: EditCheck, study: Study) -> OneWay | None:
    """``days_between(a, b) <= 7`` is true also where b is a year before a."""
    tree = part.written.expression.tree
    dates = _limited(tree)
    if dates is None:
        return None

    first, last = dates
    fields = [_field(name, part, study) for name in dates]
    if not all(field is not None and field.kind.name in DATES for field in fields):
        return None

    # The rule may apply only where the two are in order.
    in_when = words_of(() if rule.when is None else (rule.when,))
    if {first, last} <= in_when:
        return None

    problem = finding(
        "difference-one-way",
        text=place_of(tree),
        value=part.written.expression.text,
        first=first,
        last=last,
    )
    return OneWay(
        names=frozenset(dates),
        expression=rule.assertion,
        problem=part.written.located(problem),
        by_third=frozenset(study.forms[part.form].by_name).difference(dates),
    )


def _limited(node: syntax_tree.Node) -> tuple[str, str] | None:
    """The dates a and b of ``days_between(a, b) <= 7``, ``b <= a + 7 days`` or ``a >= b -
    7 days``, whichever way round it is written.
    """
    match node:
        case (
            Compare(operator="<" | "<=", left=low, right=high)
            | Compare(operator=">" | ">=", left=high, right=low)
        ):
            return _dates(low, high)

    return None


def _dates(low: syntax_tree.Node, high: syntax_tree.Node) -> tuple[str, str] | None:
    """The earlier date and the later one that is limited, by the two sides."""
    match low, high:
        # days_between(a, b) <= 7
        case (
            Call(function="days_between", arguments=(first, last)),
            Literal() | ParameterReference(),
        ):
            return _both_named(first, last)

        # b <= a + 7 days, b <= add_days(a, 7)
        case (last, Sum(signs=(_, "+"), terms=(first, DurationTerm()))) | (
            last,
            Call(
                function="add_days",
                arguments=(first, Literal() | ParameterReference()),
            ),
        ):
            return _both_named(first, last)

        # b - 7 days <= a, add_days(b, -7) <= a
        case (Sum(signs=(_, "-"), terms=(last, DurationTerm())), first) | (
            Call(
                function="add_days",
                arguments=(
                    last,
                    Negative(operand=Literal() | ParameterReference()),
                ),
            ),
            first,
        ):
            return _both_named(first, last)

    return None


def _both_named(
    first: syntax_tree.Node, last: syntax_tree.Node
) -> tuple[str, str] | None:
    """The names of two fields of the form itself."""
    match first, last:
        case (
            Reference(table=None, selector=None, field=str(begin)),
            Reference(table=None, selector=None, field=str(end)),
        ):
            # A date is not before or after itself.
            return None if begin == end else (begin, end)

    return None
