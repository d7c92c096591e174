"""The shapes that values of a dictionary have, as marshmallow fields over text.

Every scalar arrives as text (``forms_spec.yaml_source.reader``), so each shape says
itself which texts it takes. A message is a catalogue code, so that it becomes a finding
with cause and remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.file_nouns import NOUNS
from forms_spec.loading.schema_problems import Problem, fail

MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "missing-key",
    "null": "empty-value",
}
WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
SIZE = re.compile(r"([1-9][0-9]{0,5})(?: ?(kB|MB|GB))?")
BYTES = {None: 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}


class MappingSchema(Schema):
    """A mapping with known keys; an unknown one is named beside the nearest known."""

    error_messages = {"type": "not-a-mapping", "unknown": "unknown-key"}  # noqa: RUF012

    class Meta:
        unknown = RAISE

    def handle_error(self, error: ValidationError, data: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Turn the bare code of unknown and missing keys into a problem with its words."""
        messages = error.messages
        if not isinstance(messages, dict):
            return

        for key, message in list(messages.items()):
            if message == ["unknown-key"]:
                messages[key] = [self._unknown_key(key, data)]
            elif message == ["missing-key"]:
                words = {"key": key}
                problem = Problem(code="missing-key", words=words, at_key=True)
                messages[key] = [problem]

    def _unknown_key(self, key: str, data: Any) -> Problem:
        known = [field.data_key or name for name, field in self.load_fields.items()]
        # Whoever writes `visits:` below the study means what it says.
        near = (
            f"Move {key} into a file of its own."
            if key in NOUNS
            else did_you_mean(key, known)
        )
        words = {"key": key, "near": near}
        is_empty = isinstance(data, Mapping) and data.get(key) is None
        code = _code_of_empty_key(key, known) if is_empty else "unknown-key"
        if code == "colon-without-space":
            words = {"key": key.partition(":")[0]}

        return Problem(code=code, words=words, at_key=True)


def _code_of_empty_key(key: str, known: Sequence[str]) -> str:
    """What is wrong with an unknown key without a value: something in the text inside
    ``{ }`` has made a key of a piece of it.
    """
    # ``{label:Pain}`` has a key ``label:Pain``.
    if key.partition(":")[0] in known:
        return "colon-without-space"
    # ``{assert: dose < 0,5}`` has a key ``5``.
    if key.isdigit():
        return "comma-in-number"

    # ``{label: Pain now, at rest}`` has a key ``at rest``.
    return "unknown-key-without-value"


def whole_match(pattern: re.Pattern[str], value: Any) -> re.Match[str] | None:
    """The match of a whole scalar; None also for a list or a mapping."""
    if not isinstance(value, str):
        return None

    return pattern.fullmatch(value)


class ScalarField(fields.Field[Any]):
    """A value that is not left empty.

    What is wrong in a part of it spoils the whole.
    """

    default_error_messages = MESSAGES

    def deserialize(
        self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any
    ) -> Any:
        # By far the most frequent case, and nothing can be wrong with it.
        if value is missing and not self.required:
            default = self.load_default
            if callable(default):
                return default()

            return default

        try:
            return super().deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            raise ValidationError(
                error.messages, valid_data=self.rescued(error.valid_data)
            ) from error

    def rescued(self, valid: Any) -> Any:  # noqa: ARG002
        """What is still of use of a value that is wrong in part, so that more can be
        said of it.
        """
        return None


class Collected(ScalarField):
    """A value whose right parts are used although others are wrong."""

    def rescued(self, valid: Any) -> Any:
        return valid


class NestedField(fields.Nested):
    """A mapping with known keys inside another."""

    default_error_messages = MESSAGES


class TextField(ScalarField):
    """A text that is not blank, kept as it is."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            fail("not-text")

        if not value.strip():
            fail("empty-value")

        return value


class BooleanField(ScalarField):
    """``true`` or ``false``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value not in ("true", "false"):
            fail("not-true-or-false")

        return bool(value == "true")


class IntegerField(ScalarField):
    """A whole number from 0."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if not whole_match(WHOLE, value):
            fail("not-whole")

        return int(value)


class OneOf(ScalarField):
    """One of few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            fail("not-one-of", words=", ".join(self.words), near="")

        if value not in self.words:
            near = did_you_mean(value, self.words)
            fail("not-one-of", words=", ".join(self.words), near=near)

        return value


class Size(ScalarField):
    """A size in bytes: ``500 kB``, ``10 MB``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        size = whole_match(SIZE, value)
        if size is None:
            fail("not-a-size")

        number, unit = size.groups()
        return int(number) * BYTES[unit]


class TextListField(ScalarField):
    """A list of texts, each once; ``least`` and ``most`` bound their number."""

    def __init__(self, *, least: int = 0, most: int = 10_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least
        self.most = most

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            fail("not-a-list")

        wrong: dict[int, list[Problem]] = {}
        seen: set[str] = set()

        for index, text in enumerate(value):
            if text is None:
                wrong[index] = [Problem(code="empty-value")]
            elif not isinstance(text, str):
                wrong[index] = [Problem(code="not-text")]
            elif text in seen:
                wrong[index] = [Problem(code="listed-twice")]
            else:
                seen.add(text)
                if not text.strip():
                    wrong[index] = [Problem(code="not-text")]

        if wrong:
            raise ValidationError(wrong)

        if not self.least <= len(value) <= self.most:
            fail("list-length", least=self.least, most=self.most, given=len(value))

        return tuple(value)


class NamedMapping(Collected):
    """A mapping from names to values of one shape, in the order of the text."""

    def __init__(self, shape: fields.Field[Any] | type[Schema], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = NestedField(shape) if isinstance(shape, type) else shape

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            fail("not-a-mapping")

        valid: dict[str, Any] = {}
        wrong: dict[str, Any] = {}

        for name, named in value.items():
            try:
                valid[name] = self.shape.deserialize(named, name, value)
            except ValidationError as error:
                wrong[name] = error.messages
                # Whatever is right in a wrong value is used.
                if error.valid_data is not None:
                    valid[name] = error.valid_data

        if wrong:
            raise ValidationError(wrong, valid_data=valid)

        return valid
