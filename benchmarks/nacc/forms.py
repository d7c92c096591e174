"""The text of one form: its fields, and when each of them is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.nacc.branching import read_branching
from benchmarks.nacc.domains import Domain, answer_labels
from benchmarks.nacc.expressions import Scope
from benchmarks.nacc.source import Question
from benchmarks.nacc.syntax import UnreadableError, variables_of

VISITS = {"I": "Initial visit", "F": "Follow-up visit"}
"""The packets. A participant has one initial visit, and a follow-up every year."""


def visit_of(packet: str) -> str:
    """The visit of a packet such as ``IL``; nothing for a form without packets."""
    return packet[:1] if packet[:1] in VISITS else ""


def quoted(words: str) -> str:
    """Any text as a scalar of YAML."""
    return json.dumps(words, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Branching:
    """When the questions of a form are asked. ``counts`` are the texts by outcome."""

    visits: Sequence[str]
    scope: Scope
    counts: Counter[str]

    def shown(self, questions: Sequence[Question]) -> str:
        """The condition of a field: one, or one for each visit."""
        texts: dict[str, str] = {}
        for question in questions:
            visit = visit_of(question.packet)
            shown = self._condition(question)
            texts.update(dict.fromkeys([visit] if visit else self.visits, shown))

        if set(texts) == set(self.visits) and len(set(texts.values())) == 1:
            return next(iter(texts.values()))

        parts = [
            f"visitid = '{visit}'" + (f" and ({shown})" if shown else "")
            for visit, shown in texts.items()
        ]
        if len(parts) == 1:
            return parts[0]
        return " or ".join(f"({part})" for part in parts)

    def _condition(self, question: Question) -> str:
        if not question.branching:
            return ""
        try:
            condition = read_branching(question.branching, frozenset(self.scope.places))
            if question.variable in variables_of(condition):
                raise UnreadableError("a question that is asked by its own answer")
            text = self.scope.write(condition)
        except UnreadableError as unreadable:
            self.counts[unreadable.reason] += 1
            return ""

        self.counts["converted"] += 1
        return text


def form_text(
    form: str,
    variables: Mapping[str, Sequence[Question]],
    scope: Scope,
    branching: Branching | None,
) -> Iterator[str]:
    """The lines of a form. Without ``branching`` all is asked and nothing required."""
    yield f"form: {form}"
    yield f"title: {form.replace('_', ' ').upper()}"
    yield "fields:"
    for variable, questions in variables.items():
        place = scope.places[variable]
        yield f"  {place.field}:"
        yield f"    label: {quoted(questions[0].label or variable)}"
        yield from _limits(place.domain, questions)
        if branching is not None:
            yield from _asked(questions, branching.shown(questions))
    yield ""


def _limits(domain: Domain, questions: Sequence[Question]) -> Iterator[str]:
    yield f"    type: {domain.kind}"
    if domain.decimals:
        yield "    places: 4"
    if domain.low:
        yield f"    range: [{domain.low}, {domain.high}]"
    if domain.is_choice:
        labels = answer_labels(questions)
        yield "    codes:"
        for code in domain.codes:
            yield f"      '{code}': {quoted(labels.get(code, code))}"


def _asked(questions: Sequence[Question], shown: str) -> Iterator[str]:
    if shown:
        yield f"    show_when: {quoted(shown)}"

    words = {question.missingness.lower() for question in questions}
    is_always = words <= {"always", "yes"}
    is_conditional = any("conditional" in word for word in words)
    if is_always or (shown and is_conditional):
        yield "    required: true"
