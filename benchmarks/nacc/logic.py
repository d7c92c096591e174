"""Reads the logic texts of the source: half English, half a language of conditions.

``If SIBS is (<6 or =77) and SIB6AGD is not blank`` is such a text. Nothing is guessed:
a text that could mean two things, or that is prose, has an ``UnreadableError``.
"""

from __future__ import annotations

import re

from benchmarks.nacc.syntax import (
    Among,
    Blank,
    Comparison,
    Condition,
    Day,
    Either,
    Every,
    Number,
    Size,
    Sum,
    Term,
    ThisYear,
    UnreadableError,
    Variable,
)

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<day>\(?\d{2}/\d{2}/\d{4}\)?)
  | (?P<number>(?<=[<>=]\s)-\d+|\d+(?:\.\d+)?|'\d+(?:\.\d+)?'|"\d+(?:\.\d+)?")
  | (?P<year>(?:current|present)\s+year\b|present\b)
  | (?P<earlier>\[\s*prev_v?is\s*\])
  | (?P<old>\[\s*(?:UDSv3|\w*v\d)\s*\])
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign><=|>=|!=|<>|≤|≥|[=<>(),+*/|–-])
  )""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE_FORMAT = re.compile(r"mm/dd/yyyy|yyyy/mm/dd", re.IGNORECASE)
DATE_FORMAT = "the format of a date"
"""The reason of a text that asks only for a date: the type of the field says that."""
_SIGNS = {"!=": "<>", "≤": "<=", "≥": ">="}
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_WORDS = frozenset(
    (
        *("if", "and", "or", "not", "ne", "notin", "in", "is", "are", "between"),
        *("blank", "then", "must", "be", "before", "ge", "le", "gt", "lt"),
    )
)
_LETTERED_SIGNS = {"ge": ">=", "le": "<=", "gt": ">", "lt": "<", "before": "<"}
_DEEPEST = 20


def read_condition(text: str, variables: frozenset[str]) -> Condition:
    """The condition that a text states, about variables in capitals.

    Raises ``UnreadableError`` if the text is not wholly understood.
    """
    if _DATE_FORMAT.search(text):
        raise UnreadableError(DATE_FORMAT)
    if not text.strip():
        raise UnreadableError("no text")
    return _Reader(_tokens(text), variables).whole()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place = 0
    text = text.replace("\u2019", "'").replace("isn't", "is not").rstrip().rstrip(".;")
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise UnreadableError("a character without a meaning")
        place = match.end()
        kind = match.lastgroup or ""
        token = match[kind].strip("'\"") if kind == "number" else match[kind]
        if kind == "word" and token.lower() in _WORDS:
            kind, token = "keyword", token.lower()
        elif kind == "sign":
            token = _SIGNS.get(token, token).replace("–", "-")
        tokens.append((kind, token))
    return _closed(tokens)


