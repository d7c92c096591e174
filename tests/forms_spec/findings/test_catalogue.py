"""Laws over every finding code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from forms_spec.findings.catalogue import (
    CATALOGUE,
    MODULES,
    CatalogueEntry,
    dictionary,
    finding,
    proof,
    questions,
    shapes,
    text,
)
from forms_spec.findings.finding import Severity
from tests.forms_spec.dictionaries import findings, load

EXAMPLES = [
    pytest.param(entry, id=entry.code)
    for entry in CATALOGUE.values()
    # What only a proof finds has its examples proved with the prover's tests.
    if entry.example and entry not in proof.ENTRIES
]


def test_every_entry_is_complete() -> None:
    for entry in CATALOGUE.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.code), entry
        assert entry.message.strip(), entry
        assert entry.remedy.strip(), entry
        assert entry.explanation.strip(), entry


def test_every_code_of_the_dictionary_has_an_example() -> None:
    """But four that are about files on a disk, and one about a study that is not there."""
    rooms = (text, shapes, dictionary, questions)
    without = {
        entry.code for room in rooms for entry in room.ENTRIES if not entry.example
    }
    assert without == {
        "file-unreadable",
        "file-passed-over",
        "file-too-large",
        "not-utf-8",
        "no-study",
    }


@pytest.mark.parametrize("entry", EXAMPLES)
def test_an_example_produces_its_finding_at_a_place_in_it(
    entry: CatalogueEntry,
) -> None:
    found = findings(entry.example)
    wanted = [each for each in found if each.code == entry.code]
    assert wanted, [each.code for each in found]
    for each in wanted:
        assert each.text is not None, each.message
        assert each.text.line >= 1, each.message

    others = [
        f"{each.text} {each.message}"
        for each in found
        if each.severity is Severity.ERROR and each.code != entry.code
    ]
    assert not others


def test_the_small_study_of_the_examples_is_clean() -> None:
    assert load().findings == ()
    assert load().study is not None


def test_a_code_that_stands_twice_is_refused() -> None:
    from forms_spec.findings.catalogue import _collect

    twice = ModuleType("twice")
    twice.ENTRIES = MODULES[0].ENTRIES  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="stands twice"):
        _collect((MODULES[0], twice))


def test_a_finding_has_the_words_of_its_entry() -> None:
    found = finding("unknown-type", name="intger", near='Did you mean "integer"?')
    assert found.message == 'There is no field type "intger"'
    assert found.remedy.startswith('Did you mean "integer"?')
    assert found.severity is Severity.ERROR


PROGRAM = Path(__file__).parents[3]
NAMED = re.compile(r'(?:\bfinding\(|\.code [!=]= )\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"')
LISTED = re.compile(r"\.code (?:not )?in ([A-Z_]+)")


def named_codes(source: str) -> Iterator[str]:
    """The codes that a module makes, compares with and keeps in lists."""
    yield from NAMED.findall(source)
    for name in LISTED.findall(source):
        # A list ends where the next line begins at the margin.
        for body in re.findall(rf"^{name}\b(.*?)^(?=[A-Za-z@\"])", source, re.M | re.S):
            yield from re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', body)


def test_every_code_that_the_program_names_is_in_the_catalogue() -> None:
    for room in ("forms_spec", "generator", "webapp", "benchmarks"):
        for file in (PROGRAM / room).rglob("*.py"):
            codes = set(named_codes(file.read_text(encoding="utf-8")))
            assert codes <= CATALOGUE.keys(), file


def test_what_follows_from_a_fault_is_told_below_it() -> None:
    """A codelist that is not defined makes a code unknown, which is no second fault."""
    assert CATALOGUE["unknown-codelist"].defines
    assert CATALOGUE["unknown-missing-code"].defines
    assert CATALOGUE["rule-unknown-code"].is_consequence
    # A text without its closing quote is wrong whatever the rest says.
    assert not CATALOGUE["rule-open-text"].is_consequence
