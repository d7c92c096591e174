"""What a schema has against a piece of a file, on its way to becoming a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from marshmallow import ValidationError

from forms_spec.yaml_source.document import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A catalogue code and its words.

    ``span`` are the characters of a scalar that it is about.
    """

    code: str
    words: Mapping[str, object] = field(default_factory=dict)
    span: tuple[int, int] | None = None
    at_key: bool = False


def fail(
    code: str, /, *, span: tuple[int, int] | None = None, **words: object
) -> NoReturn:
    """Refuse the value at hand."""
    raise ValidationError([Problem(code=code, words=words, span=span)])


def problems(messages: Any, path: Path = ()) -> Iterator[tuple[Path, Problem]]:
    """Every problem in marshmallow's nest of messages, with the path of its value."""
    if isinstance(messages, dict):
        for step, below in messages.items():
            # marshmallow files what is wrong with a mapping itself under this key.
            inner = path if step == "_schema" else (*path, step)
            yield from problems(below, inner)

    elif isinstance(messages, list):
        for message in messages:
            yield from problems(message, path)

    elif isinstance(messages, Problem):
        yield path, messages

    else:
        # The messages of marshmallow's own fields are catalogue codes.
        yield path, Problem(code=messages)
