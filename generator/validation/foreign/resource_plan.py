"""How a resource of somebody else's package is read here, or why it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.heavy_libraries import frictionless
from generator.package.csv_records import holds
from generator.validation.table_plan import TablePlan

_CONTROL = {
    "quote_char": '"',
    "double_quote": True,
    "escape_char": None,
    "skip_initial_space": False,
}
"""The only way to quote cells that the engines read."""
_WRITING = ("name", "path", "scheme", "format", "encoding", "dialect")
_UTF_8 = {"utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii"}
_PIECE = 1 << 20
_OTHER_DIALECT = "its dialect is different"
_STATED = ("hash", "bytes")


def resource_plan(resource: Any, *, strict: bool) -> TablePlan | str:
    """The plan, or why Frictionless has to read the table itself.

    Raises what Frictionless raises for a resource that is described wrongly.
    """
    schema = resource.schema
    if why := _unlike_ours(resource):
        return why

    file = Path(resource.basepath, resource.path)
    delimiter = ","
    if file.is_file():
        if not strict and has_single_returns(file):
            return "it has carriage returns without line feeds"

        delimiter = _delimiter(resource)
        # A longer text is the reason why there is none.
        if len(delimiter) != 1:
            return delimiter

    stated = {name: getattr(resource, name) for name in _STATED}
    given = {name: value for name, value in stated.items() if value}

    return TablePlan(
        name=resource.name,
        path=Path(resource.path).as_posix(),
        columns=tuple(field.name for field in schema.fields),
        schema=schema.to_descriptor(),
        table=None,
        delimiter=delimiter,
        read=schema,
        stated=given,
    )


def is_single_file(resource: Any) -> bool:
    """Whether the table is one file, beside the descriptor and not packed."""
    if resource.path is None or resource.remote:
        return False

    return not resource.extrapaths and not resource.compression


def _unlike_ours(resource: Any) -> str | None:
    is_csv = resource.tabular is True and resource.format in ("csv", "tsv")
    if not is_csv:
        return "it is not a CSV table"
    if not is_single_file(resource):
        return "it is not a single file of the package"

    schema = resource.schema
    if schema is None or not schema.fields:
        return "it has no schema"

    # Frictionless compares these, and the engines here do not.
    if resource.rows or resource.fields:
        return "its description says how many rows and fields there are"
    if schema.has_defined("fields_match"):
        return "its schema says how columns are matched"

    return None


def has_single_returns(file: Path) -> bool:
    """True where carriage returns may end lines; Frictionless then parts what the
    engines read as one.
    """
    if not holds(file, b"\r"):
        return False

    ends_in_return = False
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            begins_with_feed = piece.startswith(b"\n")
            if ends_in_return and not begins_with_feed:
                return True

            # The line feed of the last return may be in the next piece.
            ends_in_return = piece.endswith(b"\r")
            returns = piece.count(b"\r") - ends_in_return
            if returns != piece.count(b"\r\n"):
                return True

    return ends_in_return


def _delimiter(resource: Any) -> str:
    """The character between cells, or why the file is not read here."""
    written = resource.to_descriptor()
    described = {"type": "table"}
    for name in _WRITING:
        if name in written:
            described[name] = written[name]

    # Else Frictionless would try every type on every column.
    any_type = frictionless.Detector(field_type="any")

    try:
        with frictionless.resources.TableResource.from_descriptor(
            described, basepath=resource.basepath, detector=any_type
        ) as opened:
            dialect, encoding = opened.dialect, str(opened.encoding).lower()
            control = frictionless.formats.CsvControl.from_dialect(dialect)
    except frictionless.FrictionlessException as error:
        return str(error.error.note)

    if encoding not in _UTF_8:
        return f"its encoding is {encoding}"
    if not _has_usual_header(dialect) or not _quotes_as_usual(control):
        return _OTHER_DIALECT

    delimiter = str(control.delimiter)
    if len(delimiter) != 1 or not delimiter.isascii():
        return _OTHER_DIALECT

    return delimiter


def _has_usual_header(dialect: Any) -> bool:
    """One header line, names as they are written, and no line that is passed over."""
    if not dialect.header or not dialect.header_case:
        return False
    if dialect.header_rows != [1]:
        return False

    passed_over = (
        dialect.comment_rows,
        dialect.comment_char,
        dialect.skip_blank_rows,
    )

    return not any(passed_over)


def _quotes_as_usual(control: Any) -> bool:
    if control.null_sequence:
        return False

    return all(getattr(control, name) == usual for name, usual in _CONTROL.items())