def _closed(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Brackets that are still open at the end of the text are closed there."""
    depth = 0
    for token in tokens:
        depth += (token == ("sign", "(")) - (token == ("sign", ")"))
        if depth < 0:
            raise UnreadableError("a bracket that nothing opened")
    return [*tokens, *[("sign", ")")] * depth]


class _Reader:
    """Reads tokens from left to right, with a way back where a bracket is unclear."""

    def __init__(
        self, tokens: list[tuple[str, str]], variables: frozenset[str]
    ) -> None:
        self.tokens = tokens
        self.variables = variables
        self.place = 0
        self.subject: Term | None = None
        self.depth = 0

    def whole(self) -> Condition:
        """All of the text. ``A then B must be C`` is broken by A without C."""
        self._skip("if")
        condition = self._either()
        if self._skip("then"):
            expected = self._either()
            condition = Every((condition, opposite(expected)))
        if self.place < len(self.tokens):
            kind, token = self.tokens[self.place]
            if kind == "sign":
                raise UnreadableError("a sign that does not fit")
            if kind == "word" and token.upper() not in self.variables:
                raise UnreadableError(_unknown(token))
            raise UnreadableError("two conditions without and or or")
        return condition

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else ("end", "")

    def _skip(self, *tokens: str) -> bool:
        kind, token = self._peek()
        if kind not in ("keyword", "sign") or token not in tokens:
            return False
        self.place += 1
        return True

    def _either(self) -> Condition:
        parts = [self._every()]
        while self._skip("or"):
            self._skip("if")
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self) -> Condition:
        parts = [self._unit()]
        while self._joined():
            self._skip("if")
            parts.append(self._unit())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _joined(self) -> bool:
        if self._peek() == ("sign", ",") and self._peek(1) == ("keyword", "and"):
            self.place += 1
        return self._skip("and")

    def _unit(self) -> Condition:
        """A bracket of conditions, or a predicate of the variable at hand."""
        if self._peek() == ("sign", "("):
            return self._bracket()
        if self._peek()[0] in ("word", "year") or self._peek() == ("sign", "|"):
            self.subject = self._sum()
        return self._predicate()

    def _bracket(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise UnreadableError("brackets too deep")
        self.place += 1
        condition = self._either()
        if not self._skip(")"):
            raise UnreadableError("a bracket around something else")
        self.depth -= 1
        return condition

    def _predicate(self) -> Condition:
        """What is said of the subject: blank, one of a list, or compared."""
        self._skip("is", "are") or (self._skip("must") and self._skip("be"))
        negated = self._skip("not")
        self._skip("is", "be")
        kind, token = self._peek()
        condition: Condition
        if self._skip("notin"):
            condition = opposite(self._listed())
        elif self._skip("in"):
            condition = self._listed()
        elif self._skip("between"):
            condition = self._between()
        elif kind == "keyword" and token in _LETTERED_SIGNS:
            self.place += 1
            condition = Comparison(self._about(), _LETTERED_SIGNS[token], self._sum())
        elif kind == "sign" and token in _OPPOSITE:
            self.place += 1
            condition = self._compared(token)
        elif self._skip("ne"):
            self._skip("=")
            condition = self._compared("<>")
        elif kind == "sign" and token == "(":
            condition = self._several()
        elif kind in ("number", "keyword"):
            condition = self._listed()
        else:
            raise UnreadableError(_unexpected(kind, token, self.variables))
        return opposite(condition) if negated else condition

    def _about(self) -> Term:
        if self.subject is None:
            raise UnreadableError("a comparison without a variable")
        return self.subject

    def _variable(self) -> Variable:
        subject = self._about()
        if not isinstance(subject, Variable):
            raise UnreadableError("a list of values of a sum")
        return subject

    def _compared(self, sign: str) -> Condition:
        if sign == "=" and self._skip("not"):
            sign = "<>"
        if sign in ("=", "<>"):
            self._skip("in", "to")
            kind, token = self._peek()
            if kind in ("number", "keyword") or (kind, token) == ("sign", "("):
                condition = self._listed_or_sum()
                return condition if sign == "=" else opposite(condition)
        if self._peek() == ("sign", "("):
            raise UnreadableError("limits in brackets")
        return Comparison(self._about(), sign, self._sum())

    def _listed_or_sum(self) -> Condition:
        """A list of values, or else the sum of variables in brackets."""
        place = self.place
        try:
            return self._listed()
        except UnreadableError as unreadable:
            self.place = place
            if self._peek() != ("sign", "("):
                raise
            subject = self._about()
            try:
                return Comparison(subject, "=", self._sum())
            except UnreadableError:
                raise unreadable from None

    def _several(self) -> Condition:
        """``is (0, 9)``, or ``is (<6 or =77)``: a bracket without a variable."""
        place = self.place
        try:
            return self._listed()
        except UnreadableError:
            self.place = place
            return self._bracket()

    def _between(self) -> Condition:
        low = self._sum()
        if not self._skip("and"):
            raise UnreadableError("between without and")
        subject = self._about()
        return Every(
            (Comparison(subject, ">=", low), Comparison(subject, "<=", self._sum()))
        )

    def _listed(self) -> Condition:
        """Numbers, spans of numbers and ``blank``, in brackets or without."""
        bracketed = self._skip("(")
        variable = self._variable()
        spans: list[tuple[str, str]] = []
        blank = False
        while True:
            if self._skip("blank"):
                blank = True
            else:
                spans.append(self._span())
            if not self._goes_on():
                break
        if bracketed and not self._skip(")"):
            raise UnreadableError("a list that is not only numbers")
        listed = Among(variable, tuple(spans))
        if not blank:
            return listed
        return Either((listed, Blank(variable))) if spans else Blank(variable)

    def _span(self) -> tuple[str, str]:
        kind, low = self._peek()
        if kind != "number":
            raise UnreadableError(_unexpected(kind, low, self.variables))
        self.place += 1
        high = low
        if self._peek() == ("sign", "-"):
            self.place += 1
            kind, high = self._peek()
            if kind != "number":
                raise UnreadableError("a span without an end")
            self.place += 1
        if self._peek()[0] == "sign" and self._peek()[1] in ("+", "*"):
            raise UnreadableError("arithmetic in a list")
        return low, high

    def _goes_on(self) -> bool:
        """Whether a comma, a slash or ``or`` is followed by another value."""
        place = self.place
        while self._peek() in (("sign", ","), ("sign", "/")) or (
            self._peek() == ("keyword", "or")
        ):
            self.place += 1
        self._skip("=") if place != self.place else None
        kind, token = self._peek()
        if place != self.place and (
            kind == "number" or (kind, token) == ("keyword", "blank")
        ):
            return True
        self.place = place
        return False

    def _sum(self) -> Term:
        term = self._factor()
        while self._peek()[0] == "sign" and self._peek()[1] in "+-*/":
            sign = self._peek()[1]
            self.place += 1
            term = Sum(term, sign, self._factor())
        return term

    def _factor(self) -> Term:
        kind, token = self._peek()
        self.place += 1
        if kind == "sign" and token in "(|":
            term = self._sum()
            if not self._skip(")" if token == "(" else "|"):
                raise UnreadableError("a bracket around something else")
            return term if token == "(" else Size(term)
        if kind == "number":
            return Number(token)
        if kind == "year":
            return ThisYear()
        if kind == "day":
            month, day, year = token.strip("()").split("/")
            return Day(f"{year}-{month}-{day}")
        if kind == "word" and token.upper() in self.variables:
            return self._at_visit(token.upper())
        raise UnreadableError(_unexpected(kind, token, self.variables))

    def _at_visit(self, name: str) -> Variable:
        if self._peek()[0] == "old":
            raise UnreadableError("data of another version of the forms")
        if self._peek()[0] != "earlier":
            return Variable(name)
        self.place += 1
        if self._peek()[0] in ("earlier", "old"):
            raise UnreadableError("data of another version of the forms")
        return Variable(name, earlier=True)


def _unknown(word: str) -> str:
    return "a variable that no form has" if word.isupper() else "prose"


def _unexpected(kind: str, token: str, variables: frozenset[str]) -> str:
    if kind == "word" and token.upper() not in variables:
        return _unknown(token)
    if kind == "old":
        return "data of another version of the forms"
    if kind == "end":
        return "a text that ends too early"
    return "words in an order that says nothing"


def opposite(condition: Condition) -> Condition:
    """What holds where the condition does not, by the words of the source."""
    match condition:
        case Blank(variable, answered):
            return Blank(variable, not answered)
        case Among(variable, spans, outside):
            return Among(variable, spans, not outside)
        case Comparison(left, sign, right):
            return Comparison(left, _OPPOSITE[sign], right)
        case Every(parts):
            return Either(tuple(opposite(part) for part in parts))
        case Either(parts):
            return Every(tuple(opposite(part) for part in parts))
