"""What every application of the tests compiles anew, and what is the same each time: the
builders of addresses, and the templates of pages.

A server makes one application and compiles them once; the suite makes some thousand.
Nothing else about an application is shared.
"""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Any
_compile = Rule._compile_builder
_builders: dict[tuple[str, ...], Builder] = {}


def _builder(rule: Rule, append_unknown: bool = True) -> Builder:
    """What Werkzeug compiles for a rule; a rule of the same text has the same."""
    said = (rule.rule, rule.subdomain, rule.defaults, rule._trace, append_unknown)
    key = tuple(map(repr, said))
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


class CompiledTemplates(BytecodeCache):
    """Jinja asks by the text of a template and where it lies."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.content:
            bucket.load_bytecode(io.BytesIO(self.content[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.content[bucket.key] = bucket.bytecode_to_string()


def compile_once() -> None:
    """From now on, for every application of this process."""
    Rule._compile_builder = _builder  # type: ignore[method-assign]
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
