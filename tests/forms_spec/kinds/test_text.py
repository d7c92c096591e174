"""Text is anything that can be seen."""

from __future__ import annotations

from forms_spec.kinds import Refusal
from tests.parity.fields import field_of

FIELD = field_of("text")


def test_names_the_character_that_cannot_be_seen() -> None:
    assert FIELD.kind.parse("a\x07", FIELD) == Refusal(
        code="control-character", details=(("character", "U+0007"),)
    )


def test_counts_an_emoji_as_one_character() -> None:
    field = field_of("text", {"length": [2, 3]})
    assert field.kind.parse("😀😀😀", field) == "😀😀😀"
    assert field.kind.parse("😀", field) == Refusal(
        code="too-short", details=(("given", "1"), ("least", "2"))
    )
    assert field.kind.parse("abcd", field) == Refusal(
        code="too-long", details=(("given", "4"), ("most", "3"))
    )


def test_matches_the_whole_text() -> None:
    field = field_of("text", {"pattern": "a|ab"})
    assert field.kind.parse("ab", field) == "ab"
    assert field.kind.parse("abc", field) == Refusal(
        code="pattern-mismatch", details=(("says", "text that matches a|ab"),)
    )


def test_says_the_pattern_in_the_words_of_the_dictionary() -> None:
    field = field_of(
        "text", {"pattern": {"matches": "[A-Z]+", "message": "capital letters"}}
    )
    assert field.kind.parse("a", field) == Refusal(
        code="pattern-mismatch", details=(("says", "capital letters"),)
    )


def test_lets_line_breaks_into_long_text_only() -> None:
    long_text = field_of("long_text")
    assert long_text.kind.parse("a\n\tb", long_text) == "a\n\tb"
    assert long_text.kind.parse("a\r\nb", long_text) == Refusal(
        code="control-character", details=(("character", "U+000D"),)
    )


def test_a_text_that_is_matched_has_a_longest_length() -> None:
    field = field_of("text", {"pattern": "[a-z]+"})
    assert field.kind.parse("a" * 10_000, field) == "a" * 10_000
    assert field.kind.parse("a" * 10_001, field) == Refusal(
        code="too-long", details=(("given", "10001"), ("most", "10000"))
    )
