"""The engine: a million rows of forty columns against DuckDB's bare scan, Frictionless
and the reference.

Every work runs in a process of its own, which also tells its peak memory. Frictionless
and the reference see the first rows only. ``python -m benchmarks.engine ROWS`` takes
another number of rows, ``python -m benchmarks.engine growth`` shows time and memory for
one, five and twenty million.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROWS, SLICE, FEW, ROUNDS = 1_000_000, 20_000, 500, 3
MILLIONS = (1, 5, 20)
_SITES = [f"S{number:04d}" for number in range(4990)]
_SEXES = ["MALE", "FEMALE", "OTHER", "UNKNOWN"]
_BAD_ONE_IN = 1000
SCAN = "DuckDB's bare scan"

_SCAN = """
import duckdb
names = [f"c{at}" for at in range(40)]
columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
wanted = ", ".join(f"max({name})" for name in names)
connection = duckdb.connect()
connection.sql("set enable_progress_bar = false")
start, busy = time.perf_counter(), time.process_time()
connection.sql(f"select count(*), {wanted} from read_csv('{source}/data.csv', header=false, skip=1, "
    f"auto_detect=false, delim=',', quote='\\"', escape='\\"', columns={{{columns}}})").fetchall()
"""
_FRICTIONLESS = """
from frictionless import Package
start, busy = time.perf_counter(), time.process_time()
Package(source + "/datapackage.json").validate(limit_errors=10**9)
"""
_OURS = """
from pathlib import Path
import frictionless, polars
from generator import Engine, validate_package
start, busy = time.perf_counter(), time.process_time()
report = validate_package(Path(source), engine=Engine.{engine})
"""
_END = """
wall, busy = time.perf_counter() - start, time.process_time() - busy
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([wall, busy, used.ru_maxrss / 1024]))
"""


def main(rows: int = ROWS) -> None:
    """Medians of interleaved rounds; rows a second, and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        whole, part, small = (
            Path(folder) / name for name in ("whole", "part", "small")
        )
        write(whole, rows)
        write(part, SLICE)
        write(small, FEW)
        works = {
            SCAN: (_SCAN, whole, rows),
            "embedded": (_OURS.format(engine="EMBEDDED"), whole, rows),
            "frictionless": (_FRICTIONLESS, part, SLICE),
            "reference": (_OURS.format(engine="REFERENCE"), part, SLICE),
        }
        taken: dict[str, list[Measured]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, (code, source, _count) in works.items():
                taken[name].append(measured(code, source))
        command = statistics.median(_command(small) for _ in range(ROUNDS))
    wall, busy = ({name: works[name][2] / statistics.median(one[at] for one in held)
                   for name, held in taken.items()} for at in (0, 1))  # fmt: skip
    for name, held in taken.items():
        peak = max(one.peak for one in held)
        print(
            f"{name:<20} {works[name][2]:>10,} rows {wall[name]:>11,.0f} rows/s", end=""
        )
        print(f"{busy[name]:>11,.0f} rows/CPU s {peak:>7,.0f} MB")
    for word, speed in (("time", wall), ("CPU time", busy)):
        faster, slower = (
            speed["embedded"] / speed["frictionless"],
            speed[SCAN] / speed["embedded"],
        )
        print(
            f"embedded by {word}: {faster:.0f} x frictionless's rows, "
            f"{slower:.1f} x the {word} of the scan"
        )
    print(f"crfsmith validate on {FEW} rows, the whole command: {command:.2f} CPU s")


def growth() -> None:
    """Time and memory of the embedded engine and of the scan for more and more rows."""
    for millions in MILLIONS:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder) / "whole", millions * 1_000_000)
            for name, code in (
                (SCAN, _SCAN),
                ("embedded", _OURS.format(engine="EMBEDDED")),
            ):
                one = measured(code, Path(folder) / "whole")
                each = one.busy / millions
                print(
                    (
                        f"{name:<20} {millions:>3} million rows {one.wall:>7.1f} s "
                        f"{one.busy:>7.1f} CPU s"
                    ),
                    end="",
                )
                print(f" {each:>6.2f} CPU s a million {one.peak:>7,.0f} MB", flush=True)


