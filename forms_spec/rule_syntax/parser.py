"""From words to a syntax tree: a Pratt parser.

Each function's docstring is its part of the grammar.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from forms_spec.rule_syntax import syntax_tree
from forms_spec.rule_syntax.limits import DEEPEST, FRACTION_DIGITS, INTEGER_DIGITS
from forms_spec.rule_syntax.token_reader import TokenStream
from forms_spec.rule_syntax.tokenizer import SyntaxFault, Token, TokenKind, tokenize

OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATE = range(1, 8)
TREES_KEPT = 4096
"""The largest studies have fewer expressions that differ."""

_COMPARISONS = frozenset(("=", "<>", "<", "<=", ">", ">="))
_PREDICATES = frozenset(
    ("between", "in", "is", "has", "within", "subset", "overlaps", "not")
)
_FOLDS = frozenset(("any", "every", "count", "sum", "min", "max"))
_SELECTORS = frozenset(("this", "all"))
_UNITS = {
    "day": ("day", 1),
    "days": ("day", 1),
    "week": ("day", 7),
    "weeks": ("day", 7),
    "month": ("month", 1),
    "months": ("month", 1),
    "year": ("month", 12),
    "years": ("month", 12),
    "hour": ("second", 3600),
    "hours": ("second", 3600),
    "minute": ("second", 60),
    "minutes": ("second", 60),
    "second": ("second", 1),
    "seconds": ("second", 1),
}


@lru_cache(maxsize=TREES_KEPT)
def parse(text: str) -> syntax_tree.Node:
    """The tree of a whole expression. Raises ``SyntaxFault``.

    A tree knows nothing of where its text stands, and is frozen: the same conditions of
    many fields share one, and an editor reads only what has changed.
    """
    return _RuleParser(tokenize(text)).whole()


class _RuleParser(TokenStream):
    def whole(self) -> syntax_tree.Node:
        """``rule = expression END``"""
        if self.word.kind is TokenKind.END:
            raise SyntaxFault("rule-empty", 0, 0)

        expression = self.expression(OR)
        if self.at < len(self.words) - 1:
            raise self.unexpected("and, or, a comparison, or the end")

        return expression

    def expression(self, power: int) -> syntax_tree.Node:
        """``expression = prefix (infix)*``, as long as the infix binds at least as
        tightly as ``power``.
        """
        self.deepen()
        start = self.word.start
        left = self.prefix()
        compared, chained = False, 0

        while True:
            binding = self.binding()
            if binding < power:
                break

            if binding == COMPARE and compared:
                raise self.unexpected(
                    "and, or, the end (for two bounds write: between .. and ..)"
                )

            compared = compared or binding == COMPARE
            if binding == MULTIPLY:
                self.deepen()
                chained += 1

            left = self.infix(left, start, binding)

        self.depth -= 1 + chained

        return left

    def deepen(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxFault(
                "rule-too-deep", self.word.start, self.word.end, most=str(DEEPEST)
            )

    def binding(self) -> int:
        """How tightly the word at hand binds to what stands left of it; 0 when it does
        not.
        """
        word = self.word
        if word.kind is TokenKind.SIGN:
            if word.text in _COMPARISONS:
                return COMPARE

            return {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY}.get(word.text, 0)

        if word.kind is TokenKind.KEYWORD:
            if word.text in _PREDICATES:
                return COMPARE

            return {"or": OR, "and": AND}.get(word.text, 0)

        return 0

    def infix(
        self, left: syntax_tree.Node, start: int, binding: int
    ) -> syntax_tree.Node:
        """``infix = logic | sum | product | predicate``

        ``start`` is where what stands left of it begins, with its brackets.
        """
        if binding in (OR, AND):
            return self.logic(left, start, binding)
        if binding == ADD:
            return self.sum(left, start)

        if binding == MULTIPLY:
            sign = self.take()
            right = self.expression(NEGATE)

            return syntax_tree.Product(
                operator=sign.text,
                left=left,
                right=right,
                start=start,
                end=self.end,
            )

        return self.predicate(left, start)

    def logic(
        self, left: syntax_tree.Node, start: int, binding: int
    ) -> syntax_tree.Node:
        """``logic = operand ("and" operand)+ | operand ("or" operand)+``"""
        operator = self.word.text
        operands = [left]
        while self.is_keyword(operator):
            self.take()
            operands.append(self.expression(binding + 1))

        return syntax_tree.Logic(
            operator=operator,
            operands=tuple(operands),
            start=start,
            end=self.end,
        )

    def sum(self, left: syntax_tree.Node, start: int) -> syntax_tree.Node:
        """``sum = term (("+" | "-") term)+``"""
        signs, terms = ["+"], [left]
        while self.word.kind is TokenKind.SIGN and self.word.text in "+-":
            signs.append(self.take().text)
            terms.append(self.expression(MULTIPLY))

        return syntax_tree.Sum(
            signs=tuple(signs), terms=tuple(terms), start=start, end=self.end
        )

    def predicate(self, left: syntax_tree.Node, start: int) -> syntax_tree.Node:
        """``predicate = comparison | between | in | is | sets``"""
        word = self.take()
        if word.kind is TokenKind.SIGN:
            return self.compare(left, start, word.text)
        if word.text == "is":
            return self.state(left, start)

        negated = word.text == "not"
        if negated:
            word = self.take()

        if word.text == "between" and word.kind is TokenKind.KEYWORD:
            return self.between(left, start, negated)

        if word.text == "in" and word.kind is TokenKind.KEYWORD:
            among = self.listing() if self.is_sign("(") else self.expression(ADD)
            return syntax_tree.In(
                operand=left,
                among=among,
                negated=negated,
                start=start,
                end=self.end,
            )

        if negated:
            self.at -= 1
            raise self.unexpected("in or between after not")

        return self.sets(left, start, word.text)

    def compare(
        self, left: syntax_tree.Node, start: int, operator: str
    ) -> syntax_tree.Node:
        """``comparison = value ("=" | "<>" | "<" | "<=" | ">" | ">=") value``"""
        right = self.expression(ADD)
        return syntax_tree.Compare(
            operator=operator, left=left, right=right, start=start, end=self.end
        )

    def between(
        self, left: syntax_tree.Node, start: int, negated: bool
    ) -> syntax_tree.Node:
        """``between = value ["not"] "between" value "and" value``, both ends included"""
        low = self.expression(ADD)
        self.expect_keyword("and")
        high = self.expression(ADD)

        return syntax_tree.Between(
            operand=left,
            low=low,
            high=high,
            negated=negated,
            start=start,
            end=self.end,
        )

    def state(self, left: syntax_tree.Node, start: int) -> syntax_tree.Node:
        """``is = value "is" ["not"] ("known" | "missing" ["(" text ")"] | "true" | "in"
        list | value)``
        """
        negated = self.skip_keyword("not")
        word = self.word
        if word.kind is not TokenKind.KEYWORD or word.text not in ("known", "missing"):
            return self.certain(left, start, negated)

        end, code = self.take().end, None
        if word.text == "missing" and self.is_sign("("):
            self.take()
            code = self.text_literal()
            end = self.expect_sign(")").end

        return syntax_tree.Is(
            operand=left,
            state=word.text,
            code=code,
            negated=negated,
            start=start,
            end=end,
        )

    def certain(
        self, left: syntax_tree.Node, start: int, negated: bool
    ) -> syntax_tree.Node:
        """``x is 'A'`` is ``(x = 'A') is true``, and ``x is in (..)`` likewise: never
        UNKNOWN.
        """
        if self.word.kind is TokenKind.NAME and self.word.text.lower() in (
            "null",
            "empty",
        ):
            raise self.unexpected("known or missing after is")

        asked: syntax_tree.Node = left
        if self.skip_keyword("in"):
            among = self.listing()
            asked = syntax_tree.In(
                operand=left,
                among=among,
                negated=False,
                start=start,
                end=self.end,
            )
        elif not self.skip_keyword("true"):
            asked = self.compare(left, start, "=")

        return syntax_tree.Is(
            operand=asked,
            state="true",
            code=None,
            negated=negated,
            start=start,
            end=self.end,
        )

    def sets(self, left: syntax_tree.Node, start: int, word: str) -> syntax_tree.Node:
        """``sets = value ("has" ["any" | "all"] | "within" | "subset" "of" |
        "overlaps") (list | value)``
        """
        operator = word
        if (
            word == "has"
            and self.word.kind is TokenKind.KEYWORD
            and self.word.text in ("any", "all")
        ):
            operator = f"has {self.take().text}"

        if word == "subset":
            self.expect_keyword("of")
            operator = "within"

        right = (
            self.listing()
            if self.is_sign("(") and operator != "has"
            else self.expression(ADD)
        )

        return syntax_tree.Compare(
            operator=operator, left=left, right=right, start=start, end=self.end
        )

    def listing(self) -> syntax_tree.Listing:
        """``list = "(" value ("," value)* ")"``"""
        start = self.expect_sign("(").start
        items = [self.expression(ADD)]
        while self.is_sign(","):
            self.take()
            items.append(self.expression(ADD))

        return syntax_tree.Listing(
            items=tuple(items), start=start, end=self.expect_sign(")").end
        )

    def prefix(self) -> syntax_tree.Node:
        """``prefix = "not" value | "-" value | primary ["in" unit] [duration]``"""
        word = self.word
        if self.is_keyword("not"):
            self.take()
            operand = self.expression(NOT)
            return syntax_tree.Not(operand=operand, start=word.start, end=self.end)

        if self.is_sign("-") or self.is_sign("+"):
            self.take()
            operand = self.expression(NEGATE)
            if word.text == "+":
                return operand

            return syntax_tree.Negative(operand=operand, start=word.start, end=self.end)

        return self.duration(self.in_unit(self.primary()), word.start)

    def in_unit(self, value: syntax_tree.Node) -> syntax_tree.Node:
        """``in unit = field "in" (text | name)``, as tight as a name: ``weight in kg / 2``

        A bare name may be a multiple choice too (``level in levels``): the checker
        knows which it is.
        """
        if not isinstance(value, syntax_tree.Reference) or not self.is_keyword("in"):
            return value

        unit, follows = (
            self.words[self.at + 1],
            self.words[min(self.at + 2, len(self.words) - 1)],
        )
        if unit.kind is TokenKind.TEXT:
            self.take()
            literal = self.literal()

            return syntax_tree.Call(
                function="in_unit",
                arguments=(value, literal),
                start=value.start,
                end=literal.end,
            )

        if unit.kind is not TokenKind.NAME or (
            follows.kind is TokenKind.SIGN and follows.text in ".[("
        ):
            return value

        self.take()
        among = self.reference()

        return syntax_tree.In(
            operand=value, among=among, negated=False, start=value.start, end=among.end
        )

    def duration(self, count: syntax_tree.Node, start: int) -> syntax_tree.Node:
        """``duration = value ("seconds" | "minutes" | "hours" | "days" | "weeks"
        | "months" | "years")``, in the singular too
        """
        word = self.word
        if word.kind is not TokenKind.NAME or word.text.lower() not in _UNITS:
            return count

        self.take()
        unit, times = _UNITS[word.text.lower()]

        return syntax_tree.DurationTerm(
            count=count, unit=unit, times=times, start=start, end=word.end
        )

    def primary(self) -> syntax_tree.Node:
        """``primary = literal | "$" name | "today" | "(" expression ")" | case | call |
        reference``
        """
        word = self.word
        if word.kind in _LITERALS:
            return self.literal()

        if word.kind is TokenKind.PARAMETER:
            self.take()
            return syntax_tree.ParameterReference(
                name=word.text[1:], start=word.start, end=word.end
            )

        if self.is_sign("("):
            self.take()
            inside = self.expression(OR)
            self.expect_sign(")")
            return inside

        if word.kind is TokenKind.NAME:
            return self.named()
        if word.kind is TokenKind.KEYWORD:
            return self.keyword()

        raise self.unexpected(
            "a field, a number, a text in single quotes, or a bracket"
        )

    def keyword(self) -> syntax_tree.Node:
        """Expressions that begin with a word of the language."""
        word = self.word
        if word.text in ("true", "false"):
            self.take()
            return syntax_tree.Literal(
                kind="boolean",
                value=word.text == "true",
                start=word.start,
                end=word.end,
            )

        if word.text == "today":
            self.take()
            return syntax_tree.Today(start=word.start, end=word.end)

        if word.text == "date":
            return self.partial_date()
        if word.text == "case":
            return self.case()
        if word.text in _FOLDS:
            return self.fold()
        if word.text == "within":
            return self.named()
        if word.text == "this":
            return self.reference()

        raise self.unexpected(
            "a field, a number, a text in single quotes, or a bracket"
        )

    def literal(self) -> syntax_tree.Literal:
        """``literal = number | text | date | time | datetime``"""
        word = self.take()
        kind = word.kind.name.lower()

        if word.kind is TokenKind.NUMBER:
            return syntax_tree.Literal(
                kind=kind, value=_number(word), start=word.start, end=word.end
            )

        value = (
            word.text[1:-1].replace("''", "'")
            if word.kind is TokenKind.TEXT
            else word.text
        )

        return syntax_tree.Literal(
            kind=kind, value=value, start=word.start, end=word.end
        )

    def partial_date(self) -> syntax_tree.Literal:
        """``partial date = "date" "'2024-03'"``"""
        start = self.take().start
        entry = self.text_literal()
        return syntax_tree.Literal(
            kind="date", value=entry.value, start=start, end=entry.end
        )

    def text_literal(self) -> syntax_tree.Literal:
        if self.word.kind is not TokenKind.TEXT:
            raise self.unexpected("a text in single quotes")

        return self.literal()

    def case(self) -> syntax_tree.Node:
        """``case = "case" ("when" condition "then" value)+ ["else" value] "end"``"""
        start = self.take().start
        branches = []
        self.expect_keyword("when")

        while True:
            condition = self.expression(OR)
            self.expect_keyword("then")
            branches.append((condition, self.expression(OR)))
            if not self.skip_keyword("when"):
                break

        otherwise = self.expression(OR) if self.skip_keyword("else") else None
        end = self.expect_keyword("end").end

        return syntax_tree.Case(
            branches=tuple(branches), otherwise=otherwise, start=start, end=end
        )

    def fold(self) -> syntax_tree.Node:
        """``fold = ("any" | "every" | "count" | "sum" | "min" | "max")
        "(" ["distinct"] (rows | value) ["as" name] ["where" condition] ")"``; ``min`` and ``max`` of
        several values are a call."""
        word = self.take()
        self.expect_sign("(")
        distinct = self.skip_keyword("distinct")
        over = self.expression(OR)
        if self.is_sign(",") and word.text in ("min", "max") and not distinct:
            return self.call(word, [over])

        alias = self.alias()
        where = self.expression(OR) if self.skip_keyword("where") else None
        end = self.expect_sign(")").end

        return syntax_tree.Aggregate(
            function=word.text,
            distinct=distinct,
            over=over,
            where=where,
            alias=alias,
            start=word.start,
            end=end,
        )

    def alias(self) -> str | None:
        """``["as" name]``; a field may be called ``as``, so it is no word of the
        language.
        """
        if self.word.kind is not TokenKind.NAME or self.word.text != "as":
            return None

        self.take()
        return self.name("a name for the row")

    def named(self) -> syntax_tree.Node:
        """``call = name "(" [expression ("," expression)*] ")"``, a look-up of a row,
        or else a reference
        """
        follows = self.words[self.at + 1]
        if not (follows.kind is TokenKind.SIGN and follows.text == "("):
            return self.reference()
        if self.word.text in syntax_tree.ROW_LOOKUPS:
            return self.row_lookup()

        word = self.take()
        self.take()
        first = [] if self.is_sign(")") else [self.expression(OR)]

        return self.call(word, first)

    def row_lookup(self) -> syntax_tree.Node:
        """``look-up = ("first" | "last") "(" value ["as" name] ["where" condition] ")"
        | "nth" "(" value ["as" name] "," number ["where" condition] ")"``
        """
        word = self.take()
        self.expect_sign("(")
        over = self.expression(OR)
        alias = self.alias()
        place: syntax_tree.Node | None = None
        if word.text == "nth":
            self.expect_sign(",")
            place = self.expression(ADD)

        where = self.expression(OR) if self.skip_keyword("where") else None
        end = self.expect_sign(")").end

        return syntax_tree.Aggregate(
            function=word.text,
            distinct=False,
            over=over,
            where=where,
            place=place,
            alias=alias,
            start=word.start,
            end=end,
        )

    def call(self, word: Token, arguments: list[syntax_tree.Node]) -> syntax_tree.Node:
        while arguments and self.is_sign(","):
            self.take()
            arguments.append(self.expression(OR))

        end = self.expect_sign(")").end

        return syntax_tree.Call(
            function=word.text, arguments=tuple(arguments), start=word.start, end=end
        )

    def reference(self) -> syntax_tree.Node:
        """``reference = name ["[" (visit | "previous" | "all" | "this") "]"] ["."
        name]``
        """
        first = self.take()
        if first.kind is not TokenKind.NAME and first.text != "this":
            self.at -= 1
            raise self.unexpected("a field")

        end, selector, name = first.end, None, None
        if self.is_sign("["):
            self.take()
            selector = self.selector()
            end = self.expect_sign("]").end

        if self.is_sign("."):
            self.take()
            name = self.name("the name of a field")
            end = self.words[self.at - 1].end

        if selector is None and name is None:
            return syntax_tree.Reference(
                table=None, selector=None, field=first.text, start=first.start, end=end
            )

        return syntax_tree.Reference(
            table=first.text, selector=selector, field=name, start=first.start, end=end
        )

    def selector(self) -> str:
        if self.word.kind is TokenKind.KEYWORD and self.word.text in _SELECTORS:
            return self.take().text

        return self.name("a visit, previous, all or this")

    def name(self, wanted: str) -> str:
        if self.word.kind is not TokenKind.NAME:
            raise self.unexpected(wanted)

        return self.take().text


# A tuple compares by identity; a set would hash the member in Python for each word.
_LITERALS = (
    TokenKind.NUMBER,
    TokenKind.TEXT,
    TokenKind.DATE,
    TokenKind.TIME,
    TokenKind.DATETIME,
)


def _number(word: Token) -> Decimal:
    whole, _, fraction = word.text.partition(".")
    if len(whole) > INTEGER_DIGITS or len(fraction) > FRACTION_DIGITS:
        raise SyntaxFault("rule-bad-number", word.start, word.end, name=word.text)

    return Decimal(word.text)
