"""Random well-typed rules over the study of ``rule_study``, as text."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

ROWS = {"r": "r", "q": "q", "e": "e", "home": "a", "far": "f", "extra": "x", "z": "z"}
TYPES = (
    "condition",
    "number",
    "spread",
    "text",
    "choice",
    "choices",
    "date",
    "time",
    "moment",
    "duration",
)


class RuleTexts:
    """Writes an expression of a wanted type, at most ``depth`` levels deep."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.tables: list[str] = []
        self.aliases: list[tuple[str, str]] = []

    def any(self, depth: int) -> str:
        return self.write(self.random.choice(TYPES), depth)

    def write(self, type_: str, depth: int) -> str:
        choices = (
            _LEAVES[type_] if depth <= 0 else [*_LEAVES[type_], *_BRANCHES[type_] * 2]
        )
        written = self.random.choice(choices)(self, depth - 1)
        return f"({written})" if type_ == "condition" else written

    def pick(self, *words: str) -> str:
        return self.random.choice(words)

    def cell(self, kind: str) -> str:
        """A field of one kind: of the row, of the form, or of another form."""
        others = [
            f"a{kind}",
            f"this.a{kind}",
            f"far.f{kind}",
            f"far[V1].f{kind}",
            f"home[V1].a{kind}",
        ]
        others += [
            f"home[previous].a{kind}",
            f"far[previous].f{kind}",
            f"diary.l{kind}",
            f"home[V2].a{kind}",
        ]
        if self.aliases and self.random.random() < 0.4:
            name, table = self.random.choice(self.aliases)
            return f"{name}.{ROWS[table]}{kind}"
        if self.tables:
            table = self.tables[-1]
            return self.pick(*others, *[f"{table}.{ROWS[table]}{kind}"] * 9)
        return self.pick(*others, *[f"a{kind}"] * 6)

    def fold(self, function: str, body: Callable[[str], str | None], depth: int) -> str:
        """``any(r where ...)``, ``sum(q[all].qx where ...)``; ``body`` is told the
        table.
        """
        table = self.pick("r", "r", "q", "e", "home", "far", "extra", "z")
        selector = (
            self.pick("", "", "[all]", "[V1]", "[previous]")
            if table not in ("e",)
            else ""
        )
        self.tables.append(table)
        alias = f"w{len(self.aliases)}" if self.random.random() < 0.4 else ""
        self.aliases += [(alias, table)] if alias else []
        where = (
            f" where {self.write('condition', depth - 1)}"
            if self.random.random() < 0.7
            else ""
        )
        self.tables.pop()
        del self.aliases[len(self.aliases) - bool(alias) :]
        over = body(table)
        named = (
            f"{table}{selector}"
            if over is None
            else over.replace(f"{table}.", f"{table}{selector}.", 1)
        )
        named += f" as {alias}" if alias else ""
        return f"{function}({named}{where})"

    def row(self, kind: str, depth: int) -> str:
        """``first(r.rc where ...)``, ``nth(q[all].qc, -2 where ...)``"""
        function = self.pick("first", "last", "nth")
        written = self.values(function, kind, depth)
        if function != "nth":
            return written
        # The place stands behind the value, which may name its visits in brackets.
        head, space, rest = written.removesuffix(")").partition(" where ")
        return f"{head}, {self.pick('1', '2', '3', '-1', '-2')}{space}{rest})"

    def of_range(self, *functions: str) -> str:
        """A field beside its reference range: of the form that is judged, not of the
        rows of a fold.
        """
        if self.tables:
            return "'A'" if functions == ("in_reference",) else "ak"
        return f"{self.pick(*functions)}({self.pick('au', 'av')})"

    def values(self, function: str, kinds: str, depth: int) -> str:
        kind = self.random.choice(kinds)
        return self.fold(function, lambda table: f"{table}.{ROWS[table]}{kind}", depth)

    def listed(self, words: tuple[str, ...]) -> str:
        return f"({', '.join(self.random.sample(words, self.random.randint(1, 3)))})"


