"""What is written is read back as it was, and short things stand on one line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_writer import write_yaml


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": {"label": "Age", "type": "integer"}}, "a: {label: Age, type: integer}\n"),
        ({"codes": {"1": "Yes", "0": "No"}}, "codes: {1: Yes, 0: No}\n"),
        ({"range": ["0", None]}, "range: [0, null]\n"),
        ({"label": "One, two"}, "label: One, two\n"),
        ({"a": {"label": "One, two"}}, "a: {label: 'One, two'}\n"),
        ({"a": "null", "b": "", "c": " x"}, "a: 'null'\nb: ''\nc: ' x'\n"),
        ({"d": "- x", "e": "x: y"}, "d: '- x'\ne: 'x: y'\n"),
        ({"label": "One\nTwo"}, "label: |-\n  One\n  Two\n"),
        ({"show_when": "a is 'x'"}, "show_when: a is 'x'\n"),
        ({"tab": "a\tb"}, 'tab: "a\\tb"\n'),
    ],
)  # fmt: skip
def test_it_reads_as_a_designer_would_write_it(data: dict[str, Any], text: str) -> None:
    assert write_yaml(data) == text


def test_a_long_text_is_folded() -> None:
    text = write_yaml({"help": "word " * 60 + "end"})
    assert text.startswith("help: >-\n  word")
    assert max(len(line) for line in text.splitlines()) <= 110


TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30)


VALUES = (
    TEXTS
    | st.lists(TEXTS)
    | st.dictionaries(TEXTS.filter(lambda key: key != "<<"), TEXTS)
)


@given(st.dictionaries(TEXTS.filter(lambda key: key != "<<"), VALUES, min_size=1))
def test_every_text_comes_back(data: dict[str, Any]) -> None:
    document = read_document("x.yaml", write_yaml(data))
    assert document.findings == ()
    assert document.data == data
