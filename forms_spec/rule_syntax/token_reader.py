"""Reading words one after the other, and saying what was expected instead."""

from __future__ import annotations

from forms_spec.rule_syntax.tokenizer import SyntaxFault, Token, TokenKind


class TokenStream:
    """A place in a list of words that ends with END."""

    def __init__(self, words: tuple[Token, ...]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def take(self) -> Token:
        word = self.words[self.at]
        if word.kind is not TokenKind.END:
            self.at += 1

        return word

    def is_sign(self, text: str) -> bool:
        return self.word.kind is TokenKind.SIGN and self.word.text == text

    @property
    def end(self) -> int:
        """Where the word that was taken last ends."""
        return self.words[self.at - 1].end

    def is_keyword(self, text: str) -> bool:
        return self.word.kind is TokenKind.KEYWORD and self.word.text == text

    def skip_keyword(self, text: str) -> bool:
        if self.is_keyword(text):
            self.take()
            return True

        return False

    def expect_sign(self, text: str) -> Token:
        if not self.is_sign(text):
            raise self.unexpected(text)

        return self.take()

    def expect_keyword(self, text: str) -> Token:
        if not self.is_keyword(text):
            raise self.unexpected(text)

        return self.take()

    def unexpected(self, wanted: str) -> SyntaxFault:
        word = self.word
        if word.kind is TokenKind.END:
            return SyntaxFault("rule-ends-early", word.start, word.end, wanted=wanted)

        if self._is_decimal_comma():
            before, after = self.words[self.at - 1], self.words[self.at + 1]
            return SyntaxFault(
                "rule-decimal-comma",
                before.start,
                after.end,
                name=f"{before.text},{after.text}",
                better=f"{before.text}.{after.text}",
            )

        if word.kind is TokenKind.NAME and word.text.lower() in ("null", "empty"):
            wanted = "known or missing (write: is known, is not known)"

        return SyntaxFault(
            "rule-unexpected", word.start, word.end, name=word.text, wanted=wanted
        )

    def _is_decimal_comma(self) -> bool:
        """Whether the word is a comma between two numbers, without a space."""
        if not self.is_sign(",") or self.at == 0:
            return False

        before, after = self.words[self.at - 1], self.words[self.at + 1]
        are_numbers = before.kind is after.kind is TokenKind.NUMBER
        return are_numbers and before.end == self.word.start == after.start - 1
