"""One report in three forms: for a terminal, for programs, and as a page to work
through.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from forms_spec.findings.catalogue import finding
from generator.validation.report.report import Collector, Report, Reported
from generator.validation.report.write_html import report_html
from generator.validation.report.write_json import report_json
from generator.validation.report.write_text import write_text
from generator.validation.validate import validate_package
from tests.browser.accessibility import faults_of
from tests.package_cases import GOOD_VS, captured, clean_forms, write


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Twelve wrong cells of one kind, of which five are listed, and one value to look
    at.
    """
    forms = [
        captured("lb SCR", {"hb": "<b>12x"}, subject=f"01-{number:03}", status=0)
        for number in range(12)
    ]
    forms.append(captured("vs SCR", {**GOOD_VS, "sysbp": "190"}, subject="02-001"))
    return validate_package(
        write(tmp_path_factory.mktemp("report") / "export.zip", forms), limit=5
    )


def text_of(report: Report) -> str:
    out = io.StringIO()
    write_text(report, out, width=120)
    return out.getvalue()


def test_the_terminal_counts_by_rule_and_shows_what_each_says(tmp_path: Path) -> None:
    forms = [
        captured("vs SCR", {**GOOD_VS, "sysbp": "80", "diabp": "95"}, subject="01-001")
    ]
    forms.append(captured("lb SCR", {"hb": "12x"}, subject="01-001", status=0))
    report = validate_package(write(tmp_path / "export.zip", forms))
    shown = text_of(report).split("By rule\n")[1].split("\n\n")[0]
    assert {
        line.split()[1]: line.split(maxsplit=2)[2].strip()
        for line in shown.splitlines()
    } == {
        rule: next(
            one.finding.message
            for one in report.findings
            if rule in (one.finding.rule, one.finding.code)
        )
        for rule in report.counts.by_check
    }
    assert sum(report.counts.by_check.values()) == report.counts.findings


def test_the_page_groups_by_the_protocol_check() -> None:
    one = Reported(
        finding=finding(
            "below-range", label="Age", value="7", answer="7", bound="at least 18"
        ),
        table="dm",
        field="age",
    )
    checked = replace(one, finding=replace(one.finding, rule="C11"))
    collector = Collector()
    for found in (one, checked, checked):
        collector.add(found)
    page = report_html(
        collector.report(
            source="p", study=None, readable=True, rows={}, forms=0, subjects=0
        )
    )
    assert re.findall(r'data-code="([^"]*)"', page) == ["below-range", "C11", "C11"]
    assert "<option>C11</option><option>below-range</option>" in page
    assert '<td class="code">C11 below-range</td>' in page


def test_json_has_the_agreed_shape(report: Report) -> None:
    read = json.loads(report_json(report))
    assert list(read) == [
        "valid",
        "origins",
        "findings",
        "counts",
        "missingness",
        "notes",
    ]
    assert read["valid"] is False
    first = {
        name: said
        for name, said in read["findings"][0].items()
        if name not in ("key", "message", "remedy")
    }
    assert first == {
        "code": "not-a-number",
        "severity": "error",
        "file": "data/lb.csv",
        "table": "lb",
        "row": 2,
        "field": "hb",
        "value": "<b>12x",
        "rule": None,
        "origin": None,
    }
    assert read["findings"][0]["key"] == {
        "siteid": "01",
        "subjid": "01-000",
        "visitid": "SCR",
        "unsno": 0,
    }
    assert read["findings"][0]["message"]
    assert read["findings"][0]["remedy"]
    assert (read["counts"]["findings"], read["counts"]["located"]) == (13, 6)
    assert read["counts"]["by_field"] == {"lb.hb": 12, "vs.sysbp": 1}


def test_the_terminal_shows_how_many_and_the_first_cases(report: Report) -> None:
    text = text_of(report)
    assert "13 findings (12 errors)." in text
    assert "data/lb.csv:2  01 01-000 SCR" in text
    assert "and 9 more like this" in text