def _command(source: Path) -> float:
    """The processor's seconds of the whole command, from the first import to the
    report.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = Path(sys.executable).with_name("crfsmith")
    subprocess.run([command, "validate", source], check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Measured(NamedTuple):
    """Seconds on the clock, seconds of all processors, and the peak memory in MB."""

    wall: float
    busy: float
    peak: float


def measured(code: str, source: Path) -> Measured:
    before = f"import json, resource, sys, time\nsource = {str(source)!r}\n"
    done = subprocess.run(
        [sys.executable, "-c", before + code + _END],
        check=True,
        capture_output=True,
        text=True,
    )
    return Measured(*json.loads(done.stdout.splitlines()[-1]))


def write(folder: Path, rows: int) -> None:
    """A package with one unique field, a key of three fields, a foreign key, and bad
    cells here and there.
    """
    folder.mkdir()
    (folder / "sites.csv").write_text("site\n" + "\n".join(_SITES) + "\n")
    with (folder / "data.csv").open("w") as file:
        file.write(",".join(one["name"] for one in _FIELDS) + "\n")
        file.writelines(_lines(rows))
    site = {"fields": "site", "reference": {"resource": "sites", "fields": "site"}}
    schema = {
        "fields": _FIELDS,
        "primaryKey": ["subject", "visit", "row_id"],
        "foreignKeys": [site],
    }
    parent = {"fields": [{"name": "site", "type": "string"}], "primaryKey": "site"}
    common = {
        "type": "table",
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
    }
    resources = [
        {**common, "name": "sites", "path": "sites.csv", "schema": parent},
        {**common, "name": "data", "path": "data.csv", "schema": schema},
    ]
    (folder / "datapackage.json").write_text(
        json.dumps({"name": "bench", "resources": resources})
    )


def _fields() -> Iterator[dict[str, object]]:
    yield {
        "name": "row_id",
        "type": "integer",
        "constraints": {"required": True, "unique": True},
    }
    yield {
        "name": "site",
        "type": "string",
        "constraints": {"required": True, "pattern": "S[0-9]{4}"},
    }
    yield {"name": "subject", "type": "integer", "constraints": {"required": True}}
    yield {"name": "visit", "type": "string", "constraints": {"required": True}}
    groups: list[tuple[str, int, str, dict[str, object]]] = [
        ("int", 8, "integer", {"minimum": 0, "maximum": 999}),
        ("dec", 8, "number", {"minimum": 0, "maximum": 1000}),
        ("day", 6, "date", {"minimum": "2000-01-01"}),
        ("sex", 6, "string", {"enum": _SEXES}),
        ("code", 5, "string", {"pattern": "[A-Z]{2}[0-9]{5}"}),
        ("note", 3, "string", {}),
    ]
    for name, count, kind, constraints in groups:
        for at in range(count):
            yield {"name": f"{name}{at}", "type": kind, "constraints": constraints}


_FIELDS = list(_fields())


def _lines(rows: int) -> Iterator[str]:
    """Ten thousand different tails, so that a million rows are written in seconds."""
    draw = random.Random(7)
    tails = [",".join(_tail(draw)) + "\n" for _ in range(10_000)]
    for number in range(rows):
        site = _SITES[number * 7 % len(_SITES)]
        yield f"{number},{site},{number // 8},V{number % 8},{tails[number * 31 % len(tails)]}"


def _tail(draw: random.Random) -> Iterator[str]:
    def cell(text: str, bad: str) -> str:
        return bad if not draw.randrange(_BAD_ONE_IN) else text

    for _ in range(8):
        yield cell(str(draw.randrange(1000)), "1_0x")
    for _ in range(8):
        yield cell(f"{draw.randrange(100_000) / 100:.2f}", '"12,5"')
    for _ in range(6):
        yield cell(
            f"20{draw.randrange(1, 24):02}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
            "2024-13-01",
        )
    for _ in range(6):
        yield cell(draw.choice(_SEXES), "X")
    for _ in range(5):
        yield cell(
            f"{chr(draw.randrange(65, 91))}{chr(draw.randrange(65, 91))}{draw.randrange(10_000, 99_999)}",
            "aa1",
        )
    for _ in range(3):
        yield f"note about visit {draw.randrange(10**6)}"


if __name__ == "__main__":
    if sys.argv[1:] == ["growth"]:
        growth()
    else:
        main(*(int(text) for text in sys.argv[1:2]))
