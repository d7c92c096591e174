"""Small studies with rules made up at random, and records of them made up at random."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from forms_spec.model.captured_data import FormKey, Record, Row
from tests.forms_spec.dictionaries import dictionary

STUDY = r"""
study: T1
title: A study at random
subject: {pattern: '\d{2}-\d{3}', example: 01-007}
sites: {'01': Site one, '02': Site two}
day_zero: x.d
missing: {ND: Not done, UNK: Unknown}
"""
VISITS = """
visits:
  SCR: {title: Screening}
  D0: {title: Treatment, target: day 0}
  UNS: {title: Unscheduled, type: unscheduled, repeats: true}
schedule:
  columns: SCR D0 UNS
  x: X X .
  y: X . X
"""
X = """
form: x
title: X
missing: [ND, UNK]
fields:
  n: {label: N, type: integer, range: [0, 10]}
  m: {label: M, type: integer, show_when: SHOWN}
  q: {label: Q, type: decimal, places: 1, range: [-5, 5]}
  s: {label: S, type: choice, codes: [A, B, C]}
  w: {label: W, type: choices, codes: {P: P, Q: Q, R: {label: None, exclusive: true}}}
  t: {label: T, type: text, length: [1, 3]}
  k: {label: K, type: tick}
  d: {label: D, type: date, range: [2024-01-01, today]}
  e: {label: E, type: date, range: [d, null]}
  p: {label: P, type: partial_date}
  h: {label: H, type: time}
  z: {label: Z, type: calculated, places: 1, value: FORMULA}
"""
ROWS = """
form: y
title: Y
missing: [ND]
groups:
  own:
    title: Own
    fields:
      a: {label: A, type: integer, range: [0, 5]}
      o: {label: O, type: choice, codes: [A, B]}
  r:
    title: Rows
    rows: {min: 0, max: MOST}
    fields:
      b: {label: B, type: integer, range: [0, 5]}
      c: {label: C, type: choice, codes: [A, B], show_when: b > 2}
      f: {label: F, type: date}
