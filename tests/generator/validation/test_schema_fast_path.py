"""What is passed without Frictionless it would have passed, and a sound package never
loads it.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from generator.validation.schema_fast_path import plain_readers, sparing_readers
from generator.validation.table_plan import (
    CellReader,
    TablePlan,
    cell_readers,
    frictionless_schema,
)
from tests.generator.validation.columnar.tables.test_agreement import (
    good,
    package_of,
    table_bytes,
)
from tests.generator.validation.columnar.tables.test_cell_guards import FIELDS, TEXTS
from tests.package_cases import clean_forms, write

CLOCK = [
    {"type": "time", "format": "%H:%M"},
    {"type": "time"},
    {"type": "datetime", "format": "%Y-%m-%dT%H:%M"},
    {"type": "datetime", "constraints": {"required": True}},
    {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    {
        "type": "string",
        "constraints": {"enum": ["a", "b"]},
        "missingValues": [{"value": "-9", "label": "no"}],
    },
    {
        "type": "string",
        "constraints": {"pattern": "a|b|x.", "maxLength": 1, "required": True},
    },
    {"type": "string", "format": "email"},
]
TIMES = st.sampled_from(
    ["09:30", "9:3", "24:00", "09:30:00", "2024-02-29T09:30", "2023-02-29T09:30", "٠٩:٣٠",
     "2024-02-29T09:30:00.123456Z", "2023-02-29T09:30:00.123456Z", "2024-02-29T09:30:00.000000",
     "2024-02-29T09:30:00.12Z", "2024-02-29T09:30:60.000000Z", "2024-02-29T24:00:00.000000Z"]
)  # fmt: skip


def plan(field: dict[str, Any]) -> TablePlan:
    schema = {"fields": [{"name": "f", **field}]}
    return TablePlan(name="t", path="t.csv", columns=("f",), schema=schema, table=None)


ODD: list[dict[str, Any]] = [
    {"type": "integer", "constraints": {"minimum": "1", "maximum": "12"}},
    {"type": "integer", "constraints": {"enum": ["1", "2"]}},
    {"type": "number", "floatNumber": True, "constraints": {"maximum": 0.1}},
    {"type": "number", "constraints": {"minimum": "0.5"}},
    {"type": "date", "constraints": {"minimum": "20000101"}},
    {"type": "date", "format": "any"},
    {"type": "string", "constraints": {"enum": ["1", 2, None]}},
    {"type": "string", "missingValues": ["a", "b"]},
    {"type": "boolean", "trueValues": ["a"]},
    {"type": "time", "format": "any"},
    {},
]


@cache
def readers() -> list[tuple[dict[str, Any], CellReader, list[CellReader]]]:
    """Each field, how Frictionless reads its cells, and how they are read without it:
    ours by plain readers, those of others, which may be odd, by readers that spare
    Frictionless.
    """
    result = []
    for field in FIELDS + CLOCK + ODD:
        wanted = cell_readers(frictionless_schema(plan(field)))
        others = [
            sparing_readers(plan(field), wanted, keys)[0]
            for keys in (frozenset[str](), frozenset({"f"}))
        ]
        if field not in ODD:
            others += plain_readers(plan(field))
        result.append((field, wanted[0], others))
    return result


# Drawing texts takes longer than reading them: every field reads the same ones.
@given(texts=st.lists(TEXTS | TIMES, min_size=1, max_size=30))
def test_what_is_read_without_frictionless_is_read_as_it_reads(
    texts: list[str],
) -> None:
    for field, wanted, others in readers():
        notes = [wanted(text)[1] for text in texts]
        for read in others:
            assert (field, [read(text)[1] for text in texts]) == (field, notes)
        of_keys = others[1]
        assert (field, [of_keys(text) for text in texts]) == (
            field,
            [wanted(text) for text in texts],
        )


def test_frictionless_is_not_asked_about_a_usual_cell() -> None:
    described = plan({"type": "integer", "constraints": {"minimum": 1}})
    (read,) = sparing_readers(
        described, (lambda text: (None, {"type": text}),), frozenset()
    )
    assert (read("12"), read("0")) == ((None, None), (None, {"type": "0"}))


RUN = """
import sys
from pathlib import Path
from generator import validate_package
report = validate_package(Path(sys.argv[1]))
print(report.valid, sorted({"frictionless", "polars", "duckdb"} & set(sys.modules)))
"""
OF_OTHERS = f"""{RUN}
heavy = {{"numpy", "forms_spec.evaluation", "forms_spec.rules", "forms_spec.model.study"}}
print(sorted(heavy & set(sys.modules)))
"""


def test_a_small_sound_package_is_judged_without_the_large_libraries(
    tmp_path: Path,
) -> None:
    write(tmp_path / "p.zip", clean_forms())
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path / "p.zip")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True []\n"


def test_a_small_package_of_others_is_judged_without_what_judges_forms(
    tmp_path: Path,
) -> None:
    package_of(tmp_path / "p", table_bytes([good(1)]))
    done = subprocess.run(
        [sys.executable, "-c", OF_OTHERS, str(tmp_path / "p")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True ['frictionless']\n[]\n"
