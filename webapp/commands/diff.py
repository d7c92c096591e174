"""``crfsmith diff``: what changed between two dictionaries, and what that does to data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from forms_spec import load_study
from forms_spec.model.study import Study
from generator.comparison.change import DictionaryChange, Effect
from generator.comparison.compare import compare, gravest
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import UNREADABLE, CommandError

SAFE, BREAKING = 0, 1
COUNTED = {
    Effect.BREAKS: ("breaks data", "break data"),
    Effect.LOOK: ("needs a look", "need a look"),
    Effect.HARMLESS: ("is harmless", "are harmless"),
}


@click.command(short_help="Say what changed between two dictionaries.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option("--strict", is_flag=True, help="Fail on changes that need a look too.")
def command(*, old: str, new: str, layout: str, strict: bool) -> None:
    """Say what the dictionary NEW says otherwise than OLD, and what that does to data.

    OLD and NEW are folders. How the text is laid out, comments and the order of
    questions are no change. Exit status: 0 if no change breaks captured data, 1 if one
    does, 2 if a dictionary cannot be read.
    """
    before, after = _study(old), _study(new)
    changes = sorted(compare(before, after), key=lambda change: -change.effect)

    if layout == "json":
        report = _report(before, after, changes)
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for line in _lines(changes):
            click.echo(line)

    limit = Effect.LOOK if strict else Effect.BREAKS
    sys.exit(BREAKING if gravest(changes) >= limit else SAFE)


def _study(name: str) -> Study:
    """The study of a folder; ends the command where it cannot be loaded."""
    try:
        files, unreadable = read_dictionary(Path(name))
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    loaded = load_study(files, incomplete=bool(unreadable))
    if loaded.study is None or unreadable:
        for finding in (*unreadable, *loaded.findings):
            show_finding(finding, files)
        click.echo(f"Nothing was compared, because {name} has errors.", err=True)
        sys.exit(UNREADABLE)

    return loaded.study


def _lines(changes: Sequence[DictionaryChange]) -> Iterator[str]:
    for change in changes:
        where = change.place or change.old_place
        yield f"{where}: {change.effect.words}: {change.sentence}"
        yield f"    {change.consequence.why}"
        if change.like:
            yield (
                f"    It may be {change.like} now, which is like it. Answers do not move "
                "to another name."
            )
        if change.place and change.old_place:
            yield f"    Before: {change.old_place}"

    yield summary(changes)


def summary(changes: Sequence[DictionaryChange]) -> str:
    """``3 changes: 1 breaks data, 2 are harmless.``"""
    if not changes:
        return "The two dictionaries say the same."

    parts = []
    for effect, words in COUNTED.items():
        number = sum(change.effect is effect for change in changes)
        if number:
            parts.append(f"{number:,} {words[number != 1]}")

    plural = "" if len(changes) == 1 else "s"
    return f"{len(changes):,} change{plural}: {', '.join(parts)}."


def _report(
    before: Study, after: Study, changes: Sequence[DictionaryChange]
) -> dict[str, Any]:
    return {
        "old": before.hash,
        "new": after.hash,
        "effect": gravest(changes).words,
        "changes": [_change_data(change) for change in changes],
    }


def _change_data(change: DictionaryChange) -> dict[str, Any]:
    return {
        "effect": change.effect.words,
        "what": change.what,
        "name": change.name,
        "key": change.key or None,
        "before": change.before,
        "after": change.after,
        "place": str(change.place) if change.place else None,
        "old_place": str(change.old_place) if change.old_place else None,
        "why": change.consequence.why,
        "like": change.like or None,
    }
