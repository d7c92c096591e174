"""A rule in English, with labels instead of names: for the codebook and for messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from string import Formatter
from types import MappingProxyType

from forms_spec.kinds.display import shown_day
from forms_spec.model.codes import Codelist
from forms_spec.model.edit_checks import Derivation
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules.semantics.functions import FUNCTIONS
from forms_spec.rules.semantics.home import Home
from forms_spec.rules.semantics.resolved import Core, Key, Read, Remote
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.types import Type


def to_english(expression: Expression, study: Study, home: Home) -> str:
    """The expression in words. One that has findings is given as it is written."""
    resolved = resolve(expression, study, home)
    if resolved.findings:
        return expression.text

    return _English(study, home, resolved.notes).say(expression.tree)


def function_words(name: str, count: int) -> list[str | int] | None:
    """The words of a function of ``count`` arguments, with the argument's number where
    each stands.
    """
    function = _FUNCTIONS.get(name)
    if function is None:
        return None

    parts: list[str | int] = []
    for text, number, *_ in Formatter().parse(function):
        if text:
            parts.append(text)

        if not number:
            continue
        # The words speak of an argument that is not given.
        if int(number) >= count:
            return None

        parts.append(int(number))

    return parts


class _English:
    def __init__(
        self, study: Study, home: Home, notes: Mapping[tuple[int, int], Core]
    ) -> None:
        self.study = study
        self.home = home
        self.notes = notes

    def say(self, node: syntax_tree.Node) -> str:
        return _WORDS[type(node)](self, node)

    def bracketed(self, node: syntax_tree.Node) -> str:
        """A part of a condition: in parentheses where what follows could be read as a
        part of it.
        """
        text = self.say(node)
        is_compound = isinstance(node, syntax_tree.Logic | syntax_tree.Case)
        if is_compound or self.runs_on(node):
            return f"({text})"

        return text

    def runs_on(self, node: syntax_tree.Node) -> bool:
        """Whether the words of a condition end with another condition, or hold a comma
        and an and.
        """
        if isinstance(node, syntax_tree.Aggregate):
            return node.function in ("any", "every")
        if isinstance(node, syntax_tree.Call):
            return node.function in ("within", "since")
        if not isinstance(node, syntax_tree.Is) or node.state != "true":
            return False

        return node.negated or self.runs_on(node.operand)

    def factor(self, node: syntax_tree.Node) -> str:
        """A part of a sum or a product."""
        text = self.say(node)
        if isinstance(node, syntax_tree.Sum) or self.is_spoken(node):
            return f"({text})"

        return text

    def argument(self, node: syntax_tree.Node) -> str:
        """What a function is of: in parentheses where it is more than a name or a
        number.
        """
        text = self.say(node)
        is_compound = isinstance(node, syntax_tree.Sum | syntax_tree.Product)
        if is_compound or self.is_spoken(node):
            return f"({text})"

        return text

    def is_spoken(self, node: syntax_tree.Node) -> bool:
        """Whether the words of a value could be read as going on with what stands
        beside them.
        """
        if isinstance(node, syntax_tree.Call):
            return (
                node.function not in _CLOSED
                and node.function not in self.study.derivations
            )

        return isinstance(
            node, (syntax_tree.Negative, syntax_tree.Aggregate, *_CONDITIONS)
        )

    def literal(self, node: syntax_tree.Literal) -> str:
        if node.kind == "text":
            return f"“{node.value}”"
        if node.kind == "date":
            return shown_day(str(node.value))
        if node.kind == "boolean":
            return str(node.value).lower()

        return str(node.value)

    def duration(self, node: syntax_tree.DurationTerm) -> str:
        unit = _LONGER_UNITS.get((node.unit, node.times), node.unit)
        count = self.say(node.count)
        if count == "1":
            return f"{count} {unit}"

        return f"{count} {unit}s"

    def reference(self, node: syntax_tree.Reference) -> str:
        note = self.notes.get((node.start, node.end))
        if isinstance(note, Remote):
            return self.elsewhere(note)
        # Two rows of one table are told apart by their names.
        alias = ""
        is_aliased = node.table not in (None, "this", *self.study.tables)
        if is_aliased and isinstance(note, Read | Key):
            alias = f" ({node.table})"

        if isinstance(note, Read):
            return f"“{note.field.label}”{alias}"
        if isinstance(note, Key):
            return f"{_KEYS[note.name]}{alias}"

        return self.named(node)

    def elsewhere(self, remote: Remote) -> str:
        form = self.study.forms[remote.form]
        label = f"“{remote.field.label}” ({form.title}"
        if remote.visit is None:
            return f"{label})"

        # Every other word for a visit than a name means an earlier one.
        visit = self.study.visits.get(remote.visit)
        if visit is None:
            return f"{label}, at the previous visit)"

        return f"{label}, {visit.title})"

    def named(self, node: syntax_tree.Reference) -> str:
        """A derivation, or the rows of a table."""
        derivation = self.study.derivations.get(node.field or "")
        if node.table is None and derivation is not None:
            return _amid(derivation)

        table = self.study.lookup_tables.get(node.table or "")
        if table is not None and node.field in table.columns:
            return f"“{node.field}” in the table “{table.title}”"

        name = node.table or node.field or ""
        return f"“{self.rows(name)}”{self.at(node.selector)}"

    def rows(self, name: str) -> str:
        table = self.study.tables.get(name)
        if table is None:
            return name

        # A group of rows need not have a title of its own.
        if table.group is not None and table.group.title:
            return table.group.title

        return table.form.title

    def at(self, selector: str | None) -> str:
        if selector in (None, "this"):
            return ""

        visit = self.study.visits.get(selector or "")
        if visit is not None:
            return f" at {visit.title}"

        if selector == "all":
            return " at any visit"

        return " at the previous visit"

    def parameter(self, node: syntax_tree.ParameterReference) -> str:
        """``40 (youngest age)``, ``5 (limit; 7 at Ghent)``"""
        value = self.study.parameters[node.name]
        at_sites = ", ".join(
            f"{text} at {self.study.sites.get(site, site)}"
            for site, text in value.sites.items()
        )
        label = f"{value.label[:1].lower()}{value.label[1:]}"
        notes = "; ".join(filter(None, (label, at_sites)))
        return f"{value.value} ({notes})" if notes else value.value

    def today(self, _node: syntax_tree.Today) -> str:
        return "today"

    def negation(self, node: syntax_tree.Not) -> str:
        """``not a = 'Y'`` reads like ``a <> 'Y'``."""
        inner = node.operand
        if isinstance(inner, syntax_tree.Compare) and inner.operator == "=":
            return self.say(replace(inner, operator="<>"))
        if isinstance(inner, syntax_tree.Call) and inner.function == BEGUN:
            return self.begun(inner, "has not been begun")

        return f"it is not true that ({self.say(inner)})"

    def logic(self, node: syntax_tree.Logic) -> str:
        return f" {node.operator} ".join(map(self.bracketed, node.operands))

    def compare(self, node: syntax_tree.Compare) -> str:
        """``“Vital signs taken?” is Yes``; codes are given by their labels."""
        left = self.value(node.left, node.right)
        right = self.value(node.right, node.left)

        # One day is before another, one number is less than another.
        types = {self.type(node.left), self.type(node.right)}
        words = _DATE_WORDS if Type.DATE in types else _COMPARISONS
        return f"{left} {words[node.operator]} {right}"

    def type(self, node: syntax_tree.Node) -> Type | None:
        if isinstance(node, syntax_tree.Today):
            return Type.DATE
        if isinstance(node, syntax_tree.Literal) and node.kind == "date":
            return Type.DATE

        note = self.notes.get((node.start, node.end))
        if note is None:
            return None

        return note.type

    def value(self, node: syntax_tree.Node, beside: syntax_tree.Node) -> str:
        """A value; a code is given by the label that it has in the codelist of what
        stands beside it.
        """
        if isinstance(node, _CONDITIONS) or self.runs_on(node):
            return f"({self.say(node)})"

        codelist = self.codelist(beside)
        if codelist is None:
            return self.say(node)
        if isinstance(node, syntax_tree.Literal):
            return self.code(node, codelist)

        # Each code of a list has a label of its own.
        if isinstance(node, syntax_tree.Listing):
            labels = [self.value(item, beside) for item in node.items]
            return _listed(labels)

        return self.say(node)

    def code(self, node: syntax_tree.Literal, codelist: Codelist) -> str:
        code = codelist.by_code.get(str(node.value))
        if code is not None:
            return code.label

        return self.literal(node)

    def codelist(self, node: syntax_tree.Node) -> Codelist | None:
        note = self.notes.get((node.start, node.end))
        if note is None:
            return None

        return note.codelist

    def between(self, node: syntax_tree.Between) -> str:
        no = "not " if node.negated else ""
        return (
            f"{self.say(node.operand)} is {no}between {self.say(node.low)} and "
            f"{self.say(node.high)}"
        )

    def membership(self, node: syntax_tree.In) -> str:
        no = "not " if node.negated else ""
        if not isinstance(node.among, syntax_tree.Listing):
            if self.type(node.operand) is Type.NUMBER:
                return self.in_unit(node.operand, str(getattr(node.among, "field", "")))

            return (
                f"{self.value(node.operand, node.among)} is {no}one of "
                f"{self.say(node.among)}"
            )

        labels = [self.value(item, node.operand) for item in node.among.items]

        return f"{self.say(node.operand)} is {no}{_listed(labels)}"

    def in_unit(self, of: syntax_tree.Node, unit: str) -> str:
        """``“Weight” in kg``, with the unit as people read it."""
        note = self.notes.get((of.start, of.end))
        labels: dict[str, str] = {}
        if isinstance(note, Read | Remote):
            choices = note.field.unit_choices
            labels = {choice.code: choice.label for choice in choices}

        return f"{self.say(of)} in {labels.get(unit, unit)}"

    def listing(self, node: syntax_tree.Listing) -> str:
        return _listed(list(map(self.say, node.items)))

    def state(self, node: syntax_tree.Is) -> str:
        if node.state == "true":
            if node.negated:
                return f"it is not certain that {self.bracketed(node.operand)}"

            return self.say(node.operand)

        of = self.argument(node.operand)
        no = "not " if node.negated else ""
        if node.state == "known":
            return f"{of} is {no}known"
        if node.code is None:
            return f"{of} is {no}missing with a reason"

        label = self.study.missing[str(node.code.value)].label

        return f"{of} is {no}missing: {label}"

    def negative(self, node: syntax_tree.Negative) -> str:
        return f"minus {self.argument(node.operand)}"

    def sum(self, node: syntax_tree.Sum) -> str:
        first, *others = node.terms
        # Nothing stands before a minus at the beginning that it could be taken with.
        is_negative = isinstance(first, syntax_tree.Negative)
        words = [self.say(first) if is_negative else self.factor(first)]
        for sign, term in zip(node.signs[1:], others, strict=True):
            words.append("plus" if sign == "+" else "minus")
            words.append(self.factor(term))

        return " ".join(words)

    def product(self, node: syntax_tree.Product) -> str:
        word = "times" if node.operator == "*" else "divided by"
        left = self.factor(node.left)
        right = self.factor(node.right)
        # ``a / (b * c)`` is another number than ``a / b * c``.
        if isinstance(node.right, syntax_tree.Product):
            right = f"({right})"

        return f"{left} {word} {right}"

    def case(self, node: syntax_tree.Case) -> str:
        words = [
            f"{self.branch(then)} if {self.bracketed(when)}"
            for when, then in node.branches
        ]
        if node.otherwise is not None:
            words.append(f"otherwise {self.branch(node.otherwise)}")

        return "; ".join(words)

    def branch(self, node: syntax_tree.Node) -> str:
        text = self.say(node)
        if isinstance(node, _CONDITIONS):
            return f"({text})"

        return text

    def call(self, node: syntax_tree.Call) -> str:
        derivation = self.study.derivations.get(node.function)
        if derivation is not None:
            given = ", ".join(map(self.say, node.arguments))
            if given:
                return f"{_amid(derivation)} ({given})"

            return _amid(derivation)

        if node.function == BEGUN:
            return self.begun(node)

        given_words = list(map(self.given, node.arguments))
        if node.function == "in_unit":
            value, unit = node.arguments
            if isinstance(unit, syntax_tree.Literal):
                return self.in_unit(value, str(unit.value))

        if node.function == LOOKUP:
            column, *keys = given_words
            return f"{column} for {_listed(keys, 'and')}"

        if node.function in _VARIADIC:
            return f"{_VARIADIC[node.function]} {_listed(given_words, 'and')}"

        return _FUNCTIONS[node.function].format(*given_words)

    def begun(self, node: syntax_tree.Call, words: str = "has been begun") -> str:
        """``“Pregnancy tests” has been begun at Screening``"""
        form = node.arguments[0]
        assert isinstance(form, syntax_tree.Reference)
        title = self.study.forms[form.table or form.field or ""].title
        visit = self.at(form.selector)
        if form.selector == "this":
            visit = " at this visit"

        return f"“{title}” {words}{visit}"

    def given(self, node: syntax_tree.Node) -> str:
        """What a function is given; ``3 months`` is one thing already."""
        if isinstance(node, syntax_tree.DurationTerm):
            return self.say(node)

        return self.argument(node)

    def fold(self, node: syntax_tree.Aggregate) -> str:
        over = self.say(node.over)
        if node.alias is not None:
            over = f"{over} ({node.alias})"

        where = ""

        if node.where is not None:
            condition = self.say(node.where)
            if node.function == "every":
                return f"every row of {over} has {condition}"

            where = f" where {condition}"

        words = _FOLDS[node.function]
        if node.place is not None:
            words = f"{self.place(node.place)} {{0}}"
        if node.distinct:
            words = "the number of different values of {0}"

        return words.format(over) + where

    def place(self, node: syntax_tree.Node) -> str:
        """``the 2nd``, ``the 2nd last``"""
        is_from_end = isinstance(node, syntax_tree.Negative)
        written = node.operand if isinstance(node, syntax_tree.Negative) else node
        text = self.say(written)
        if isinstance(written, syntax_tree.Literal):
            text = _ordinal(int(str(written.value)))

        return f"the {text} last" if is_from_end else f"the {text}"


def _ordinal(number: int) -> str:
    """``2nd``, ``3rd``, ``11th``"""
    teens = number % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _amid(derivation: Derivation) -> str:
    """What a derivation is called inside a sentence; capitals of abbreviations stay."""
    label = derivation.label
    if label is None:
        return derivation.name
    if label[1:2].isupper():
        return label

    return f"{label[:1].lower()}{label[1:]}"


def _listed(words: list[str], joined: str = "or") -> str:
    if len(words) < 2:
        return "".join(words)

    return f"{', '.join(words[:-1])} {joined} {words[-1]}"


LOOKUP, BEGUN = "lookup", "begun"
"""Functions whose words depend on the study."""
_CLOSED = frozenset({"in_unit", "entered", "number_of", "text_of"})
"""Functions whose words are read as one with the name that they are about."""
_CONDITIONS = (
    syntax_tree.Compare,
    syntax_tree.Between,
    syntax_tree.Logic,
    syntax_tree.Not,
    syntax_tree.Is,
    syntax_tree.Case,
)

_KEYS = {
    "visitid": "the visit",
    "unsno": "the number of the unscheduled visit",
    "rowno": "the row's number",
    "subjid": "the subject",
    "siteid": "the site",
}
_COMPARISONS = {
    "=": "is",
    "<>": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is greater than",
    ">=": "is at least",
    "has": "includes",
    "has any": "includes",
    "has all": "includes all of",
    "within": "includes only",
    "overlaps": "has an answer in common with",
}
_DATE_WORDS = {
    **_COMPARISONS,
    "<": "is before",
    "<=": "is not after",
    ">": "is after",
    ">=": "is not before",
}
_FOLDS = {
    "any": "there is a row of {0}",
    "every": "in every row {0}",
    "count": "the number of rows of {0}",
    "sum": "the sum of {0}",
    "min": "the smallest {0}",
    "max": "the largest {0}",
    "first": "the first {0}",
    "last": "the last {0}",
    "nth": "",
}
_VARIADIC = {
    "min": "the smallest of",
    "max": "the largest of",
    "coalesce": "the first known value of",
    "concat": "the joined texts",
    "count_known": "the number of known values among",
    "sum_known": "the sum of the known values of",
    "mean_known": "the mean of the known values of",
    "median_known": "the median of the known values of",
    "stdev_known": "the standard deviation of the known values of",
    "min_known": "the smallest known value of",
    "max_known": "the largest known value of",
    "concat_known": "the joined known texts of",
    "join_known": "the known texts, separated by the first, of",
}
_LONGER_UNITS = {
    ("day", 7): "week",
    ("month", 12): "year",
    ("second", 60): "minute",
    ("second", 3600): "hour",
}
_FUNCTIONS = {
    "round": "{0} rounded to {1} places",
    "abs": "the absolute value of {0}",
    "length": "the length of {0}",
    "age_years": "the age in years on {1}, born {0}",
    "add_days": "{1} days after {0}",
    "add_months": "{1} months after {0}",
    "days_between": "the days from {0} to {1}",
    "months_between": "the months from {0} to {1}",
    "minutes_between": "the minutes from {0} to {1}",
    "date_of": "the day of {0}",
    "time_of": "the time of {0}",
    "within": "{0} is less than {2} before {1}, and not after it",
    "since": "{0} is later than {2} before {1}",
    "number_of": "the numeric value of {0}",
    "in_unit": "{0} in {1}",
    "limit_of": "the number of {0} without its comparator",
    "comparator_of": "the comparator of {0}",
    "entered": "{0} as entered",
    "round_up": "{0} rounded up to {1} places",
    "round_down": "{0} rounded down to {1} places",
    "sqrt": "the square root of {0}",
    "power": "{0} to the power of {1}",
    "exp": "e to the power of {0}",
    "ln": "the natural logarithm of {0}",
    "log": "the logarithm of {0} to the base {1}",
    "mod": "the remainder of {0} divided by {1}",
    "upper": "{0} in upper case",
    "lower": "{0} in lower case",
    "trim": "{0} without leading and trailing spaces",
    "left": "the first {1} characters of {0}",
    "right": "the last {1} characters of {0}",
    "mid": "{2} characters of {0} from character {1}",
    "find": "the position of {0} in {1}",
    "replace": "{0} with {1} replaced by {2}",
    "contains": "{0} contains {1}",
    "starts_with": "{0} begins with {1}",
    "ends_with": "{0} ends with {1}",
    "text_of": "{0} as text",
    "year": "the year of {0}",
    "month": "the month of {0}",
    "day": "the day of the month of {0}",
    "day_of_week": "the day of the week of {0}",
    "seconds_of": "the seconds of {0}",
    "seconds_between": "the seconds from {0} to {1}",
    "datetime_of": "{0} at {1}",
    "reference_low": "the lower end of the reference range of {0}",
    "reference_high": "the upper end of the reference range of {0}",
    "in_reference": "the position of {0} relative to its reference range",
}
_WORDS: Mapping[type[syntax_tree.Node], Callable[..., str]] = MappingProxyType(
    {
        syntax_tree.Literal: _English.literal,
        syntax_tree.DurationTerm: _English.duration,
        syntax_tree.Reference: _English.reference,
        syntax_tree.ParameterReference: _English.parameter,
        syntax_tree.Today: _English.today,
        syntax_tree.Not: _English.negation,
        syntax_tree.Logic: _English.logic,
        syntax_tree.Compare: _English.compare,
        syntax_tree.Between: _English.between,
        syntax_tree.Listing: _English.listing,
        syntax_tree.In: _English.membership,
        syntax_tree.Is: _English.state,
        syntax_tree.Negative: _English.negative,
        syntax_tree.Sum: _English.sum,
        syntax_tree.Product: _English.product,
        syntax_tree.Case: _English.case,
        syntax_tree.Call: _English.call,
        syntax_tree.Aggregate: _English.fold,
    }
)
if {*_VARIADIC, *_FUNCTIONS, LOOKUP, BEGUN} != set(FUNCTIONS) or {
    word.__name__ for word in _WORDS
} != syntax_tree.NODE_NAMES:
    raise TypeError("a function or a part of the language has no words in English")
