"""REDCap's own verdicts, worked out by hand, for every operator and function: with
answers and without.

A blank equals the empty text and nothing else; arithmetic with a blank is blank;
``sum`` and its kin skip it.
"""

from __future__ import annotations

import json
import re

import pytest

from forms_spec.model.captured_data import FormKey, Record
from generator.redcap.logic.functions import CONDITIONS, VALUES
from tests.generator.redcap.dictionaries import (
    FIELDS,
    TODAY,
    calc_text,
    calculated,
    converted,
    shown,
    study_of,
)
from tests.parity.column_engine import ColumnEngine
from tests.parity.rule_engines import BrowserEngine, Rule

BRANCHING = [
    # logic, answers, shown
    ("[sex] = '1'", {"sex": "1"}, True),
    ("[sex] = '1'", {"sex": "2"}, False),
    ("[sex] = '1'", {}, False),
    ('[sex] = "1"', {"sex": "1"}, True),
    ("[sex] = 1", {"sex": "1"}, True),
    ("[sex] <> '1'", {"sex": "1"}, False),
    ("[sex] <> '1'", {"sex": "2"}, True),
    ("[sex] <> '1'", {}, True),
    ("[sex] != '1'", {}, True),
    ("[sex] = ''", {}, True),
    ("[sex] = ''", {"sex": "1"}, False),
    ('[sex] <> ""', {}, False),
    ('[sex] <> ""', {"sex": "1"}, True),
    ("[sex] = '9'", {"sex": "1"}, False),
    ("[sex] <> '9'", {"sex": "1"}, True),
    ("[sex] <> '9'", {}, True),
    ("[sex] > 1", {"sex": "2"}, True),
    ("[sex] > 1", {"sex": "1"}, False),
    ("[sex] > 1", {}, False),
    ("[code] = '1'", {"code": "01"}, True),
    ("[code] = 'OTH'", {"code": "OTH"}, True),
    ("[a] = 0", {}, False),
    ("[a] = 0", {"a": "0"}, True),
    ("[a] <> 0", {}, True),
    ("[a] <> 0", {"a": "0"}, False),
    ("[a] <> 0", {"a": "0.0"}, False),
    ("[a] > 5", {"a": "5.1"}, True),
    ("[a] > 5", {}, False),
    ("[a] < 5", {}, False),
    ("[a] <= 5", {}, False),
    ("[a] > = 5", {"a": "5"}, True),
    ("5 < [a]", {"a": "6"}, True),
    ("[a] = [b]", {}, True),
    ("[a] = [b]", {"a": "1"}, False),
    ("[a] = [b]", {"a": "1", "b": "1.0"}, True),
    ("[a] <> [b]", {}, False),
    ("[a] <> [b]", {"a": "1"}, True),
    ("[a] < [b]", {"a": "1"}, False),
    ("[race(1)] = '1'", {"race": "1;2"}, True),
    ("[race(1)] = '1'", {"race": "2"}, False),
    ("[race(1)] = '1'", {}, False),
    ("[race(1)] = '0'", {}, True),
    ("[race(1)] <> '1'", {}, True),
    ("[race(1)] <> '1'", {"race": "1"}, False),
    ("[race(oth)] = '1'", {"race": "OTH"}, True),
    ("[race(9)] = '1'", {"race": "1"}, False),
    ("[race(9)] = '0'", {"race": "1"}, True),
    ("[text] = 'abc'", {"text": "abc"}, True),
    ("[text] = 'abc'", {}, False),
    ("[text] <> 'abc'", {}, True),
    ("[text] > 5", {"text": "6"}, True),
    ("[text] > 5", {"text": "six"}, False),
    ("[text] > 5", {}, False),
    ("[day] = '2024-05-31'", {"day": "2024-05-31"}, True),
    ("[day] > '2024-05-30'", {"day": "2024-05-31"}, True),
    ("[day] > '2024-05-30'", {}, False),
    ("[day] = 'today'", {"day": "2024-05-31"}, True),
    ("[at] > '2024-05-31 09:00'", {"at": "2024-05-31T09:30"}, True),
    ("[at] > [day]", {"at": "2024-05-31T09:30", "day": "2024-05-31"}, True),
    ("[clock] < '10:00'", {"clock": "09:59"}, True),
    ("[yes] = '1'", {"yes": "1"}, True),
    ("[yes] = '1'", {}, False),
    ("[sex] = '1' and [a] > 5", {"sex": "1", "a": "6"}, True),
    ("[sex] = '1' AND [a] > 5", {"sex": "1"}, False),
    ("[sex] = '1' or [a] > 5", {"a": "6"}, True),
    ("[sex] = '1' || [a] > 5", {"sex": "1"}, True),
    ("[sex] = '1' or [sex] = '2' and [a] > 5", {"sex": "1"}, True),
    ("([sex] = '1' or [sex] = '2') and [a] > 5", {"sex": "1"}, False),
    ("[sex] <> '' and ([a] = '' or [b] = '')", {"sex": "1", "a": "1"}, True),
    ("[sex] = '1' // the women\nand [a] > 5 # and more", {"sex": "1", "a": "6"}, True),
    ("not([sex] = '1')", {}, True),
    ("[a] + [b] > 5", {"a": "3", "b": "3"}, True),
    ("[a] + [b] > 5", {"a": "9"}, False),
    ("[a] + [b] = ''", {"a": "9"}, True),
    ("sum([a], [b]) > 5", {"a": "9"}, True),
    ("sum([a], [b]) = ''", {}, True),
    ("isnumber([text])", {"text": "4.5"}, True),
    ("isnumber([text])", {"text": "four"}, False),
    ("isnumber([text])", {}, False),
    ("isinteger([a]) = 1", {"a": "4"}, True),
    ("isinteger([a])", {"a": "4.5"}, False),
    ("isinteger([a])", {}, False),
    ("isblankormissingcode([a])", {}, True),
    ("isblankormissingcode([a])", {"a": "0"}, False),
    ("isblanknotmissingcode([a])", {}, True),
    ("isblanknotmissingcode([a])", {"a": "0"}, False),
    ("ismissingcode([a])", {}, False),
    ("ismissingcode([a])", {"a": "0"}, False),
    ("contains([text], 'LUNG')", {"text": "Both lungs"}, True),
    ("contains([text], 'lung')", {}, False),
    ("not_contain([text], 'lung')", {}, True),
    ("not_contain([text], 'lung')", {"text": "lung"}, False),
    ("contain([text], 'lung')", {"text": "Both lungs"}, True),
    ("contain([text], 'lung')", {}, False),
    ("starts_with([text], 'ab')", {"text": "ABC"}, True),
    ("starts_with([text], 'ab')", {}, False),
    ("ends_with([text], 'bc')", {"text": "ABC"}, True),
    ("ends_with([text], 'bc')", {}, False),
    ("length([text]) = 0", {}, True),
    ("length([text]) > 2", {"text": "abc"}, True),
    ("datediff([day], 'today', 'd') > 7", {"day": "2024-05-20"}, True),
    ("datediff([day], 'today', 'd') > 7", {}, False),
    ("datediff([day], 'today', 'd') <> 0", {}, True),
    ("if([sex] = '1', [a] > 5, [b] > 5)", {"sex": "2", "b": "6"}, True),
    ("if([sex] = '1', [a] > 5, [b] > 5)", {"b": "6"}, True),
]