"""


class Words:
    """Expressions of each type, made up at random."""

    def __init__(self, random: Random, form: str) -> None:
        self.random = random
        self.form = form

    def pick(self, *words: str) -> str:
        return self.random.choice(words)

    def number(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.3:
            return self.plain_number()
        a, b = self.number(depth - 1), self.number(depth - 1)
        c, d = self.date(depth - 1), self.date(depth - 1)
        return self.pick(
            f"({a} + {b})",
            f"({a} - {b})",
            f"({a} * {b})",
            f"({a} / {b})",
            f"round({a}, {self.pick('0', '1')})",
            f"abs({a})",
            f"min({a}, {b})",
            f"max({a}, {b})",
            f"coalesce({a}, {b})",
            f"sum_known({a}, {b})",
            f"mean_known({a}, {b})",
            f"median_known({a}, {b})",
            f"mod({a}, {b})",
            f"sqrt({a})",
            f"power({a}, 2)",
            f"(case when {self.condition(depth - 1)} then {a} else {b} end)",
            f"year({c})",
            f"month({c})",
            f"day({d})",
            f"day_of_week({c})",
        )

    def plain_number(self) -> str:
        number = str(self.random.choice([0, 1, 2, 3, 5, 7, 10, 11, -1, 0.5, 2.5]))
        if self.form == "y":
            return self.pick(
                "a",
                number,
                "sum(r.b)",
                "max(r.b)",
                "min(r.b where b > 1)",
                "first(r.b where b > 1)",
                "nth(r.b, -2)",
                "count_known(a, o)",
            )
        return self.pick(
            "n", "m", "q", "z", "n", number, number, "length(t)", "y.a", "y[previous].a"
        )

    def span(self, depth: int) -> str:
        if self.form == "y":
            return self.pick("count(r)", "count(r where b > 2)", "count(distinct r.c)")
        a, b = self.date(depth - 1), self.date(depth - 1)
        return self.pick(
            f"days_between({a}, {b})",
            f"age_years({a}, {b})",
            f"months_between({a}, {b})",
            "count(y[all])",
            "count(y[all] where a > 2)",
        )

    def date(self, depth: int) -> str:
        plain = self.pick("d", "e", "p", "today", "2024-02-29", "2024-01-31")
        if self.form == "y":
            plain = self.pick("today", "2024-02-29", "max(r.f)", "min(r.f)")
        if depth <= 0 or self.random.random() < 0.5:
            return plain
        return self.pick(
            f"add_days({plain}, {self.pick('1', '-3', '30')})",
            f"add_months({plain}, {self.pick('1', '-1', '12')})",
        )

    def condition(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.35:
            return self.atom(depth)
        a, b = self.condition(depth - 1), self.condition(depth - 1)
        return self.pick(
            f"({a} and {b})", f"({a} or {b})", f"not ({a})", f"({a} and {b})"
        )

    def atom(self, depth: int) -> str:
        sign = self.pick("=", "<>", "<", "<=", ">", ">=")
        kind = self.random.random()
        if kind < 0.4:
            a, b = self.number(depth - 1), self.number(depth - 1)
            return self.pick(
                f"{a} {sign} {b}",
                f"{a} {sign} {b}",
                f"{a} between 2 and {b}",
                f"{a} in (1, 3, {b})",
            )
        if kind < 0.6:
            return f"{self.date(depth)} {sign} {self.date(depth)}"
        if kind < 0.75:
            return f"{self.span(depth)} {sign} {self.pick('0', '1', '2', '18', '30')}"
        return self.word_atom()

    def word_atom(self) -> str:
        if self.form == "y":
            return self.pick(
                "o = 'A'",
                "o is known",
                "any(r where b > 3)",
                "every(r where b < 4)",
                "any(r where c = 'A')",
                "not any(r)",
                "o in ('A', 'B')",
                "visitid = 'SCR'",
                "a is missing('ND')",
                "any(r where c = this.o)",
                "first(r.c) = 'A'",
                "last(r.c where b > 1) is known",
            )
        return self.pick(
            "s = 'A'",
            "s <> 'B'",
            "s in ('A', 'C')",
            "s is known",
            "s is missing",
            "n is missing('ND')",
            "w has 'P'",
            "w has any ('P', 'Q')",
            "w within ('P', 'Q')",
            "w is known",
            "t = 'AB'",
            "t <> 'AB'",
            "k = true",
            "k is true",
            "t is known",
            "visitid = 'SCR'",
            "h > 12:00",
            "y.o = s",
            "any(y[all] where a > 3)",
            "every(y[all] where o = 'A')",
            "last(y[all].o) = 'A'",
            "contains(t, 'A')",
            "within(d, e, 3 months)",
            "since(d, today, 1 year)",
        )


def study_at_random(random: Random) -> dict[str, str]:
    """The files of a study with eight rules."""
    words, of_rows = Words(random, "x"), Words(random, "y")
    shown = words.pick("n > 3", "s = 'A'", "s <> 'A'", "n > 3 and s = 'B'", "k is true")
    formula = words.pick("n + q", "n * 2", "n / 4", "n * q", "round(q * 3, 0)", "q / n")
    text = X.replace("SHOWN", f'"{shown}"').replace("FORMULA", f'"{formula}"')
    rules = "rules:\n"
    for number in range(8):
        maker, field = (words, "x.n") if number < 6 else (of_rows, "y.a")
        when, holds = maker.condition(1), maker.condition(3)
        rules += (
            f'  C{number}: {{message: M, on: [{field}], severity: query, when: "{when}", '
            f'assert: "{holds}"}}\n'
        )

    rows = ROWS.replace("MOST", words.pick("1", "3", "6"))
    return dictionary(STUDY, VISITS, text, rows, rules)


DAYS = (
    "2023-12-31",
    "2024-01-01",
    "2024-01-31",
    "2024-02-29",
    "2024-03-01",
    "2025-06-15",
    "1990-02-28",
)
PARTIAL = ("2024", "2024-02", "2023-12", *DAYS)
TODAY = (date(2024, 1, 15), date(2024, 3, 1), date(2026, 6, 1))


def records_at_random(random: Random) -> tuple[dict[FormKey, Record], date]:
    """A subject's forms, with answers near the limits."""
    records = {}
    for visit in ("SCR", "D0"):
        if random.random() < 0.8:
            records[FormKey("x", visit, 0)] = Record(texts=dict(x_texts(random)))
    for visit, number in (("SCR", 0), ("UNS", 1), ("UNS", 2), ("UNS", 3)):
        if random.random() < 0.5:
            records[FormKey("y", visit, number)] = y_record(random)
    return records, random.choice(TODAY)


def x_texts(random: Random) -> Iterator[tuple[str, str]]:
    answers = {
        "n": ["0", "1", "2", "3", "4", "5", "7", "10", "ND"],
        "m": ["-1", "0", "1", "2", "3", "5", "7", "11", "12"],
        "q": ["-5", "-0.5", "0", "0.1", "0.5", "2.5", "5", "UNK"],
        "s": ["A", "B", "C", "UNK"],
        "w": ["P", "Q", "P;Q", "R"],
        "t": ("A", "AB", "ab", "xyz"),
        "k": ("true", "false"),
        "d": ("2024-01-01", "2024-01-10", random.choice(DAYS)),
        "e": ("2024-01-31", "2024-02-29", "2024-03-01", random.choice(DAYS)),
        "p": PARTIAL,
        "h": ("00:00", "12:00", "12:01", "23:59"),
    }
    blank = random.choice([0.0, 0.2, 0.5])
    for name, texts in answers.items():
        if random.random() >= blank:
            yield name, random.choice(texts)


def y_record(random: Random) -> Record:
    texts = {}
    if random.random() < 0.8:
        texts["a"] = random.choice(["0", "1", "2", "3", "4", "5", "ND"])
    if random.random() < 0.8:
        texts["o"] = random.choice("AB")
    rows = []
    for number in range(random.choice([0, 1, 1, 2, 3, 6])):
        row = {}
        if random.random() < 0.8:
            row["b"] = random.choice(["0", "1", "2", "3", "4", "5"])
        if random.random() < 0.6:
            row["c"] = random.choice("AB")
        if random.random() < 0.6:
            row["f"] = random.choice(DAYS)
        rows.append(Row(number=number + 1, texts=row))
    return Record(texts=texts, rows={"r": tuple(rows)})
