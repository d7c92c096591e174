"""Parquet as records of texts, the way the same values would stand in a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from types import NoneType
from typing import Any

import polars as pl

from generator.package.csv_records import CsvRecord
from generator.package.source import BrokenFile


def parquet_records(path: str) -> Iterator[CsvRecord]:
    """The names of the columns, then every row, counted from 1.

    Raises ``BrokenFile``.
    """
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BrokenFile(str(error).split("\n", 1)[0]) from error

    yield CsvRecord(0, frame.columns)
    for index, row in enumerate(frame.iter_rows(), start=1):
        yield CsvRecord(index, [text_of(value) for value in row])


def text_of(value: Any) -> str:
    """A value as it is written in a package: ISO 8601, ``true`` and ``false``, nothing
    for null; the members of a list part by semicolons.
    """
    write = _WRITERS.get(type(value), str)
    return write(value)


def _iso(value: date | time) -> str:
    return value.isoformat().replace("+00:00", "Z")


# By the very types that Polars gives, so that true is not written as a number.
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "",
    bool: lambda value: str(value).lower(),
    bytes: lambda value: value.decode("utf-8", "replace"),
    date: _iso,
    datetime: _iso,
    time: _iso,
    list: lambda values: ";".join(map(text_of, values)),
}
