"""A value on which somebody has to act at once stands out from one that is only
unusual.
"""

from __future__ import annotations

from datetime import date

import pytest

from forms_spec.evaluation import judge
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import CellKey, Context, Record
from generator.pages.findings import finding_html, place_findings
from tests.forms_spec.dictionaries import load, said

LAB = """
form: lb
title: Haematology
fields:
  plt:
    {label: Platelets, type: integer, unit: 10^9/L, range: [0, 2000], alert: [20, 1000], expected: [75, 700]}
  hb:
    label: Haemoglobin
    type: decimal
    unit: {g/dL: {}, g/L: {to: g/dL, as: value / 10}}
    alert: {g/dL: [7, null]}
"""


def found(kept: str = "", **texts: str) -> list[Finding]:
    study = load(LAB).study
    assert study is not None
    reasons = (
        {(CellKey("lb", None, "plt"), kept): "haematologist called"} if kept else {}
    )
    record = Record(texts=texts, kept=reasons)
    context = Context(today=date(2024, 5, 31), visit="SCR")
    return list(
        judge(study, study.forms["lb"], record, context, completing=True).findings
    )


@pytest.mark.parametrize(
    ("platelets", "code"),
    [
        ("-1", "below-range"),
        ("8", "below-alert"),
        ("20", "below-expected"),
        ("75", None),
        ("701", "above-expected"),
        ("1001", "above-alert"),
        ("2001", "above-range"),
    ],
)
def test_platelets_of_8_are_an_alert_value(platelets: str, code: str | None) -> None:
    assert [one.code for one in found(plt=platelets)] == ([code] if code else [])


def test_an_alert_says_what_to_do_and_may_be_kept() -> None:
    (one,) = found(plt="8")
    assert (
        one.message
        == "Alert value: “Platelets” is 8 10⁹/L (no alert: at least 20 10⁹/L)."
    )
    assert "inform the investigator" in one.remedy
    assert (one.severity, one.alerts) == (Severity.WARNING, True)
    assert not found(plt="8", kept="below-alert")
    assert not found(plt="80")


def test_an_alert_limit_holds_in_every_unit() -> None:
    assert [one.code for one in found(hb="68", hbu="g/L")] == ["below-alert"]
    assert not found(hb="71", hbu="g/L")


def test_it_looks_unlike_a_warning() -> None:
    study = load(LAB).study
    assert study is not None
    spots = {
        text: next(place_findings(study.forms["lb"], found(plt=text)).all())
        for text in ("8", "74")
    }
    alert, warning = (finding_html(spots[text], Record()) for text in ("8", "74"))
    assert 'class="finding warning alert"' in alert
    assert "Act now" in alert
    assert 'class="finding warning"' in warning


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("range: [0, 100], alert: [5, 90], expected: [10, 80]", []),
        ("range: [0, 100], alert: [5, 101]", ["expected-outside-range"]),
        (
            "range: [0, 100], alert: [5, 90], expected: [1, 80]",
            ["expected-outside-range"],
        ),
        ("alert: [5, 1]", ["range-reversed"]),
        ("checks: {alert: [C1, C2]}, alert: [5, 90]", []),
        ("checks: {alert: C1}", ["check-without-facet"]),
    ],
)
def test_alert_limits_lie_between_the_others(keys: str, codes: list[str]) -> None:
    text = f"form: x\ntitle: X\nfields:\n  a: {{label: A, type: integer, {keys}}}\n"
    assert [one.split()[1] for one in said(text)] == codes
