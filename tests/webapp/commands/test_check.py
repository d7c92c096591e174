"""``crfsmith check``: all findings at once, each with its line; never a traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forms_spec.dictionaries import dictionary
from tests.soak import examples
from webapp.commands import main

WRONG = (
    "form: x\ntitle: X\nfields:\n  a: {label: A, typ: integer}\n  日本: {label: B}\n"
)
WARNED = "codelists:\n  LEVEL: {L3: L3-L4}\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(
        main, ["check", *map(str, arguments)], catch_exceptions=False
    )


def test_a_clean_dictionary_ends_with_0_and_its_size(tmp_path: Path) -> None:
    result = check(write(tmp_path, dictionary()))
    assert (result.exit_code, result.output) == (
        0,
        "T1: 4 fields, 1 form, 2 visits. No findings\n",
    )


def test_every_finding_is_shown_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    result = check(write(tmp_path, dictionary(WRONG)))
    assert result.exit_code == 1
    assert result.output.startswith(
        '1.yaml:4:17: error There is no key "typ" here [unknown-key]\n'
        "      a: {label: A, typ: integer}\n"
        "                    ^^^\n"
        '    -> Did you mean "type"? docs/dictionary.md lists the keys\n\n'
        '1.yaml:5:3: error "日本" is not a valid name for a field [bad-name]\n'
        "      日本: {label: B}\n"
        "      ^^^^\n"
    )
    assert result.output.endswith("\n2 errors in 5 files\n")


SHARED = dictionary(
    "form: y\ntitle: Y\nfields:\n  limb: {label: Limb, type: choice, codes: LIMB}\n",
    "rules:\n  R1: {message: M, severity: query, assert: y.limb <> 'L'}\n",
    "codelists:\n  LIMBS: {L: Left, R: Right}\n",
)


def test_a_cause_comes_first_with_what_follows_from_it(tmp_path: Path) -> None:
    """The codelist is called LIMBS where it is defined and LIMB where it is used."""
    result = check(write(tmp_path, SHARED))
    lines = result.output.splitlines()
    assert lines[0].endswith('There is no codelist "LIMB" [unknown-codelist]')

    assert "    1 other finding follows from this. Put it right first:" in lines
    below = [line.strip() for line in lines if line.startswith("      ")]
    assert '3.yaml:2:3: No field uses the codelist "LIMBS" [unused-codelist]' in below

    as_data = json.loads(check(tmp_path, "--format", "json").output)
    assert all(finding["code"] in result.output for finding in as_data["findings"])


def test_a_form_that_is_there_twice_is_one_finding(tmp_path: Path) -> None:
    form = "form: y\ntitle: Y\nfields:\n  a: {label: A}\n"
    result = check(write(tmp_path, dictionary(form, form)))
    assert result.output.count("error") - result.output.count("errors") == 2
    assert "field-label-twice" not in result.output


def test_json_has_the_same_findings(tmp_path: Path) -> None:
    result = check(write(tmp_path, dictionary(WRONG)), "--format", "json")
    said = json.loads(result.output)
    assert result.exit_code == 1
    assert (said["valid"], said["study"], said["counts"]) == (False, None, {})
    assert [
        (one["code"], one["file"], one["line"], one["column"])
        for one in said["findings"]
    ] == [
        ("unknown-key", "1.yaml", 4, 17),
        ("bad-name", "1.yaml", 5, 3),
    ]
    assert set(said["findings"][0]) == {
        *("code", "severity", "file", "line", "column", "end_line", "end_column"),
        *("value", "message", "remedy", "related"),
    }


def test_json_of_a_clean_dictionary_names_it(tmp_path: Path) -> None:
    said = json.loads(check(write(tmp_path, dictionary()), "--format", "json").output)
    assert (said["valid"], said["study"], said["findings"]) == (True, "T1", [])
    assert said["counts"] == {"fields": 4, "forms": 1, "visits": 2, "rules": 0}
    assert len(said["hash"]) == 64


def test_warnings_fail_only_a_strict_check(tmp_path: Path) -> None:
    folder = write(tmp_path, dictionary(WARNED))
    result = check(folder)
    assert result.exit_code == 0
    assert "1.yaml:2:3: warning No field uses" in result.output
    assert result.output.endswith("T1: 4 fields, 1 form, 2 visits. 1 warning\n")
    assert check(folder, "--strict").exit_code == 1


@pytest.mark.parametrize("format_", ["text", "json"])
def test_what_is_no_dictionary_ends_with_2(tmp_path: Path, format_: str) -> None:
    result = check(tmp_path / "nothing", "--format", format_)
    assert result.exit_code == 2
    assert "There is no folder" in result.output


def test_bytes_that_are_no_text_are_a_finding_and_the_rest_is_checked(
    tmp_path: Path,
) -> None:
    write(tmp_path, dictionary(WRONG))
    (tmp_path / "latin.yaml").write_bytes("form: y\ntitle: Fièvre\n".encode("latin-1"))
    result = check(tmp_path)
    assert result.exit_code == 1
    assert "latin.yaml:2:10: error The file is not UTF-8" in result.output
    assert "unknown-key" in result.output


def test_tabulators_and_long_lines_keep_the_caret_under_its_word(
    tmp_path: Path,
) -> None:
    long = f"form: x\ntitle: X\nfields:\n  a: {{label: {'A' * 300},\ttyp: integer}}\n"
    lines = check(write(tmp_path, dictionary(long))).output.splitlines()
    at = next(n for n, line in enumerate(lines) if "typ:" in line)
    assert lines[at].startswith("    …AAA")
    assert lines[at].index("typ") == lines[at + 1].index("^^^")


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    evil = (
        "form: x\ntitle: X\nfields:\n  \"a\\e[31m\": {label: A}\n  ? 'b\u202ec'\n  : "
        "{label: B}\n"
    )
    output = check(write(tmp_path, dictionary(evil))).output
    assert "\x1b" not in output
    assert "\u202e" not in output


PIECES = st.sampled_from(
    [
        "null",
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "'",
        '"',
        " #",
        "&a ",
        "*a ",
        "<<: *a",
        "\t",
        "\x00",
        "€",
        "|",
        ">",
        "!!int ",
    ]
)
FORM = """form: x
title: Example
missing: [ND]
fields:
  t: {label: T, type: decimal, unit: {C: {}, F: {to: C, as: value * 2}}, range: {C: [3, 4], F: [9, 99]}}
