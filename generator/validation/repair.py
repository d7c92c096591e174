"""A package written again, with what other programs did to its tables undone where that
is beyond doubt.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.package.archive import Sink, open_sink
from generator.package.source import PackageSource
from generator.package.writer import descriptor_text
from generator.rewritings.known import BY_NAME
from generator.tables import layout
from generator.validation.json_parts import object_of
from generator.validation.open_package import Engine, open_package
from generator.validation.opened_package import OpenPackage
from generator.validation.report.report import Report
from generator.validation.returned.restored_source import RestoredSource
from generator.validation.returned_table import OTHER_DELIMITER, TableReturn


@dataclass(frozen=True, kw_only=True, slots=True)
class RepairedColumn:
    """One habit of a program in one column: how many cells were put back, and how many
    could not be.
    """

    path: str
    column: str
    says: str
    before: str
    now: str
    restored: int
    left: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """What became of a package.

    ``files`` are the tables that were written anew; ``row_numbers`` are those that lost
    a column of them, ``parted`` those whose cells are separated by commas again.
    ``report`` is on the package as it was, with what is left in its findings, but for
    the rows that stand there again: ``repeated`` counts them by table. ``ours`` is
    False for a package that is of no study.
    """

    columns: tuple[RepairedColumn, ...]
    files: tuple[str, ...]
    row_numbers: tuple[str, ...]
    parted: tuple[str, ...]
    repeated: Mapping[str, int]
    report: Report
    ours: bool


LEFT = (
    "cell-lost",
    "cell-differs",
    "row-gone",
    "form-gone",
    "save-missing",
    "change-missing",
    "change-erased",
    "other-site",
    "form-without-trail",
)
BY_TRAIL = frozenset({"cell-lost", "cell-differs"})
"""What the audit trail can put back."""


def repair_package(source: Path, target: Path, *, from_audit: bool = False) -> Repaired:
    """Writes the repaired package to ``target``: a zip, or a new folder. The source
    stays as it is.

    ``from_audit`` also puts back the last values of ``audit.csv`` where a cell says
    something else. Raises ``Unreadable``, and ``FileExistsError`` where the target is a
    folder that holds something.
    """
    with open_package(source, engine=Engine.EMBEDDED) as opened:
        tables = [table for table in opened.returned if not table.broken]
        files: dict[str, Path] = {}
        columns: list[RepairedColumn] = []
        row_numbers: list[str] = []
        parted: list[str] = []
        repeated: dict[str, int] = {}

        for table in tables:
            path = table.plan.path
            files[path] = _file(table, from_audit=from_audit)
            columns += _columns(table, from_audit=from_audit)
            if table.row_numbers is not None:
                row_numbers.append(path)
            if OTHER_DELIMITER in table.own_habits:
                parted.append(path)
            if table.repeated:
                repeated[path] = table.repeated

        with open_sink(target) as sink:
            _write(opened, files, sink)

        return Repaired(
            columns=tuple(columns),
            files=tuple(files),
            row_numbers=tuple(row_numbers),
            parted=tuple(parted),
            repeated=repeated,
            report=opened.report(),
            ours=opened.study is not None,
        )


def _file(table: TableReturn, *, from_audit: bool) -> Path:
    path = table.full if from_audit else table.sure
    assert path is not None, "a table that is not broken was written"
    return path


def _columns(table: TableReturn, *, from_audit: bool) -> list[RepairedColumn]:
    """Column by column. Cells that only a list speaks of are not in the trail."""
    columns: list[RepairedColumn] = []
    for (name, habit), tally in table.tallies.items():
        restored, left = tally.restored, tally.lost
        by_trail = from_audit and name not in table.habits
        if by_trail:
            restored, left = tally.cells, 0

        columns.append(
            RepairedColumn(
                path=table.plan.path,
                column=name,
                says=BY_NAME[habit].says,
                before=tally.before,
                now=tally.now,
                restored=restored,
                left=left,
            )
        )

    return columns


def _write(opened: OpenPackage, files: Mapping[str, Path], sink: Sink) -> None:
    """Every file of the package, the descriptor with the sizes and hashes of the new
    ones.
    """
    source = opened.source
    if isinstance(source, RestoredSource):
        source = source.original

    content = descriptor_text(_described(opened.descriptor, files)).encode("utf-8")
    # A package without a change keeps every byte.
    if not files:
        with source.open(layout.DESCRIPTOR) as stream:
            content = stream.read()

    sink.add(layout.DESCRIPTOR, io.BytesIO(content), len(content))

    for name in sorted(source.sizes):
        if name != layout.DESCRIPTOR:
            _copy(name, source, files, sink)


def _copy(
    name: str, source: PackageSource, files: Mapping[str, Path], sink: Sink
) -> None:
    if name in files:
        with files[name].open("rb") as content:
            sink.add(name, content, files[name].stat().st_size)

        return

    with source.open(name) as stream:
        sink.add(name, stream, source.sizes[name])


def _described(
    descriptor: Mapping[str, Any], files: Mapping[str, Path]
) -> dict[str, Any]:
    resources: list[Any] = []
    for resource in descriptor["resources"]:
        path: Any = object_of(resource).get("path")
        if path in files:
            resources.append(_stated(resource, files[path]))
        else:
            resources.append(resource)

    return {**descriptor, "resources": resources}


def _stated(resource: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """A resource with the size and the hash of its file, where it states them."""
    built = dict(resource)
    if "bytes" in built:
        built["bytes"] = file.stat().st_size

    if "hash" in built:
        with file.open("rb") as content:
            built["hash"] = (
                f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
            )

    return built
