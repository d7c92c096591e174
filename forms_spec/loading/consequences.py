"""What follows from a fault, and is no fault of its own.

Around text that cannot be read, names seem unknown and things seem unused or empty. To
say so would send the designer after faults that are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from forms_spec.findings.catalogue import entry
from forms_spec.findings.catalogue import text as text_codes
from forms_spec.findings.catalogue.entry import PossibleCause
from forms_spec.findings.causes import quoted_words
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.yaml_source.document import Document
from forms_spec.yaml_source.lost_lines import WORD, LostLines, owners

TEXT_FAULTS = frozenset(item.code for item in text_codes.ENTRIES)
"""Faults of the text itself: they follow from nothing."""

TORN = frozenset({"unknown-key-without-value", "comma-in-number"})
"""Keys without a value that are the rest of a text before them."""

KINDS_OF_FILE = frozenset({"unknown-file", "file-not-mapping"})
WITHOUT_KEY = frozenset({"label-missing", "missing-key"})


def without_consequences(
    findings: Iterable[Finding], documents: Mapping[str, Document], *, incomplete: bool
) -> list[Finding]:
    """The findings that stand for themselves.

    ``incomplete``: some file could not be read at all, so that anything may be missing.
    """
    listed = list(findings)
    torn = [finding.text for finding in listed if finding.code in TORN]
    misspelt = [finding for finding in listed if finding.code == "unknown-key"]
    glued = [item.text for item in listed if item.code == "colon-without-space"]
    losses = _Losses(
        documents=documents,
        incomplete=incomplete,
        torn=[place for place in torn if place is not None],
        misspelt=misspelt,
        glued={(place.file, place.line) for place in glued if place is not None},
    )

    return [finding for finding in listed if not losses.cause(finding)]


@dataclass(frozen=True, kw_only=True)
class _Losses:
    """What could not be read of a dictionary.

    ``torn`` are the places of keys without a value: what stands before their comma has
    been torn off the text that it belongs to. ``misspelt`` are keys that nobody knows.
    ``glued`` are the lines with a colon that has no space behind it.
    """

    documents: Mapping[str, Document]
    incomplete: bool
    torn: Sequence[TextPlace]
    misspelt: Sequence[Finding]
    glued: Set[tuple[str, int]]

    @cached_property
    def lines(self) -> Sequence[LostLines]:
        lines: list[LostLines] = []
        for document in self.documents.values():
            lines += document.lost
            # Without its top key nobody knows what the rest of a file says.
            if _has_lost_top(document):
                everything = LostLines(first=1, last=1, owner=0, text=document.text)
                lines.append(everything)

        return lines

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names for part in self.lines))

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset().union(*(part.words for part in self.lines))

    def cause(self, finding: Finding) -> bool:
        """Whether the finding only follows from them."""
        if finding.code in TEXT_FAULTS:
            return False

        return (
            self._leave_meaning_open(finding)
            or self._lack_name(finding)
            or self._lack_use(finding)
            or self._empty_owner(finding)
            or self._change_type(finding)
            or self._hide_key(finding)
            or self._misspell_key(finding)
            or self._tear_text(finding)
        )

    def _leave_meaning_open(self, finding: Finding) -> bool:
        anything_lost = self.incomplete or bool(self.lines)
        return anything_lost and PossibleCause.MEANING in entry(finding.code).follows

    def _lack_name(self, finding: Finding) -> bool:
        if PossibleCause.NAME not in entry(finding.code).follows:
            return False

        return self.incomplete or not self.names.isdisjoint(self._words_of(finding))

    def _lack_use(self, finding: Finding) -> bool:
        if PossibleCause.USE not in entry(finding.code).follows:
            return False

        return self.incomplete or not self.words.isdisjoint(self._words_of(finding))

    def _empty_owner(self, finding: Finding) -> bool:
        """Whether it is said of the key, or the file, that lost lines stand below."""
        place = finding.text
        if place is None or place.file not in self.documents:
            return False

        document = self.documents[place.file]
        if finding.code in KINDS_OF_FILE and _has_lost_top(document):
            return True

        return any(place.line == max(part.owner, 1) for part in document.lost)

    def _change_type(self, finding: Finding) -> bool:
        """Whether it is said of a key beside a lost type."""
        place = finding.text
        if place is None or place.file not in self.documents:
            return False

        document = self.documents[place.file]
        owner = next(owners(document.lines, place.line - 1), -1) + 1
        lost_types = [part for part in document.lost if "type" in part.words]
        return any(
            owner == above + 1
            for part in lost_types
            for above in owners(document.lines, part.first - 1)
        )

    def _hide_key(self, finding: Finding) -> bool:
        """Whether it misses a key whose colon has no space behind it."""
        place = finding.text
        if place is None or finding.code not in WITHOUT_KEY:
            return False

        return (place.file, place.line) in self.glued

    def _misspell_key(self, finding: Finding) -> bool:
        """Whether it misses a key that is there, but misspelt."""
        if finding.code not in WITHOUT_KEY:
            return False

        missing = _missing_key(finding)
        return any(
            missing in quoted_words(item.remedy) and self._is_below(item, finding)
            for item in self.misspelt
        )

    def _is_below(self, item: Finding, owner: Finding) -> bool:
        """Whether a key stands in the mapping that the other finding is about."""
        place, above = item.text, owner.text
        if place is None or above is None or place.file != above.file:
            return False
        if place.line == above.line:
            return True

        lines = self.documents[place.file].lines
        return next(owners(lines, place.line - 1), 0) + 1 == above.line

    def _tear_text(self, finding: Finding) -> bool:
        """Whether it is said of a text up to a comma that should not end it."""
        place = finding.text
        if place is None or finding.code in TORN:
            return False

        for key in self.torn:
            if (key.file, key.line) != (place.file, place.end_line):
                continue
            line = self.documents[key.file].lines[key.line - 1]
            if line[place.end_column - 1 : key.column - 1].strip() == ",":
                return True

        return False

    def _words_of(self, finding: Finding) -> frozenset[str]:
        """The words that a finding is about: those of its place, and what it quotes."""
        words = quoted_words(finding.message)
        place = finding.text
        if place is not None and place.file in self.documents:
            lines = self.documents[place.file].lines
            last = place.end_column - 1 if place.end_line == place.line else None
            written = lines[place.line - 1][place.column - 1 : last]
            words |= frozenset(WORD.findall(written))

        return words


def _missing_key(finding: Finding) -> str:
    if finding.code == "label-missing":
        return "label"

    return next(iter(quoted_words(finding.message)), "")


def _has_lost_top(document: Document) -> bool:
    """Whether the key that says what a file holds may be lost."""
    has_lost = any(part.owner == 0 for part in document.lost)
    data = document.data
    if not has_lost or not isinstance(data, dict):
        return has_lost

    return not any(key in NOUNS for key in data)