_NUMBERS = (
    "0",
    "1",
    "-1",
    "0.5",
    "2.5",
    "-2.5",
    "3",
    "40",
    "0.000000001",
    "999999999999999.999999999",
    "1.005",
)
_ND, _YES_NO = "('ND')", ("'Y'", "'N'")
_FORMS = (
    "far",
    "far[V1]",
    "far[previous]",
    "far[this]",
    "home[V3]",
    "home[this]",
    "diary",
    "extra",
    "extra[V1]",
    "extra[V2]",
)
_CODES = ("'A'", "'B'", "'C'", "'É'")
_WORDS = ("'a'", "'ab'", "'é'", "'\U0001f600'", "'\ue000'", "''", "'don''t'", "'Z'")
_DAYS = (
    "2024-02-29",
    "2024-03-31",
    "date '2024'",
    "date '2024-02'",
    "today",
    "$cut",
    "anchor",
    "9999-12-31",
)
_SPANS = (
    "3 months",
    "$months months",
    "5 years",
    "28 days",
    "1 week",
    "0 days",
    "1 day",
)
_DURATIONS = ("0 days", "90 minutes", "24 hours", "1 second", "0.5 years", *_SPANS[2:])

Writer = Callable[[RuleTexts, int], str]


def _row(kinds: str) -> Writer:
    return lambda w, d: w.row(w.pick(*kinds), d)


def _compare(
    type_: str,
    other: str | None = None,
    operators: tuple[str, ...] = ("=", "<>", "<", "<=", ">", ">="),
) -> Writer:
    return lambda w, d: (
        f"({w.write(type_, d)} {w.pick(*operators)} {w.write(other or type_, d)})"
    )


def _case(type_: str) -> Writer:
    def write(w: RuleTexts, d: int) -> str:
        rest = w.pick("", f" else {w.write(type_, d)}")
        return f"case when {w.write('condition', d)} then {w.write(type_, d)}{rest} end"

    return write


def _coalesce(type_: str) -> Writer:
    return lambda w, d: f"coalesce({w.write(type_, d)}, {w.write(type_, d)})"


def _extreme(type_: str) -> Writer:
    return lambda w, d: (
        f"{w.pick('min', 'max')}({w.write(type_, d)}, {w.write(type_, d)})"
    )


def _distinct(w: RuleTexts, depth: int) -> str:
    return w.values("count", "nxtcdph", depth).replace("count(", "count(distinct ", 1)


_NUMBER_CALLS = (
    "round_up({n}, 1)",
    "round_down({n}, 0)",
    "sqrt({n})",
    "power({n}, {e})",
    "power({n}, {n})",
    "exp({n})",
    "ln({n})",
    "log({n}, 10)",
    "mod({n}, {n})",
    "count_known({n}, {t}, {d})",
    "count_known({b}, {h})",
    "sum_known({n}, {n}, {n})",
    "mean_known({n}, {n}, {n})",
    "median_known({n}, {n}, {n}, {n})",
    "stdev_known({n}, {n}, {n})",
    "min_known({n}, {n})",
    "max_known({n}, {n}, {n})",
    "find({t}, {t})",
    "number_of({t})",
    "lookup(grid.number, {t}, {n}, {d})",
    "year({d})",
    "month({d})",
    "day({d})",
    "day_of_week({d})",
    "seconds_between({h}, {h})",
    "seconds_between({s}, {s})",
)
_TEXT_CALLS = (
    "upper({t})",
    "lower({t})",
    "trim(concat(' ', {t}))",
    "left({t}, {e})",
    "right({t}, {e})",
    "mid({t}, {e}, {e})",
    "replace({t}, {t}, {t})",
    "concat_known({t}, {t})",
    "join_known({t}, {t}, {t}, {t})",
    "lookup(grid.name, {t}, {n}, {d})",
    "text_of({n})",
    "text_of({d})",
    "text_of({h})",
    "text_of({s})",
    "text_of({t})",
)
_CONDITION_CALLS = (
    "contains({t}, {t})",
    "starts_with({t}, {t})",
    "ends_with({t}, {t})",
    "({b}) is true",
    "({b}) is not true",
    "({n} is {n})",
    "({t} is not in ({t}, {t}))",
)
_CELSIUS = ("'C'",)
_PARTS = {
    "n": "number",
    "t": "text",
    "d": "date",
    "h": "time",
    "s": "moment",
    "b": "condition",
}


def _one_of(calls: tuple[str, ...]) -> Writer:
    """One of many functions, its arguments written by their letters."""

    def write(w: RuleTexts, d: int) -> str:
        said = w.pick(*calls).replace(
            "{e}", w.pick("0", "1", "2", "3", "-2", "0.5", "2.5")
        )
        for letter, type_ in _PARTS.items():
            while f"{{{letter}}}" in said:
                said = said.replace(f"{{{letter}}}", w.write(type_, d), 1)
        return said

    return write


