"""Parquet as records of texts, the way the same values would stand in a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import polars as pl

from generator.package.csv_records import Record
from generator.package.source import BrokenFile


def parquet_records(path: str) -> Iterator[Record]:
    """The names of the columns, then every row, counted from 1.

    Raises ``BrokenFile``.
    """
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BrokenFile(str(error).split("\n", 1)[0]) from error

    yield Record(0, frame.columns)
    for index, row in enumerate(frame.iter_rows(), start=1):
        yield Record(index, [text_of(value) for value in row])


def text_of(value: Any) -> str:
    """A value as it is written in a package: ISO 8601, ``true`` and ``false``, nothing
    for null.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, date | datetime | time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return ";".join(text_of(item) for item in value)
    return str(value)
