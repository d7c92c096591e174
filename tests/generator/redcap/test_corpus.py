"""Real dictionaries, which are not part of this project: all convert, and come back the
same.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from forms_spec.loader import load_study
from generator.redcap.convert import Converted, convert_redcap
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.dictionary_rows import read_dictionary
from generator.redcap.reading.events import EventFiles
from generator.redcap.records.record_file import said_by
from generator.redcap.records.validate_records import validate_records
from generator.redcap.write_dictionary import write_redcap
from tests.soak import in_full, some

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
LARGE = 100_000
"""Bytes of a dictionary that the suite leaves to ``python -m tests.soak``."""
DICTIONARIES = some(
    (
        path
        for path in sorted((CORPUS / "redcap").glob("*.csv"))
        if in_full() or path.stat().st_size < LARGE
    ),
    15,
)
PAIRS = sorted(path for path in (CORPUS / "redcap_records").glob("*") if path.is_dir())

pytestmark = pytest.mark.skipif(
    not DICTIONARIES, reason="the corpus is not at hand in ../shared/corpus"
)

FAULTS_OF_THE_DATA = {
    "REDCapR_metadata-write": {"below-expected"},
    "REDCapR_simple": {"below-expected", "redcap-rewritten"},
    "REDCapR_potentially-problematic-values": {"not-a-date", "not-an-integer"},
}
"""A height of 7 cm; the sex FALSE, as R writes 0; texts in a date and in a whole
number.
"""


@cache
def converted(path: Path) -> tuple[bytes, Converted]:
    """A dictionary as it is, and what becomes of it."""
    content = path.read_bytes()
    return content, convert_redcap(path.name, content)


@pytest.mark.parametrize("path", DICTIONARIES, ids=lambda path: path.stem[:60])
def test_a_real_dictionary_converts_and_comes_back(path: Path) -> None:
    content, found = converted(path)
    assert found.usable
    written = write_redcap(found.files, {"dictionary": content})
    before = read_dictionary(path.name, content).items
    after = {
        item.name: item
        for item in read_dictionary("back.csv", written.content or b"").items
    }
    differing = [
        (item.name, column)
        for item in before
        for column in COLUMNS
        if item.cell(column) != after[item.name].cell(column)
    ]
    assert differing == []


@pytest.mark.parametrize("path", DICTIONARIES, ids=lambda path: path.stem[:60])
def test_what_the_dictionary_alone_writes_otherwise_is_listed(path: Path) -> None:
    content, found = converted(path)
    written = write_redcap(found.files, {}).content or b""
    after = {item.name: item for item in read_dictionary("back.csv", written).items}
    listed = {(one.field, one.column) for one in found.losses}
    silent = [
        (item.name, column)
        for item in read_dictionary(path.name, content).items
        for column in COLUMNS
        if item.cell(column) != after[item.name].cell(column)
        and (item.name, HEADERS[column]) not in listed
    ]
    assert silent == []


@pytest.mark.parametrize("folder", PAIRS, ids=lambda path: path.name)
def test_real_records_have_only_the_findings_that_are_theirs(folder: Path) -> None:
    events = folder / "event.csv"
    given = EventFiles(
        events=("event.csv", events.read_bytes()) if events.exists() else None
    )
    content = (folder / "dictionary.csv").read_bytes()
    study = load_study(convert_redcap("dictionary.csv", content, given).files).study
    assert study is not None
    report = validate_records(
        "records.csv",
        (folder / "records.csv").read_bytes(),
        study,
        today=date(2026, 1, 1),
        structure=said_by(
            {"dictionary": content, **({"events": b""} if events.exists() else {})}
        ),
    )
    assert set(report.counts.by_code) == FAULTS_OF_THE_DATA.get(folder.name, set())
