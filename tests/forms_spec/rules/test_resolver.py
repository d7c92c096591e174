"""A rule that cannot be judged is found before anything is captured."""

from __future__ import annotations

import pytest

from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.findings.catalogue.rules import ENTRIES
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.model.study import Study
from forms_spec.rule_syntax.expression import Expression
from forms_spec.rules import (
    Dependency,
    Home,
    Type,
    check_expression,
    parse_expression,
    references,
    to_english,
)
from tests.parity.rule_study import rule_study

PLACE = TextPlace(file="home.yaml", line=1, column=1)


def expression(text: str) -> Expression:
    found = parse_expression(text, PLACE)
    assert isinstance(found, Expression), found
    return found


def home(study: Study, form: str = "home", group: str | None = None) -> Home:
    held = study.forms[form]
    return Home(
        form=held, group=next((one for one in held.groups if one.name == group), None)
    )


def check(
    text: str, expects: Type = Type.ANY, form: str = "home", group: str | None = None
) -> list[Finding]:
    study = rule_study()
    return check_expression(expression(text), study, home(study, form, group), expects)


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("an > ax and agg = 'x'", "rule-unknown-name", "agg"),
        ("far.zz = 1", "rule-unknown-field", "far.zz"),
        ("fra.fn = 1", "rule-unknown-table", "fra.fn"),
        ("an > $limt", "rule-unknown-parameter", "$limt"),
        ("rnd(an, 1) = 1", "rule-unknown-function", "rnd(an, 1)"),
        ("far[V9].fn = 1", "rule-unknown-visit", "far[V9].fn"),
        ("far[this].fn = 1", "rule-this-elsewhere", "far[this].fn"),
        ("first(far[this].fn) = 1", "rule-this-elsewhere", "first(far[this].fn)"),
        ("far[V2].fn = 1", "rule-not-scheduled", "far[V2].fn"),
        ("diary[V1].ln = 1", "rule-log-has-no-visit", "diary[V1].ln"),
        ("ac = 'X'", "rule-unknown-code", "'X'"),
        ("ac in ('A', 'X')", "rule-unknown-code", "'X'"),
        ("am has 'X'", "rule-unknown-code", "'X'"),
        ("am has any ('A', 'X')", "rule-unknown-code", "'X'"),
        ("an is missing('NO')", "rule-unknown-missing", "'NO'"),
        ("(an + 1) is missing", "rule-not-a-field", "an + 1"),
        ("ac >= 'A'", "rule-no-order", "ac >= 'A'"),
        ("ad > '2024-01-31'", "rule-compare-types", "ad > '2024-01-31'"),
        ("am = 'A'", "rule-compare-types", "am = 'A'"),
        ("ac = 1", "rule-compare-types", "ac = 1"),
        ("an and ab", "rule-wrong-type", "an"),
        ("length(an) = 1", "rule-wrong-type", "an"),
        ("round(an) = 1", "rule-argument-count", "round(an)"),
        ("round(an, 1.5) = 1", "rule-places", "1.5"),
        ("ad + 3 = ad", "rule-date-arithmetic", "3"),
        ("within(ad, today, 3)", "rule-needs-duration", "3"),
        ("an > 3 days", "rule-stray-duration", "3 days"),
        ("number_of(ay) = 1", "rule-no-numbers", "number_of(ay)"),
        ("begun(r)", "rule-needs-form", "begun(r)"),
        ("begun(far.fn)", "rule-needs-form", "begun(far.fn)"),
        ("begun(far[V2])", "rule-not-scheduled", "begun(far[V2])"),
        ("begun(diary[this])", "rule-log-has-no-visit", "begun(diary[this])"),
        ("in_unit(au, 'K') = 1", "rule-unknown-unit", "'K'"),
        ("in_unit(au, 'F') = 1", "rule-no-conversion", "in_unit(au, 'F')"),
        ("r.rn = 1", "rule-rows-need-aggregate", "r.rn"),
        ("rn = 1", "rule-rows-need-aggregate", "rn"),
        ("q.qn = 1", "rule-rows-need-aggregate", "q.qn"),
        ("r = 1", "rule-table-is-no-value", "r"),
        ("sum(3) = 1", "rule-no-rows", "3"),
        ("sum(r) = 1", "rule-wrong-aggregate", "sum(r)"),
        ("any(r.rn)", "rule-wrong-type", "r.rn"),
        ("lookup(agrade, 'ANC') = '1'", "rule-no-lookup-table", "agrade"),
        ("first(r) = 1", "rule-wrong-aggregate", "first(r)"),
        ("first(r.rc) = 'X'", "rule-unknown-code", "'X'"),
        ("nth(r.rn, 0) = 1", "rule-row-place", "0"),
        ("nth(r.rn, 1.5) = 1", "rule-row-place", "1.5"),
        ("nth(r.rn, an) = 1", "rule-row-place", "an"),
        ("last(an) = 1", "rule-no-rows", "an"),
        (
            "any(r as q where q.rn > 1)",
            "rule-alias-taken",
            "any(r as q where q.rn > 1)",
        ),
        (
            "any(r as a where any(q as a where ab))",
            "rule-alias-taken",
            "any(q as a where ab)",
        ),
        ("any(r as a where a.zz > 1)", "rule-unknown-field", "a.zz"),
        ("any(r as a where rn > 1) and a.rn > 1", "rule-unknown-table", "a.rn"),
        ("am has any (ac)", "rule-listed-code", "ac"),
        ("an = ('A', 'B')", "rule-unexpected", ""),
        ("ad > 2024-02-30", "rule-bad-moment", "2024-02-30"),
    ],
)
def test_a_fault_has_its_code_and_place(text: str, code: str, where: str) -> None:
    parsed = parse_expression(text, PLACE)
    if isinstance(parsed, Finding):
        assert parsed.code == code
        return
    (found,) = check(text)
    assert found.text is not None
    assert (found.code, text[found.text.column - 1 : found.text.end_column - 1]) == (
        code,
        where,
    )


