"""What REDCap says of a project as a whole: in its XML file, or in the answer of its
API.
"""

from __future__ import annotations

import csv
import io
import json

from generator.heavy_libraries import lxml

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
    if text.startswith("<"):
        codes = _of_xml(content)
    elif text.startswith(("{", "[")):
        codes = _of_json(text)
    else:
        codes = _of_csv(text)

    if codes is None:
        raise NoProject(
            "it does not say which missing data codes the project has, or that "
            "it has none"
        )

    # The end of a line may also be written out, as a backslash and an n.
    for line_end in ("\\n", "\r\n", "\n"):
        codes = codes.replace(line_end, "|")

    return codes


def _of_xml(content: bytes) -> str | None:
    # A file from elsewhere must not make the parser read other files, or any network.
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        root = lxml.etree.fromstring(content.strip(), parser)
    except lxml.etree.XMLSyntaxError as error:
        raise NoProject(f"it is not XML: {error.msg}") from error

    for node in root.iter(_XML, _API):
        return node.text or ""

    return None


def _of_json(text: str) -> str | None:
    try:
        project = json.loads(text)
    except ValueError as error:
        raise NoProject(f"it is not JSON: {error}") from error

    if isinstance(project, list) and project:
        project = project[0]
    if not isinstance(project, dict):
        return None

    codes = project.get(_API)
    if not isinstance(codes, str):
        return None

    return codes


def _of_csv(text: str) -> str | None:
    for row in csv.DictReader(io.StringIO(text, newline="")):
        if _API in row:
            return row[_API] or ""

    return None
