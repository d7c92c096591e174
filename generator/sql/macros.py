"""What the rule language computes and SQL has no operator for, as DuckDB macros.

Numbers are HUGEINT in 10^-9, dates and numbers known within limits STRUCT(lo, hi), dates as day numbers of
``date.toordinal``. A macro's arguments are put into a list of one struct first, so that each is evaluated
once however often the macro reads it.
"""

from __future__ import annotations

from forms_spec.rules.calendar import LAST_DAY
from forms_spec.rules.limits import NUMBER_BOUND, SCALE

_LIMIT = f"{NUMBER_BOUND}::HUGEINT"
_ONE = f"{SCALE}::HUGEINT"


MOST_STEPS = 10_000_000
"""More days or months than the calendar has, and few enough to add without overflow."""


def _let(names: str, body: str) -> str:
    """The body with ``s.name`` for each argument."""
    struct = ", ".join(f"'{name}': {name}" for name in names.split())
    return f"list_transform([{{{struct}}}], lambda s: {body})[1]"


def _both(low: str, high: str) -> str:
    """A pair, or NULL when one of its ends is."""
    return (
        f"list_transform([{{'lo': {low}, 'hi': {high}}}], "
        "lambda p: CASE WHEN p.lo IS NOT NULL AND p.hi IS NOT NULL THEN p END)[1]"
    )


def _moved(step: str) -> str:
    low, high = step.format("s.d.lo"), step.format("s.d.hi")
    return _let(
        "d n",
        f"CASE WHEN s.n % {_ONE} = 0 AND abs(s.n) < {MOST_STEPS}::HUGEINT * {_ONE} "
        f"THEN {_both(low, high)} END",
    )


def _between(count: str) -> str:
    return _let(
        "a b",
        "CASE WHEN s.a IS NOT NULL AND s.b IS NOT NULL THEN "
        f"{{'lo': {count.format('s.a.hi', 's.b.lo')}::HUGEINT * {_ONE}, "
        f"'hi': {count.format('s.a.lo', 's.b.hi')}::HUGEINT * {_ONE}}} END",
    )


def _ends_added(end: str, no_end: str) -> str:
    """The sum of two ends; a side without an end has none in the sum."""
    one, other = f"s.a.{end}", f"s.b.{end}"
    no_sum = f"{one} = {no_end} OR {other} = {no_end}"
    return f"CASE WHEN {no_sum} THEN {no_end} ELSE crf_bounded({one} + {other}) END"


_OPEN = f"s.a.lo <= -{_LIMIT} AND s.a.hi >= {_LIMIT}"
_UNDER = "((s.a.hi % 10) + 10) % 10 = 9"
_OVER = "((s.a.lo % 10) + 10) % 10 = 1"

