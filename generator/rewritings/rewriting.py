"""One habit of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    ``turns(before, after)`` is True where it makes one of the other. ``originals``
    gives the texts that a text may have been in a column of an open kind. ``untouched``
    is True for a text that the program would have rewritten: where one is left in a
    column, no program has gone through it.

    ``keeps``: the text still says the same, in another spelling. Otherwise something is
    lost, and only a second witness knows what. ``by_list``: an entry of a closed list
    can be recognised from what is left.
    """

    name: str
    says: str
    example: tuple[str, str]
    turns: Callable[[str, str], bool]
    originals: Callable[[str, Expected], Iterable[str]] = _none
    untouched: Callable[[str], bool] = _never
    keeps: bool = True
    by_list: bool = True
