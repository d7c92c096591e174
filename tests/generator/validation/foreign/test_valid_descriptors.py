"""A descriptor that is accepted without Frictionless is one that it accepts, and reads
the same way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.validation.foreign import plan as foreign
from generator.validation.foreign.plan import Foreign, foreign_plan
from generator.validation.foreign.valid_descriptors import sound_schemas
from generator.validation.table_plan import TablePlan, cell_readers, missing_values
from generator.validation.validate import validate_package
from tests.generator.validation.columnar.tables.test_cell_guards import TEXTS

WHOLE = st.sampled_from([0, 1, -3, 10, 300, "1", 1.5, True, None, 10**16])
NUMBERS = WHOLE | st.sampled_from([0.1, 99.5, -2.25, 1e-7, "0.5", float("inf")])
DAYS = st.sampled_from(
    [
        "1900-01-01",
        "2020-02-29",
        "2024-12-31",
        "2023-02-29",
        "1.1.2020",
        "0000-01-01",
        5,
    ]
)
WORDS = st.sampled_from(["a", "b", "ab", "", "NA", 1])
LENGTHS = st.sampled_from([0, 1, 3, -1, "2", 1.5])
PATTERNS = st.sampled_from(["[A-Z]{2}", r"S\d+", "a|b", "(a+)+", "[", "", "^x$", 7])
ENDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
TRUTHS = st.sampled_from([True, False, True, "yes"])


def limits(**own: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {}, optional={"required": TRUTHS, "unique": TRUTHS, **own}
    )


CODES = st.lists(WORDS, max_size=3)
KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "string": limits(
        pattern=PATTERNS, enum=CODES, minLength=LENGTHS, maxLength=LENGTHS
    ),
    "integer": limits(**dict.fromkeys(ENDS, WHOLE)),
    "number": limits(**dict.fromkeys(ENDS, NUMBERS)),
    "date": limits(**dict.fromkeys(ENDS, DAYS)),
    "boolean": limits(enum=CODES),
    "year": limits(minimum=WHOLE),
}


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(KINDS)))
    name = draw(st.sampled_from(["a", "b", "c_1", "D", "é", "two words"]))
    made = {"name": name, "type": kind, "constraints": draw(KINDS[kind])}
    if kind == "boolean":
        made |= {"trueValues": draw(CODES), "falseValues": draw(CODES)}
    odd = st.fixed_dictionaries(
        {}, optional={"title": WORDS, "format": WORDS, "bareNumber": st.just(False)}
    )
    return made | draw(st.just({}) | odd)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    made = {"fields": draw(st.lists(fields(), min_size=1, max_size=3))}
    more = {
        "missingValues": CODES,
        "primaryKey": st.sampled_from(["a", ["a", "b"], [], "z", ["a", "a"], 3]),
    }
    return made | draw(st.fixed_dictionaries({}, optional=more))


@st.composite
def packages(draw: st.DrawFn) -> dict[str, Any]:
    common = {
        "type": "table",
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
    }
    table = {"name": "t", "path": "t.csv", **common, "schema": draw(schemas())}
    odd = {
        "name": st.sampled_from(["u", "T", "a b", "", 3]),
        "encoding": st.sampled_from(["utf-8", "latin-1", "none"]),
        "dialect": st.sampled_from(
            [{"delimiter": ";"}, {"delimiter": ""}, {"header": False}, "d.json"]
        ),
        "title": WORDS,
    }
    table |= draw(st.just({}) | st.fixed_dictionaries({}, optional=odd))
    own = {
        "name": st.sampled_from(["p", "P q", "", 2]),
        "title": WORDS,
        "profile": WORDS,
    }
    return {
        "resources": [table],
        **draw(st.just({}) | st.fixed_dictionaries({}, optional=own)),
    }


def read_by_frictionless(descriptor: dict[str, Any], folder: Path) -> Foreign:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign, "_sound_plans", lambda *_, **__: ())
        return foreign_plan(descriptor, folder)


def answers(plan: TablePlan) -> Any:
    """What is asked of a schema while its table is judged."""
    schema = plan.read
    fields = [
        {
            "names": (one.name, one.type, one.constraints, missing_values(one)),
            "ends": [
                one.create_value_reader()(one.constraints[end])
                for end in ENDS
                if end in one.constraints
            ],
            "words": (list(one.true_values), list(one.false_values))
            if one.type == "boolean"
            else (),
            "plain": getattr(one, "bare_number", True),
            "format": one.format,
            "own": [
                one.has_defined(name)
                for name in ("group_char", "bare_number", "float_number")
            ],
        }
        for one in schema.fields
    ]
    return (
        plan.name,
        plan.path,
        plan.columns,
        told(plan.schema),
        plan.delimiter,
        plan.stated,
        fields,
    )


def told(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without what says nothing, as Frictionless writes it; its key is
    compared by itself.
    """
    fields = [
        {name: said for name, said in one.items() if said != {}}
        for one in schema["fields"]
    ]
    return {
        **{name: said for name, said in schema.items() if name != "primaryKey"},
        "fields": fields,
    }