MACROS: tuple[tuple[str, str], ...] = (
    ("crf_bounded(x)", _let("x", f"CASE WHEN s.x > -{_LIMIT} AND s.x < {_LIMIT} THEN s.x END")),
    (
        "crf_divided(n, d)",
        _let(
            "n d",
            "(abs(s.n) // abs(s.d) + CASE WHEN 2 * (abs(s.n) % abs(s.d)) >= abs(s.d) THEN 1 ELSE 0 END)"
            " * CASE WHEN (s.n < 0) = (s.d < 0) THEN 1 ELSE -1 END",
        ),
    ),
    (
        "crf_mul(l, r)",
        _let(
            "l r",
            "CASE WHEN abs(s.l::DOUBLE) * abs(s.r::DOUBLE) < 1.1e33 "
            f"THEN crf_bounded(crf_divided(s.l * s.r, {_ONE})) END",
        ),
    ),
    (
        "crf_div(l, r)",
        _let("l r", f"CASE WHEN s.r <> 0 THEN crf_bounded(crf_divided(s.l * {_ONE}, s.r)) END"),
    ),
    ("crf_round(x, step)", _let("x step", "crf_bounded(crf_divided(s.x, s.step) * s.step)")),
    (
        "crf_span_eq(a, b)",
        _let(
            "a b",
            "CASE WHEN s.a.hi < s.b.lo OR s.b.hi < s.a.lo THEN FALSE "
            "WHEN s.a.lo = s.a.hi AND s.b.lo = s.b.hi THEN TRUE END",
        ),
    ),
    (
        "crf_span_lt(a, b)",
        _let("a b", "CASE WHEN s.a.hi < s.b.lo THEN TRUE WHEN s.a.lo >= s.b.hi THEN FALSE END"),
    ),
    (
        "crf_span_le(a, b)",
        _let("a b", "CASE WHEN s.a.hi <= s.b.lo THEN TRUE WHEN s.a.lo > s.b.hi THEN FALSE END"),
    ),
    ("crf_point(x)", _let("x", "CASE WHEN s.x IS NOT NULL THEN {'lo': s.x, 'hi': s.x} END")),
    ("crf_settle(a)", _let("a", "CASE WHEN s.a.lo = s.a.hi THEN s.a.lo END")),
    (
        "crf_span_add(a, b)",
        _let("a b", _both(_ends_added("lo", f"-{_LIMIT}"), _ends_added("hi", _LIMIT))),
    ),
    (
        "crf_limit_of(a)",
        _let(
            "a",
            f"CASE WHEN {_OPEN} THEN NULL WHEN s.a.lo = s.a.hi THEN s.a.lo "
            f"WHEN s.a.lo <= -{_LIMIT} THEN s.a.hi + CASE WHEN {_UNDER} THEN 1 ELSE 0 END "
            f"WHEN s.a.hi >= {_LIMIT} THEN s.a.lo - CASE WHEN {_OVER} THEN 1 ELSE 0 END END",
        ),
    ),
    (
        "crf_comparator_of(a)",
        _let(
            "a",
            f"CASE WHEN {_OPEN} THEN NULL WHEN s.a.lo = s.a.hi THEN '=' "
            f"WHEN s.a.lo <= -{_LIMIT} THEN CASE WHEN {_UNDER} THEN '<' ELSE '<=' END "
            f"WHEN s.a.hi >= {_LIMIT} THEN CASE WHEN {_OVER} THEN '>' ELSE '>=' END END",
        ),
    ),
    ("crf_span_neg(a)", _let("a", "CASE WHEN s.a IS NOT NULL THEN {'lo': -s.a.hi, 'hi': -s.a.lo} END")),
    (
        "crf_span_least(a, b)",
        _let(
            "a b",
            _both(
                "CASE WHEN s.a.lo <= s.b.lo THEN s.a.lo WHEN s.b.lo < s.a.lo THEN s.b.lo END",
                "CASE WHEN s.a.hi <= s.b.hi THEN s.a.hi WHEN s.b.hi < s.a.hi THEN s.b.hi END",
            ),
        ),
    ),
    (
        "crf_span_greatest(a, b)",
        _let(
            "a b",
            _both(
                "CASE WHEN s.a.lo >= s.b.lo THEN s.a.lo WHEN s.b.lo > s.a.lo THEN s.b.lo END",
                "CASE WHEN s.a.hi >= s.b.hi THEN s.a.hi WHEN s.b.hi > s.a.hi THEN s.b.hi END",
            ),
        ),
    ),
    ("crf_least(a, b)", _let("a b", "CASE WHEN s.a <= s.b THEN s.a WHEN s.b < s.a THEN s.b END")),
    ("crf_greatest(a, b)", _let("a b", "CASE WHEN s.a >= s.b THEN s.a WHEN s.b > s.a THEN s.b END")),
    ("crf_date(o)", "(DATE '0001-01-01' + (o - 1)::INTEGER)"),
    ("crf_months(o)", "(year(crf_date(o)) * 12 + month(crf_date(o)) - 1)"),
    (
        "crf_on_day(o, n)",
        _let("o n", f"CASE WHEN s.o + s.n BETWEEN 1 AND {LAST_DAY} THEN (s.o + s.n)::BIGINT END"),
    ),
    (
        "crf_on_month(o, n)",
        _let(
            "o n",
            "CASE WHEN crf_months(s.o) + s.n BETWEEN 12 AND 119999 THEN "
            "datediff('day', DATE '0001-01-01', (crf_date(s.o) + to_months(s.n::INTEGER))::DATE)::BIGINT + 1 "
            "END",
        ),
    ),
    ("crf_add_days(d, n)", _moved(f"crf_on_day({{}}, s.n // {_ONE})")),
    ("crf_add_months(d, n)", _moved(f"crf_on_month({{}}, s.n // {_ONE})")),
    ("crf_days_between(a, b)", _between("({1} - {0})")),
    (
        "crf_forward_months(o, p)",
        _let(
            "o p",
            "(crf_months(s.p) - crf_months(s.o)) - "
            "CASE WHEN crf_on_month(s.o, crf_months(s.p) - crf_months(s.o)) <= s.p THEN 0 ELSE 1 END",
        ),
    ),
    (
        "crf_months_apart(o, p)",
        _let(
            "o p",
            "CASE WHEN s.p < s.o THEN -crf_forward_months(s.p, s.o) ELSE crf_forward_months(s.o, s.p) END",
        ),
    ),
    ("crf_months_between(a, b)", _between("crf_months_apart({0}, {1})")),
    (
        "crf_years(o, p)",
        _let(
            "o p",
            "year(crf_date(s.p)) - year(crf_date(s.o)) - CASE WHEN "
            "month(crf_date(s.p)) * 100 + day(crf_date(s.p)) "
            "< month(crf_date(s.o)) * 100 + day(crf_date(s.o)) "
            "THEN 1 ELSE 0 END",
        ),
    ),
    ("crf_age_years(a, b)", _between("crf_years({0}, {1})")),
    ("crf_minutes(a, b)", f"crf_divided((b - a)::HUGEINT * {_ONE}, 60::HUGEINT)"),
    (
        "crf_date_of(m)",
        _let(
            "m",
            "CASE WHEN s.m IS NOT NULL THEN {'lo': (s.m // 86400)::BIGINT, 'hi': (s.m // 86400)::BIGINT} END",
        ),
    ),
    ("crf_time_of(m)", "(m % 86400)"),
    ("crf_member(c, l)", _let("c l", "CASE WHEN s.c IS NOT NULL THEN list_contains(s.l, s.c) END")),
)


def create_macros() -> str:
    """The statements that a connection needs before any rule; macros use those before them."""
    return ";\n".join(f"CREATE OR REPLACE MACRO {head} AS {body}" for head, body in MACROS)
