#!/usr/bin/env bash
# lxml 6.1.3 (libxml2): in a pattern of XML Schema a range that begins with an escaped hyphen is no range.
#
# Guess:    [\--0] is the range from - to 0, so that it takes - . / and 0 (XML Schema Part 2, appendix F: seRange may
#           begin with a SingleCharEsc). xmlschema 4.3.2 reads it so, as do RE2, Rust, ECMAScript and Python.
# Seen:     libxml2 compiles the schema without a word, takes - and 0, and refuses . and / between them.
# It hurts: whoever generates patterns from classes of characters: right values are refused by one validator alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check lxml==6.1.3 xmlschema==4.3.2 elementpath==5.1.4
cd "$folder"
venv/bin/python - <<'PYTHON'
import xmlschema
from lxml import etree

schema = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="x"><xs:simpleType>
<xs:restriction base="xs:string"><xs:pattern value="[\\--0]"/></xs:restriction></xs:simpleType></xs:element></xs:schema>"""
libxml2 = etree.XMLSchema(etree.fromstring(schema))
other = xmlschema.XMLSchema(schema)
seen = {}
for text in "-./01":
    element = etree.Element("x")
    element.text = text
    seen[text] = (libxml2.validate(element), other.is_valid(f"<x>{text}</x>"))
    print(repr(text), "libxml2", seen[text][0], "xmlschema", seen[text][1])
print("lxml", etree.__version__, "libxml2", etree.LIBXML_VERSION, "xmlschema", xmlschema.__version__)

assert seen["-"] == seen["0"] == (True, True)
assert seen["."] == seen["/"] == (False, True), "libxml2 reads the range now"
assert seen["1"] == (False, False)
PYTHON