def test_a_file_has_the_words_that_a_wide_terminal_shows(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, file = io.StringIO(), io.StringIO()
    write_text(report, terminal, width=500)
    monkeypatch.setenv("COLUMNS", "500")
    write_text(report, file)
    shown = [line.rstrip() for line in terminal.getvalue().splitlines()]
    assert file.getvalue().splitlines() == shown


def test_the_terminal_is_not_written_to_by_what_a_cell_says(tmp_path: Path) -> None:
    form = captured("lb SCR", {"hb": "\x1b[2J[bold]\n12"}, status=0)
    package = validate_package(write(tmp_path / "p.zip", [form]))
    file = io.StringIO()
    write_text(package, file)
    for text in (text_of(package), file.getvalue()):
        assert "\x1b" not in text
        assert r"\x1b[2J[bold]\n12" in text


def test_a_valid_package_says_so_in_one_line(tmp_path: Path) -> None:
    clean = validate_package(write(tmp_path / "p.zip", clean_forms()))
    assert text_of(clean).splitlines()[1] == "14 rows in 8 tables: no findings."
    assert "✓ Valid." in report_html(clean)


def test_the_page_shows_what_was_typed_and_runs_none_of_it(report: Report) -> None:
    page = report_html(report)
    assert "&lt;b&gt;12x" in page
    assert "<b>12x" not in page


@pytest.fixture(scope="module")
def browser_page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def page(browser_page: Page, report: Report, tmp_path: Path) -> Page:
    (tmp_path / "report.html").write_text(report_html(report), "utf-8")
    browser_page.goto((tmp_path / "report.html").as_uri())
    return browser_page


def test_the_page_filters_by_search_and_by_a_click_on_a_count(page: Page) -> None:
    page.get_by_label("Search").fill("01-003")
    assert page.get_by_role("status").inner_text() == "1 of 6 shown"
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="vs.sysbp").click()
    assert page.get_by_role("status").inner_text() == "1 of 6 shown"
    assert page.locator("#rows tr:visible").inner_text().startswith("! warning")


def test_the_page_filters_by_site_and_subject(page: Page) -> None:
    page.locator("#site").select_option("01")
    assert page.get_by_role("status").inner_text() == "5 of 6 shown"
    page.get_by_role("button", name="02-001").click()
    assert page.get_by_role("status").inner_text() == "0 of 6 shown"
    page.locator("#site").select_option("")
    assert page.get_by_role("status").inner_text() == "1 of 6 shown"


def test_the_heat_map_has_the_studys_order_and_says_in_words_what_it_shows(
    page: Page,
) -> None:
    table = page.get_by_role("region", name="Completeness by form and visit")
    assert table.locator("thead th").all_inner_texts() == ["Form", "SCR"]
    cell = table.locator("tr", has_text="lb").locator("td").first
    assert cell.inner_text().startswith("0 %")
    assert (
        cell.get_attribute("title")
        == "12 invalid, 2 blank though expected, 12 left blank"
    )


def test_the_page_leads_to_what_follows_from_a_missing_file(
    browser_page: Page, tmp_path: Path
) -> None:
    package = write(tmp_path / "package", clean_forms())
    (package / "data" / "lb.csv").unlink()
    (tmp_path / "report.html").write_text(
        report_html(validate_package(package)), "utf-8"
    )
    browser_page.goto((tmp_path / "report.html").as_uri())
    first = browser_page.get_by_role("region", name="Look at these first")
    assert (
        first.get_by_role("listitem")
        .inner_text()
        .startswith("✗ data/lb.csv data/lb.csv is missing.")
    )
    first.get_by_role(
        "button", name="1 finding results from it: 1 form-without-row"
    ).click()
    assert browser_page.get_by_role("status").inner_text() == "1 of 2 shown"
    assert (
        "Caused by missing-file in lb"
        in browser_page.locator("#rows tr:visible").inner_text()
    )
    assert faults_of(browser_page) == []


def test_the_page_sorts_lines_as_numbers(page: Page) -> None:
    page.get_by_role("button", name="File and line").click()
    page.get_by_role("button", name="File and line").click()
    lines = page.locator("#rows tr td:nth-child(2)").all_inner_texts()
    assert lines[:2] == ["data/vs.csv:2", "data/lb.csv:6"]


@pytest.mark.parametrize("width", [320, 800, 1366])
def test_a_date_stays_on_one_line(
    browser_page: Page, tmp_path: Path, width: int
) -> None:
    form = captured("vs SCR", {**GOOD_VS, "vsdat": "2024-02-30"})
    report = validate_package(write(tmp_path / "package", [form]))
    (tmp_path / "report.html").write_text(report_html(report), "utf-8")
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.goto((tmp_path / "report.html").as_uri())
    lines = browser_page.locator("#rows td.value", has_text="2024-02-30").evaluate(
        "cell => { const text = document.createRange(); text.selectNodeContents(cell);"
        " return new Set([...text.getClientRects()].map(box => "
        "Math.round(box.top))).size; }"
    )
    assert lines == 1


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_alert_values_stand_out() -> None:
    words = {"label": "Platelets", "answer": "8", "bound": "at least 20"}
    one = Reported(
        finding=finding("below-alert", value="8", **words), table="lb", field="plt"
    )
    collected = Collector()
    collected.add(one)
    report = collected.report(
        source="p", study=None, readable=True, rows={"lb": 1}, forms=1, subjects=1
    )
    assert report.sentence().endswith("1 finding (no errors, 1 alert value).")
    assert "‼ lb.plt" in text_of(report)
    assert '<td class="severity alert">‼ alert</td>' in report_html(report)
