"""Every way in which a data dictionary is found written: read, or answered with its row
and column.
"""

from __future__ import annotations

import pytest

from forms_spec.findings.finding import Severity
from generator.redcap.convert import convert_redcap
from generator.redcap.reading.columns import HEADERS
from generator.redcap.reading.dictionary_rows import Dictionary, read_dictionary

API = "field_name,form_name,field_type,field_label,select_choices_or_calculations"
UI = ",".join(f'"{header}"' for header in HEADERS.values())


def read(text: str, encoding: str = "utf-8") -> Dictionary:
    return read_dictionary("d.csv", text.encode(encoding))


def names(found: Dictionary) -> list[str]:
    return [item.name for item in found.items]


def codes(found: Dictionary) -> list[tuple[str, int, int]]:
    return [
        (one.code, one.text.line, one.text.column)
        for one in found.findings
        if one.text is not None
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_line_ends_and_encodings(end: str, encoding: str) -> None:
    found = read(
        end.join([API, 'id,base,text,Größe,""', "x,base,text,X,", ""]), encoding
    )
    assert names(found) == ["id", "x"]
    assert found.items[0].label == "Größe"
    assert found.findings == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_delimiters(delimiter: str) -> None:
    text = f"{API}\nid,base,text,Label,\n".replace(",", delimiter)
    assert names(read(text)) == ["id"]


@pytest.mark.parametrize(
    ("above", "titles"), [("sep=,\n", []), ("My study,,,,\n,,,,\n", ["title"])]
)
def test_lines_above_the_headers(above: str, titles: list[str]) -> None:
    found = read(f"{above}{API}\nid,base,text,Label,\n")
    assert names(found) == ["id"]
    assert [one.kind for one in found.losses] == titles
    assert found.items[0].row == above.count("\n") + 2


def test_windows_1252_is_read_and_said() -> None:
    found = read(f"{API}\nid,base,text,5 \xb5g \x95,\n", "latin-1")
    assert found.items[0].label == "5 µg •"
    assert codes(found) == [("redcap-encoding", 2, 1)]


@pytest.mark.parametrize(
    "header",
    [
        UI,
        UI.replace(' (Show field only if...)"', ' (Show field only if)"'),
        UI.replace("Text Validation Min", "min").replace("Text Validation Max", "max"),
        UI.replace("Variable / Field Name", "Variable/Field Name"),
        UI.replace(',"Field Annotation"', ""),
        f"tags,{UI}",
        f"{UI},concept",
    ],
)
def test_headers_of_all_versions(header: str) -> None:
    first = "0," if header.startswith("tags") else ""
    row = f"{first}x,base,,text,Label,,,number,1,9,,[y] = '1',y"
    found = read(f"{header}\n{row}\n")
    item = found.items[0]
    assert (item.name, item.form, item.minimum, item.branching, item.required) == (
        "x", "base", "1", "[y] = '1'", "y",
    )  # fmt: skip


def test_rows_that_are_blank_ragged_or_without_a_name() -> None:
    found = read(
        f"{API}\nid,base,text,A,\n,,,,\n\n,base,text,lost,\nx,base,text\ny,base,text,Y,,more,\n"
    )
    assert names(found) == ["id", "x", "y"]
    assert codes(found) == [
        ("redcap-ragged", 6, 1),
        ("redcap-ragged", 7, 1),
        ("redcap-no-name", 5, 1),
    ]
    assert [one.kind for one in found.losses] == [
        "blank-rows",
        "row-without-name",
        "extra-column",
    ]


def test_na_of_r_is_an_empty_cell() -> None:
    found = read(
        f"{API},branching_logic,required_field\nid,base,text,NA,NA,NA,NA\nx,base,text,X,NA,NA,y\n"
    )
    assert [item.branching for item in found.items] == ["", ""]
    assert [item.required for item in found.items] == ["", "y"]


def test_a_name_that_stands_twice_gets_a_number() -> None:
    found = read(f"{API}\nid,base,text,A,\nx,base,text,X,\nx,base,text,X again,\n")
    assert names(found) == ["id", "x", "x_2"]
    assert codes(found) == [("redcap-name-twice", 4, 1)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "redcap-empty"),
        ("\n\n", "redcap-empty"),
        ("a,b\n1,2\n", "redcap-no-header"),
        (f"{API}\n", "redcap-empty"),
    ],
)
def test_what_is_no_dictionary_is_refused(text: str, code: str) -> None:
    found = convert_redcap("d.csv", text.encode())
    assert [one.code for one in found.findings] == [code]
    assert found.findings[0].severity is Severity.ERROR
    assert not found.files


def test_a_quote_that_is_not_closed_is_said() -> None:
    found = read(f'{API}\nid,base,text,A,\nx,base,text,"open,\ny,base,text,Y,\n')
    assert ("redcap-quotes", 3, 1) in codes(found)
    assert names(found) == ["id", "x"]
