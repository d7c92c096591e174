"""The chain of a log: whatever is done to it is found, and at the right line."""

from __future__ import annotations

from functools import cache

import pytest

from tests.webapp.storage.audit.damages import (
    cut,
    log_of,
    rebuilt,
    rebuilt_from,
    redacted,
    sha256_of,
    with_flipped_bytes,
    with_moved_lines,
)
from webapp.storage.audit.chain import ChainFault, verify_lines
from webapp.storage.events import LogHead

EVENTS = 1000
SEED = 4410731


@cache
def log() -> list[bytes]:
    return log_of(EVENTS)


def head(lines: list[bytes]) -> dict[int, str]:
    return {len(lines): sha256_of(lines[-1])}


def fault(lines: list[bytes], signed: dict[int, str]) -> ChainFault:
    wrong = verify_lines(lines, signed).fault
    assert wrong is not None
    return wrong


def test_a_log_as_it_was_written_is_right() -> None:
    report = verify_lines(log(), head(log()))

    assert report.fault is None
    assert report.head == LogHead(number=EVENTS, sha256=sha256_of(log()[-1]))


def test_a_log_may_go_on_after_the_head_that_was_kept() -> None:
    assert verify_lines(log(), head(log()[:400])).fault is None


def test_a_redacted_line_is_right_if_a_later_line_names_it() -> None:
    lines = redacted(log()[:60], 7)
    assert verify_lines(lines, head(lines)).fault is None
    report = verify_lines(lines)
    assert [item.reason for item in report.redactions] == ["näme"]


def test_every_flipped_byte_of_a_redacted_log_is_found() -> None:
    whole = redacted(log()[:60], 7)
    for name, lines in with_flipped_bytes(whole, 300, SEED):
        number = int(name.split(" of line ")[1].split()[0])
        assert fault(lines, head(whole)).number == number, name


def test_an_empty_log_is_right_unless_lines_were_signed() -> None:
    assert verify_lines([]).fault is None
    assert fault([], {3: "a" * 64}).code == "log-cut"


def test_the_end_is_verified_from_a_line_that_is_known() -> None:
    known = LogHead(number=600, sha256=sha256_of(log()[599]))

    assert verify_lines(log()[600:], after=known).head.number == EVENTS
    assert verify_lines(log()[601:], after=known).fault is not None


def test_every_flipped_byte_is_found_at_its_line() -> None:
    for name, lines in with_flipped_bytes(log(), 300, SEED):
        number = int(name.split(" of line ")[1].split()[0])
        assert fault(lines, head(log())).number == number, name


def test_every_line_that_is_taken_out_doubled_put_in_or_moved_is_found() -> None:
    for name, lines in with_moved_lines(log()[:60]):
        number = 1 if "first" in name else int(name.split()[1])
        wrong = fault(lines, head(log()[:60]))
        # A line doubled, or put before the first, is wrong where it is not the first.
        assert wrong.number in (number, number + 1), name


def test_a_tail_that_is_cut_off_is_found_by_the_signed_head() -> None:
    for name, lines in cut(log()[:60]):
        wrong = fault(lines, head(log()[:60]))
        assert (wrong.code, wrong.number) == ("log-cut", len(lines) + 1), name


def test_a_chain_built_anew_is_found_by_the_signed_head() -> None:
    for name, lines in rebuilt(log()[:40]):
        assert verify_lines(lines).fault is None, "no line looks wrong"
        wrong = fault(lines, head(log()[:40]))
        assert (wrong.code, wrong.number) == ("log-rewritten", 40), name


def test_two_signed_heads_tell_between_which_lines_the_log_was_rewritten() -> None:
    signed = {**head(log()[:20]), **head(log()[:30])}

    wrong = fault(rebuilt_from(log()[:40], 24), signed)

    assert wrong.words == {"number": 30, "since": 20}


@pytest.mark.parametrize(("damaged", "following"), [(1, 59), (30, 30), (59, 1)])
def test_the_lines_after_the_first_fault_are_counted(
    damaged: int, following: int
) -> None:
    lines = log()[:60]
    lines[damaged - 1] = lines[damaged - 1].replace(b"nurse", b"miller")

    report = verify_lines(lines, head(log()[:60]))

    assert report.fault is not None
    assert (report.fault.code, report.fault.number) == ("log-line-changed", damaged)
    assert report.following == following
