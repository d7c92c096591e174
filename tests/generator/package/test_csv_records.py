"""Records keep the physical line on which they begin, and damage is told instead of
raised.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.package.csv_records import LONGEST_CELL, CsvRecord, read_records

Notes = list[tuple[str, int]]


def read(content: bytes) -> tuple[list[CsvRecord], Notes]:
    notes: Notes = []

    def note(code: str, line: int, **_: Any) -> None:
        notes.append((code, line))

    return list(read_records(io.BytesIO(content), note)), notes


def places(content: bytes) -> list[tuple[int, list[str]]]:
    records, _ = read(content)
    return [(record.line, record.cells) for record in records]


def test_a_sound_file_says_nothing() -> None:
    assert read(b"a,b\r\n1,2\r\n") == (
        [CsvRecord(1, ["a", "b"]), CsvRecord(2, ["1", "2"])],
        [],
    )


def test_a_cell_with_line_breaks_keeps_the_lines_after_it_right() -> None:
    assert places(b'a\r\n"1\r\n2\n3"\r\n4\r\n') == [
        (1, ["a"]),
        (2, ["1\r\n2\n3"]),
        (5, ["4"]),
    ]


def test_blank_lines_are_counted() -> None:
    assert places(b"a\n\n1\n") == [(1, ["a"]), (2, []), (3, ["1"])]


def test_the_last_line_needs_no_line_break() -> None:
    assert places(b"a\n1") == [(1, ["a"]), (2, ["1"])]


@pytest.mark.parametrize(
    ("content", "note", "rest"),
    [
        (b"\xef\xbb\xbfa\n1\n", ("byte-order-mark", 1), [(1, ["a"]), (2, ["1"])]),
        (b'a,b\n"x"y,2\n3,4\n', ("bad-quoting", 2), [(1, ["a", "b"]), (2, ["xy", "2"]), (3, ["3", "4"])]),
        (b'a,b\n1,"x\n3,4\n', ("unclosed-quote", 2), [(1, ["a", "b"]), (2, ["1", "x"]), (3, ["3", "4"])]),
        (b"a\nx\ry\n3\n", ("bare-carriage-return", 2), [(1, ["a"]), (2, ["x\ry"]), (3, ["3"])]),
        (b"a,b\r1,2\r", ("mac-line-ends", 1), []),
        ("a,b\n1,2\n".encode("utf-16"), ("utf-16", 1), []),
    ],
)  # fmt: skip
def test_each_damage_has_its_line_and_the_rest_is_read(
    content: bytes, note: tuple[str, int], rest: list[tuple[int, list[str]]]
) -> None:
    records, notes = read(content)
    assert notes == [note]
    assert [(record.line, record.cells) for record in records] == rest


def test_a_latin_1_cell_is_shown_as_it_was_meant() -> None:
    records, _ = read("name,town\nJörg,Gent\n".encode("latin-1"))
    assert records[1] == CsvRecord(2, ["Jörg", "Gent"], frozenset({0}))


def test_a_nul_stays_in_its_cell() -> None:
    assert places(b"a,b\n1,x\0y\n") == [(1, ["a", "b"]), (2, ["1", "x\0y"])]


def test_a_huge_cell_is_cut_and_the_next_row_is_read() -> None:
    records, notes = read(b"a\n" + b"x" * (LONGEST_CELL + 1) + b"\n2\n")
    assert notes == [("cell-too-long", 2)]
    assert records[-1] == CsvRecord(3, ["2"])


def test_a_line_without_end_is_not_kept_in_memory() -> None:
    records, notes = read(b"a\n" + b"x" * (40 * 2**20) + b"\n2\n")
    assert [code for code, _ in notes] == ["line-too-long"]
    assert len(records[1].cells[0]) <= LONGEST_CELL
    assert records[-1] == CsvRecord(3, ["2"])


def test_a_file_of_stray_quotes_is_given_up() -> None:
    _, notes = read(b"a,b\n" + b'1,"x"y\n' * 3000)
    assert notes[-1][0] == "too-much-damage"


@given(st.binary(max_size=200))
def test_no_bytes_raise(content: bytes) -> None:
    records, _ = read(content)
    lines = [record.line for record in records]
    assert lines == sorted(lines)


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=40))
def test_no_quoting_raises_and_every_line_is_in_its_place(content: str) -> None:
    records, _ = read(content.encode())
    assert all(1 <= record.line <= content.count("\n") + 1 for record in records)
