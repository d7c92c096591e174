"""A dictionary of ours in REDCap and back means the same, whatever is blank, missing or
answered.

``python -m tests.generator.redcap.test_meanings N SEED`` counts the rules, names those
that are listed, and takes N more rules there and back that are made of others.
"""

from __future__ import annotations

import re
import sys
from random import Random

import pytest

from tests.generator.redcap.meanings import Difference, differences, sources_of, taken
from tests.soak import some


def _each(text: str) -> list[str]:
    return [" ".join(one.split()) for one in text.split(";")]


ORDERED = _each("""
n {} 3; 3 {} n; n {} m; x {} -1.5; n {} x; n + m {} 4; n - x {} 0; -n {} -3; n * m {} 9; n / m {} 1;
d {} 2024-02-29; d {} f; d {} today; h {} 09:30; h {} k; s {} 2024-02-29T09:30;
s {} datetime_of(d, 00:00); date_of(s) {} d; days_between(d, f) {} 0; length(t) {} 1;
number_of(g) {} 1; number_of(e) {} 2.5; number_of(t) {} 7; number_of(t) {} number_of(u); t {} u;
round(x, 0) {} 4; abs(x) {} 1.5; mod(n, 2) {} 0; coalesce(n, m) {} 3; coalesce(n, 0) {} 0;
case when a = 'Y' then n end {} 3; case when a = 'Y' then n else 0 end {} 0; sum_known(n, m) {} 3;
find('a', t) {} 1; sqrt(n) {} 2; min(n, m) {} 3; age_years(f, d) {} 1; seconds_between(h, k) {} 0
""")
"""With each of ``=``, ``<>`` and the four that put in order in the place of ``{}``."""
EQUAL = _each("""
a {} 'Y'; a {} b; t {} 'a'; concat(t, u) {} 'aa'; g {} '2'; t {} 'ND'; upper(t) {} 'AB';
left(t, 1) {} u; concat_known(t, u) {} 'a'; t {} ''; coalesce(t, u) {} 'a';
case when n = 3 then 'a' else t end {} 'a'; text_of(n) {} '3'; trim(t) {} u; replace(t, u, 'z') {} 'z';
join_known('-', t, u) {} 'a'; q {} true; q {} (n = 3); subjid {} '1'; visitid {} 'V';
(n = 3) {} (a = 'Y')
""")
KNOWN = _each("""
n; a; t; c; d; s; h; q; p; n + m; length(t); concat(t, u); (n = 3); coalesce(n, m); left(t, 2); n / m;
number_of(t)
""")
OTHERS = _each("""
n between 1 and 3; n not between 1 and 3; n between m and 4; d between f and today; n in (3, 4);
n not in (3, 4); a in ('Y'); a not in ('Y', 'N'); n in (m, 4); e not in ('A', 'B'); c has 'P';
c has any ('P', 'R'); c has all ('P', 'Q'); c within ('P', 'Q'); c overlaps ('R'); 'P' in c;
'P' not in c; c has any ('P', 'Q', 'R'); c within ('P', 'Q', 'R'); a is 'Y'; a is not 'Y';
(n > 3) is true; (n > 3) is not true; (c has 'P') is not true; (n = m) is true; (n = m) is not true;
(n < m) is not true; (a <> b) is not true; (n in (3, 4)) is not true; q; contains(t, 'A');
contains(t, u); starts_with(t, 'a'); starts_with(t, u); ends_with(t, 'b'); ends_with(t, u);
contains(concat(t, u), 'a'); n > 3 and a = 'Y'; n > 3 or a = 'Y'; n = m or a = b;
a <> 'Y' and c has 'P'; n = 3 and m = 3 or a = 'Y'; case when n > 3 then a = 'Y' end;
case when n > 3 then a = 'Y' else a = 'N' end; coalesce(n > 3, a = 'Y');
case when a = 'Y' then true else false end; q = true or n = 3; year(d) = 2024; day_of_week(d) <> 4;
month(date_of(s)) = 2
""")
NUMBERS = _each("""
n; n + m; n - m * 2; n / m; -n; round(n / 3, 1); abs(n - m); mod(n, 2); sqrt(n); power(n, 2); n * n;
sum_known(n, m); mean_known(n, m); count_known(n, m, t); count_known(n); count_known(a, c, n + m);
count_known(d, n = 3) * 2; min_known(n, m); max_known(n, 0); median_known(n, m, 3);
stdev_known(n, m); min(n, m); max(n, m, 1); coalesce(n, m); coalesce(n, 0); length(t); length(t) + 1;
find('a', t); number_of(g); number_of(e); number_of(t); number_of(t) + number_of(u);
case when c has 'P' then 1 else 0 end; case when n > 3 then 1 else 0 end; case when a = 'Y' then n end;
case when a = 'Y' then n when a = 'N' then m else 0 end; case when a = b then 1 else 0 end;
case when n is known then n else 9 end; case when n = 3 and a = 'Y' then 1 else 0 end;
case when a = 'Y' then length(t) else n end; days_between(d, f); days_between(d, today);
abs(days_between(d, f)); age_years(f, d); year(d); month(d); day(d); day_of_week(d);
seconds_between(h, k); minutes_between(h, k); sum_known(length(t), n); round_up(x, 0);
round_down(x, 0); exp(n); case when c has any ('P', 'Q') then 2 end; d - f;
sum_known(case when c has 'P' then 1 else 0 end, n); case when q then 1 else 0 end;
minutes_between(s, s); seconds_between(s, datetime_of(d, 00:00)); coalesce(length(t), 0);
1 + case when n > 3 then 1 else 0 end * 2; log(n, 10); ln(n)
""")
TEXTS = _each("""
t; concat(t, '-'); concat(t, u); concat_known(t, '-', u); join_known(', ', t, u); upper(t); lower(t);
trim(t); left(t, 1); right(t, 1); mid(t, 1, 1); replace(t, 'a', 'o'); replace(t, u, 'o');
case when n > 3 then 'high' else 'low' end; case when n > 3 then 'high' end; coalesce(t, u);
coalesce(t, 'none'); case when a = 'Y' then t else u end; text_of(n); concat('No ', text_of(n));
case when t is known then concat(t, 'x') else 'none' end; concat(left(t, n), u); text_of(d); a;
concat(t, case when n > 3 then '!' else '?' end); text_of(h); text_of(s); left(t, n); subjid
""")
DATES = _each("""
d; coalesce(d, f); case when n > 3 then d else f end; date_of(s); add_days(d, n); add_months(d, 1);
case when n is known then d end
""")

