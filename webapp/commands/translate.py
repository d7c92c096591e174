"""``crfsmith translate``: the texts of a study in another language."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from forms_spec.findings.finding import Severity
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loader import read_study
from forms_spec.loading.translations import Translations
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from generator.dictionary.translation_file import (
    TextState,
    UnreadableTable,
    as_table,
    translated_texts,
    with_missing,
    with_translations,
)
from webapp.commands.study_folder import write_file
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError, cannot_read

REFUSED = 1


@click.command(short_help="Write and refresh a translation of a study's texts.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("language", metavar="LANGUAGE")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a table in CSV for a translator.",
)
@click.option(
    "--take",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Read the table of a translator.",
)
def command(folder: Path, language: str, out: Path | None, take: Path | None) -> None:
    """Bring the translation into LANGUAGE up to date with the dictionary in DIR.

    The file translations/LANGUAGE.yaml gets every text that it does not have.
    Translations, comments and layout stay.

    Exit status: 0 if all is well, 1 if the dictionary has errors, 2 if nothing
    could be read or written.
    """
    files, translations = _read(folder, language)
    if take is not None:
        changed = _taken(files, translations, language, take)
    else:
        changed = with_missing(files, translations, language)

    for name, text in changed.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text.encode("utf-8"))
        click.echo(f"{name} changed")

    if changed:
        files, translations = _read(folder, language)
    if out is not None:
        # A spreadsheet program takes the text for another encoding without the mark.
        write_file(out, as_table(translations, language).encode("utf-8-sig"))
        click.echo(f"{out} written")

    _show_counts(translations, language)


def _read(folder: Path, language: str) -> tuple[Mapping[str, str], Translations]:
    try:
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    reading = read_study(files, incomplete=bool(unreadable))
    loaded = reading.loaded
    translations = loaded.parts.translations if loaded is not None else None
    known = translations.by_language if translations is not None else {}
    if translations is None or language not in known:
        near = did_you_mean(language, known)
        raise CommandError(
            f"The study has no language {language} to translate into. {near} Add it to "
            "languages in the file of the study.".replace("  ", " ")
        )

    refused = [
        item
        for item in (*unreadable, *reading.result.findings)
        if item.severity is Severity.ERROR
    ]
    if refused:
        for finding in refused:
            show_finding(finding, files)

        message = "Nothing was written, because the dictionary has errors."
        click.echo(message, err=True)
        sys.exit(REFUSED)

    return files, translations


def _taken(
    files: Mapping[str, str], translations: Translations, language: str, take: Path
) -> dict[str, str]:
    try:
        table = take.read_text(encoding="utf-8-sig")
        return with_translations(files, translations, language, table)
    except OSError as error:
        raise cannot_read(take, error) from error
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{take} is not UTF-8 text. Save it in your spreadsheet program as CSV UTF-8."
        ) from error
    except UnreadableTable as error:
        raise CommandError(f"{error}.") from error


def _show_counts(translations: Translations, language: str) -> None:
    states = Counter(item.state for item in translated_texts(translations, language))
    name = translations.languages[language]
    click.echo(
        f"{name}: {states[TextState.CURRENT]} texts translated, "
        f"{states[TextState.MISSING]} missing, {states[TextState.OUTDATED]} outdated."
    )
