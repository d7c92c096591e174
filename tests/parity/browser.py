"""The page's scripts in QuickJS.

Texts cross as JSON, so that any text arrives as it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import quickjs

import generator.browser

STATIC = Path(generator.browser.__file__).parent / "static"


class Browser:
    """One JavaScript context with some of the page's scripts loaded, in their order."""

    def __init__(self, *scripts: str) -> None:
        self._context = quickjs.Context()
        for script in scripts:
            self._context.eval((STATIC / script).read_text("utf-8"))
        self._context.eval(_CALL)

    def call(self, function: str, *arguments: Any) -> Any:
        """The result of ``crfsmith.<function>``; a BigInt comes back as ``{"bigint":
        "12"}``.
        """
        return self.run(f"crfsmith.{function}", *arguments)

    def run(self, function: str, *arguments: Any) -> Any:
        """The result of a function written in JavaScript."""
        return json.loads(
            self._context.eval(f"call({function}, {json.dumps(json.dumps(arguments))})")
        )


_CALL = """
function call(function_, json) {
  const result = function_(...JSON.parse(json));
  return JSON.stringify(result, (_, value) => typeof value === "bigint" ? {bigint: String(value)} : value);
}
"""
