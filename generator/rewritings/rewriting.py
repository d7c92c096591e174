"""One habit of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from generator.rewritings.expected import Expected


def _none(text: str, expected: Expected) -> Iterable[str]:  # noqa: ARG001
    return ()


def _never(text: str) -> bool:  # noqa: ARG001
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewriting:
    """What a program does to a text.

    ``says`` names it in the past tense, ``example`` shows a text before and after.
    ``turns(before, after)`` is True where it makes one of the other; it is only asked
    about texts that differ. ``originals`` gives the texts that a text may have been in
    an open column of one of the ``kinds``, of any kind where there are none.
    ``untouched`` is True for a text that the program would have rewritten: where one is
    left in a column, no program has gone through it.

    ``keeps``: the text still says the same, in another spelling. Otherwise something is
    lost, and only a second witness knows what. ``by_list``: an entry of a closed list
    can be recognised from what is left.
    """

    name: str
    says: str
    example: tuple[str, str]
    turns: Callable[[str, str], bool]
    originals: Callable[[str, Expected], Iterable[str]] = _none
    kinds: frozenset[str] = frozenset()
    untouched: Callable[[str], bool] = _never
    keeps: bool = True
    by_list: bool = True

    def explains(self, before: str, after: str) -> bool:
        """Whether this happened to a text; nothing happened to one that is the same."""
        return before != after and self.turns(before, after)

    def texts_before(self, text: str, expected: Expected) -> Iterator[str]:
        """What a text may have been in an open column."""
        if self.kinds and expected.kind not in self.kinds:
            return

        for candidate in self.originals(text, expected):
            if self.explains(candidate, text):
                yield candidate
