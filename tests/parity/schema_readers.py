"""Other people's readers of a table schema, asked about one column: which of its texts
do they refuse?

A reader that only searches is given the anchors that the standard means: a pattern
matches the whole text. ``python -m tests.parity.schema_readers N SEED`` compares N
seeded faults with the kinds.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import polars as pl
import quickjs
from frictionless import Schema
from lxml import etree

from forms_spec.kinds import Refusal
from forms_spec.model.fields import Field
from generator.tables.kinds import laxities
from generator.tables.schema import field_schema
from tests.parity.fields import distinct_fields, field_of
from tests.studies import small_study

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
KINDS = ("text", "bounded", "partial_date", "choices", "choice", "file")
"""The kinds that are strings in a schema, so that every reader reads their values
alike.
"""
XS = "{http://www.w3.org/2001/XMLSchema}"

Constraints = Mapping[str, Any]
Verdicts = list[bool]


def frictionless(constraints: Constraints, texts: Sequence[str]) -> Verdicts:
    described = {"name": "x", "type": "string", "constraints": dict(constraints)}
    read = (
        Schema.from_descriptor({"$schema": PROFILE, "fields": [described]})
        .fields[0]
        .create_cell_reader()
    )
    return [read(text)[1] is None for text in texts]


def polars(constraints: Constraints, texts: Sequence[str]) -> Verdicts:
    column = pl.col("x")
    tests = [
        column.str.contains(f"^(?:{value})$")
        if name == "pattern"
        else column.is_in(value)
        if name == "enum"
        else column.str.len_chars() >= value
        if name == "minLength"
        else column.str.len_chars() <= value
        for name, value in constraints.items()
    ]
    frame = pl.DataFrame({"x": list(texts)}, schema={"x": pl.String})
    return frame.select(pl.all_horizontal(pl.lit(True), *tests)).to_series().to_list()


def pointblank(constraints: Constraints, texts: Sequence[str]) -> Verdicts:
    import pointblank as pb

    frame = pl.DataFrame({"x": list(texts)}, schema={"x": pl.String})
    steps = pb.Validate(frame)
    for name, value in constraints.items():
        if name == "pattern":
            steps = steps.col_vals_regex(columns="x", pattern=f"^(?:{value})$")
        elif name == "enum":
            steps = steps.col_vals_in_set(columns="x", set=list(value))
        else:
            length = pl.col("x").str.len_chars()
            steps = steps.col_vals_expr(
                length >= value if name == "minLength" else length <= value
            )
    done = steps.interrogate(collect_extracts=False)
    passed = (
        [done.get_sundered_data(type="pass").get_column("x").to_list()]
        if constraints
        else [list(texts)]
    )
    return [text in set(passed[0]) for text in texts]


@cache
def _database() -> Any:
    return duckdb.connect()


def duck(constraints: Constraints, texts: Sequence[str]) -> Verdicts:
    tests, values = ["true"], []
    for name, value in constraints.items():
        tests.append(_SQL[name])
        values.append(list(value) if name == "enum" else value)
    query = f"select {' and '.join(tests)} from (select unnest(?::varchar[]) as x)"
    return [
        row[0] for row in _database().execute(query, [*values, list(texts)]).fetchall()
    ]


_SQL = {
    "pattern": "regexp_full_match(x, ?)",
    "enum": "list_contains(?::varchar[], x)",
    "minLength": "length(x) >= ?",
    "maxLength": "length(x) <= ?",
}


@cache
def _script() -> Callable[..., Any]:
    found: Callable[..., Any] = quickjs.Context().eval("""
        (name, value, text) => ({
            pattern: () => new RegExp(`^(?:${value})$`, 'u').test(text),
            enum: () => JSON.parse(value).includes(text),
            minLength: () => [...text].length >= value,
            maxLength: () => [...text].length <= value,
        })[name]()
    """)
    return found


def ecmascript(constraints: Constraints, texts: Sequence[str]) -> Verdicts:
    import json

    given = {
        name: json.dumps(value) if name == "enum" else value
        for name, value in constraints.items()
    }
    return [
        all(_script()(name, value, text) for name, value in given.items())
        for text in texts
    ]


def xml_schema(constraints: Constraints, texts: Sequence[str]) -> Verdicts:
    root = etree.Element(f"{XS}schema", nsmap={"xs": XS[1:-1]})
    simple = etree.SubElement(
        etree.SubElement(root, f"{XS}element", name="x"), f"{XS}simpleType"
    )
    limits = etree.SubElement(simple, f"{XS}restriction", base="xs:string")
    for name, value in constraints.items():
        for one in value if name == "enum" else [value]:
            etree.SubElement(
                limits,
                f"{XS}{'enumeration' if name == 'enum' else name}",
                value=str(one),
            )
    schema = etree.XMLSchema(root)
    return [_xml_valid(schema, text) for text in texts]


def _xml_valid(schema: Any, text: str) -> bool:
    """A text with a character that XML cannot hold is in no document."""
    element = etree.Element("x")
    try:
        element.text = text
    except ValueError:
        return False
    return bool(schema.validate(element))


READERS: Mapping[str, Callable[[Constraints, Sequence[str]], Verdicts]] = {
    "frictionless": frictionless,
    "polars": polars,
    "pointblank": pointblank,
    "duckdb": duck,
    "ecmascript": ecmascript,
    "xml schema": xml_schema,
}


def disagreements(field: Field, texts: Sequence[str]) -> Iterator[str]:
    """Each reader that judges a text otherwise than the kind does, where no listed loss
    says so.
    """
    constraints = field_schema(small_study(), field)["constraints"]
    ours = [not isinstance(field.kind.parse(text, field), Refusal) for text in texts]
    listed = [
        any(one.texts.fullmatch(text) for one in laxities(field)) for text in texts
    ]
    for name, reader in READERS.items():
        for text, right, passed, loss in zip(
            texts, ours, reader(constraints, texts), listed, strict=True
        ):
            if right != passed and not (loss and passed):
                yield (
                    f"{name} {'passes' if passed else 'refuses'} {text!r} for "
                    f"{constraints}"
                )


PATTERNS = (
    r"[A-Z]{2}\d{4}", r"(\+|00)?\d+( \d+)*", "[A-Z0-9-]{4,20}", r"a|bc", r".{1,60}", r"\w+@\w+\.(org|be)",
    r"\$\d+", r"[^;]*;[^;]*", r"( |a)+", r"\S+", r"\s*x?", r"[$^|.-]{2,3}", r"é[^a-z]", "(😀|-)-?", "a{0}b?",
    r"\d{3}-\d{4}|UNK", r"[\[\]\\]+", r"\{\d\}", r"C\^\d", "x{3,}", "[ -~]{0,10}", r"#\d+/\d+", "&&~~--|@",
    "(a|)b(|c)",
)  # fmt: skip


def fields() -> list[Field]:
    """Every sample of a field type whose kind is a string, and texts with patterns of
    many sorts.
    """
    own = [field for field in distinct_fields() if field.kind.name in KINDS]
    lists = [
        {"codes": ["A B", "C.D", "E|F", "(G)"]},
        {
            "codes": {
                "NONE": {"label": "None", "exclusive": True},
                "A": "a",
                "$": "b",
                "C^": "c",
            },
            "max_choices": 2,
        },
    ]
    return [
        *own,
        *(field_of("text", {"pattern": one}) for one in PATTERNS),
        *(
            field_of("long_text", {"pattern": one, "length": [2, 30]})
            for one in PATTERNS[:6]
        ),
        *(field_of("multiple_choice", keys) for keys in lists),
        field_of("decimal", {"comparator": ["<", ">="], "places": 2}),
        field_of("integer", {"comparator": [">"]}),
        *(
            field_of("file", {"accept": endings})
            for endings in (["pdf"], ["jpeg", "7z", "c++"], [])
        ),
    ]


_ALPHABETS = (
    "ABCX0123456789-+;:./ ",
    "ab\u00e9\u03b1 \u00a0\u200b\u3000\ufeff\U0001f600$^|.-\\[](){}&~#@_/",
    "A B;C.D|E(G)NONE$^",
    "\n\t\r\x07\x7f\x85\u2028\ufffd\u202e ab0",
    "0123456789-",
)


def seeded(field: Field, count: int, source: random.Random) -> list[str]:
    """Right answers of some field of the kind, altered, and texts of odd characters."""
    samples = [
        one.text for one in (*field.type.accepts, *field.type.rejects) if one.text
    ]
    codes = [code.code for code in field.codelist.codes] if field.codelist else []
    seeds = [
        *samples,
        *codes,
        ";".join(codes),
        "files/0123456789abcdef/scan.pdf",
        "2024-02-29",
        "AB1234",
    ]
    return [_altered(source.choice(seeds), source) for _ in range(count)]


def _altered(text: str, source: random.Random) -> str:
    alphabet = source.choice(_ALPHABETS)
    for _ in range(source.randint(0, 3)):
        place = source.randint(0, len(text))
        added = "".join(source.choices(alphabet, k=source.randint(0, 3)))
        text = text[:place] + added + text[place + source.randint(0, 2) :]
    whole = source.random() < 0.2
    text = "".join(source.choices(alphabet, k=source.randint(1, 12))) if whole else text
    return text.encode("utf-8", "ignore").decode() or " "


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    source, all_fields = random.Random(seed), fields()
    each = -(-count // len(all_fields))
    found = [
        one
        for field in all_fields
        for one in disagreements(field, seeded(field, each, source))
    ]
    print(*found[:20], sep="\n")
    texts = f"{each * len(all_fields):,} texts in {len(all_fields)} fields"
    print(f"{texts}, {len(READERS)} readers: {len(found)} differ")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
