"""``crfsmith serve``: the study for the people who enter its data."""

from __future__ import annotations

import gc
import os
import secrets
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from forms_spec import load_study
from forms_spec.schedule.study_clock import day_of
from generator.dictionary.folder import UnreadableFolder, read_dictionary
from webapp.app import LARGEST_POST, create_app
from webapp.commands.database_option import database_option
from webapp.commands.first_accounts import SignIns, first_accounts
from webapp.demo.demo_study import SIGN_INS, demo_study, is_demo, load_demo
from webapp.forms.uploads import LARGEST_UPLOADS
from webapp.installation.command_error import CommandError
from webapp.installation.guard_check import need_guards
from webapp.installation.mail import (
    MailSettings,
    MailSettingWrong,
    mail_settings,
)
from webapp.installation.settings import Settings
from webapp.installation.signing_key import made_signer
from webapp.installation.study_database import (
    need_site_studies,
    opened,
    study_in_use,
)
from webapp.security.request_limits import BodyLimits, limited_server
from webapp.storage import (
    AlteredDictionary,
    ClockBehind,
    LostDictionary,
    OtherStudy,
    check_clock,
    list_subjects,
    use_dictionary,
)
from webapp.storage import accept_clock as accept_as_right
from webapp.views.packages import LARGEST_UPLOAD

if TYPE_CHECKING:
    from forms_spec.model.study import Study
    from webapp.storage import Database
    from webapp.storage.signed_heads import Signer

SECRET = "CRFSMITH_SECRET_KEY"


@click.command(short_help="Serve the study's pages for data entry.")
@database_option
@click.option(
    "--demo",
    is_flag=True,
    help="Load the Cellkine study with invented subjects and accounts.",
)
@click.option(
    "--dictionary",
    type=click.Path(path_type=Path),
    help="Use the dictionary in this folder from now on.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Use the dictionary even if the database has another study's subjects.",
)
@click.option(
    "--accept-clock",
    is_flag=True,
    help="Confirm that the clock is right now, and was ahead at the last save.",
)
@click.option(
    "--accept-guards",
    is_flag=True,
    help="Serve although the database's triggers are not as crfsmith made them.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on.",
)
@click.option(
    "--threads",
    default=8,
    show_default=True,
    type=click.IntRange(1, 128),
    help="How many requests to serve at once.",
)
def command(
    *,
    url: str,
    demo: bool,
    dictionary: Path | None,
    replace: bool,
    accept_clock: bool,
    accept_guards: bool,
    host: str,
    port: int,
    threads: int,
) -> None:
    """Serve the pages until you press Ctrl-C. Every acknowledged save is on disk.

    A database without accounts gets one account per role. The passwords are printed
    once.
    """
    if demo and dictionary:
        raise click.UsageError("--demo has its own dictionary. Leave --dictionary out.")
    if replace and not dictionary:
        raise click.UsageError(
            "--replace needs another dictionary. Add --dictionary FOLDER."
        )

    _need_port(host, port)

    with opened(url) as database:
        _need_clock(database, accept=accept_clock)
        need_guards(database, accept=accept_guards, how="--accept-guards")
        study, sign_ins = _prepare(
            database, url, demo=demo, dictionary=dictionary, replace=replace
        )
        need_site_studies(database, study)
        secret = _secret(database)
        signer = made_signer(database)

    mail = _mail()
    _serve(
        url,
        study,
        sign_ins,
        secret=secret,
        signer=signer,
        mail=mail,
        demo=demo,
        host=host,
        port=port,
        threads=threads,
    )


def _mail() -> MailSettings | None:
    """How alerts are sent, by the environment."""
    try:
        return mail_settings(os.environ)
    except MailSettingWrong as error:
        raise CommandError(f"{error}.") from error


