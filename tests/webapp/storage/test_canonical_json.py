"""What is hashed is written as RFC 8785 says, whoever writes it."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.soak import examples
from webapp.storage.canonical_json import canonical_json

TEXTS = st.text(st.characters())
CONTENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


def written_by_the_standard(content: Any) -> str | None:
    try:
        return rfc8785.dumps(content).decode("utf-8")
    except ValueError:
        return None


@settings(max_examples=examples(60, 5000))
@example({"\ue000": 1, "\N{GRINNING FACE}": 2})
@example([2**53 - 1, -(2**53), "\ud800", 1e21])
@example({"by": {"name": 'Zoë \x7f\u2028\x00\t"\\'}, "unsno": 0, "sites": ()})
@given(CONTENTS)
def test_every_content_is_written_or_refused_as_the_standard_says(content: Any) -> None:
    try:
        written: str | None = canonical_json(content)
    except ValueError:
        written = None
    assert written == written_by_the_standard(content)