def agrees(descriptor: dict[str, Any], folder: Path, texts: list[str]) -> None:
    """What is accepted here is accepted by Frictionless, and each answer is the same."""
    held = descriptor["resources"][0]["schema"]["fields"]
    delimiter = descriptor["resources"][0]["dialect"]["delimiter"]
    line = delimiter.join("x" for _ in held) + "\n"
    (folder / "t.csv").write_text(line * 3, encoding="utf-8")
    (ours,) = foreign_plan(deepcopy(descriptor), folder).plans
    wanted = read_by_frictionless(descriptor, folder)
    assert wanted.findings == ()
    assert dict(wanted.handed) == {}
    (theirs,) = wanted.plans
    assert answers(ours) == answers(theirs)
    assert list(ours.read.primary_key) == list(theirs.read.primary_key)
    assert list(ours.read.foreign_keys) == list(theirs.read.foreign_keys)
    for mine, other in zip(
        cell_readers(ours.read), cell_readers(theirs.read), strict=True
    ):
        assert repr([mine(text) for text in texts]) == repr(
            [other(text) for text in texts]
        )  # NaN is not NaN


@given(descriptor=packages(), texts=st.lists(TEXTS, max_size=5))
def test_what_is_sound_frictionless_accepts(
    tmp_path_factory: pytest.TempPathFactory,
    descriptor: dict[str, Any],
    texts: list[str],
) -> None:
    if sound_schemas(descriptor) is not None:
        agrees(descriptor, tmp_path_factory.mktemp("sound"), texts)


FIELDS = [
    {"name": "id", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "lot", "type": "string", "title": "Lot", "constraints": {"pattern": "[A-Z]{2}"}},
    {"name": "sex", "type": "string", "constraints": {"enum": ["M", "F"], "maxLength": 1}},
    {"name": "crp", "type": "number", "constraints": {"minimum": 0.1, "maximum": 300}},
    {"name": "born", "type": "date", "constraints": {"minimum": "1900-01-01", "maximum": "2024-02-29"}},
    {"name": "fit", "type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
]  # fmt: skip


def usual() -> dict[str, Any]:
    common = {
        "type": "table",
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ";"},
    }
    schema = {"fields": FIELDS, "primaryKey": "id", "missingValues": ["", "NA"]}
    return {
        "name": "p",
        "resources": [{"name": "t", "path": "t.csv", **common, "schema": schema}],
    }


def test_a_usual_descriptor_is_sound(tmp_path: Path) -> None:
    assert sound_schemas(usual()) is not None
    agrees(
        usual(),
        tmp_path,
        ["", "NA", "1", "0", "0.1", "AB", "M", "1899-12-31", "yes", "maybe"],
    )


HEADER, ROW = "id;lot;sex;crp;born;fit\n", "1;AB;M;2.5;1950-02-28;yes\n"
FILES = {
    "right": HEADER + ROW,
    "wrong cells": HEADER + ROW + "x;ab;X;0.01;1899-12-31;maybe\n1;;;;;\n",
    "a title above the header": "Export of today\n" + HEADER + ROW * 5,
    "another order": "lot;id;sex;crp;born;fit\n" + "AB;1;M;2.5;1950-02-28;yes\n",
    "a row too long": HEADER + ROW[:-1] + ";\n",
    "blank lines": HEADER + "\n" + ROW + "\n",
    "another delimiter": (HEADER + ROW).replace(";", ","),
    "no rows": HEADER,
    "nothing": "",
    "single returns": (HEADER + ROW).replace("\n", "\r"),
    "a wide line": HEADER + ROW + "2;" + "A" * 200_000 + ";M;1;1950-02-28;no\n",
    "another encoding": HEADER + ROW + "2;Ä;M;1;1950-02-28;no\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_the_report_is_the_one_with_frictionless(tmp_path: Path, content: str) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps(usual()), encoding="utf-8")
    (tmp_path / "t.csv").write_bytes(content.encode("latin-1"))
    report = validate_package(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign, "_sound_plans", lambda *_, **__: ())
        wanted = validate_package(tmp_path)
    assert report == wanted


RUN = """
import sys
from pathlib import Path
from generator.validation import open_package
from generator.validation.validate import validate_package
open_package.SMALL = 0
print(validate_package(Path(sys.argv[1])).valid, "frictionless" in sys.modules)
"""


def test_frictionless_is_not_loaded_for_a_sound_package(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps(usual()), encoding="utf-8")
    (tmp_path / "t.csv").write_text(HEADER + ROW, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True False\n"
