"""Piped answers: what each becomes in a text of ours, what stays as it is written, and
the way back.
"""

from __future__ import annotations

import pytest

from generator.redcap.convert import convert_redcap
from generator.redcap.reading.dictionary_rows import read_dictionary
from generator.redcap.reading.events import EventFiles
from generator.redcap.write_dictionary import write_redcap
from tests.generator.redcap.dictionaries import converted, dictionary, kinds, study_of

ROWS = (
    {"name": "sex", "type": "radio", "choices": "1, Woman | 2, Man"},
    {"name": "race", "type": "checkbox", "choices": "1, White | 2, Black"},
    {"name": "paper", "type": "file"},
)
EVENTS = EventFiles(
    events=("e", b"event_name,unique_event_name\nStart,start_arm_1\nEnd,end_arm_1\n")
)


@pytest.mark.parametrize(
    ("label", "said", "lost"),
    [
        ("Is this [sex] well?", "Is this {sex} well?", []),
        ("[sex:label], [sex:value]", "{sex}, {sex:code}", []),
        ("[record-name] or [record_id]", "{subjid} or {subjid}", []),
        ("[start_arm_1][sex]", "{base[start_arm_1].sex}", []),
        ("of [race]", "of {race}", []),
        ("[mmHg] and [1] or [see below]", "[mmHg] and [1] or [see below]", []),
        ("{sex} is embedded", "{{sex}} is embedded", ["piping"]),
        ("set {a} of ${b}", "set {{a}} of ${b}", []),
        ("[race(1)]", "[race(1)]", ["piping"]),
        ("[paper]", "[paper]", ["piping"]),
        ("[user-name]", "[user-name]", ["piping"]),
        ("[sex:checked]", "[sex:checked]", ["piping"]),
        ("[nowhere_arm_1][sex]", "[nowhere_arm_1][sex]", ["piping"]),
    ],
)
def test_a_piped_answer(label: str, said: str, lost: list[str]) -> None:
    found = converted(*ROWS, {"name": "x", "label": label}, events=EVENTS)
    assert kinds(found) == lost
    text = next(text for name, text in found.files.items() if name.startswith("forms/"))
    assert f"label: {said}" in text or f"label: '{said}'" in text
    study_of(found)


def test_notes_and_headers_pipe_too() -> None:
    found = converted(
        *ROWS, {"name": "x", "note": "as a [sex]", "section": "Of the [sex]"}
    )
    form = study_of(found).forms["base"]
    assert form.by_name["x"].wordings.keys() == {"help"}
    assert [group.wordings.keys() for group in form.groups] == [set(), {"title"}]
    assert form.groups[1].title == "Of the [sex]"


@pytest.mark.parametrize(
    "label",
    [
        "Is this [sex] well?",
        "[sex:value] at [end_arm_1][sex]",
        "[mmHg]",
        "no [user-name]",
        "{sex}",
    ],
)
def test_the_way_back_without_the_old_file_says_the_same(label: str) -> None:
    before = dictionary(
        *ROWS, {"name": "x", "label": label, "note": label, "section": label}
    )
    written = write_redcap(convert_redcap("d.csv", before, EVENTS).files, {})
    (x,) = (
        item
        for item in read_dictionary("d.csv", written.content or b"").items
        if item.name == "x"
    )
    assert (x.label, x.note, x.section) == (label, label, label)
