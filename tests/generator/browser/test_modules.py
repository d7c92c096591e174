"""Modules joined into one script do what they do when a browser loads them one by one."""

from __future__ import annotations

import pytest
import quickjs

from generator.browser.modules import in_order, join_modules

GREETING = {
    "names.js": 'const first = "Ada";\nconst whole = () => first;\n\n'
    "export { first, whole as fullName };\n",
    "greet.js": 'import { first as name, fullName } from "./names.js";\n\n'
    "const first = name.length;\n"
    "const greet = () => `${fullName()} has ${first} letters`;\n\n"
    "export { greet };\n",
    "page.js": 'import "./names.js";\nimport { greet } from "./greet.js";\n\n'
    "globalThis.said = greet();\n",
}


def test_names_are_taken_over_and_each_module_keeps_its_own() -> None:
    context = quickjs.Context()
    context.eval(join_modules(["page.js"], GREETING.__getitem__))
    assert context.eval("said") == "Ada has 3 letters"
    assert context.eval("typeof first") == "undefined"


def test_a_module_runs_once_and_after_what_it_imports() -> None:
    assert in_order(["page.js", "greet.js"], GREETING.__getitem__) == [
        "names.js",
        "greet.js",
        "page.js",
    ]


def test_a_list_of_names_may_take_several_lines() -> None:
    modules = {
        "a.js": "const one = 1;\nconst two = 2;\n\nexport {\n  one,\n  two,\n};\n",
        "b.js": 'import {\n  one,\n  two,\n} from "./a.js";\n\n'
        "globalThis.sum = one + two;\n",
    }
    context = quickjs.Context()
    context.eval(join_modules(["b.js"], modules.__getitem__))
    assert context.eval("sum") == 3


def test_a_circle_is_named() -> None:
    modules = {"a.js": 'import "./b.js";\n', "b.js": 'import "./a.js";\n'}
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        join_modules(["a.js"], modules.__getitem__)


@pytest.mark.parametrize(
    "statement",
    [
        'import whole from "./names.js";',
        'import * as names from "./names.js";',
        "export default 1;",
        "export const number = 1;",
    ],
)
def test_a_statement_outside_the_subset_is_refused(statement: str) -> None:
    modules = {**GREETING, "page.js": f"{statement}\n"}
    with pytest.raises(ValueError, match=r"page\.js: not understood"):
        join_modules(["page.js"], modules.__getitem__)
