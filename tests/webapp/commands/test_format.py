"""``crfsmith format``: the layout changes, and nothing that the files say."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_spec import load_study
from forms_spec.findings.catalogue import CATALOGUE
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.formatter import EntryLayout, formatted
from tests.forms_spec.dictionaries import dictionary
from webapp.commands import main

ROOT = Path(__file__).parents[3] / "data_dictionary" / "cellkine"
UNTIDY = """\
form:  x
title: Example
fields:
      a:   { label: A,type: integer ,  range: [ 1,2 ] }   # first note

      # about b
      b:
         label: >-
           A long text,
           on two lines
         type: text\x20\x20
         missing:
         - ND
         - UNK
"""
TIDY = """\
form:  x
title: Example
fields:
  a:   {label: A, type: integer, range: [1, 2]}   # first note

  # about b
  b:
    label: >-
      A long text,
      on two lines
    type: text
    missing:
      - ND
      - UNK
"""
ON_MANY_LINES = """\
form: x
title: Example
fields:
  a: # note
    label: 'A: the first'
    type: integer
    range: [1, 9]
  b:
    label: B, the second
    type: text
"""
ON_ONE_LINE = """\
form: x
title: Example
fields:
  a: # note
    label: 'A: the first'
    type: integer
    range: [1, 9]
  b: {label: 'B, the second', type: text}
"""


def run(*arguments: str | Path) -> Result:
    texts = [str(argument) for argument in arguments]
    return CliRunner().invoke(main, ["format", *texts], catch_exceptions=False)


def written(folder: Path, form: str) -> Path:
    for name, text in dictionary(form).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "1.yaml"


def test_spaces_and_indentation_become_even(tmp_path: Path) -> None:
    form = written(tmp_path, UNTIDY)
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "1.yaml changed\n" in result.output
    assert form.read_text() == TIDY


def test_entries_go_to_one_line_where_no_comment_would_be_lost(tmp_path: Path) -> None:
    form = written(tmp_path, ON_MANY_LINES)
    run(tmp_path, "--layout", "line")
    assert form.read_text() == ON_ONE_LINE
    run(tmp_path, "--layout", "block")
    assert form.read_text() == ON_MANY_LINES.replace(
        "label: B, the second", "label: 'B, the second'"
    )


def test_check_changes_nothing_and_fails(tmp_path: Path) -> None:
    form = written(tmp_path, UNTIDY)
    result = run(tmp_path, "--check")
    assert result.exit_code == 1
    assert "1.yaml would change\n" in result.output
    assert form.read_text() == UNTIDY

    run(tmp_path)
    assert run(tmp_path, "--check").exit_code == 0


def test_a_file_with_a_fault_is_left_alone(tmp_path: Path) -> None:
    broken = UNTIDY + "   c: {label: C\n"
    form = written(tmp_path, broken)
    assert run(tmp_path).exit_code == 0
    assert form.read_text() == broken


def test_no_folder_is_said_in_words(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing")
    assert result.exit_code == 2
    assert "There is no folder" in result.output


@pytest.mark.parametrize("layout", EntryLayout)
def test_every_file_says_the_same_and_formatting_it_again_changes_nothing(
    layout: EntryLayout,
) -> None:
    """Cellkine's files, and all examples of the catalogue."""
    texts = [path.read_text() for path in sorted(ROOT.rglob("*.yaml"))]
    texts += [
        part for entry in CATALOGUE.values() for part in entry.example.split("---\n")
    ]
    for text in dict.fromkeys(texts):
        once = formatted(text, layout)
        assert read_document("f", once).data == read_document("f", text).data
        assert formatted(once, layout) == once


def test_a_study_is_as_clean_as_before_on_many_lines() -> None:
    files = {
        path.relative_to(ROOT).as_posix(): formatted(
            path.read_text(), EntryLayout.BLOCK
        )
        for path in sorted(ROOT.rglob("*.yaml"))
    }
    loaded = load_study(files)
    assert loaded.findings == ()
    assert loaded.study
    assert any(text != (ROOT / name).read_text() for name, text in files.items())