def test_all_faults_are_found_at_once() -> None:
    assert [one.code for one in check("zz = 1 and ac = 'X' and an")] == [
        "rule-unknown-name",
        "rule-unknown-code",
        "rule-wrong-type",
    ]


def test_the_name_that_was_meant_is_offered() -> None:
    (found,) = check("far.fnn = 1")
    assert 'Did you mean "fn"?' in found.remedy


def test_a_log_names_the_visit_of_another_form() -> None:
    (found,) = check("far.fn = 1", form="diary")
    assert found.code == "rule-name-the-visit"
    assert not check("far[V1].fn = 1", form="diary")


def test_what_is_expected_decides_what_is_right() -> None:
    assert [one.code for one in check("an", Type.CONDITION)] == ["rule-wrong-type"]
    assert not check("age_years(ap, ad)", Type.NUMBER)
    assert [one.code for one in check("an", Type.DATE)] == ["rule-wrong-type"]


def test_references_say_where_each_value_comes_from() -> None:
    study = rule_study()
    found = references(
        expression(
            "an > far[V1].fn and any(r where rn > $limit) and any(q where qn > fn)"
        ),
        study,
        home(study),
    )
    assert set(found) == {
        Dependency(table="home", field="an"),
        Dependency(table="far", field="fn", visit="V1"),
        Dependency(table="r", field=None),
        Dependency(table="r", field="rn"),
        # Whether anybody has begun the form of the rows.
        Dependency(table="far", field=None, visit="all"),
        Dependency(table="q", field=None, visit="all"),
        Dependency(table="q", field="qn", visit="all"),
        Dependency(table="far", field="fn", visit="all"),
        Dependency(table=None, field="limit"),
    }


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("ay = 'Y'", "“Yes or no” is Yes"),
        ("not ay = 'Y'", "“Yes or no” is not Yes"),
        ("ac in ('A', 'B')", "“Choice” is Letter A or Letter B"),
        ("am has 'C'", "“Choices” includes Letter C"),
        ("ad <= today", "“Date” is not after today"),
        (
            "an > $limit and (ab or an is known)",
            "“Number” is greater than 40 (limit) and (“Tick” or “Number” is known)",
        ),
        ("an is missing('ND')", "“Number” is missing: Not done"),
        ("far[V1].fn - 1", "“Number” (Form far, One) minus 1"),
        ("(an + 1) * 2", "(“Number” plus 1) times 2"),
        ("begun(far[V1])", "“Form far” has been begun at One"),
        ("not begun(far[this])", "“Form far” has not been begun at this visit"),
        (
            "any(r where rc = 'A')",
            "there is a row of “Rows r” where “Choice” is Letter A",
        ),
        (
            "first(r.rc where rn > 2) = 'A'",
            "the first “Choice” where “Number” is greater than 2 is Letter A",
        ),
        (
            "any(far[all] as a where any(far[all] as b where b.fd > a.fd))",
            "there is a row of “Form far” at any visit (a) where there is a row of "
            "“Form far” at any visit (b) where “Date” (b) is after “Date” (a)",
        ),
        ("last(far[all].fd) < today", "the last “Date” is before today"),
        (
            "nth(r.rn, 2) > nth(r.rn, -1)",
            "the 2nd “Number” is greater than the 1st last “Number”",
        ),
        (
            "count_known(an, ac, ad) >= 2",
            "the number of known values among “Number”, "
            "“Choice” and “Date” is at least 2",
        ),
        (
            "within(ad, anchor, 3 months)",
            "“Date” is less than 3 months before anchor, and not after it",
        ),
    ],
)
def test_a_rule_reads_in_english(text: str, english: str) -> None:
    study = rule_study()
    assert to_english(expression(text), study, home(study)) == english


def test_every_code_of_the_language_explains_itself_with_an_example() -> None:
    assert all(one.code.startswith("rule-") and one.explanation for one in ENTRIES)
    assert all(one.code in CATALOGUE for one in ENTRIES)
