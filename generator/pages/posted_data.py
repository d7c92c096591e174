"""What a browser posted, before it is a record: which questions were on the page, what
was typed, which rows there were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from generator.pages.input_names import (
    DROP,
    KEPT_PREFIX,
    MISSING_PREFIX,
    REASON_PREFIX,
    REMOVE_PREFIX,
    ROWS_PREFIX,
    SHOWN,
    row_prefix,
)

ROW_NUMBER = re.compile(r"[0-9]{1,15}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class FormData(Protocol):
    """A multi-dictionary, as Werkzeug gives it."""

    def getlist(self, key: str) -> list[str]: ...

    def keys(self) -> Iterable[str]: ...


@dataclass(frozen=True)
class PostedData:
    """The inputs of one post, by what they are for."""

    data: FormData

    @cached_property
    def on_page(self) -> frozenset[str]:
        """The questions that were on the page: ``sysbp``, or ``reading.pulse`` in
        rows.
        """
        return frozenset(self.first(SHOWN).split())

    @cached_property
    def dropped(self) -> frozenset[str]:
        """The inputs whose answers no longer apply and are to be cleared."""
        return frozenset(self.data.getlist(DROP))

    def first(self, name: str) -> str:
        """The first input of a name; empty where there is none."""
        texts = self.data.getlist(name)
        return texts[0] if texts else ""

    def groups_on_page(self) -> set[str]:
        """The groups whose questions were on the page in rows."""
        return {name.partition(".")[0] for name in self.on_page if "." in name}

    def fields_on_page(self, group: str) -> set[str]:
        """The questions of a group that were on the page in rows."""
        prefix = f"{group}."
        return {
            name.removeprefix(prefix)
            for name in self.on_page
            if name.startswith(prefix)
        }

    def row_numbers(self, group: str) -> list[int]:
        """The numbers of the rows that were on the page.

        A browser posts what it was told to, so a text that is no number is left out.
        """
        numbers = []
        for text in filter(
            ROW_NUMBER.fullmatch, self.data.getlist(ROWS_PREFIX + group)
        ):
            number = int(text)
            # Rows are counted from 1.
            if number > 0:
                numbers.append(number)

        return numbers

    def removal(self, group: str, number: int) -> str | None:
        """The reason why a row is removed, as typed; None if it is not marked."""
        prefix = row_prefix(group, number)
        if not self.data.getlist(REMOVE_PREFIX + prefix):
            return None

        return self.first(REASON_PREFIX + prefix)

    def kept_reasons(self) -> Iterator[tuple[str, str, str]]:
        """Why warnings are kept: the name of the input, the code, and the reason."""
        for name in self.data.keys():  # noqa: SIM118 (iterating a multi-dictionary differs)
            if not name.startswith(KEPT_PREFIX):
                continue

            input_name, _, code = name.removeprefix(KEPT_PREFIX).partition(":")
            reason = self.first(name).strip()
            # Without a reason the warning is asked about once more.
            is_kept = code != "" and reason != ""
            if is_kept:
                yield input_name, code, reason

    def texts_as_typed(self, prefix: str, names: Iterable[str]) -> dict[str, str]:
        """What was typed into questions that no class reads, since the dictionary lost
        them while the page was open.
        """
        texts = {}
        for name in filter(NAME.fullmatch, names):
            typed = filter(None, self.data.getlist(prefix + name))
            # Check boxes post one input each. Browsers send CR LF for a line break.
            text = ";".join(typed).replace("\r\n", "\n")

            text = text or self.first(MISSING_PREFIX + prefix + name)
            if text:
                texts[name] = text

        return texts