CONDITIONS = [
    *(
        text.format(sign)
        for text in ORDERED
        for sign in ("=", "<>", "<", "<=", ">", ">=")
    ),
    *(text.format(sign) for text in EQUAL for sign in ("=", "<>")),
    *(f"{text} is {word}known" for text in KNOWN for word in ("", "not ")),
    *OTHERS,
    "in_unit(w, 'C') > 37.5",
    "in_unit(w, 'C') <> 38",
    "in_unit(w, 'C') is known",
]
MISSING = [
    f"{name} is {word}missing{code}"
    for name in "natcd"
    for word in ("", "not ")
    for code in ("", "('ND')")
]
FORMULAS = [
    *(("decimal", text) for text in NUMBERS),
    *(("text", text) for text in TEXTS),
    *(("date", text) for text in DATES),
    ("integer", "n / m"),
    ("integer", "case when n > 3 then x end"),
    ("decimal, places: 1", "x / 3"),
    ("choice, codes: [HIGH, LOW]", "case when n > 3 then 'HIGH' else 'LOW' end"),
    ("choice, codes: [Y, N]", "a"),
    ("decimal", "in_unit(w, 'C')"),
    ("decimal", "round(in_unit(w, 'C') * n, 1)"),
]
ALL = [text for one in CONDITIONS for text in (one, f"not ({one})")]


def _shape(expression: str) -> str:
    """The rule without its sign and its negation: each has all of the signs."""
    bare = expression.removeprefix("not (").removesuffix(")")
    return re.sub(r" (=|<>|<=?|>=?) ", " ~ ", bare)


