"""Clean rows of twenty typed columns, text in: ``validate`` against dataframely on
Polars.

Both read the same CSV file in processes of their own, turn about, and are measured from
the first import to the verdict. ``python -m benchmarks.typed ROWS`` takes another
number of rows.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.startup import HERE, compile_modules

ROWS, ROUNDS = 1_000_000, 3
_SEXES = ["MALE", "FEMALE", "OTHER", "UNKNOWN"]
_ARMS = [f"ARM{number}" for number in range(12)]
_WORDS = ["mild ache", "back pain", "none", "headache, nausea", "stiff in the morning"]

_DATAFRAMELY = """
import dataframely as dy
import polars as pl


class Rows(dy.Schema):
    row_id = dy.Int64(primary_key=True, min=0)
    subject = dy.String(nullable=False, regex=r"^[0-9]{2}-[0-9]{3}$")
    sex = dy.String(nullable=False, regex="^(MALE|FEMALE|OTHER|UNKNOWN)$")
    arm = dy.String(nullable=True, check=lambda c: c.is_in(ARMS))
    born = dy.Date(nullable=False, min=DAY(1900, 1, 1))
    visited = dy.Date(nullable=True, min=DAY(2020, 1, 1))
    started = dy.Date(nullable=True)
    sysbp = dy.Int64(nullable=True, min=60, max=260)
    diabp = dy.Int64(nullable=True, min=30, max=160)
    pulse = dy.Int64(nullable=True, min=30, max=220)
    score = dy.Int64(nullable=False, min=0, max=10)
    count = dy.Int64(nullable=True)
    temp = dy.Float64(nullable=True, min=33, max=43)
    weight = dy.Float64(nullable=True, min=20, max=300)
    crp = dy.Float64(nullable=True, min=0)
    ratio = dy.Float64(nullable=True)
    lot = dy.String(nullable=True, regex=r"^[A-Z]{2}[0-9]{4}$")
    remark = dy.String(nullable=True, max_length=60)
    site = dy.String(nullable=False, min_length=4, max_length=4)
    smoker = dy.Bool(nullable=True)


kinds = {name: column.dtype for name, column in Rows.columns().items()}
Rows.validate(pl.read_csv(source + "/data.csv", schema=kinds))
"""
_OPENING = """
from datetime import date as DAY
ARMS = [f"ARM{number}" for number in range(12)]
"""


def _field(name: str, kind: str, **constraints: object) -> dict[str, object]:
    return {"name": name, "type": kind, "constraints": constraints}


FIELDS = [
    _field("row_id", "integer", minimum=0),
    _field("subject", "string", required=True, pattern="[0-9]{2}-[0-9]{3}"),
    _field("sex", "string", required=True, enum=_SEXES),
    _field("arm", "string", enum=_ARMS),
    _field("born", "date", required=True, minimum="1900-01-01"),
    _field("visited", "date", minimum="2020-01-01"),
    _field("started", "date"),
    _field("sysbp", "integer", minimum=60, maximum=260),
    _field("diabp", "integer", minimum=30, maximum=160),
    _field("pulse", "integer", minimum=30, maximum=220),
    _field("score", "integer", required=True, minimum=0, maximum=10),
    _field("count", "integer"),
    _field("temp", "number", minimum=33, maximum=43),
    _field("weight", "number", minimum=20, maximum=300),
    _field("crp", "number", minimum=0),
    _field("ratio", "number"),
    _field("lot", "string", pattern="[A-Z]{2}[0-9]{4}"),
    _field("remark", "string", maxLength=60),
    _field("site", "string", required=True, minLength=4, maxLength=4),
    {**_field("smoker", "boolean"), "trueValues": ["true"], "falseValues": ["false"]},
]


def main(rows: int = ROWS) -> None:
    """Medians of interleaved rounds, in CPU seconds of the whole processes, and their
    ratio.
    """
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), rows)
        compile_modules(HERE)
        command = [str(Path(sys.executable).with_name("crfsmith")), "validate", folder]
        other = [sys.executable, "-c", f"source = {folder!r}{_OPENING}{_DATAFRAMELY}"]
        taken: dict[str, list[float]] = {"validate": [], "dataframely": []}
        for _ in range(ROUNDS):
            taken["validate"].append(_busy(command))
            taken["dataframely"].append(_busy(other))
    ours, theirs = (statistics.median(taken[name]) for name in taken)
    print(
        f"{rows:,} clean rows of {len(FIELDS)} typed columns, text in, whole processes"
    )
    print(
        f"validate {ours:.2f} CPU s, dataframely {theirs:.2f} CPU s: "
        f"{ours / theirs:.2f} x dataframely"
    )


def _busy(command: list[str]) -> float:
    """The processor's seconds of a command that finds nothing wrong."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write(folder: Path, rows: int) -> None:
    """A package of one table with a primary key."""
    with (folder / "data.csv").open("w", newline="\n") as file:
        file.write(",".join(str(one["name"]) for one in FIELDS) + "\n")
        file.writelines(_lines(rows))
    schema = {"fields": FIELDS, "primaryKey": "row_id"}
    common = {"format": "csv", "encoding": "utf-8", "dialect": {"delimiter": ","}}
    table = {
        "name": "data",
        "type": "table",
        "path": "data.csv",
        **common,
        "schema": schema,
    }
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "typed", "resources": [table]})
    )


def _lines(rows: int) -> Iterator[str]:
    source = random.Random(20)
    pick, number, real = source.choice, source.randrange, source.random
    for row in range(rows):
        remark = pick(_WORDS)
        blank = real() < 0.1
        cells = (
            row, f"{number(100):02}-{number(1000):03}", pick(_SEXES), "" if blank else pick(_ARMS),
            _day(number), "" if blank else _day(number, 2020, 2025), _day(number),
            "" if blank else number(60, 261), number(30, 161), number(30, 221), number(11), number(100_000),
            "" if blank else f"{number(330, 430) / 10}", f"{number(200, 3000) / 10}", f"{real() * 90:.2f}",
            f"{real():.4f}", "" if blank else f"{pick('ABCDE')}{pick('XYZ')}{number(10_000):04}",
            f'"{remark}"' if "," in remark else remark, f"S{number(1000):03}", pick(["true", "false", ""]),
        )  # fmt: skip
        yield ",".join(map(str, cells)) + "\n"


def _day(number: Callable[..., int], first: int = 1930, last: int = 2010) -> str:
    return f"{number(first, last)}-{number(1, 13):02}-{number(1, 29):02}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
