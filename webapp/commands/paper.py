"""``crfsmith paper``: blank forms, annotated forms and casebooks to print."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from generator.paper.blank import blank_forms
from generator.paper.captured_subject import PrintRun
from generator.paper.casebook import casebook_paper
from generator.paper.layout import Paper, Sheet
from generator.paper.typst_writer import PaperFailed, WrittenPaper, write_pdf
from generator.paper.word_writer import write_word
from webapp.commands.database_option import database_option
from webapp.commands.study_folder import language_option, study_in_folder, write_file
from webapp.installation.command_error import CommandError
from webapp.installation.operator import who_runs
from webapp.installation.study_database import need_study, opened
from webapp.paper.subject_casebook import CasebookReader, printed_event
from webapp.storage import (
    Database,
    StoredSubject,
    list_users,
    snapshot,
    write_event,
)
from webapp.storage.site_studies import SiteStudies

PDF, WORD, ZIP = ".pdf", ".docx", ".zip"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

sheet_option = click.option(
    "--sheet",
    type=click.Choice(["a4", "us-letter"]),
    default="a4",
    show_default=True,
    help="The size of the paper.",
)
fonts_option = click.option(
    "--fonts",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="More fonts for the PDF, for scripts such as Chinese.",
)


@click.group(short_help="Write blank forms or casebooks to print.")
def command() -> None:
    """Write documents to print: blank forms, annotated forms, and casebooks.

    A PDF is tagged PDF/A-2a and PDF/UA-1. The same input gives the same bytes. This
    needs pip install 'crfsmith[paper]'. Exit status: 0 if everything was written, 1 if
    the dictionary has errors, 2 if nothing could be read or written.
    """


def _moment(_context: click.Context, _option: object, text: str | None) -> datetime:
    """A moment with its time zone; now without a text."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not a moment. Write 2024-04-15T09:30+02:00."
        ) from error
    # Without a zone it is UTC: that of the machine would give other bytes elsewhere.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(_context: click.Context, _option: object, text: str | None) -> datetime | None:
    """The beginning of a day, or None without a text."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is not a date. Write 2024-04-15."
        ) from error


def _forms_command(name: str, summary: str, *, annotated: bool) -> click.Command:
    """``blank`` and ``annotated`` differ in what stands beside the fields."""

    @command.command(name, short_help=summary, help=summary)
    @click.argument("folder", type=click.Path(path_type=Path), metavar="DICTIONARY")
    @click.option(
        "--out",
        "file",
        required=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The file to write, FILE.pdf or FILE.docx.",
    )
    @click.option(
        "--date",
        "since",
        callback=_day,
        metavar="DATE",
        help="Since when this version of the dictionary is in use, such as 2024-04-15.",
    )
    @sheet_option
    @fonts_option
    @language_option
    def forms(
        *,
        folder: Path,
        file: Path,
        since: datetime | None,
        sheet: Sheet,
        fonts: Path | None,
        language: str,
    ) -> None:
        if file.suffix.lower() not in (PDF, WORD):
            raise CommandError(f"{file} is neither FILE.pdf nor FILE.docx.")
        study = study_in_folder(folder, "No forms were written", language)
        paper = blank_forms(study, annotated=annotated, moment=since, sheet=sheet)
        if file.suffix.lower() == WORD:
            written = _written(lambda: write_word(paper))
        else:
            written = _written(lambda: write_pdf(paper, fonts))

        write_file(file, written.content)
        size = len(written.content) // 1000
        click.echo(f"{file}: {name} forms of {study.short}, {size:,} kB.")
        _say_replaced(file.name, written)

    return forms


blank = _forms_command(
    "blank", "Write the forms of a dictionary to fill in by hand.", annotated=False
)
annotated = _forms_command(
    "annotated",
    "Write the forms with the names of the dictionary, CDASH and SDTM.",
    annotated=True,
)


@command.command(short_help="Write the casebooks of subjects.")
@click.argument("subjects", nargs=-1, metavar="SUBJECT...")
@database_option
@click.option(
    "--out",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="FILE.pdf for one subject, FILE.zip for one or more.",
)
@click.option("--all", "everyone", is_flag=True, help="Every subject of the study.")
@click.option(
    "--printed-by",
    metavar="NAME",
    help="Who prints, as noted on each page. Default: you.",
)
@click.option(
    "--printed-at",
    callback=_moment,
    metavar="MOMENT",
    help="When it was printed, such as 2024-04-15T09:30+02:00. Default: now.",
)
@sheet_option
@fonts_option
def casebook(
    *,
    subjects: Sequence[str],
    url: str,
    file: Path,
    everyone: bool,
    printed_by: str | None,
    printed_at: datetime,
    sheet: Sheet,
    fonts: Path | None,
) -> None:
    """Write the casebook of each SUBJECT: every form with its answers, findings and
    history.

    For the same bytes again, give the same --printed-by and --printed-at.
    """
    if file.suffix.lower() not in (PDF, ZIP):
        raise CommandError(f"{file} is neither FILE.pdf nor FILE.zip.")
    if not subjects and not everyone:
        raise CommandError("Name a subject, or give --all.")

    run = PrintRun(by=printed_by or who_runs(), moment=printed_at)
    with opened(url, must_exist=True) as database:
        names = () if everyone else subjects
        papers = _casebooks(database, url, names, run, sheet)
        write = _only if file.suffix.lower() == PDF else _zipped
        content, printed = write(papers, file, fonts)
        write_file(file, content)
        for subject in printed:
            write_event(database, printed_event(subject, run))
    click.echo(f"{file}: {len(content) // 1000:,} kB.")


Casebooks = Iterator[tuple[str, Paper]]


def _casebooks(
    database: Database, url: str, names: Sequence[str], run: PrintRun, sheet: Sheet
) -> Casebooks:
    """The number and the casebook of each subject; without names, of all of them."""
    study = need_study(database, url)

    persons = {user.username: user.name for user in list_users(database)}
    with snapshot(database) as state:
        known = {subject.subjid: subject for subject in state.subjects()}
        if unknown := [name for name in names if name not in known]:
            raise CommandError(f"There is no subject {', '.join(unknown)}.")

        studies, dictionaries = SiteStudies(study=study), state.site_dictionaries()
        wanted: list[StoredSubject] = [
            known[name] for name in dict.fromkeys(names or known)
        ]
        readers: dict[str, CasebookReader] = {}
        for subject in wanted:
            of_site = studies.with_hash(database, dictionaries.of(subject.site))
            reader = readers.setdefault(
                of_site.hash,
                CasebookReader(study=of_site, state=state, persons=persons),
            )
            book = reader.read(subject)
            paper = casebook_paper(book, run, proof=reader.proof(book), sheet=sheet)
            yield subject.subjid, paper


def _only(
    papers: Casebooks, file: Path, fonts: Path | None
) -> tuple[bytes, Sequence[str]]:
    books = list(papers)
    if len(books) != 1:
        raise CommandError(
            f"{file} takes one casebook, and there are {len(books)}. Give FILE.zip."
        )
    return _casebook_pdf(*books[0], fonts).content, [books[0][0]]


def _zipped(
    papers: Casebooks, _file: Path, fonts: Path | None
) -> tuple[bytes, Sequence[str]]:
    stream, printed = io.BytesIO(), []
    with zipfile.ZipFile(stream, "w") as target:
        for subject, paper in papers:
            # A study may number its subjects with signs that no file name takes.
            name = re.sub(r"[^A-Za-z0-9._-]", "_", subject)
            # Two numbers may become one name, and one of them would be lost.
            while f"casebook-{name}.pdf" in target.namelist():
                name = f"{name}_"
            entry = zipfile.ZipInfo(f"casebook-{name}.pdf", _ZIP_DATE)
            target.writestr(entry, _casebook_pdf(subject, paper, fonts).content)
            printed.append(subject)

    return stream.getvalue(), printed


def _casebook_pdf(subject: str, paper: Paper, fonts: Path | None) -> WrittenPaper:
    written = _written(lambda: write_pdf(paper, fonts))
    _say_replaced(f"casebook of {subject}", written)
    return written


def _written(write: Callable[[], WrittenPaper]) -> WrittenPaper:
    try:
        return write()
    except PaperFailed as error:
        raise CommandError(str(error)) from error


def _say_replaced(name: str, written: WrittenPaper) -> None:
    """What the document shows as code points only."""
    times = sum(written.replaced.values())
    if times:
        click.echo(
            f"{name}: {times:,} character{'s' * (times != 1)} could not be printed. "
            "The last page lists them. --fonts FOLDER adds fonts.",
            err=True,
        )
