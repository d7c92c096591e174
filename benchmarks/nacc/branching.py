"""When a question is asked: the texts of branching logic, in words or in brackets."""

from __future__ import annotations

import re

from benchmarks.nacc.logic import opposite, read_condition
from benchmarks.nacc.syntax import Condition, Either, UnreadableError

_IN_BRACKETS = re.compile(r"\[([a-z]\w*)\]", re.IGNORECASE)
_IN_WORDS = re.compile(r"blank\s+if\b", re.IGNORECASE)
_QUESTION = re.compile(r"\bquestions?\s+\d*[a-z]?\d*\s*,?|#\w+\s*,?", re.IGNORECASE)
_LABEL = re.compile(r"\((?![^()]*\b(?:and|or)\b[^()]*=)[^()]*[A-Za-z][^()]*\)")
_COMMA_BEFORE_SIGN = re.compile(r"(\w)\s*,\s*(=|ne\b|not\b|in\b)")


def read_branching(text: str, variables: frozenset[str]) -> Condition:
    """The condition under which the question is asked.

    ``Blank if Question 7, TBI, = 0 (No)`` says when it is not. Raises
    ``UnreadableError`` if the text is not wholly understood.
    """
    if not _IN_WORDS.match(text):
        return read_condition(_IN_BRACKETS.sub(r"\1", text), variables)

    skipped: list[Condition] = []
    for part in _IN_WORDS.split(text):
        words = _LABEL.sub(" ", _QUESTION.sub(" ", part)).strip(" ;.")
        if words:
            words = _COMMA_BEFORE_SIGN.sub(r"\1 \2", words)
            skipped.append(read_condition(words, variables))
    if not skipped:
        raise UnreadableError("no text")
    return opposite(skipped[0] if len(skipped) == 1 else Either(tuple(skipped)))