groups:
  g:
    title: Group
    show_when: t > 5
    layout: grid
    defaults: {type: choice, codes: SIDE, required: t is known}
    fields: {a: First, b: Second}
  r:
    rows: {fixed: [lev, s]}
    fields:
      lev: {label: Level, type: choice, codes: [L3, L4]}
      s: {label: Side, type: choice, codes: SIDE}
      n: {label: N, type: calculated, value: 'round(t * 2, 1)', range: '(0, 100]'}
---
rules:
  C1: {message: Small, assert: x.t < 10, severity: query, on: [x.t]}
"""


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, str]:
    """The small study after a few slips of the pen."""
    files = dictionary(FORM)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(files)))
        files[name] = _slip(draw, files[name])
    return files


def _slip(draw: st.DrawFn, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    lines = text.split("\n")
    line = draw(st.integers(0, len(lines) - 1))
    match draw(
        st.sampled_from(
            ["insert", "delete line", "delete", "swap", "indent", "character"]
        )
    ):
        case "insert":
            return text[:at] + draw(PIECES) + text[at:]
        case "delete line":
            return "\n".join(lines[:line] + lines[line + 1 :])
        case "delete":
            return text[:at] + text[at + draw(st.integers(1, 20)) :]
        case "swap":
            return (
                text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
            )
        case "indent":
            return "\n".join([*lines[:line], f"  {lines[line]}", *lines[line + 1 :]])
        case _:
            return text[:at] + draw(st.characters()) + text[at:]


@settings(max_examples=examples(20, 60), deadline=None)
@given(damaged(), st.sampled_from(["text", "json"]))
def test_a_damaged_dictionary_gives_findings_and_never_a_traceback(
    files: dict[str, str], format_: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = check(write(Path(folder), files), "--format", format_)
    assert result.exit_code in (0, 1)
    assert (result.exit_code == 0) == (
        " error" not in result.output
        if format_ == "text"
        else '"valid": true' in result.output
    )


def test_the_folder_around_a_dictionary_gives_one_error_that_says_what_to_type(
    tmp_path: Path,
) -> None:
    frame = {name.removeprefix("frame/"): text for name, text in dictionary().items()}
    write(
        tmp_path / "mine",
        {**frame, "subjects/01-001.yaml": "subject: 01-001\nvisits: {}\n"},
    )
    result = check(tmp_path)
    assert (result.exit_code, len(result.output.splitlines())) == (2, 1)
    assert f"There is one in {tmp_path / 'mine'}: give that folder" in result.output
    assert check(tmp_path / "mine").exit_code == 0
