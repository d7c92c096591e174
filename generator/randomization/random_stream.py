"""Random whole numbers from a seed, the same in every programming language.

The bytes are HMAC-SHA256 over a counter. Nothing of Python's own ``random`` is used:
its algorithms are not part of any standard, and its seeds are easy to guess.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")

DOMAIN = "crfsmith-randomization-1"
WORD_BYTES = 4
WORDS = 2 ** (8 * WORD_BYTES)


class RandomStream:
    """Numbers drawn for one purpose: another ``label`` gives numbers that have nothing
    to do with these.
    """

    def __init__(self, seed: str, label: str) -> None:
        self._words = _words(seed, label)

    def below(self, bound: int) -> int:
        """A number from 0 up to, not including, ``bound``, each equally likely."""
        # The words beyond the last whole multiple would favour small numbers.
        limit = WORDS - WORDS % bound
        for word in self._words:
            if word < limit:
                return word % bound

        raise AssertionError("the stream never ends")

    def shuffled(self, items: list[Item]) -> list[Item]:
        """The items in random order (Fisher-Yates, from the last place down)."""
        result = list(items)
        for place in range(len(result) - 1, 0, -1):
            other = self.below(place + 1)
            result[place], result[other] = result[other], result[place]

        return result


def _words(seed: str, label: str) -> Iterator[int]:
    counter = 0
    key = seed.encode()
    while True:
        message = f"{DOMAIN}\n{label}\n{counter}".encode()
        block = hmac.digest(key, message, "sha256")
        for start in range(0, len(block), WORD_BYTES):
            yield int.from_bytes(block[start : start + WORD_BYTES], "big")

        counter += 1
