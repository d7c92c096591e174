"""What the commands over a database share: opening it, and saying why it cannot be."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.installation.command_error import CommandError
from webapp.installation.operator import command_origin
from webapp.installation.signing_key import known_signer
from webapp.storage import (
    AlteredDictionary,
    ClockBehind,
    DamagedData,
    Database,
    DatabaseTooNew,
    LostDictionary,
    Role,
    add_user,
    dictionary_in_use,
    get_user,
    open_database,
)
from webapp.storage.site_studies import SiteStudies
from webapp.storage.unique_answers import know_unique_fields

NO_RIGHT = "42501"
"""What PostgreSQL calls a right that is missing."""
LONGEST = 120
"""A database may quote a whole record."""
RESTORE = "Nothing was changed. If this continues, restore the last backup."
IMPORTER = "import"
"""The name of the account that imports save under."""
KINDS = frozenset({"sqlite", "postgresql"})


@contextmanager
def opened(
    url: str, *, must_exist: bool = False, as_it_is: bool = False
) -> Iterator[Database]:
    """The database at ``url``, closed again at the end.

    A new file is made unless it ``must_exist``. An older database is brought up to
    date unless it is taken ``as_it_is``.
    """
    # SQLite makes a file that is not there: a misspelt name would be an empty study.
    file = url.removeprefix("sqlite:///")
    if must_exist and file != url and not Path(file).exists():
        raise CommandError(f"There is no database at {url}.")

    kind = url.partition(":")[0].partition("+")[0]
    if "://" in url and kind not in KINDS:
        raise CommandError(
            f"{kind} is not a database that crfsmith supports. Write "
            "sqlite:///study.sqlite for a file,"
            " or postgresql://user@host/name for a server."
        )

    try:
        database = open_database(url, origin=command_origin, as_it_is=as_it_is)
    except ArgumentError as error:
        raise no_address(url) from error
    except ModuleNotFoundError as error:
        raise CommandError(
            "The PostgreSQL driver is not installed. Run: pip install "
            "'crfsmith[postgresql]'."
        ) from error
    except (OperationalError, OSError) as error:
        raise CommandError(
            f"The database {url} cannot be opened: {_why(error)}."
        ) from error
    except DatabaseTooNew as error:
        raise CommandError(
            f"{error} Install the newer crfsmith, and do not change the data."
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        if getattr(getattr(error, "orig", None), "sqlstate", "") == NO_RIGHT:
            raise CommandError(
                "The tables are not up to date, and the user in this address does not "
                "own them. Run `crfsmith serve` once with the address of their owner."
            ) from error
        raise CommandError(
            f"The database {url} cannot be used: {_why(error)}. {RESTORE}"
        ) from error

    try:
        with _in_words(url):
            yield replace(database, sign=known_signer(database))
    finally:
        database.close()


def no_address(url: str) -> CommandError:
    """What to say of a text that is not the address of a database."""
    return CommandError(
        f"{url!r} is not a database address. For a file, write "
        f"sqlite:///{url or 'study.sqlite'},"
        " and for a server, postgresql://user@host/name."
    )


@contextmanager
def _in_words(url: str) -> Iterator[None]:
    """Trouble of the database, and damage in it, end a command in a sentence."""
    try:
        yield
    except ClockBehind as error:
        raise CommandError(
            f"{error} Correct the clock, then run the command again."
        ) from error
    except DamagedData as error:
        raise CommandError(
            f"The database {url} is damaged: {error}. {RESTORE}"
        ) from error
    except ValueError as error:
        if not _raised_by_sqlalchemy(error):
            raise
        raise CommandError(
            f"The database {url} is damaged: {_why(error)}. {RESTORE}"
        ) from error
    except DBAPIError as error:
        if "locked" in str(error.orig):
            raise CommandError(
                f"The database {url} is in use by another program. Try again later."
            ) from error

        raise CommandError(
            f"The database {url} cannot be read or written: {_why(error)}. {RESTORE}"
        ) from error


def _raised_by_sqlalchemy(error: Exception) -> bool:
    """True for a value that the database gave and that is none of its column."""
    frame = error.__traceback__
    if frame is None:
        return False

    # Where it was raised: our own errors of the same class pass through as they are.
    while frame.tb_next is not None:
        frame = frame.tb_next
    module = str(frame.tb_frame.f_globals.get("__name__", ""))
    return module.startswith("sqlalchemy.")


def _why(error: Exception) -> str:
    """The database's own words without the statement that it did not like."""
    # The statement has values with it, which may be answers of subjects.
    own = getattr(error, "orig", None) or error
    first_line = str(own).strip().split("\n")[0]
    return first_line[:LONGEST].rstrip(".")


def study_in_use(database: Database) -> Study | None:
    """The study whose dictionary is in use, or None in a new database."""
    stored = dictionary_in_use(database)
    if stored is None:
        return None
    if stored.is_altered:
        raise CommandError(str(AlteredDictionary(stored.hash)))

    study = load_study(stored.files).study
    if study is None:
        raise CommandError(
            "The dictionary in the database cannot be loaded by this version of "
            "crfsmith."
        )

    know_unique_fields(database.engine, study)
    return study


def need_study(database: Database, url: str) -> Study:
    """The study whose dictionary is in use; ``CommandError`` in a new database."""
    study = study_in_use(database)
    if study is None:
        raise CommandError(
            f"There is no study in {url} yet. First import a package or serve "
            "a dictionary."
        )

    return study


def need_site_studies(database: Database, study: Study) -> None:
    """``CommandError`` where a site works under a dictionary that cannot be loaded: its
    forms could not be shown, and no other dictionary may stand in.
    """
    try:
        SiteStudies(study=study).load_all(database)
    except LostDictionary as error:
        raise CommandError(str(error)) from error


def study_of_sites(database: Database, study: Study, beginning: str) -> Study:
    """The study that some site works with, by the first characters of its hash. Blank
    is the one in use.
    """
    if study.hash.startswith(beginning):
        return study
    studies = SiteStudies(study=study)
    hashes = sorted(set(studies.dictionaries(database).others.values()))
    fits = [hash_ for hash_ in hashes if hash_.startswith(beginning)]
    if len(fits) != 1:
        known = ", ".join(hash_[:12] for hash_ in (study.hash, *hashes))
        raise CommandError(
            f"No site works under the dictionary {beginning}. Choose one of: {known}."
        )
    try:
        return studies.with_hash(database, fits[0])
    except LostDictionary as error:
        raise CommandError(str(error)) from error


def import_account(database: Database) -> None:
    """The account for imports is made when it is needed; nobody can sign in with it."""
    if get_user(database, IMPORTER) is None:
        password = secrets.token_urlsafe(32)
        add_user(
            database,
            username=IMPORTER,
            name="Import",
            role=Role.DATA_MANAGER,
            password=password,
            is_open=False,
        )