EQUATIONS = [
    # equation, answers, result
    ("[a] + [b]", {"a": "1", "b": "2.5"}, "3.5"),
    ("[a] + [b]", {"a": "1"}, ""),
    ("[a] - [b] * 2", {"a": "10", "b": "3"}, "4"),
    ("[a] / [b]", {"a": "1", "b": "0"}, ""),
    ("([a])^(2)", {"a": "1.5"}, "2.25"),
    ("([a])^(0.5)", {"a": "9"}, "3"),
    ("-[a]", {"a": "2"}, "-2"),
    ("sum([a], [b], [c])", {"a": "1", "c": "3"}, "4"),
    ("sum([a], [b])", {}, ""),
    ("mean([a], [b], [c])", {"a": "1", "c": "4"}, "2.5"),
    ("mean([a], [b])", {}, ""),
    ("median([a], [b], [c])", {"a": "1", "c": "4"}, "2.5"),
    ("median([a], [b], [c])", {"a": "9", "b": "1", "c": "4"}, "4"),
    ("median([a], [b], [c])", {}, ""),
    ("min([a], [b])", {"b": "4"}, "4"),
    ("min([a], [b])", {}, ""),
    ("max([a], [b])", {"a": "7", "b": "4"}, "7"),
    ("max([a], [b])", {}, ""),
    ("stdev([a], [b], [c])", {"a": "2", "b": "4", "c": "6"}, "2"),
    ("stdev([a], [b])", {"a": "2"}, ""),
    ("stdev([a], [b])", {}, ""),
    ("round([a])", {"a": "2.5"}, "3"),
    ("round([a], 1)", {"a": "2.45"}, "2.5"),
    ("round([a], 1)", {}, ""),
    ("roundup([a], 1)", {"a": "14.384"}, "14.4"),
    ("roundup([a], 1)", {}, ""),
    ("rounddown([a])", {"a": "14.9"}, "14"),
    ("rounddown([a])", {}, ""),
    ("abs([a])", {"a": "-3"}, "3"),
    ("abs([a])", {}, ""),
    ("sqrt([a])", {"a": "16"}, "4"),
    ("sqrt([a])", {}, ""),
    ("exponential([a])", {"a": "0"}, "1"),
    ("exponential([a])", {}, ""),
    ("pow([a], 2)", {"a": "3"}, "9"),
    ("pow([a], 2)", {}, ""),
    ("log([a])", {"a": "1"}, "0"),
    ("log([a], 10)", {"a": "1000"}, "3"),
    ("log([a], 10)", {}, ""),
    ("mod([a], [b])", {"a": "7", "b": "3"}, "1"),
    ("mod([a], [b])", {"a": "7"}, ""),
    ("mod([a], [b])", {}, ""),
    ("if([sex] = '1', 1, 0)", {"sex": "1"}, "1"),
    ("if([sex] = '1', 1, 0)", {}, "0"),
    ("if([a] > 5, 1, 0)", {}, "0"),
    ("if([a] = '', '', [a] * 2)", {}, ""),
    ("if([a] = '', '', [a] * 2)", {"a": "4"}, "8"),
    ("if([a] > 5, 'NaN', 0)", {"a": "4"}, "0"),
    ("if([a] < 1, 1, if([a] < 2, 2, 3))", {"a": "1.5"}, "2"),
    ("if([a] < 1, 1, if([a] < 2, 2, 3))", {}, "3"),
    ("[race(1)] + [race(2)]", {"race": "1"}, "1"),
    ("sum([race(1)], [race(2)], [race(OTH)])", {}, "0"),
    ("[sex] * 10", {"sex": "2"}, "20"),
    ("[text] * 10", {"text": "2"}, "20"),
    ("[yes] + 1", {"yes": "1"}, "2"),
    ("datediff([day], [till], 'd')", {"day": "2024-01-01", "till": "2024-03-01"}, "60"),
    ("datediff([till], [day], 'd')", {"day": "2024-01-01", "till": "2024-03-01"}, "60"),
    (
        "datediff([till], [day], 'd', true)",
        {"day": "2024-01-01", "till": "2024-03-01"},
        "-60",
    ),
    (
        "datediff([till], [day], 'd', 'ymd', true)",
        {"day": "2024-01-01", "till": "2024-03-01"},
        "-60",
    ),
    ("datediff([day], [till], 'd')", {"day": "2024-01-01"}, ""),
    (
        "round(datediff([day], [till], 'M'), 1)",
        {"day": "2024-01-01", "till": "2024-03-01"},
        "2",
    ),
    ("rounddown(datediff([day], 'today', 'y'))", {"day": "2000-05-31"}, "24"),
    ("rounddown(datediff([day], 'today', 'y'))", {"day": "2000-06-01"}, "23"),
    ("datediff([day], '31-01-2024', 'd', 'dmy')", {"day": "2024-01-01"}, "30"),
    ("datediff([day], [till], 'h')", {"day": "2024-01-01", "till": "2024-01-02"}, "24"),
    ("datediff([at], '2024-05-31 10:00', 'm')", {"at": "2024-05-31T09:30"}, "30"),
    (
        "datediff([at], [day], 'h')",
        {"at": "2024-05-31T12:00", "day": "2024-05-31"},
        "12",
    ),
    ("datediff([clock], '10:00', 's')", {"clock": "09:59"}, "60"),
    ("age_at_date([day], [till])", {"day": "2000-05-31", "till": "2024-05-30"}, "23"),
    ("age_at_date([day], [till])", {"day": "2000-05-31"}, ""),
    ("age_at_date([day], [till])", {}, ""),
    ("dayoftheweek([day])", {"day": "2024-05-31"}, "5"),
    ("dayoftheweek([day])", {}, ""),
    ("year([day])", {"day": "2024-05-31"}, "2024"),
    ("year([day])", {}, ""),
    ("month([day])", {"day": "2024-05-31"}, "5"),
    ("month([day])", {}, ""),
    ("day([at])", {"at": "2024-05-30T00:00"}, "30"),
    ("day([at])", {}, ""),
    ("length([text])", {}, "0"),
    ("find('b', [text])", {"text": "ABC"}, "2"),
    ("find('x', [text])", {"text": "ABC"}, "0"),
    ("find('x', [text])", {}, "0"),
]

