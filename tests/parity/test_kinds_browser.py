"""Python and the page's script give every text the same verdict, value, words and
understanding.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forms_spec.entry import understand
from forms_spec.findings.catalogue import finding, values
from forms_spec.kinds import Refusal
from forms_spec.kinds.display import shown_as
from forms_spec.model.characters import BLANKS
from forms_spec.model.fields import Field
from forms_spec.model.values import Bounded, Duration, PartialDate, Value
from generator.browser.field_spec import field_spec
from generator.browser.messages import messages
from tests.parity.browser import Browser
from tests.parity.fields import (
    accepted,
    by_type,
    distinct_fields,
    field_of,
    rejected,
    samples,
)
from tests.parity.typed import TODAY, Typed, typed_cases
from tests.soak import examples

EPOCH = date(1970, 1, 1)
ORDERS = st.sampled_from(["dmy", "mdy", None])
FIELDS = [
    *distinct_fields(),
    *(
        field_of(
            name, {"codes": {"C5": "Drug 5", "X1": "Other", "X2": "Other", "X3": "C5"}}
        )
        for name in ("choice", "multiple_choice")
    ),
    *(
        field_of(name, {"missing": ["ND", "5"]})
        for name in ("text", "decimal", "date", "yes_no")
    ),
]
WORDS = """
    0 00 1 4 5 7 04 12 13 15 29 30 31 99 123 930 0930 1000 2024 999999999999999 20240415
    t today T apr Apr un UNK am PM a.m. y N yes L THIGH NONE GROIN true nd - / . , ; : + ' _ e
    P 3D 1Y PT 4H 90M p1w 3d 4h 90min 30m 2wk 6mo @ jane@ example.org +49 (615)
    files/0123456789abcdef/ a.pdf Other c5 X1 C5
"""
ODD = "\x00\x1c\x7f\u2212\u0130\u0131\u212a\u0660\U0001f600\ufffe\ud800"
PIECES = [*WORDS.split(), *ODD, *BLANKS, *" " * 9]


def crosses_over(text: str) -> bool:
    """False for two halves of a character side by side, which are one character to a
    browser.
    """
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") == text
    )


TEXTS = st.one_of(
    st.text(max_size=12),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.from_regex(r"-?[0-9]{0,17}([.,][0-9]{0,10})?", fullmatch=True),
    st.from_regex(
        r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}([T ][0-9]{1,2}:[0-9]{2})?",
        fullmatch=True,
    ),
    st.from_regex(
        r"([<>]=?|=[<>]|\u2264)? ?-?[0-9]{0,5}([.,][0-9]{0,10})?", fullmatch=True
    ),
    st.dates().map(date.isoformat),
    st.sampled_from([sample.text for _, sample in (*accepted(), *rejected())]),
).filter(crosses_over)


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser("entry.js")


def in_browser_form(value: Value) -> Any:
    """A value as the page's script has it."""
    match value:
        case Decimal():
            return {"bigint": str(int(value.scaleb(9)))}
        case Bounded(comparator, number):
            return {
                "comparator": comparator,
                "number": {"bigint": str(int(number.scaleb(9)))},
            }
        case datetime():
            return {"s": int((value - datetime(1970, 1, 1)).total_seconds())}
        case date():
            return {"d": (value - EPOCH).days}
        case PartialDate(earliest, latest):
            return {"from": (earliest - EPOCH).days, "to": (latest - EPOCH).days}
        case Duration(months, seconds):
            return {"months": months, "seconds": seconds}
        case time():
            return {"t": value.hour * 3600 + value.minute * 60 + value.second}
        case tuple():
            return list(value)
        case _:
            return value


def agree(browser: Browser, text: str, field: Field, order: str | None) -> None:
    spec = field_spec(field)
    here, there = field.kind.parse(text, field), browser.call("parse", text, spec)
    if isinstance(here, Refusal):
        assert there == {"ok": False, "code": here.code, "details": dict(here.details)}
    else:
        assert there == {"ok": True, "value": in_browser_form(here)}
    kept = understand(text, field, today=TODAY, date_order=order)
    assert (
        browser.call(
            "understand", text, spec, {"today": TODAY.isoformat(), "dateOrder": order}
        )
        == kept
    )
    assert browser.call("shownAs", kept, spec) == shown_as(kept, field)


@pytest.mark.parametrize("cases", samples([*accepted(), *rejected()]))
def test_agree_on_every_sample(browser: Browser, cases) -> None:
    for type_, sample in cases:
        for order in ("dmy", "mdy", None):
            agree(browser, sample.text, field_of(type_.name, sample.keys), order)


@pytest.mark.parametrize("cases", by_type(typed_cases(), lambda one: one.field.type))
def test_agree_on_what_people_type(browser: Browser, cases: list[Typed]) -> None:
    for case in cases:
        agree(browser, case.text, case.field, case.order)


@settings(max_examples=examples(250, 1500))
@given(TEXTS, st.sampled_from(FIELDS), ORDERS)
@example("\ud800", field_of("text"), None)
@example("t+9999", field_of("date"), None)
def test_agree_on_any_text(
    browser: Browser, text: str, field: Field, order: str | None
) -> None:
    agree(browser, text, field, order)


@settings(max_examples=examples(8, 30))
@given(TEXTS)
def test_agree_in_every_field(browser: Browser, text: str) -> None:
    for field in FIELDS:
        agree(browser, text, field, "dmy")


@given(st.sampled_from(FIELDS), TEXTS)
def test_write_values_alike(browser: Browser, field: Field, text: str) -> None:
    value = field.kind.parse(text, field)
    if not isinstance(value, Refusal):
        rewrite = (
            "(text, field) => crfsmith.write(crfsmith.parse(text, field).value, field)"
        )
        assert browser.run(rewrite, text, field_spec(field)) == field.kind.write(
            value, field
        )


@pytest.mark.parametrize("cases", samples(rejected()))
def test_say_the_same_words(browser: Browser, cases) -> None:
    for type_, sample in cases:
        field = field_of(type_.name, sample.keys)
        refused = browser.call("parse", sample.text, field_spec(field))
        said = finding(refused["code"], value=sample.text, **refused["details"])
        words = {**refused["details"], "value": sample.text}
        templates = messages()[refused["code"]]
        assert browser.call("fill", templates["message"], words) == said.message
        assert browser.call("fill", templates["remedy"], words) == said.remedy
        assert templates["severity"] == said.severity.value


@pytest.mark.parametrize("entry", values.ENTRIES, ids=lambda e: e.code)
def test_templates_have_nothing_but_plain_words(entry) -> None:
    for template in (entry.message, entry.remedy):
        for _, _, form, conversion in Formatter().parse(template):
            assert not form
            assert not conversion
