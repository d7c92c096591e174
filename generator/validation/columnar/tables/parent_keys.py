"""The keys that a foreign key may name, as sorted hashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from generator.validation.columnar.tables.block_reader import BlockReading
from generator.validation.columnar.tables.key_hashes import (
    LineNumbers,
    blank,
    hashes,
    values,
)
from generator.validation.read_tables import Staging
from generator.validation.report.report import Collector
from generator.validation.row_keys import TableKeys
from generator.validation.table_plan import TablePlan, cell_readers, frictionless_schema


def parent_hashes(staging: Staging, plan: TablePlan, names: Sequence[str]) -> Any:
    """The hashes of a table's keys, blank ones left out; its damage is told when the
    table itself is read.
    """
    result = [np.zeros(0, np.uint64)]
    if plan.path not in staging.source.sizes:
        return result[0]

    schema = frictionless_schema(plan)
    reading = BlockReading(
        at=0,
        plan=plan,
        schema=schema,
        readers=cell_readers(schema),
        checked=TableKeys(),
        parents=(),
        store=staging.store,
        ours=staging.ours,
        collector=Collector(),
        progress=_nothing,
        reopen=lambda: staging.records(plan),
    )

    def visit(frame: pl.DataFrame, line: LineNumbers) -> bool:  # noqa: ARG001
        value = values(frame, names, reading)
        result.append(np.unique(hashes(value, names, reading)[~blank(value, names)]))
        return True

    with staging.records(plan) as records:
        if reading.header(records.next()) and set(names) <= reading.there:
            reading.frames(records, visit, names)

    return np.unique(np.concatenate(result))


def _nothing() -> None:
    """Nobody waits for it."""
