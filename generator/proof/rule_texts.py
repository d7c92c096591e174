"""What a rule is written as, and everything else that the dictionary says.

A rule reads fields, derivations, visits and much more, but never another rule. So what
is asked about it is the same while its own text and the rest of the dictionary are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.study import Study

TOP = re.compile(r"rules:\s*(#.*)?$")
ANCHOR = re.compile(r"&\w")
CONTENT = re.compile(r"( *)[^\s#]")
KEY = re.compile(r" *[\w\"']")


class RuleTexts:
    """The texts of a study's rules, and ``rest``, which stands for all else."""

    def __init__(self, study: Study) -> None:
        self._texts: dict[tuple[str, int], str] = {}
        starts = {
            (rule.place.file, rule.place.line): rule.place.column
            for rule in study.rules.values()
        }
        rest = sha256()
        for file, text in study.files.items():
            others = self._without_rules(file, text, starts)
            rest.update(repr((file, others)).encode())
        self.rest = rest.hexdigest()

    def of_rule(self, rule: EditCheck) -> str:
        """The lines of a rule; blank for one whose lines count to the rest."""
        return self._texts.get((rule.place.file, rule.place.line), "")

    def _without_rules(
        self, file: str, text: str, starts: Mapping[tuple[str, int], int]
    ) -> str:
        # What an anchor names may stand in one rule and be used in another.
        if "rules:" not in text or ANCHOR.search(text):
            return text

        others: list[str] = []
        for number, lines, column in _blocks(text.splitlines()):
            block = "\n".join(lines)
            if starts.get((file, number)) == column:
                self._texts[file, number] = block
            else:
                others.append(block)

        return "\n".join(others)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str], int]]:
    """Blocks of lines, each with the number of its first line.

    Below a line that says ``rules:``, a block begins at each key and has its column.
    Everything else is in blocks of column 0.
    """
    block: list[str] = []
    first, column = 1, 0
    inside: int | None = None  # the indentation of the rules; -1 before the first one

    for number, line in enumerate(lines, start=1):
        content = CONTENT.match(line)
        indent = len(content[1]) if content else None
        if indent is not None and inside == -1:
            inside = indent if indent and KEY.match(line) else None
        if indent is not None and inside is not None and indent <= inside:
            yield first, block, column
            inside = inside if indent == inside else None
            block, first = [], number
            column = indent + 1 if inside is not None else 0
        if TOP.match(line):
            inside = -1
        block.append(line)

    yield first, block, column
