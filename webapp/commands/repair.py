"""``crfsmith repair``: undo what other programs did to a package's tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.package.source import BrokenFile, Unreadable
from generator.validation.repair import BY_TRAIL, LEFT, repair_package
from webapp.installation.command_error import CommandError

if TYPE_CHECKING:
    from generator.validation.repair import Repaired, RepairedColumn

MOST_LEFT = 20
SOMETHING_LEFT = 1


@click.command(short_help="Undo other programs' changes to a package's tables.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--out",
    "target",
    required=True,
    metavar="NEW",
    type=click.Path(path_type=Path),
    help="The repaired package: FILE.zip, or a new folder.",
)
@click.option(
    "--from-audit",
    is_flag=True,
    help="Restore the last value in audit.csv in every cell that differs from it.",
)
def command(package: Path, target: Path, from_audit: bool) -> None:
    """Undo the changes that R, a spreadsheet or another program made to PACKAGE's
    tables.

    Only changes that are beyond doubt are undone, column by column, and each is listed.
    PACKAGE itself is not changed. Exit status: 0 if everything is as it was exported, 1
    if differences remain, 2 if nothing could be read.
    """
    if target.resolve() == package.resolve():
        raise CommandError(
            "--out is the package itself. Packages are not changed in place. "
            "Give another path."
        )

    try:
        repaired = repair_package(package, target, from_audit=from_audit)
    except Unreadable as error:
        finding = error.finding
        raise CommandError(
            f"{finding.message} {finding.remedy} [{finding.code}]"
        ) from error
    except BrokenFile as error:
        raise CommandError(f"A file of {package} cannot be read: {error}.") from error
    except FileExistsError as error:
        raise CommandError(f"{error}. Give a path that does not exist yet.") from error

    _show(repaired, target, from_audit=from_audit)


def _show(repaired: Repaired, target: Path, *, from_audit: bool) -> None:
    for path in repaired.row_numbers:
        click.echo(f"{path}: removed the column of row numbers")
    for path in repaired.parted:
        click.echo(f"{path}: restored commas between cells")
    for column in repaired.columns:
        click.echo(_line(column))
    if not repaired.ours:
        click.echo(
            "The package has no dictionary, so its original cells are unknown. "
            "It was copied unchanged."
        )

    for path, count in repaired.repeated.items():
        text = "1 row is" if count == 1 else f"{count:,} rows are"
        click.echo(
            f"{path}: {text} repeated. Keep one of each pair. `crfsmith validate` "
            "lists the lines"
        )

    left = _left(repaired, from_audit=from_audit) or bool(repaired.repeated)
    many = f"{len(repaired.files):,} file{'' if len(repaired.files) == 1 else 's'}"
    click.echo(
        f"{many} rewritten in {target}, with new hashes in its datapackage.json."
    )
    if left:
        click.get_current_context().exit(SOMETHING_LEFT)


def _line(column: RepairedColumn) -> str:
    counts = [f"{column.restored:,} restored"] if column.restored else []
    counts += [f"{column.left:,} not changed"] if column.left else []
    example = f"{column.before or 'a blank'} became {column.now or 'a blank'}"
    return (
        f"{column.path} {column.column}: {', '.join(counts)}; {column.says} ({example})"
    )


def _left(repaired: Repaired, *, from_audit: bool) -> bool:
    """Says what is not as it was saved; True where there is anything."""
    codes = [code for code in LEFT if not (from_audit and code in BY_TRAIL)]
    count = sum(repaired.report.counts.by_code.get(code, 0) for code in codes)
    if not count:
        return False
    click.echo(f"Remaining differences: {count:,}")
    cases = [
        finding for finding in repaired.report.findings if finding.finding.code in codes
    ]

    for item in cases[:MOST_LEFT]:
        place = f"{item.file}:{item.row}" if item.row else item.file
        field = f" {item.field}" if item.field else ""
        click.echo(f"  {place}{field}: {item.finding.message} [{item.finding.code}]")

    if count > MOST_LEFT:
        click.echo(f"  and {count - MOST_LEFT:,} more: `crfsmith validate` lists them")
    return True
