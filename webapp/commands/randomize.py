"""``crfsmith randomize``: draws a randomization list, loads it, and counts what is left."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import click

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.model.randomization import RandomizationPlan
from forms_spec.model.study import Study
from generator.randomization.draw import (
    LEAST_SEED,
    DrawRequest,
    ListEntry,
    ListRefused,
    draw_list,
)
from generator.randomization.list_file import (
    ReadList,
    balance,
    counts_words,
    list_text,
    read_list,
)
from webapp.commands.database_option import database_option
from webapp.commands.study_folder import study_in_folder
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError, cannot_write
from webapp.installation.study_database import need_study, opened
from webapp.storage.known_results import ListDiffers, ListMismatch
from webapp.storage.randomization_lists import (
    ListNotLoaded,
    NewEntry,
    count_strata,
    load_entries,
)

REFUSED = 1


@click.group(short_help="Draw and load randomization lists.")
def command() -> None:
    """Draw a randomization list from a seed, load it into a database, and count what is
    left of it. Give the list and its seed to nobody who enters or treats.
    """


def _sizes(
    context: click.Context, parameter: click.Parameter, text: str
) -> tuple[int, ...]:
    """Numbers with commas between them: ``4,6``."""
    if not re.fullmatch(r"[0-9]{1,4}(,[0-9]{1,4})*", text):
        message = f"{text!r} is not a list of numbers, such as 4,6"
        raise click.BadParameter(message, context, parameter)

    return tuple(int(size) for size in text.split(","))


@command.command("list", short_help="Draw a list from a seed.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--blocks",
    required=True,
    callback=_sizes,
    metavar="SIZES",
    help="The sizes of the blocks, such as 4,6: each block has one of them at random.",
)
@click.option(
    "--size",
    required=True,
    type=click.IntRange(1),
    help="How many entries each stratum has at least. The last block is complete.",
)
@click.option(
    "--first",
    required=True,
    metavar="NUMBER",
    help="The first randomization number, such as R-0001. The next ones count up.",
)
@click.option(
    "--seed",
    prompt=f"Seed (a secret of at least {LEAST_SEED} characters)",
    hide_input=True,
    help="Default: you are asked, so that no shell remembers it.",
)
@click.option(
    "--out",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The new CSV file. Only you can read it.",
)
def draw(
    folder: Path,
    *,
    blocks: tuple[int, ...],
    size: int,
    first: str,
    seed: str,
    path: Path,
) -> None:
    """Draw a list for the study in DIR: permuted blocks in each stratum.

    The same seed, sizes and dictionary give the same list. Exit status: 0 if it was
    written, 1 if the dictionary has errors, 2 if there is no such list.
    """
    study = study_in_folder(folder, "No list was drawn")
    plan = need_plan(study)
    request = DrawRequest(seed=seed, blocks=blocks, size=size, first=first)
    try:
        entries = draw_list(study, plan, request)
    except ListRefused as error:
        raise CommandError(f"{error} No list was drawn.") from error

    text = list_text(plan, entries)
    checked = read_list(text, study, plan, str(path))
    for item in checked.findings:
        show_finding(item, {str(path): text})
    if not checked.is_sound:
        raise CommandError("No list was written.")

    _write_private(path, text)
    _show_balance(entries, plan)
    click.echo(f"{path}: {len(entries):,} entries. Keep it and the seed secret.")


def need_plan(study: Study) -> RandomizationPlan:
    """The study's plan, or the end of the command."""
    if study.randomization is None:
        raise CommandError(
            f"{study.short} does not randomize: its dictionary has no `randomization`."
        )

    return study.randomization


def _write_private(path: Path, text: str) -> None:
    """A new file that only its owner reads. A list that exists is never written over."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise CommandError(f"{path} exists already. Give a new file.") from error
    except OSError as error:
        raise cannot_write(path, error) from error

    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _show_balance(entries: Sequence[ListEntry], plan: RandomizationPlan) -> None:
    """How often each arm is in each stratum, without the order."""
    factors = ", ".join(plan.factors) or "one stratum"
    click.echo(f"Entries by stratum ({factors}):")
    for stratum, counts in balance(entries).items():
        words = counts_words(counts, plan.ratio)
        click.echo(f"  {stratum or 'all subjects'}: {counts.total()} ({words})")


@command.command(short_help="Load a list into a database.")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@database_option
def load(path: Path, url: str) -> None:
    """Load the list in FILE, behind those that were loaded before.

    The whole list is loaded, or nothing. The log keeps that it was, and not what is in
    it. Exit status: 0 if it was loaded, 1 if the list has errors, 2 if it could not be
    read.
    """
    text = _text_of(path)
    with opened(url, must_exist=True) as database:
        study = need_study(database, url)
        plan = need_plan(study)
        checked = read_list(text, study, plan, str(path))
        for item in checked.findings:
            show_finding(item, {str(path): text})
        if not checked.is_sound:
            click.echo("Nothing was loaded.", err=True)
            raise SystemExit(REFUSED)

        entries = [
            NewEntry(number=entry.number, stratum=entry.stratum, arm=entry.arm)
            for entry in checked.entries
        ]
        try:
            loaded = load_entries(database, entries, plan)
        except ListNotLoaded as error:
            raise CommandError(str(error)) from error
        except ListDiffers as error:
            for mismatch in error.mismatches:
                show_finding(_mismatch(mismatch, checked, str(path)), {str(path): text})
            click.echo("Nothing was loaded.", err=True)
            raise SystemExit(REFUSED) from error

    _show_balance(checked.entries, plan)
    click.echo(f"List {loaded.number} with {len(entries):,} entries was loaded.")
    if loaded.taken:
        click.echo(f"{loaded.taken:,} of them were given to subjects before.")


def _mismatch(mismatch: ListMismatch, checked: ReadList, name: str) -> Finding:
    """A subject that an entry does not fit, at the line of the entry."""
    line, column = checked.places[mismatch.number]
    return finding(
        "randomization-list-differs",
        text=TextPlace(file=name, line=line, column=column),
        value=mismatch.number,
        subject=mismatch.subject,
        why=mismatch.why,
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{path} is not in UTF-8. Save it as CSV in UTF-8."
        ) from error


@command.command(short_help="Count what is left of the lists.")
@database_option
def status(url: str) -> None:
    """Count the entries of each stratum, and how many are left. It does not tell which
    arm comes next.
    """
    with opened(url, must_exist=True) as database:
        counts = count_strata(database)
        if not counts:
            click.echo("No randomization list was loaded.")

        for stratum, count in counts.items():
            left = count.entries - count.used
            words = f"{count.used} of {count.entries} used, {left} left"
            click.echo(f"{stratum or 'all subjects'}: {words}")
