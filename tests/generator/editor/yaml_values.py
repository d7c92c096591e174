"""A file of a dictionary as an editor's schema sees it: plain scalars have types."""

from __future__ import annotations

import re
from typing import Any

from forms_spec.yaml_source.document import YamlNode
from forms_spec.yaml_source.reader import read_document

WHOLE = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def typed(text: str) -> Any:
    """The data of a file by the core schema of YAML 1.2. Old keys have new names."""
    root = read_document("a.yaml", text).root
    assert root is not None
    return _value(root)


def _value(node: YamlNode) -> Any:
    if isinstance(node.children, dict):
        return {key: _value(value) for key, (_, value) in node.children.items()}
    if isinstance(node.children, list):
        return [_value(item) for item in node.children]
    if node.plain and isinstance(node.data, str):
        return _scalar(node.data)
    return node.data


def _scalar(text: str) -> str | float | bool:
    if text in ("true", "false"):
        return text == "true"
    if WHOLE.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text):
        return float(text)
    return text
