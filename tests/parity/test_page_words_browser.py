"""The agreement law for texts: the answers in them, and which notes are shown, by the
server and the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product

import pytest

from forms_spec.evaluation.text_slots import page_words
from forms_spec.model.captured_data import Context, FormKey, Record, Row
from forms_spec.model.study import Study
from generator.browser.form_json import form_spec
from generator.browser.server_values import browser_env
from tests.parity.browser import Browser
from tests.parity.rule_engines import Shelf, record_json
from tests.studies import study_of

FILES = {
    "study.yaml": (
        "study: T\ntitle: T\nsubject: {pattern: '[0-9]+', example: '1'}\nmissing: "
        "{ND: Not done}\n"
    ),
    "visits.yaml": (
        "visits: {V: {title: V}, W: {title: W}}\nschedule: {columns: V W, d: X ., f: "
        "X X}\n"
    ),
    "d.yaml": """
form: d
title: D
fields:
  born: {label: Born, type: partial_date}
  sex: {label: Sex, type: choice, codes: {F: Woman, M: Man}}
""",
    "f.yaml": """
form: f
title: F
missing: all
fields:
  t: {label: "{t} {n} {q} {day} {tea} {at} {c} {c:code} {cs} {cs:code} {yes} {total}"}
  n: {label: "{subjid} {visitid} {d.born} {d[V].sex} {d[V].sex:code} {f[previous].n}", type: decimal}
  q: {label: "{{t}} {t", type: integer}
  day: {label: Day, type: date, help: "after {tea}"}
  tea: {label: Tea, type: time}
  at: {label: At, type: datetime}
  c: {label: C, type: choice, codes: {'1': One, '2': "2"}}
  cs: {label: Cs, type: multiple_choice, codes: {a: A, b: B}}
  yes: {label: Yes, type: checkbox}
  total: {label: Sum, type: calculated, value: n + q}
  note: {label: "Seen by {t}", type: note, show_when: n > 1}
groups:
  g:
    title: Group of {t}
    help: and {n}
    show_when: t is known
    fields:
      only: {label: Only, type: note}
  r:
    title: Rows
    rows: {max: 3}
    fields:
      x: {label: "{x} in {rowno} of {t}"}
      said: {label: "{x}!", type: note, show_when: x = 'a'}
""",
}
TEXTS = (
    {"t": "", "n": "", "q": "", "day": "", "tea": "", "at": "", "c": "", "cs": "", "yes": ""},
    {"t": "<i>&", "n": "2.50", "q": "-3", "day": "2024-02-29", "tea": "09:30", "at": "2024-02-29T09:30",
     "c": "1", "cs": "b;a", "yes": "true"},
    {"t": "ND", "n": "0.1", "q": "x", "day": "2024-02-30", "tea": "ND", "c": "3", "cs": "a", "yes": "false"},
)  # fmt: skip
ROWS = ((), (Row(number=2, texts={"x": "a"}), Row(number=3, texts={})))
PERSONS = ({}, {"born": "1980-05", "sex": "F"})


@cache
def study() -> Study:
    return study_of(FILES)


def cases() -> Iterator[tuple[str, Record, Shelf]]:
    for visit, texts, rows, person in product("VW", TEXTS, ROWS, PERSONS):
        others = {FormKey("d", "V", 0): Record(texts=person)} if person else {}
        if visit == "W":
            others[FormKey("f", "V", 0)] = Record(texts={"n": "7"})
        yield (
            visit,
            Record(texts={k: v for k, v in texts.items() if v}, rows={"r": rows}),
            Shelf(others),
        )


RUN = """
(spec, record, env) => {
  const verdict = crfsmith.judge(spec, record, env);
  const page = { ...env, cell: verdict.cell, rows: () => [] };
  const here = ({ table, inRows }) => (inRows ? record.rows[table] || [] : [{ number: null }]);
  const rows = (where) => here(where).map((one) => one.number);
  const words = spec.texts.flatMap((text) => rows(text).map((row) =>
    [text.table, row, text.name, text.key, text.slots.map((slot) => crfsmith.slotWords(slot, row, page))]));
  const holds = (rule, row) => crfsmith.evaluate(rule, [{ row }], page) === true;
  const shown = (note, row) => note.conditions.every((rule) => holds(rule, row));
  const hidden = spec.notes.flatMap((note) =>
    rows(note).filter((row) => !shown(note, row)).map((row) => [note.table, row, note.name]));
  return { words, hidden };
}
"""


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser("entry.js", "judge.js")


def test_the_page_says_the_answers_that_the_server_says(browser: Browser) -> None:
    form = study().forms["f"]
    spec = form_spec(study(), form)
    said = set()
    for visit, record, casebook in cases():
        context = Context(
            today=date(2024, 4, 15), subject="1", visit=visit, casebook=casebook
        )
        expected = page_words(study(), form, record, context)
        found = browser.run(
            RUN, spec, record_json(record), browser_env(study(), form, context)
        )
        assert {
            tuple(one[:4]): tuple(one[4]) for one in found["words"]
        } == expected.words
        assert {tuple(one) for one in found["hidden"]} == expected.hidden
        said |= {word for words in expected.words.values() for word in words}
    assert said >= {
        "______",
        "<i>&",
        "2.5",
        "29-Feb-2024",
        "UN-May-1980",
        "Woman",
        "F",
        "A, B",
        "Yes",
        "7",
    }