def _need_port(host: str, port: int) -> None:
    """Says at once, not after the demo was loaded, that another program has the port."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise CommandError(
            f"{host}:{port} cannot be used: {why}. Choose another port with --port."
        ) from error


def _need_clock(database: Database, *, accept: bool) -> None:
    """Says at once, not at the first save, that the clock is before the newest save."""
    if accept:
        accept_as_right(database)
    try:
        check_clock(database)
    except ClockBehind as error:
        raise CommandError(
            f"{error} Correct the clock. If it is right now and was ahead before, "
            "add --accept-clock."
        ) from error


def _prepare(
    database: Database, url: str, *, demo: bool, dictionary: Path | None, replace: bool
) -> tuple[Study, SignIns]:
    try:
        if demo:
            return _demo(database, url)
        if dictionary:
            study = _new_dictionary(database, dictionary, replace=replace)
            return study, first_accounts(database, study)
    except (AlteredDictionary, LostDictionary) as error:
        raise CommandError(str(error)) from error

    known = study_in_use(database)
    if known is None:
        raise CommandError(
            f"There is no study in {url} yet. Add --dictionary FOLDER, or --demo "
            "to look around."
        )

    return known, first_accounts(database, known)


def _demo(database: Database, url: str) -> tuple[Study, SignIns]:
    if not is_demo(database):
        raise CommandError(
            f"{url} contains a study of your own, which --demo would change. Leave "
            "--demo out,"
            " or give the demo a database of its own."
        )

    if not list_subjects(database):
        click.echo("Entering the demo study ...")
    return load_demo(database, today=day_of(demo_study(), database.clock())), SIGN_INS


def _new_dictionary(database: Database, folder: Path, *, replace: bool) -> Study:
    study = _loaded(folder)
    try:
        use_dictionary(database, study, replace=replace)
    except OtherStudy as error:
        raise CommandError(
            f"{error} Its forms would no longer be shown as they were captured. Use a "
            "separate database for"
            f" {study.name}. If the study was only renamed, add --replace."
        ) from error

    return study


def _loaded(folder: Path) -> Study:
    try:
        texts, unreadable = read_dictionary(folder)
    except UnreadableFolder as error:
        raise CommandError(str(error)) from error

    study = load_study(texts).study
    if study is None or unreadable:
        raise CommandError(
            f"{folder} cannot be used yet. Run `crfsmith check {folder}` to see why."
        )

    return study


def _secret(database: Database) -> str:
    """The key of the sessions: given, or kept beside the database file so that a
    restart signs nobody out.
    """
    given = os.environ.get(SECRET)
    file = database.engine.url.database
    if given:
        return given
    # Beside a database on another machine there is no place for it.
    if database.engine.dialect.name != "sqlite" or not file:
        return secrets.token_hex(32)

    # Nobody else may read it, not even between its making and a change of its mode.
    kept = Path(f"{file}-secret")
    with suppress(FileExistsError):
        new = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(new, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32))

    return kept.read_text(encoding="ascii")


def _serve(
    url: str,
    study: Study,
    sign_ins: SignIns,
    *,
    secret: str,
    signer: Signer | None,
    mail: MailSettings | None,
    demo: bool,
    host: str,
    port: int,
    threads: int,
) -> None:
    settings = Settings(
        database=url,
        study=study,
        secret_key=secret,
        signer=signer,
        mail=mail,
        demo_accounts=sign_ins if demo else (),
    )
    limits = BodyLimits(
        stranger=LARGEST_POST,
        person=LARGEST_UPLOADS,
        package=LARGEST_UPLOAD,
        package_path="/packages",
    )
    server = limited_server(
        create_app(settings), limits, host=host, port=port, threads=threads
    )
    # The study lives as long as the server: there is no garbage to be found in it.
    gc.freeze()
    signal.signal(signal.SIGTERM, _stop)

    try:
        _say(study, f"http://{host}:{server.effective_port}", sign_ins)
        server.run()
    except (KeyboardInterrupt, SystemExit):
        # Ctrl-C before the server took it.
        pass

    click.echo("\nStopped. Every acknowledged save is kept.")


def _stop(*_: object) -> NoReturn:
    raise SystemExit(0)


def _say(study: Study, address: str, sign_ins: SignIns) -> None:
    click.echo(f"{study.short} is served at {address} (press Ctrl-C to stop)")
    click.echo(f"Dates and times are in the time zone {study.timezone}.")
    if sign_ins:
        click.echo("\nSign in as")
        width = max(len(username) for username, _, _ in sign_ins)
        for username, password, says in sign_ins:
            click.echo(f"  {username:<{width}}  {password}  {says}")
