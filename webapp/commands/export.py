"""``crfsmith export``: the whole database as a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from webapp.commands.databases import Unusable, opened, study_in_use

if TYPE_CHECKING:
    from forms_spec.model import Study
    from webapp.storage import Database


SHAPES = ("package", "redcap", "redcap-eav")


@click.command(short_help="Write a database's data as a package.")
@click.option("--db", "url", required=True, metavar="URL", help="Address, such as sqlite:///study.sqlite.")
@click.option(
    "--out", "target", required=True, type=click.Path(path_type=Path), help="FILE.zip, or a new folder."
)
@click.option(
    "--as",
    "shape",
    type=click.Choice(["package", "redcap", "redcap-eav"]),
    default="package",
    show_default=True,
)
def command(url: str, target: Path, shape: str) -> None:
    """Write all captured data, their schemas, dictionary and history as a package.

    --as redcap writes FILE.csv as REDCap exports records, --as redcap-eav one value a line.

    The same data give the same bytes. Exit 0, 1 when some text has no column any more, 2 when nothing
    could be written.
    """
    from webapp.package_export import export_package

    if target.is_dir() and any(target.iterdir()):
        raise Unusable(f"{target} is a folder with files in it. Name a new folder, or FILE.zip.")
    with opened(url, must_exist=True) as database:
        study = study_in_use(database)
        if study is None:
            raise Unusable(f"There is no study in {url} yet. Import a package, or serve a dictionary, first.")
        if shape != "package":
            _redcap(database, study, target, shape)
            return
        try:
            written = export_package(database, study, target)
        except OSError as error:
            raise Unusable(f"{target} cannot be written: {error.strerror or error}.") from error
    for found in written.findings:
        click.echo(f"{found.severity.value}  {found.message} {found.remedy} [{found.code}]", err=True)
    rows = sum(written.rows.values())
    click.echo(f"{target}: {rows:,} rows in {len(written.rows)} tables, {written.rows['forms']:,} forms.")
    if written.findings:
        click.get_current_context().exit(1)


def _redcap(database: Database, study: Study, target: Path, shape: str) -> None:
    """The records as a CSV file."""
    from forms_spec.days import day_of
    from generator.redcap.write_records import Shape, write_records
    from webapp.package_export import captured_forms
    from webapp.storage import snapshot

    with snapshot(database) as state:
        forms = list(captured_forms(state, study))
    today = day_of(study, database.clock())
    text = write_records(study, forms, today, shape=Shape.EAV if shape == "redcap-eav" else Shape.FLAT)
    try:
        target.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Unusable(f"{target} cannot be written: {error.strerror or error}.") from error
    click.echo(f"{target}: {len(forms):,} forms.")
