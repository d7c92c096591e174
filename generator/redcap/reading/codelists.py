"""Answers that several fields share become one codelist with a name that says what it
holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.redcap.names import plain_name, slug, unused

Answer = tuple[str, str, bool]
"""Code, label, and whether it cannot stand beside another answer."""
Answers = tuple[Answer, ...]

YES_NO: Answers = (("1", "Yes", False), ("0", "No", False))
TRUE_FALSE: Answers = (("1", "True", False), ("0", "False", False))
FIXED: Mapping[str, tuple[str, Answers]] = {
    "yesno": ("yesno", YES_NO),
    "truefalse": ("truefalse", TRUE_FALSE),
}
"""The lists of REDCap's own field types; no other list bears these names."""

MOST_IN_PLACE = 12
"""Answers that a field lists itself, as long as no other field has them."""

LONGEST_JOINED, SHORTEST_START = 40, 4
"""Characters of a list's name that is made of labels, or of the fields' names."""


@dataclass(kw_only=True)
class Codelists:
    """The lists of a project: count them all first, then ask for each by its answers."""

    uses: dict[Answers, list[str]] = field(default_factory=dict)
    names: dict[Answers, str] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)

    def count(self, answers: Answers, field_name: str) -> None:
        """Notes that a field has these answers."""
        self.uses.setdefault(answers, []).append(field_name)

    def fixed_name(self, type_: str) -> str:
        """The list of a yes/no or true/false field."""
        name, _ = FIXED[type_]
        self.fixed.add(type_)
        return name

    def name(self, answers: Answers) -> str | None:
        """The name of a shared or long list.

        None when the answers are written in their only field.
        """
        used = self.uses.get(answers, [])
        if len(set(used)) < 2 and len(answers) <= MOST_IN_PLACE:
            return None

        if answers not in self.names:
            taken = set(self.names.values())
            taken.update(name for name, _ in FIXED.values())
            self.names[answers] = unused(_name(answers, used), taken)

        return self.names[answers]

    def written(self) -> dict[str, dict[str, object]]:
        """Every named list as the dictionary has it, in the order of their names' first
        use.
        """
        lists: dict[str, dict[str, object]] = {}
        for type_ in sorted(self.fixed):
            name, answers = FIXED[type_]
            lists[name] = as_codes(answers)

        for answers, name in self.names.items():
            lists[name] = as_codes(answers)

        return lists


def as_codes(answers: Answers) -> dict[str, object]:
    """Answers as the dictionary has them."""
    codes: dict[str, object] = {}
    for code, label, exclusive in answers:
        codes[code] = {"label": label, "exclusive": "true"} if exclusive else label

    return codes


def _name(answers: Answers, used: list[str]) -> str:
    """From the labels when they are few and short, else from the fields that use the
    list.
    """
    labels = [slug(label, 20) for _, label, _ in answers]
    joined = "_".join(labels)

    # The slug of a label without any letter or digit is empty.
    have_words = "" not in labels
    are_short = len(answers) <= 4 and len(joined) <= LONGEST_JOINED
    if have_words and are_short:
        return plain_name(joined, letter="c")

    start = _common_start(used)
    return plain_name(start or used[0], letter="c")


def _common_start(names: list[str]) -> str:
    """What the names of several fields begin with, up to a ``_``.

    It is empty for one field, and where the shared words are too short to say anything.
    """
    if len(names) < 2:
        return ""

    shared = []
    for words in zip(*(name.split("_") for name in names), strict=False):
        if len(set(words)) > 1:
            break

        shared.append(words[0])

    start = "_".join(shared)
    if len(start) >= SHORTEST_START:
        return start

    return ""
