"""Verifies the chain of a log: a pure function over its lines, as bytes.

A line is looked at only as far as its chain goes: its form, its number and the hash of
the line before. What it tells of stays unread, so a million lines take seconds. Only
redactions are read. A line from which text was taken out has the hash that it had, and
a later line has to name both that hash and the one that the line has now.
docs/verify_log.mjs does the same in JavaScript, and gives the same first fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from webapp.storage.events import NO_LINE, LogHead
from webapp.storage.redaction_events import (
    REDACTION,
    Redaction,
    named_lines,
    redaction_of,
)

LINE: Final = re.compile(
    rb'\{"at":"[0-9T:.-]{26}Z","before":"([0-9a-f]{64}|)",[^\n]*'
    rb'"kind":"[a-z-]+","number":([1-9][0-9]{0,15})(?:,"place":\{[^\n]*\})?'
    rb'(?:,"redacted":"([0-9a-f]{64})")?\}'
)
"""The form of a line: the names of canonical JSON stand in the order of the alphabet."""
NOTHING_SIGNED: Final[Mapping[int, str]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainFault:
    """The first line that is wrong: the code of its finding, its number counted from
    the first line, and the words of the message.
    """

    code: str
    number: int
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainReport:
    """How many lines there are, the newest one (``NO_LINE`` where a line is wrong), the
    first fault, how many lines come after it, and the redactions up to there.
    """

    lines: int
    head: LogHead
    fault: ChainFault | None = None
    following: int = 0
    redactions: tuple[Redaction, ...] = ()


def verify_lines(
    lines: Iterable[bytes],
    signed: Mapping[int, str] = NOTHING_SIGNED,
    *,
    after: LogHead = NO_LINE,
) -> ChainReport:
    """Goes through the lines of a log, without line ends: all of them, or those
    ``after`` a line that is known to be right.

    ``signed`` has SHA-256 (hex) by number of lines that were signed or kept elsewhere:
    the log must contain them.
    """
    redacted = RedactedLines()
    report = _walk(iter(lines), signed, after, redacted)
    fault = None if report.fault else redacted.fault()
    if fault is not None:
        following = report.lines - fault.number
        report = replace(report, head=NO_LINE, fault=fault, following=following)

    return replace(report, redactions=tuple(redacted.redactions))


@dataclass(kw_only=True)
class RedactedLines:
    """Lines from which text was taken out, and the events that say so.

    ``found`` has, by the number of a line, the hash that it had and the one that it has
    now, parted by a blank; ``named`` the same, as the newest event tells it.
    """

    found: dict[int, str] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    redactions: list[Redaction] = field(default_factory=list)

    def note(self, number: int, had: bytes, line: bytes) -> None:
        """A line that says that text was taken out of it."""
        self.found[number] = f"{had.decode()} {sha256(line).hexdigest()}"

    def take(self, line: bytes) -> None:
        """A line that tells of a redaction."""
        self.named.update(named_lines(line))
        redaction = redaction_of(line)
        if redaction is not None:
            self.redactions.append(redaction)

    def fault(self) -> ChainFault | None:
        """The first line that no event names, or that is not as its event left it."""
        for number in sorted(self.found.keys() | self.named.keys()):
            if number not in self.found:
                code = "log-redaction-undone"
            elif self.named.get(number) != self.found[number]:
                code = "log-redaction-unnamed"
            else:
                continue
            return ChainFault(code=code, number=number, words={"number": number})

        return None


def _walk(
    walk: Iterator[bytes],
    signed: Mapping[int, str],
    after: LogHead,
    redacted: RedactedLines,
) -> ChainReport:
    """The chain itself; redactions are noted on the way."""
    number, before, last_signed = after.number, after.sha256.encode(), after.number
    fits = LINE.fullmatch
    for line in walk:
        number += 1
        digest = sha256(line).hexdigest().encode()
        # The form is looked at before the link: a flipped byte that breaks both is a
        # fault of this line, whatever the next one says.
        match = fits(line)
        if match is not None and match[3] is not None:
            digest = match[3]
            redacted.note(number, digest, line)
        if match is None or match[1] != before or match[2] != b"%d" % number:
            return _broken(walk, number, match, digest, signed)
        if number in signed:
            if signed[number].encode() != digest:
                words = {"number": number, "since": last_signed}
                return _stopped(walk, number, ChainFault(
                    code="log-rewritten", number=number, words=words
                ))  # fmt: skip
            last_signed = number
        if REDACTION in line:
            redacted.take(line)

        before = digest

    head = LogHead(number=number, sha256=before.decode()) if number else NO_LINE
    # Only a head knows that there was more.
    newest = max(signed, default=0)
    if newest <= number:
        return ChainReport(lines=number, head=head)

    words = {"last": number, "number": newest}
    cut = ChainFault(code="log-cut", number=number + 1, words=words)
    return ChainReport(lines=number, head=head, fault=cut)


def _broken(
    walk: Iterator[bytes],
    number: int,
    match: re.Match[bytes] | None,
    digest: bytes,
    signed: Mapping[int, str],
) -> ChainReport:
    """A line whose form, number or link is wrong."""
    words: dict[str, Any] = {"number": number}
    if match is None:
        fault = ChainFault(code="log-line-unreadable", number=number, words=words)
    elif match[2] != b"%d" % number:
        words["value"] = match[2].decode()
        fault = ChainFault(code="log-line-number", number=number, words=words)
    else:
        return _unlinked(walk, number, digest, signed)

    return _stopped(walk, number, fault)


def _unlinked(
    walk: Iterator[bytes], number: int, digest: bytes, signed: Mapping[int, str]
) -> ChainReport:
    """A line that names another hash than the line before has: one of the two was
    changed.

    It is the line before, if the next line or a signed head still knows this one.
    """
    following = next(walk, None)
    match = LINE.fullmatch(following) if following is not None else None
    # Two witnesses for this line against one: then it was the line before.
    known = match[1] if match else signed.get(number, "").encode()
    rest = (following is not None) + sum(1 for _ in walk)
    if known == digest and number > 1:
        fault = ChainFault(
            code="log-line-changed", number=number - 1, words={"number": number - 1}
        )
    else:
        words = {"number": number, "before": number - 1}
        fault = ChainFault(code="log-line-unlinked", number=number, words=words)

    total = number + rest
    return ChainReport(
        lines=total, head=NO_LINE, fault=fault, following=total - fault.number
    )


def _stopped(walk: Iterator[bytes], number: int, fault: ChainFault) -> ChainReport:
    rest = sum(1 for _ in walk)
    return ChainReport(lines=number + rest, head=NO_LINE, fault=fault, following=rest)
