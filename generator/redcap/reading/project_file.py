"""What REDCap says of a project as a whole: in its XML file, or in the answer of its
API.
"""

from __future__ import annotations

import csv
import io
import json

from lxml import etree

_API = "missing_data_codes"
_XML = "{https://projectredcap.org}MissingDataCodes"


class NoProject(Exception):
    """A file that says nothing of a project of REDCap; the message says why."""


def project_missing(content: bytes) -> str:
    """The codes that a project says it has: of its XML file, or of the API's project
    information.

    Raises ``NoProject``. A project without such codes gives the empty text.
    """
    text = content.decode("utf-8-sig", errors="replace").strip()
    read = (
        _of_xml
        if text.startswith("<")
        else _of_json
        if text.startswith(("{", "["))
        else _of_csv
    )
    codes = read(content, text)
    if codes is None:
        raise NoProject(
            "it does not say which missing data codes the project has, or that "
            "it has none"
        )

    return codes.replace("\\n", "|").replace("\r\n", "|").replace("\n", "|")


def _of_xml(content: bytes, _text: str) -> str | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content.strip(), parser)
    except etree.XMLSyntaxError as error:
        raise NoProject(f"it is no XML: {error.msg}") from error

    for node in root.iter(_XML, _API):
        return node.text or ""
    return None


def _of_json(_content: bytes, text: str) -> str | None:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise NoProject(f"it is no JSON: {error}") from error

    project = answer[0] if isinstance(answer, list) and answer else answer
    codes = project.get(_API) if isinstance(project, dict) else None

    return codes if isinstance(codes, str) else None


def _of_csv(_content: bytes, text: str) -> str | None:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return next((row[_API] or "" for row in rows if _API in row), None)