TEXTS = [
    ("if([sex] = '1', 'woman', 'man')", {"sex": "1"}, "woman"),
    ("if([sex] = '1', 'woman', 'man')", {}, "man"),
    ("if([sex] = '', '', 'told')", {}, ""),
    ("concat([text], '-', [other])", {"text": "a", "other": "b"}, "a-b"),
    ("concat([text], '-', [other])", {"text": "a"}, "a-"),
    ("concat([text], '-', [other])", {}, "-"),
    ("concat_ws(', ', [text], [other])", {"other": "b"}, "b"),
    ("concat_ws(', ', [text], [other])", {}, ""),
    ("left([text], 2)", {"text": "abcd"}, "ab"),
    ("left([text], 2)", {}, ""),
    ("right([text], 2)", {"text": "abcd"}, "cd"),
    ("right([text], 2)", {}, ""),
    ("mid([text], 2, 2)", {"text": "abcd"}, "bc"),
    ("mid([text], 2, 2)", {}, ""),
    ("trim([text])", {"text": " a "}, "a"),
    ("trim([text])", {}, ""),
    ("upper([text])", {"text": "abc"}, "ABC"),
    ("upper([text])", {}, ""),
    ("lower([text])", {"text": "ABC"}, "abc"),
    ("lower([text])", {}, ""),
    ("replace_text([text], 'a', 'o')", {"text": "banana"}, "bonono"),
    ("replace_text([text], 'a', 'o')", {}, ""),
    ("concat('No ', [a])", {"a": "4.50"}, "No 4.5"),
    ("[sex]", {"sex": "2"}, "2"),
]


