"""What ``crfsmith diff`` prints, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from forms_spec.findings.places import TextPlace
from forms_spec.model.study import Study
from generator.comparison.change import DictionaryChange, Effect
from generator.comparison.data_effects import DataEffects, EffectLine, EffectTally

COUNTED: Mapping[Effect, tuple[str, str]] = {
    Effect.BREAKS: ("breaks data", "break data"),
    Effect.LOOK: ("needs a look", "need a look"),
    Effect.HARMLESS: ("is harmless", "are harmless"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """The changes, the gravest first, and what they do to the data at hand: None where
    there are none. ``limit`` subjects are named of each effect.
    """

    before: Study
    after: Study
    changes: Sequence[DictionaryChange]
    worst: Effect
    effects: DataEffects | None
    limit: int


def as_text(result: Differences) -> str:
    """One paragraph for each change, then a line for each effect on data."""
    lines = list(_changes(result))
    lines.append(_summary(result.changes))
    if result.effects is not None:
        lines += ["", *_effects(result.effects, result)]

    return "\n".join(lines)


def _changes(result: Differences) -> Iterator[str]:
    for number, change in enumerate(result.changes):
        yield f"{_where(change)}: {change.effect.words}: {change.sentence}"
        yield f"    {change.consequence.why}"
        if change.like:
            yield (
                f"    It may be {change.like} now, which is like it. Answers do not move "
                "to another name."
            )
        if change.place and change.old_place and change.place != change.old_place:
            yield f"    Before: {change.old_place}"
        if result.effects is not None and _is_narrow(change):
            tally = result.effects.answers.get(number, EffectTally())
            yield f"    Captured: {_many(tally.count, 'answer')}{_of(tally, result.limit)}"


def _where(change: DictionaryChange) -> str:
    """The line of the newer text; of what went, that of the older one."""
    if change.place is not None:
        return str(change.place)

    return f"{change.old_place} (before)"


def _is_narrow(change: DictionaryChange) -> bool:
    """Whether it is about answers that were captured, and not about all of them."""
    return not change.is_new and any(map(any, change.scopes))


def _summary(changes: Sequence[DictionaryChange]) -> str:
    """``3 changes: 1 breaks data, 2 are harmless.``"""
    if not changes:
        return "The two dictionaries say the same."

    parts = []

    for effect, words in COUNTED.items():
        number = sum(change.effect is effect for change in changes)
        if number:
            parts.append(f"{number:,} {words[number != 1]}")

    return f"{_many(len(changes), 'change')}: {', '.join(parts)}."


def _effects(effects: DataEffects, result: Differences) -> Iterator[str]:
    many = f"{_many(effects.subjects, 'subject')} with {_many(effects.forms, 'form')}"
    yield f"Evaluated under both dictionaries as of {effects.today}: {many}."

    for line, tally in effects.gravest_first():
        words = (
            f"{line.kind.effect.words}: {_place(line)}{line.kind.words(tally.count)}"
        )
        yield f"  {words}{_of(tally, result.limit)}"

    yield _verdict(effects, result)


def _verdict(effects: DataEffects, result: Differences) -> str:
    if result.worst is Effect.BREAKS:
        return "The new dictionary breaks captured data."
    if not effects.lines:
        return "No verdict on captured data changes."

    return "No captured data break."


def _place(line: EffectLine) -> str:
    where = ".".join(filter(None, (line.table, line.field)))
    code = f" [{line.code}]" if line.code else ""
    return f"{where}{code}: " if where else ""


def _of(tally: EffectTally, limit: int) -> str:
    """The first subjects, and how many more there are."""
    names = list(islice(tally.subjects, limit))
    more = len(tally.subjects) - len(names)
    if not names:
        return f" ({_many(more, 'subject')})" if more else ""
    if more:
        names.append(f"and {more:,} more")

    return f" ({', '.join(names)})"


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def as_json(result: Differences) -> str:
    """The same for programs."""
    report: dict[str, Any] = {
        "old": result.before.hash,
        "new": result.after.hash,
        "effect": result.worst.words,
        "changes": [
            _change_data(number, change, result)
            for number, change in enumerate(result.changes)
        ],
    }
    if result.effects is not None:
        report["data"] = _effects_data(result.effects, result)

    return json.dumps(report, ensure_ascii=False, indent=2)


def _change_data(
    number: int, change: DictionaryChange, result: Differences
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "effect": change.effect.words,
        "what": change.what,
        "name": change.name,
        "key": change.key,
        "before": change.before,
        "after": change.after,
        "place": _text(change.place),
        "old_place": _text(change.old_place),
        "why": change.consequence.why,
        "like": change.like,
    }
    if result.effects is not None and _is_narrow(change):
        data["answers"] = _tally(
            result.effects.answers.get(number, EffectTally()), result
        )

    return data


def _text(place: TextPlace | None) -> str:
    return "" if place is None else str(place)


def _effects_data(effects: DataEffects, result: Differences) -> dict[str, Any]:
    lines = [
        {
            "effect": line.kind.effect.words,
            "what": line.kind.plural,
            "table": line.table,
            "field": line.field,
            "code": line.code,
            **_tally(tally, result),
        }
        for line, tally in effects.gravest_first()
    ]
    return {
        "today": str(effects.today),
        "subjects": effects.subjects,
        "forms": effects.forms,
        "effects": lines,
    }


def _tally(tally: EffectTally, result: Differences) -> dict[str, Any]:
    return {
        "count": tally.count,
        "of_subjects": len(tally.subjects),
        "first_subjects": list(islice(tally.subjects, result.limit)),
    }


SHOWN: Mapping[str, Callable[[Differences], str]] = {"text": as_text, "json": as_json}
