"""The documentation is plain English: short sentences that speak to the reader.

Counted is prose. Code blocks and headings are left out, and code inside a sentence is
one word. Cells of tables are fragments: only their semicolons and phrases count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITTEN_BY_A_TOOL = ROOT / "docs" / "redcap-coverage.md"
NAMES_WHAT_TO_AVOID = ROOT / "docs" / "glossary.md"
PAGES = [
    page
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if page != WRITTEN_BY_A_TOOL
]

MOST_SEMICOLONS = 5  # in 100 sentences
MOST_WORDS = 16  # in a sentence, on average
LEAST_YOU = 10  # in 100 sentences, over all pages

STUMBLES = (
    "cannot be told",
    "hangs on",
    "has not.",
    "in silence",
    "is said",
    "judged",
    "judges",
    "stands in",
    "stands there",
    "told apart",
)
"""Phrases over which a native reader stumbled, and the old word for "evaluate" and
"validate".
"""

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"``.+?``|`[^`]+`")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<https?:[^>]*>")
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE)
SENTENCE_END = re.compile(r"[.!?]['\"”)*]*(?:\s+|$)")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
YOU = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prose:
    """The sentences of a page's running text, and the cells of its tables that are more
    than code.
    """

    sentences: list[str]
    cells: list[str]

    @property
    def parts(self) -> list[str]:
        return self.sentences + self.cells


def prose(text: str) -> Prose:
    plain = LINK.sub(r"\1", CODE.sub("code", FENCE.sub("", text)))
    lines = [line for line in plain.splitlines() if not line.startswith("#")]

    rows = [line for line in lines if line.startswith("|")]
    cells = [cell.strip() for row in rows for cell in row.strip("|").split("|")]

    # An item of a list begins a sentence, as an empty line does.
    running = "\n".join("" if line.startswith("|") else line for line in lines)
    paragraphs = re.split(r"\n\s*\n", ITEM.sub("\n\n", running))
    sentences = [
        part
        for paragraph in paragraphs
        for part in SENTENCE_END.split(" ".join(paragraph.split()))
    ]

    return Prose(
        sentences=[sentence for sentence in sentences if WORD.search(sentence)],
        cells=[cell for cell in cells if WORD.search(cell.replace("code", ""))],
    )


def words(sentence: str) -> int:
    return len(WORD.findall(sentence))


def count(pattern: str | re.Pattern[str], parts: Iterable[str]) -> int:
    return sum(len(re.findall(pattern, part)) for part in parts)


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> Prose:
    return prose(request.param.read_text(encoding="utf-8"))


def test_semicolons_are_rare(page: Prose) -> None:
    assert 100 * count(";", page.parts) <= MOST_SEMICOLONS * len(page.parts)


def test_sentences_are_short(page: Prose) -> None:
    longest = sorted(page.sentences, key=words)[-3:]
    assert sum(map(words, page.sentences)) <= MOST_WORDS * len(page.sentences), longest


def test_the_reader_is_spoken_to() -> None:
    sentences = [
        sentence
        for page in PAGES
        for sentence in prose(page.read_text(encoding="utf-8")).sentences
    ]
    assert 100 * count(YOU, sentences) >= LEAST_YOU * len(sentences)


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page != NAMES_WHAT_TO_AVOID],
    ids=lambda page: page.name,
)
def test_no_phrase_makes_a_native_reader_stumble(page: Path) -> None:
    parts = prose(page.read_text(encoding="utf-8")).parts
    # The full stop that ends a sentence comes back, so that "has not." can be looked
    # for.
    assert [
        f"{phrase}: {part}"
        for part in parts
        for phrase in STUMBLES
        if phrase in f"{part.lower()}."
    ] == []


def test_what_counts_as_prose() -> None:
    counted = prose(
        "# Head; line\nYou write `a; b`. It works;\nso [it](x;y) "
        "does:\n\n```\nno;\n```\n- one\n- two\n"
        "\n| `key` | a; cell |\n|---|---|\n"
    )
    assert counted.sentences == [
        "You write code",
        "It works; so it does:",
        "one",
        "two",
    ]
    assert counted.cells == ["a; cell"]