_LEAVES: dict[str, list[Writer]] = {
    "condition": [
        lambda w, _: w.cell("b"),
        lambda w, _: w.pick("true", "false"),
        lambda w, _: f"{w.cell('y')} {w.pick('=', '<>')} {w.pick(*_YES_NO)}",
        lambda w, _: f"{w.cell(w.pick(*'nxtbycmdphso'))} is {w.pick('', 'not ')}known",
        lambda w, _: (
            f"{w.cell(w.pick(*'nxtbycmdphso'))} is "
            f"{w.pick('', 'not ')}missing{w.pick('', _ND)}"
        ),
        lambda w, _: f"{w.cell('c')} {w.pick('', 'not ')}in {w.listed(_CODES)}",
        lambda w, _: (
            f"{w.cell('m')} {w.pick('has any', 'has all', 'within', 'overlaps')} "
            f"{w.listed(_CODES)}"
        ),
        lambda w, _: f"{w.cell('m')} has {w.pick(*_CODES)}",
        lambda w, _: f"both({w.cell('c')}, {w.cell('c')})",
        lambda w, _: f"begun({w.pick(*_FORMS)})",
    ],
    "number": [
        lambda w, _: w.pick(*_NUMBERS, "$limit", "$half", "unsno", "ak", "far.fk"),
        lambda w, _: w.cell(w.pick("n", "x")),
        lambda w, _: f"entered({w.cell(w.pick('n', 'x'))})",
        lambda w, _: f"number_of({w.cell('c')})",
        lambda w, _: f"limit_of({w.pick('aw', 'home[V1].aw')})",
        lambda w, _: (
            f"in_unit({w.pick('au', 'home[V1].au', 'home[previous].au')}, 'C')"
        ),
        lambda w, _: (
            f"{w.pick('au', 'home[V1].au', 'home[previous].au')} in "
            f"{w.pick('C', *_CELSIUS)}"
        ),
        lambda w, _: w.of_range("reference_low", "reference_high"),
    ],
    "spread": [
        lambda w, _: w.pick("aw", "home[V1].aw", "home[previous].aw", "av in ng"),
        lambda w, _: f"age_years({w.cell('p')}, {w.cell('d')})",
        lambda w, _: f"days_between({w.cell('p')}, {w.pick(*_DAYS)})",
    ],
    "duration": [
        lambda w, _: w.cell("o"),
        lambda w, _: w.cell("o"),
        lambda w, _: f"entered({w.cell('o')})",
    ],
    "text": [
        lambda w, _: f"comparator_of({w.pick('aw', 'home[previous].aw')})",
        lambda w, _: w.of_range("in_reference"),
        lambda w, _: w.pick(*_WORDS),
        lambda w, _: w.cell("t"),
        lambda w, _: w.pick("visitid", "subjid", "siteid"),
    ],
    "choice": [lambda w, _: w.cell("c")],
    "choices": [lambda w, _: w.cell("m")],
    "date": [lambda w, _: w.pick(*_DAYS), lambda w, _: w.cell(w.pick("d", "p"))],
    "time": [lambda w, _: w.pick("00:00", "09:30", "23:59"), lambda w, _: w.cell("h")],
    "moment": [
        lambda w, _: w.pick("2024-02-29T09:30", "1000-01-01T00:00"),
        lambda w, _: w.cell("s"),
    ],
}
_BRANCHES: dict[str, list[Writer]] = {
    "condition": [
        _row("b"),
        lambda w, d: (
            f"({w.write('condition', d)} {w.pick('and', 'or')} "
            f"{w.write('condition', d)})"
        ),
        lambda w, d: f"not {w.write('condition', d)}",
        _compare("number"),
        _compare("spread"),
        _compare("number", "spread"),
        _compare("date"),
        _compare("text"),
        _compare("time"),
        _compare("moment"),
        _compare("duration"),
        lambda w, d: (
            f"({w.write('duration', d)} {w.pick('=', '<>', '<', '<=', '>', '>=')} "
            f"{w.pick(*_DURATIONS)})"
        ),
        lambda w, d: (
            f"({w.write('duration', d)} {w.pick('', 'not ')}in "
            f"({w.write('duration', d)}, {w.pick(*_DURATIONS)}))"
        ),
        _compare("choice", None, ("=", "<>")),
        _compare("condition", None, ("=", "<>")),
        lambda w, d: (
            f"({w.write('number', d)} in ({w.write('number', d)}, "
            f"{w.write('number', d)}))"
        ),
        lambda w, d: (
            f"({w.write('date', d)} {w.pick('', 'not ')}between "
            f"{w.write('date', d)} and {w.write('date', d)})"
        ),
        lambda w, d: (
            f"({w.write('date', d)} in ({w.write('date', d)}, {w.write('date', d)}))"
        ),
        lambda w, d: (
            f"{w.pick('within', 'since')}({w.write('date', d)}, "
            f"{w.write('date', d)}, {w.pick(*_SPANS)})"
        ),
        lambda w, d: (
            f"({w.write('choices', d)} {w.pick('within', 'overlaps', 'has all')} "
            f"{w.write('choices', d)})"
        ),
        lambda w, d: f"({w.write('choice', d)} in {w.write('choices', d)})",
        lambda w, d: f"({w.write(w.pick(*TYPES), d)}) is known",
        lambda w, d: w.fold(w.pick("any", "every"), lambda _: None, d),
        lambda w, d: w.fold("any", lambda _: None, d),
        _case("condition"),
        _coalesce("condition"),
        *[_one_of(_CONDITION_CALLS)] * 4,
    ],
    "number": [
        _row("nx"),
        lambda w, d: (
            f"({w.write('number', d)} {w.pick('+', '-', '*', '/')} "
            f"{w.write('number', d)})"
        ),
        lambda w, d: f"-({w.write('number', d)})",
        lambda w, d: f"round({w.write('number', d)}, {w.pick('0', '1', '2', '9')})",
        lambda w, d: f"abs({w.write('number', d)})",
        lambda w, d: f"length({w.write('text', d)})",
        lambda w, d: f"minutes_between({w.write('time', d)}, {w.write('time', d)})",
        lambda w, d: f"minutes_between({w.write('moment', d)}, {w.write('moment', d)})",
        lambda w, d: f"({w.write('spread', d)} * 1)",
        lambda w, d: w.values(w.pick("sum", "min", "max"), "nx", d),
        _case("number"),
        _coalesce("number"),
        _extreme("number"),
        *[_one_of(_NUMBER_CALLS)] * 12,
    ],
    "spread": [
        lambda w, d: (
            f"{w.pick('age_years', 'days_between', 'months_between')}"
            f"({w.write('date', d)}, {w.write('date', d)})"
        ),
        lambda w, d: (
            f"({w.write('spread', d)} {w.pick('+', '-')} {w.write('number', d)})"
        ),
        lambda w, d: f"-({w.write('spread', d)})",
        lambda w, d: f"seconds_of({w.write('duration', d)})",
        lambda w, d: w.fold("count", lambda _: None, d),
        _distinct,
        _case("spread"),
        _coalesce("spread"),
        _extreme("spread"),
    ],
    "text": [
        _row("t"),
        lambda w, d: f"concat({w.write('text', d)}, {w.write('text', d)})",
        _case("text"),
        _coalesce("text"),
        *[_one_of(_TEXT_CALLS)] * 6,
    ],
    "duration": [_row("o"), _case("duration"), _coalesce("duration")],
    "choice": [_row("c"), _case("choice"), _coalesce("choice")],
    "choices": [_row("m"), _case("choices"), _coalesce("choices")],
    "date": [
        _row("dp"),
        lambda w, d: f"add_days({w.write('date', d)}, {w.write('number', d)})",
        lambda w, d: (
            f"add_months({w.write('date', d)}, "
            f"{w.pick('1', '-1', '-3', '12', '0.5', '24')})"
        ),
        lambda w, d: f"({w.write('date', d)} {w.pick('+', '-')} {w.pick(*_SPANS)})",
        lambda w, d: f"date_of({w.write('moment', d)})",
        lambda w, d: w.values(w.pick("min", "max"), "dp", d),
        _case("date"),
        _coalesce("date"),
        _extreme("date"),
    ],
    "time": [
        _row("h"),
        lambda w, d: f"time_of({w.write('moment', d)})",
        lambda w, d: w.values(w.pick("min", "max"), "h", d),
        _case("time"),
        _extreme("time"),
    ],
    "moment": [
        _row("s"),
        _case("moment"),
        _coalesce("moment"),
        _one_of(("datetime_of({d}, {h})",)),
        lambda w, d: w.values(w.pick("min", "max"), "s", d),
    ],
}
