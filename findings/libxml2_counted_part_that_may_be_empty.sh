#!/usr/bin/env bash
# lxml 6.1.3 (libxml2): in a schema's pattern, a part that may be empty and is counted refuses the empty text.
#
# Guess:    (a*){2} takes what (a*)(a*) takes, the empty text too: XML Schema defines a count {n} as n times the part
#           (Datatypes, appendix F), and Python agrees.
# Seen:     (a*){2} and (a?){2} refuse the empty text and take everything else; (a*)(a*) and (a*){0,2} take it. A count
#           that begins at 0 or 1 is right, one that begins at 2 or more is not.
# It hurts: whoever writes one pattern for a table's schema and validates blank but present values with libxml2. A
#           count over a part that may be empty can begin at 0 without changing what it means.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check lxml==6.1.3
cd "$folder"
venv/bin/python - <<'PYTHON'
import re

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
print("lxml", etree.__version__, "libxml2", ".".join(map(str, etree.LIBXML_VERSION)))


def takes(pattern, text):
    """Whether an element of a simple type with that pattern may hold the text."""
    schema = etree.XMLSchema(
        etree.fromstring(
            f'<xs:schema xmlns:xs="{XS}"><xs:element name="a"><xs:simpleType><xs:restriction base="xs:string">'
            f'<xs:pattern value="{pattern}"/></xs:restriction></xs:simpleType></xs:element></xs:schema>'
        )
    )
    element = etree.Element("a")
    element.text = text
    return schema.validate(element)


WRONG, RIGHT = ("(a*){2}", "(a?){2}", "(a*){2,}"), ("(a*)(a*)", "(a*){0,2}", "(a*){1,2}", "(a*)+")
for pattern in (*WRONG, *RIGHT):
    found = {text: takes(pattern, text) for text in ("", "a", "aa")}
    print(pattern.ljust(10), found)
    assert all(re.fullmatch(pattern, text) for text in found)
    assert found["a"] and found["aa"]
    assert found[""] is (pattern in RIGHT), f"{pattern} is judged otherwise now"
PYTHON
