"""The page's scripts in QuickJS.

Texts cross as JSON, so that any text arrives as it is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import quickjs

import generator.browser
from generator.browser.modules import in_order, join_modules

STATIC = Path(generator.browser.__file__).parent / "static"


class Browser:
    """One JavaScript context with some of the page's modules; ``crfsmith`` has all that
    they and their imports export.
    """

    def __init__(self, *scripts: str) -> None:
        self._context = quickjs.Context()
        self._context.eval(join_modules(scripts, _module))
        exported = ", ".join(
            f"...{name.replace('.', '_')}"
            for name in in_order(scripts, _module)
            if "\nexport {" in _module(name)
        )
        self._context.eval(f"globalThis.crfsmith = {{ {exported} }};")
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


def _module(name: str) -> str:
    return (STATIC / name).read_text("utf-8")
