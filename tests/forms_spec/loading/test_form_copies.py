"""A form under two names: what is made of it is what two forms written out would give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from forms_spec.findings.finding import Finding
from forms_spec.loader import load_study
from forms_spec.loading.study_builder import dictionary_hash
from generator.editor.dictionary_session import DictionarySession
from generator.editor.renaming import edited, rename, renamed_symbol
from generator.redcap.write_dictionary import write_redcap
from generator.tables.losses import losses
from generator.tables.schema import table_schema
from generator.targets.codebook_csv import write as codebook
from generator.workbook.convert import read_workbook
from generator.workbook.write_workbook import write_workbook
from tests.studies import study_of

STUDY = {
    "study.yaml": "study: T\ntitle: T\nsubject: {pattern: '\\d', example: '1'}\n",
    "visits.yaml": """
visits: {SCR: {title: Screening}, V: {title: Visit}}
schedule:
  columns:   SCR V
  pain:      X   X
  pain_left: X   X
""",
    "right.yaml": """
form: pain
title: Pain in the right knee
fields:
  score: {label: Pain now, type: integer, range: [0, 10], required: true}
  place: {label: 'Where, at {score}?', show_when: 'score > 0 or pain[previous].score > 0'}
  worst: {label: Worst, type: calculated, gives: integer, value: max(attacks.strength)}
groups:
  attacks:
    title: Attacks
    rows: {max: 5}
    show_when: pain.score > 3
    fields:
      strength: {label: Strength, type: integer, range: '[0, pain.score]'}
      cause: {label: Cause, type: choice, codes: {FALL: A fall, WALK: A walk}}
""",
    "left.yaml": """
form: pain_left
like: pain
title: Pain in the left knee
names: {attacks: attacks_left}
fields:
  score: Pain now on the left
  place: {required: score > 5}
groups:
  attacks: {fields: {cause: {label: Cause on the left}}}
""",
    "rules.yaml": """
rules:
  R1:
    message: Less on the left.
    severity: query
    assert: pain_left.score <= pain.score
""",
}


def written_out() -> Mapping[str, str]:
    """The study with the copy written out by hand."""
    left = STUDY["right.yaml"]
    for old, new in (
        ("form: pain\n", "form: pain_left\n"),
        ("right knee", "left knee"),
        ("Pain now", "Pain now on the left"),
        ("pain[", "pain_left["),
        ("pain.", "pain_left."),
        ("attacks", "attacks_left"),
        ("{label: 'Where", "{required: score > 5, label: 'Where"),
        ("label: Cause", "label: Cause on the left"),
    ):
        left = left.replace(old, new)

    return {**STUDY, "left.yaml": left}


def changed(file: str, change: tuple[str, str]) -> dict[str, str]:
    text = STUDY[file]
    assert change[0] in text
    return {**STUDY, file: text.replace(*change)}


def test_a_copy_is_what_the_form_written_out_is() -> None:
    copied, by_hand = study_of(STUDY), study_of(written_out())
    assert list(copied.tables) == list(by_hand.tables)
    for name, table in copied.tables.items():
        assert table_schema(copied, table) == table_schema(
            by_hand, by_hand.tables[name]
        )

    assert losses(copied) == losses(by_hand)
    assert codebook(copied) == codebook(by_hand)
    redcap, redcap_by_hand = write_redcap(STUDY, {}), write_redcap(written_out(), {})
    assert redcap.content is not None
    assert redcap.content == redcap_by_hand.content
    assert redcap.losses == redcap_by_hand.losses


def test_a_workbook_brings_it_back() -> None:
    read = read_workbook("study.xlsx", write_workbook(STUDY))
    assert dictionary_hash(read.files) == dictionary_hash(STUDY)


@pytest.mark.parametrize(
    ("file", "change", "code", "where", "marked"),
    [
        ("right.yaml", ("max(attacks.str", "max(attacks.st"), "rule-", "", "attacks.s"),
        ("right.yaml", ("pain[previous].s", "pain[V9].s"), "rule-", "", "pain[V9].s"),
        ("left.yaml", ("score > 5", "scor > 5"), "rule-", "", "scor"),
        ("left.yaml", ("score: P", "scor: P"), "copy-not-there", "", "scor"),
        ("left.yaml", ("{attacks: a", "{attack: a"), "copy-not-there", "", "attack"),
        ("left.yaml", ("attacks_left", "attacks"), "duplicate-name", "", "attacks"),
        ("left.yaml", ("like: pain", "like: pian"), "unknown-form", "", "pian"),
        ("left.yaml", ("like: pain", "like: pain_left"), "copy-of-", "", "pain_left"),
        (
            "left.yaml",
            ("title: Pain in", "help: Pain in"),
            "missing-key",
            "",
            "form: p",
        ),
        # Only the copy is wrong, by what it says otherwise; its text is the template's.
        (
            "left.yaml",
            ("{required: score > 5}", "{show_when: 'pain_left[previous].scor > 0'}"),
            *("rule-", "", "pain_left[previous].s"),
        ),
        (
            "left.yaml",
            ("score: Pain now on the left", "score: {type: date, range: null}"),
            *("rule-", "right.yaml", "pain[previous].score > 0"),
        ),
    ],
)
def test_a_fault_is_said_once_where_it_is_made(
    file: str, change: tuple[str, str], code: str, where: str, marked: str
) -> None:
    files = changed(file, change)
    found = load_study(files).findings
    texts = [text_at(files, fault) for fault in found if fault.code.startswith(code)]
    places = [place for place, text in texts if text.startswith(marked)]
    assert places == [where or file], texts


def text_at(files: Mapping[str, str], fault: Finding) -> tuple[str, str]:
    """The file of a finding, and its text from there on."""
    place = fault.text
    assert place is not None
    line = files[place.file].split("\n")[place.line - 1]
    return place.file, line[place.column - 1 :]


@pytest.mark.parametrize("line", ["form: pain\n", "  attacks:\n"])
def test_what_follows_from_a_broken_template_is_not_said(line: str) -> None:
    files = changed("right.yaml", (line, line.replace(":", "")))
    assert [fault.code for fault in load_study(files).findings] == ["colon-missing"]


@pytest.mark.parametrize("like", ["like: pian", "like: [pain]", "like: pain_left"])
def test_a_copy_of_nothing_says_nothing_of_its_fields(like: str) -> None:
    found = load_study(changed("left.yaml", ("like: pain", like))).findings
    assert [
        fault.text.line for fault in found if str(fault.text).startswith("left")
    ] == [3]


def test_the_editor_sees_one_text(tmp_path: Path) -> None:
    for name, text in STUDY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    session = DictionarySession(tmp_path)
    analysis = session.analysis()
    line = (
        STUDY["rules.yaml"]
        .split("\n")
        .index("    assert: pain_left.score <= pain.score")
    )
    occurrence = analysis.occurrences.at("rules.yaml", line + 1, 24)
    symbol = renamed_symbol(analysis, occurrence)
    [definition] = analysis.occurrences.definitions(symbol)
    assert (definition.place.file, definition.place.line) == ("right.yaml", 5)
    edits = rename(analysis, symbol, "nrs", session.analysis_of)
    after = edited(analysis, edits)
    assert after == {name: text.replace("score", "nrs") for name, text in STUDY.items()}
