"""What commands share that make a document of a dictionary's folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from forms_spec import load_study
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.translated_study import study_in
from forms_spec.model.study import Study
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from webapp.commands.terminal import show_finding
from webapp.installation.command_error import CommandError, cannot_write

REFUSED = 1


language_option = click.option(
    "--lang",
    "language",
    default="",
    metavar="LANGUAGE",
    help="The language of the study's texts, such as es. Default: that of the dictionary.",
)


def study_in_folder(folder: Path, otherwise: str, language: str = "") -> Study:
    """The study of a folder; ends the command if the dictionary has errors.

    ``otherwise`` says what was not done then: ``No codebook was written``. ``language``
    is one of the study's; blank is the one that the dictionary is written in.
    """
    try:
        files, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(f"{error}.") from error

    # A name may be defined in a file that could not be read.
    loaded = load_study(files, incomplete=bool(unreadable))
    if loaded.study is None or unreadable:
        for finding in (*unreadable, *loaded.findings):
            show_finding(finding, files)
        click.echo(f"{otherwise}, because the dictionary has errors.", err=True)
        sys.exit(REFUSED)

    return _in_language(loaded.study, language)


def _in_language(study: Study, language: str) -> Study:
    if language and language not in study.languages:
        near = did_you_mean(language, study.languages)
        raise CommandError(f"The study has no texts in {language}. {near}".rstrip())

    return study_in(study, language)


def write_file(path: Path, content: bytes) -> None:
    """Writes a file, or ends the command with the reason why it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise cannot_write(path, error) from error
