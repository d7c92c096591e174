"""Texts become data that knows its places; what is no YAML is a finding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.yaml_source.document import Document
from forms_spec.yaml_source.reader import read_document
from forms_spec.yaml_source.tree_reader import DEEPEST


def read(text: str) -> Document:
    return read_document("f.yaml", text)


def said(text: str) -> list[str]:
    return [f"{found.text} {found.code}" for found in read(text).findings]


@pytest.mark.parametrize(
    "scalar",
    ["no", "10:30", "007", "1e3", "true", "Null", "2024-02-30", "0x1F", "=", "NULL"],
)
def test_a_scalar_stays_the_text_that_was_typed(scalar: str) -> None:
    assert read(f"a: {scalar}").data == {"a": scalar}


@pytest.mark.parametrize(
    ("written", "means"),
    [("", None), ("null", None), ("~", None), ("'null'", "null"), ("''", "")],
)
def test_only_a_plain_null_is_nothing(written: str, means: str | None) -> None:
    assert read(f"a: {written}").data == {"a": means}


def test_a_key_is_always_text() -> None:
    assert read("null: 1\nno: 2\n1: 3\n'': 4").data == {
        "null": "1",
        "no": "2",
        "1": "3",
        "": "4",
    }


def test_every_key_and_value_knows_its_place() -> None:
    document = read("form: vs\nfields:\n  sysbp: {label: Systolic, range: [60, 260]}\n")
    assert str(document.key_place(("fields", "sysbp"))) == "f.yaml:3:3"
    assert str(document.place(("fields", "sysbp", "label"))) == "f.yaml:3:18"
    assert str(document.place(("fields", "sysbp", "range", 1))) == "f.yaml:3:40"
    assert document.place(("form",)).end_column == 9


def test_the_place_of_what_is_absent_is_its_parents() -> None:
    document = read("fields:\n  a: {label: A}\n")
    assert document.key_place(("fields", "a", "type")) == document.key_place(
        ("fields", "a")
    )
    assert not document.has(("fields", "a", "type"))


def test_columns_count_characters() -> None:
    assert read("é: {日本: 😀, b: c}").place(("é", "b")).column == 15


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        ("show_when: vsperf = 'Y'", "'Y'", "1:21"),
        ("show_when: \"vsperf = 'Y'\"", "'Y'", "1:22"),
        ("show_when: 'vsperf = ''Y'''", "Y", "1:24"),
        ("show_when: >-\n  vsperf = 'Y'\n  and x = 'N'", "x = 'N'", "3:7"),
        ("show_when: |\n  vsperf = 'Y'\n  and x = 'N'", "x = 'N'", "3:7"),
        ("show_when: vsperf = 'Y'\n  and x = 'N'", "x = 'N'", "2:7"),
    ],
)
def test_a_part_of_a_text_has_its_own_place(text: str, part: str, place: str) -> None:
    document = read(text)
    value = document.value(("show_when",))
    assert isinstance(value, str)
    at = value.index(part)
    assert str(document.inside(("show_when",), at, at + len(part))) == f"f.yaml:{place}"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "1:1 empty-file"),
        ("# comment\n", "1:1 empty-file"),
        ("a: 1\na: 2", "2:1 duplicate-key"),
        ("f: {a: 1, b: 2, a: 3}", "1:17 duplicate-key"),
        ("a: 1\n---\nb: 2", "2:1 second-document"),
        ("a:\n\tb: 1", "2:1 tab-indent"),
        ("label: Pain: strong", "1:12 colon-in-text"),
        ("label: @home", "1:8 sign-needs-quotes"),
        ("label: `a`", "1:8 sign-needs-quotes"),
        ("label: 'open", "1:8 quote-not-closed"),
        ("show_when: 'Y' = p\nb: 2", "1:16 quote-ends-early"),
        ("a: {b: 1", "1:9 brackets-not-read"),
        ("a: {b: x in ('1', '2')}", "1:22 brackets-not-read"),
        ("a: \x00", "1:4 unprintable-character"),
        ("ab: 1\nc: \x0c", "2:4 unprintable-character"),
        ("a: \ud800", "1:4 unprintable-character"),
        ("a: *b", "1:4 sign-needs-quotes"),
        ("a: *b\nc: &b 1", "1:4 unknown-anchor"),
        ("a: **b**", "1:4 sign-needs-quotes"),
        ("a: 1\n b: 2", "2:2 wrong-indent"),
        ("a:\n  b: 1\n c: 2", "3:2 wrong-indent"),
        ("a:\n  b: 1\n  - c", "3:3 dash-among-keys"),
        ("a: 1\nb 2\nc: 3", "2:1 colon-missing"),
        ("a:\n  label:Pain\n  b: 1", "2:3 colon-without-space"),
        ("a: {label: Pain #1}\nb: 2", "1:17 comment-in-brackets"),
        ("a: # of tablets\nb: 2", "1:1 comment-cuts-text"),
        ("a: &x [*x]", "1:8 alias-of-itself"),
        ("a: !!int 3", "1:4 yaml-tag"),
        ("? [a]\n: 1", "1:3 key-not-text"),
        ("a: {<<: b}", "1:9 merge-of-no-mapping"),
        ("label: Pain #1", "1:8 comment-cuts-text"),
        ("{label: Pain #1\n}", "1:9 comment-cuts-text"),
        ("%YAML 9\n---\na: 1", "1:8 not-yaml"),
    ],
)
def test_what_cannot_be_read_is_a_finding_at_its_place(text: str, finding: str) -> None:
    assert said(text) == [f"f.yaml:{finding}"]


@pytest.mark.parametrize(
    "text", ["a: Pain # one", "a: 'Pain #1'", "a: Pain#1", "a: b\n#c", "a: ##"]
)
def test_a_comment_that_looks_like_one_is_left_alone(text: str) -> None:
    assert said(text) == []


def test_an_alias_repeats_and_a_merge_takes_over() -> None:
    text = (
        "defaults: &e {type: integer, places: 1}\na: *e\nb: {<<: *e, places: 2}\nc: "
        "{places: 3, <<: [*e]}"
    )
    assert read(text).data == {
        "defaults": {"type": "integer", "places": "1"},
        "a": {"type": "integer", "places": "1"},
        "b": {"type": "integer", "places": "2"},
        "c": {"places": "3", "type": "integer"},
    }
    assert said(text) == []


def test_a_key_twice_beside_a_merge_is_still_twice() -> None:
    assert said("x: &e {a: 1}\ny: {<<: *e, a: 2, a: 3}") == [
        "f.yaml:2:19 duplicate-key"
    ]


def test_aliases_of_aliases_are_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert [code.split()[1] for code in said("\n".join(lines))] == ["too-many-aliases"]


@pytest.mark.parametrize(
    "deep", ["[" * 100_000, "{a: " * 50_000, "- " * 50_000, "? " * 50_000]
)
def test_depth_is_bounded(deep: str) -> None:
    assert [code.split()[1] for code in said(deep)] == ["too-deep"]


def test_a_dictionary_is_never_too_deep() -> None:
    assert said("[" * DEEPEST + "]" * DEEPEST) == []


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = read("\ufeffform: vs")
    assert document.data == {"form": "vs"}
    assert str(document.key_place(("form",))) == "f.yaml:1:1"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028"])
def test_lines_end_as_yaml_says(ending: str) -> None:
    document = read(f"a: 1{ending}b: 2")
    assert document.place(("b",)).line == 2
    assert document.lines == ["a: 1", "b: 2"]


@given(
    st.text(
        alphabet=st.sampled_from("ab:-[]{},'\"#&*!|>%@ \n\t\\\x00é\u2028😀<~null"),
        max_size=60,
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    document = read(text)
    assert document.root is not None or document.findings


@given(
    st.dictionaries(
        st.text(alphabet="abc'\" \\\né😀", min_size=1),
        st.text(alphabet="abc'\" \\\né😀"),
        min_size=1,
    )
)
def test_every_character_of_a_quoted_text_is_found_in_the_source(
    texts: dict[str, str],
) -> None:
    quoted = "\n".join(
        f'"{_escaped(key)}": "{_escaped(value)}"' for key, value in texts.items()
    )
    document = read(quoted)
    assert document.data == texts
    for key, value in texts.items():
        for at, character in enumerate(value):
            place = document.inside((key,), at, at + 1)
            if character not in '\\"\n':
                assert document.lines[place.line - 1][place.column - 1] == character


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
