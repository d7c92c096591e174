"""The process that makes one PDF: ``python -m generator.paper.typst_process``.

It reads the document as JSON, and writes a line of JSON and then the PDF.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from generator.heavy_libraries import typst
from generator.paper.printable import (
    Replacing,
    is_hidden,
    printable_data,
    sign_name,
    signs_of,
)

STANDARDS = ("a-2a", "ua-1")
MOST_TRIES = 40
NOT_IN_TYPST_FONTS = re.compile(
    "[\u1100-\u11ff\u3040-\u9fff\ua000-\ua4cf\uac00-\ud7a3\U00020000-\U0003ffff]"
)
"""Scripts of East Asia: none of their characters is in the fonts that typst brings."""
_REFUSED = re.compile(r'the text `(".*?")` could not be displayed', re.DOTALL)
_CODEPOINT = re.compile(r"\\u\{([0-9a-f]+)\}")


def main() -> None:
    order = json.load(sys.stdin.buffer)
    content, replaced = compile_pdf(order["paper"], order["fonts"])
    sys.stdout.buffer.write(json.dumps({"replaced": replaced}).encode() + b"\n")
    sys.stdout.buffer.write(content)


def compile_pdf(paper: Mapping[str, Any], fonts: str) -> tuple[bytes, dict[str, int]]:
    """The PDF of a document as ``as_data`` gives it, and what had to be replaced in it."""
    signs = _not_ascii(signs_of(paper))
    lacking = lacking_signs(signs, fonts)
    for _ in range(MOST_TRIES):
        data, replaced = _printable(paper, lacking)
        try:
            return _compiled(_template(), data, fonts), replaced
        except typst.TypstError as error:
            # Signs that can be shown one by one need not be so together.
            more = _not_ascii(_refused(error)) - lacking
            if not more:
                raise

            lacking |= more

    # No font can show them together: all are replaced, so that there is a print at all.
    data, replaced = _printable(paper, signs)
    return _compiled(_template(), data, fonts), replaced


def _not_ascii(signs: Iterable[str]) -> set[str]:
    """Every font has the characters of ASCII."""
    return {sign for sign in signs if not sign.isascii()}


def _printable(
    paper: Mapping[str, Any], lacking: set[str]
) -> tuple[dict[str, Any], dict[str, int]]:
    """The document with what cannot be shown as code points, and a chapter that lists
    it.
    """
    replacing = Replacing(lacking)
    data = printable_data(dict(paper), replacing.text)

    replaced = dict(sorted(replacing.replaced.items()))
    if replaced:
        note = replaced_note(replaced)
        data["chapters"].append(note)
        warning = {"is": "Paragraph", "tone": "warning", "text": note["warning"]}
        data["chapters"][0]["blocks"].insert(0, warning)

    return data, replaced


def replaced_note(replaced: Mapping[str, int]) -> dict[str, Any]:
    """The chapter at the end that lists characters which could not be printed."""
    rows = [[sign_name(sign), str(times)] for sign, times in replaced.items()]
    title = "Characters that could not be printed"
    return {
        "is": "Chapter",
        "title": title,
        "anchor": "unprintable",
        "note": "",
        "names": [],
        "head": [],
        "warning": f"{sum(replaced.values())} characters of this document could not be "
        "printed. Each is shown as its code point in a frame, and all are listed on the "
        "last page.",
        "blocks": [
            {
                "is": "Paragraph",
                "tone": "plain",
                "text": "Each of these is shown as its code point in a frame wherever "
                "it was typed. The data themselves are as they were typed.",
            },
            {
                "is": "PrintedTable",
                "head": ["Character", "Times"],
                "rows": rows,
                "widths": [80, 20],
                "small": False,
            },
        ],
    }


@cache
def _template() -> bytes:
    return files(__package__).joinpath("forms.typ").read_bytes()


def _compiled(template: bytes, data: Mapping[str, Any], fonts: str) -> bytes:
    # The types of the library know no document as bytes.
    compile_ = cast("Callable[..., bytes]", typst.compile)
    return compile_(
        template,
        ignore_system_fonts=True,
        font_paths=[fonts] if fonts else [],
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        pdf_standards=list(STANDARDS),
    )


_PROBE = b"""
#set document(title: "Characters", date: datetime(year: 2000, month: 1, day: 1))
#set text(lang: "en", font: ("Libertinus Serif", "DejaVu Sans Mono"))
#for sign in json(bytes(sys.inputs.document)).signs { par(sign) }
"""


def lacking_signs(signs: Iterable[str], fonts: str) -> set[str]:
    """Those characters that no font has."""
    lacking: set[str] = set()
    doubtful = []
    for sign in sorted(signs):
        if is_hidden(sign):
            continue
        if not fonts and NOT_IN_TYPST_FONTS.match(sign):
            lacking.add(sign)
        else:
            doubtful.append(sign)

    return lacking | set(_refused_of(doubtful, fonts))


def _refused_of(signs: list[str], fonts: str) -> list[str]:
    """Halves what is refused until the characters that are refused stand alone."""
    if not signs:
        return []

    try:
        _compiled(_PROBE, {"signs": signs}, fonts)
    except typst.TypstError:
        if len(signs) == 1:
            return signs

        middle = len(signs) // 2
        first = _refused_of(signs[:middle], fonts)
        return first + _refused_of(signs[middle:], fonts)

    return []


def _refused(error: Exception) -> set[str]:
    """The characters that an error of typst names."""
    signs: set[str] = set()
    for quoted in _REFUSED.findall(str(error)):
        text = _CODEPOINT.sub(lambda match: chr(int(match[1], 16)), quoted[1:-1])
        signs.update(text)

    return signs


if __name__ == "__main__":
    main()