def _name(case: object) -> str:
    return str(case) if isinstance(case, str) else ""


@pytest.mark.parametrize(("logic", "answers", "verdict"), BRANCHING, ids=_name)
def test_branching_logic_decides_as_in_redcap(
    logic: str, answers: dict[str, str], verdict: bool
) -> None:
    assert shown(logic, **answers) is verdict


@pytest.mark.parametrize(("equation", "answers", "result"), EQUATIONS, ids=_name)
def test_an_equation_gives_what_redcap_gives(
    equation: str, answers: dict[str, str], result: str
) -> None:
    assert calculated(equation, **answers) == result


@pytest.mark.parametrize(("expression", "answers", "result"), TEXTS, ids=_name)
def test_a_calculated_text_is_the_same(
    expression: str, answers: dict[str, str], result: str
) -> None:
    assert calc_text(expression, **answers) == result


TABLE = [(logic, answers) for logic, answers, _ in (*BRANCHING, *EQUATIONS, *TEXTS)]
UNTRANSLATED = {"hasmissingcode"}
"""Codes of missing data belong to REDCap's project; its dictionary does not have them.
"""


@pytest.mark.parametrize(
    "function", sorted({*VALUES, *CONDITIONS, "if"} - UNTRANSLATED)
)
def test_every_function_is_in_the_table_with_answers_and_with_blanks_alone(
    function: str,
) -> None:
    called = [
        answers for logic, answers in TABLE if re.search(rf"\b{function}\(", logic)
    ]
    assert any(called)
    assert {} in called


def test_the_server_the_page_and_the_columns_give_every_verdict_alike() -> None:
    """Each expression of the table, translated, with the answers of every other case
    too.
    """
    rows = [
        {"name": f"b{at}", "branching": logic}
        for at, (logic, _, _) in enumerate(BRANCHING)
    ]
    rows += [
        {"name": f"e{at}", "type": "calc", "choices": said}
        for at, (said, _, _) in enumerate(EQUATIONS)
    ]
    rows += [
        {"name": f"t{at}", "annotation": f"@CALCTEXT({said})"}
        for at, (said, _, _) in enumerate(TEXTS)
    ]
    study, translated = (
        study_of(converted(*FIELDS)),
        study_of(converted(*FIELDS, *rows)),
    )
    home = FormKey("base", "event_1_arm_1", 0)
    answers = [
        dict(one)
        for one in dict.fromkeys(tuple(sorted(one.items())) for _, one in TABLE)
    ]
    rules = [
        Rule(said.text, study, home, TODAY)
        for field in translated.forms["base"].fields
        for said in (field.show_when, field.value)
        if said is not None and said.text != "subjid"
    ]
    assert len(rules) == len(TABLE)
    subjects = [
        rules[0].captured({home: Record(texts=one)}, f"{at:03}")
        for at, one in enumerate(answers)
    ]
    browser, columns = (
        BrowserEngine(study, "base"),
        ColumnEngine(study, subjects, home, TODAY),
    )
    differing = []
    for rule in rules:
        server = [rule.closure(here.frames(None)) for here in subjects]
        page = browser.values(rule, [rule.case(here) for here in subjects])
        differing += [
            (rule.text, one, said)
            for one, said, other in zip(
                answers, page, [rule.python(here) for here in subjects], strict=True
            )
            if said != json.loads(json.dumps(other))
        ]
        differing += [
            (rule.text, one, said)
            for one, said, other in zip(
                answers, columns.values(rule), server, strict=True
            )
            if said != other
        ]
    assert differing == []
