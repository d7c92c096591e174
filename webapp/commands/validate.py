"""``crfsmith validate``: is this package right?"""

from __future__ import annotations

import gc
import os
from pathlib import Path

import click

COLLECTED_AFTER = (150_000, 10, 30)
"""Modules and dictionary live to the end; to go through them again and again took a
tenth of the time. A small package is done before the first collection.
"""


@click.command(short_help="Validate a package and report every finding.")
@click.argument("package", type=click.Path(path_type=Path))
@click.option(
    "--dictionary",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Validate with the dictionary in this folder instead of the package's own.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json", "html", "csv", "missingness", "frictionless"]),
    default="text",
    show_default=True,
    help=(
        "csv lists findings, missingness why cells have no answer. frictionless is "
        "for Frictionless tools."
    ),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report to this file.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="How many findings to list of each kind in each field.",
)
@click.option(
    "--engine",
    type=click.Choice(["embedded", "reference", "spark"]),
    default="embedded",
    show_default=True,
    help="How tables are read. All engines report the same findings.",
)
@click.option(
    "--master",
    metavar="URL",
    default="local[*]",
    show_default=True,
    help=(
        "The cluster for --engine spark: spark://HOST:7077, yarn, k8s://URL, or this "
        "machine's cores."
    ),
)
@click.option(
    "--strict",
    is_flag=True,
    help="Report what Frictionless tolerates in third-party packages as errors.",
)
def command(  # noqa: PLR0917 - one for each option
    package: Path,
    dictionary: Path | None,
    layout: str,
    out: Path | None,
    limit: int,
    engine: str,
    master: str,
    strict: bool,
) -> None:
    """Validate PACKAGE (FILE.zip, a folder, or its datapackage.json): files, cells,
    keys, forms and rules.

    PACKAGE can also be a CSV file of records exported from REDCap. It then needs
    --dictionary.

    Every finding has its file, line and field, in the same words as on the pages. Exit
    status: 0 if there are no findings, 1 if there are, 2 if the package cannot be read.
    """
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # NumPy's threads for matrices would wait busily
    gc.set_threshold(*COLLECTED_AFTER)
    # Now that the collector is slow and NumPy has one thread, what does the work may be
    # loaded.
    from webapp.commands.run_validate import run_validate

    try:
        run_validate(
            package,
            dictionary,
            layout=layout,
            out=out,
            limit=limit,
            engine=engine,
            master=master,
            strict=strict,
        )
    finally:
        # Or Python would search all objects for garbage twice more on its way out.
        gc.freeze()
