"""A change of a dictionary, and how grave it is for data that is already captured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from forms_spec.findings.places import TextPlace


class Effect(IntEnum):
    """How grave a change is for captured data; the graver ones are higher."""

    HARMLESS = 0
    LOOK = 1
    BREAKS = 2

    @property
    def words(self) -> str:
        return EFFECT_WORDS[self]


EFFECT_WORDS = {
    Effect.HARMLESS: "harmless",
    Effect.LOOK: "needs a look",
    Effect.BREAKS: "breaks data",
}


class Consequence(NamedTuple):
    """What a change does to captured data, in a sentence.

    ``judged``: evaluating the data under both versions shows it in full. Where it is
    False, answers keep their text and their verdict, but mean something else.
    """

    effect: Effect
    why: str
    judged: bool = True


class Scope(NamedTuple):
    """The captured answers that a change is about; None stands for all."""

    form: str | None = None
    table: str | None = None
    field: str | None = None
    code: str | None = None
    visit: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DictionaryChange:
    """One thing that the newer dictionary says otherwise.

    ``what`` is the kind of thing (``field``), ``name`` its name (``vs.sysbp``), ``key``
    the word of the dictionary that changed, blank where the whole thing came or went.
    ``before`` and ``after`` are what stood there, in words. ``place`` is in the newer
    text, ``old_place`` in the older one.
    """

    what: str
    name: str
    key: str
    before: str
    after: str
    place: TextPlace | None
    old_place: TextPlace | None
    consequence: Consequence
    scopes: tuple[Scope, ...] = ()
    like: str = ""
    """What came that is like the thing that went: it may be a renaming."""

    @property
    def is_new(self) -> bool:
        """Whether the whole thing came."""
        return self.key == self.before == ""

    @property
    def is_gone(self) -> bool:
        """Whether the whole thing went."""
        return self.key == self.after == ""

    @property
    def effect(self) -> Effect:
        return self.consequence.effect

    @property
    def sentence(self) -> str:
        """The change in words: ``field vs.sysbp: range was 60 to 260, is 60 to 200``."""
        subject = f"{self.what} {self.name}".rstrip()
        if self.key:
            return f"{subject}: {self.key} was {self.before}, is {self.after}"

        title = self.before or self.after
        # Many a thing has no other title than its name.
        if title not in self.name:
            subject = f"{subject}, “{title}”,"

        return f"{subject} is new" if self.is_new else f"{subject} is gone"