def composed(random: Random, count: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Conditions and formulas made of others, over few sources."""
    conditions: list[str] = []
    formulas: list[tuple[str, str]] = []
    numbers = [
        text
        for text in NUMBERS
        if "age_years" not in text and "days" not in text and text != "d - f"
    ]
    while len(conditions) < count:
        one, other, third = random.sample(ALL, 3)
        number, second = random.sample(numbers, 2)
        text = random.choice(_COMPOSED).format(
            a=one, b=other, c=third, x=number, y=second
        )
        if len(sources_of(text)) <= MOST_SOURCES and " is known is" not in text:
            conditions.append(text)
            value = random.choice(_VALUES).format(a=one, b=other, x=number, y=second)
            if len(sources_of(value)) <= MOST_SOURCES:
                formulas.append(("decimal", value))
    return conditions, formulas


MOST_SOURCES = 3
_COMPOSED = _each("""
({a}) and ({b}); ({a}) or ({b}); not (({a}) and ({b})); not (({a}) or not ({b}));
({a}) = ({b}); ({a}) <> ({b});
(({a}) or ({b})) is true; (({a}) and ({b})) is not true; case when {a} then {b} else {c} end;
not (case when {a} then {b} end); coalesce({a}, {b}); (({a}) or ({b})) is known; ({x}) < ({y});
({x}) <> ({y});
({x}) + ({y}) >= 3; not (({x}) = ({y})); ({x}) between 0 and ({y}); (case when {a} then {x} else {y} end) = 1;
coalesce({x}, {y}) > 1; sum_known({x}, {y}) = 3; ({x}) is known and ({a}); ({x}) in (1, {y})
""")
_VALUES = _each("""
case when {a} then {x} else {y} end; case when {a} then {x} when {b} then {y} end; ({x}) + ({y});
coalesce({x}, {y}); sum_known({x}, {y}); round(({x}) * 2, 1); max({x}, {y}); case when {a} then 1 else 0 end;
-({x}); abs(({x}) - ({y})); mean_known({x}, {y}, 2); coalesce(case when {a} then {x} end, {y}); ({x}) / ({y})
""")


def said(found: list[Difference]) -> list[str]:
    return [
        (
            f"{one.expression}: {dict(one.answers)}: {one.here} here, {one.there} "
            f"there ({one.written})"
        )
        for one in found
    ]


def test_every_rule_means_the_same_whatever_is_blank() -> None:
    found, listed = differences(ALL, FORMULAS, missing=False)
    assert said(found) == []
    assert {one.removeprefix("not (").removesuffix(")") for one in listed} == {
        "subjid",
        "text_of(s",
        *(f"date_of(s) {sign} d" for sign in ("=", "<>", "<", "<=", ">", ">=")),
    }


def test_every_rule_means_the_same_beside_a_code_of_missing_data() -> None:
    negated = (text for one in MISSING for text in (one, f"not ({one})"))
    asked = [*some(ALL, 1, of=_shape), *negated]
    found, _ = differences(asked, FORMULAS, missing=True)
    assert said(found) == []


def test_it_does_where_the_project_names_no_codes_but_for_texts() -> None:
    """A code in a text is a text like others there; the list of Losses names the codes."""

    def holds_texts(expression: str) -> bool:
        return bool({"t", "u", "p"} & set(sources_of(expression)))

    asked = some((one for one in ALL if not holds_texts(one)), 1, of=_shape)
    formulas = [one for one in FORMULAS if not holds_texts(one[1])]
    found, _ = differences(asked, formulas, missing=True, named=False)
    assert said(found) == []


GUARDS = [
    # ours, what REDCap is asked
    ("n = m", "[n] = [m] and [n] <> ''"),
    ("a <> b", "[a] <> [b] and [a] <> '' and [b] <> ''"),
    ("n > 3", "[n] > 3"),
    ("not (n + m = 4)", "[n] + [m] <> 4 and [n] + [m] <> ''"),
    ("not c has 'P'", "[c(P)] = '0' and ([c(Q)] = '1' or [c(R)] = '1')"),
    ("(c has 'P') is not true", "[c(P)] = '0'"),
    ("length(t) <> 1", "length([t]) <> 1 and [t] <> ''"),
    ("a is not 'Y'", "[a] <> 'Y'"),
    ("(n < m) is not true", "[n] >= [m] or [n] = '' or [m] = ''"),
    (
        "case when n > 3 then 'high' else 'low' end",
        "@CALCTEXT(if([n] > 3, 'high', if([n] <= 3, 'low', '')))",
    ),
    ("concat(t, '-')", "@CALCTEXT(if([t] = '', '', concat([t], '-')))"),
]


@pytest.mark.parametrize(("expression", "written"), GUARDS)
def test_what_a_blank_would_do_is_guarded(expression: str, written: str) -> None:
    assert taken(expression) == written


def test_rules_made_of_others_mean_the_same() -> None:
    conditions, formulas = composed(Random(7), 20)
    for missing in (False, True):
        found, _ = differences(conditions, formulas, missing=missing)
        assert said(found) == []


def main(count: int, seed: int) -> None:
    conditions, formulas = composed(Random(seed), count)
    for missing in (False, True):
        found, listed = differences(conditions, formulas, missing=missing)
        wrong = {one.expression for one in found}
        print(
            f"{len(conditions)} conditions, {len(formulas)} formulas of others, "
            f"missing codes: {missing}"
        )
        print(f"{len(wrong)} mean something else, {len(listed)} are listed")
        first = {one.expression: one for one in reversed(found)}
        for line in said(list(first.values()))[:20]:
            print("  ", line)
    for missing in (False, True):
        found, listed = differences(ALL, FORMULAS, missing=missing)
        wrong = {one.expression for one in found}
        print(
            f"{len(ALL)} conditions, {len(FORMULAS)} formulas, missing codes: {missing}"
        )
        print(
            f"{len(wrong)} mean something else, {len(listed)} are listed: "
            f"{', '.join(listed)}"
        )
        first = {one.expression: one for one in reversed(found)}
        for line in said(list(first.values())):
            print("  ", line)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
