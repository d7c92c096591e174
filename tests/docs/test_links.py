"""The documents: links lead to files that exist, and the dictionary in the README is a
good one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forms_spec import load_study
from tests.docs.fences import FENCE, blocks

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
STUDY = """\
study: S1
title: A study
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
missing: {ND: Not done}
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_anchor_leads_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    lost = [
        f"{file}#{anchor}"
        for file, anchor in links
        if anchor not in anchors(page.parent / file if file else page)
    ]
    assert lost == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub writes them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def test_every_page_of_the_documentation_is_linked_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in text] == []


def test_the_language_of_the_readme_is_a_good_dictionary() -> None:
    (form,) = (
        block.text for block in blocks(ROOT / "README.md") if block.language == "yaml"
    )
    visits = (
        "visits: {V1: {title: First, type: termination}}\nschedule:\n  columns: V1\n  "
        "vs: X\n"
    )
    loaded = load_study({"study.yaml": STUDY, "visits.yaml": visits, "vs.yaml": form})
    assert [f"{one.text}: {one.message}" for one in loaded.findings] == []


def test_pictures_stay_small() -> None:
    assert all(
        picture.stat().st_size < 300_000
        for picture in (ROOT / "docs" / "images").iterdir()
    )
