"""The agreement law for proposals: what is offered is what a calculated field of the same
expression holds, which page, browser, columns and package work out alike. And what is
taken is stored as it was offered, without a fault.
"""

from __future__ import annotations

from datetime import date
from random import Random

from werkzeug.datastructures import MultiDict

from forms_spec.evaluation import judge
from forms_spec.evaluation.proposals import proposals
from forms_spec.model.captured_data import (
    CellKey,
    Context,
    FormKey,
    InMemoryCasebook,
    Record,
)
from forms_spec.model.study import Study
from generator.pages import read_post
from tests.parity.rule_study import POOL
from tests.soak import SEED, examples
from tests.studies import study_of

TODAY = date(2024, 3, 1)
SOURCES = """
  n: {label: Number, type: integer}
  x: {label: Decimal, type: decimal, places: 9}
  c: {label: Choice, type: choice, codes: LETTERS}
  d: {label: Date, type: date}
  e: {label: Date, type: date}
"""
ASKED = {
    "one": ("integer", "", "dm.n"),
    "two": ("decimal", ", places: 2", "dm.n * 2.5"),
    "three": ("decimal", ", places: 9", "coalesce(dm.x, vs[previous].x)"),
    "four": ("integer", "", "round(dm[S].x, 0)"),
    "six": ("choice", ", codes: LETTERS", "vs[previous].c"),
    "seven": (
        "choice",
        ", codes: LETTERS",
        "case when dm.n > 1 then 'A' else dm.c end",
    ),
    "eight": ("integer", "", "$limit + days_between(dm.d, dm.e)"),
}
"""The type of an answer, its other keys, and the expression that proposes it."""


def _study() -> Study:
    asked = "".join(
        f'  {name}: {{label: A, type: {kind}{keys}, propose: "{expression}"}}\n'
        f"  {name}_c: {{label: B, type: calculated, gives: {kind}{keys}, "
        f'value: "{expression}"}}\n'
        for name, (kind, keys, expression) in ASKED.items()
    )
    return study_of(
        {
            "study.yaml": "study: P\ntitle: Proposals\nsites: {'01': Ghent}\n"
            "subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}\n"
            "parameters: {limit: 40}\n",
            "codelists.yaml": "codelists:\n  LETTERS: [A, B, C, É]\n",
            "visits.yaml": "visits: {S: {title: S}, V: {title: V}}\nschedule:\n"
            "  columns: S V\n  dm: X .\n  vs: X X\n",
            "dm.yaml": f"form: dm\ntitle: Demographics\nfields:{SOURCES}",
            "vs.yaml": f"form: vs\ntitle: Visit\nfields:{SOURCES}{asked}",
        }
    )


def _answers(random: Random) -> Record:
    pools = {"n": POOL["n"], "x": POOL["x"], "c": POOL["c"]}
    days = {"d": POOL["d"], "e": POOL["d"]}
    texts = {
        name: random.choice(pool)
        for name, pool in {**pools, **days}.items()
        if random.random() < 0.8
    }
    return Record(texts=texts)


def test_what_is_proposed_is_what_would_be_calculated() -> None:
    study, random = _study(), Random(SEED)
    form = study.forms["vs"]
    offered_at_all: set[str] = set()

    for _ in range(examples(60, 3000)):
        earlier = {
            FormKey("dm", "S", 0): _answers(random),
            FormKey("vs", "S", 0): _answers(random),
        }
        context = Context(
            today=TODAY,
            subject="01-001",
            visit="V",
            casebook=InMemoryCasebook(earlier),
        )
        cells = judge(study, form, Record(), context).cells
        offered = proposals(study, form, context)
        for name in ASKED:
            proposal = offered.get(CellKey("vs", None, name))
            calculated = cells[CellKey("vs", None, f"{name}_c")].text
            # A calculated number is rounded to its places, which no proposal is.
            assert (proposal.text if proposal else "") == calculated, (name, earlier)

        offered_at_all |= {cell.field for cell in offered}
        _taken(
            study, {cell.field: item.text for cell, item in offered.items()}, context
        )

    assert offered_at_all == ASKED.keys()


def _taken(study: Study, texts: dict[str, str], context: Context) -> None:
    """Posts what was offered, as the page does where somebody takes it."""
    form = study.forms["vs"]
    posted = MultiDict({f"f-{name}": text for name, text in texts.items()})
    posted["on"] = " ".join(texts)
    record = read_post(study, form, posted, stored=Record(), today=TODAY).record
    assert {name: record.texts[name] for name in texts} == texts

    findings = judge(study, form, record, context).findings
    about = {found.data.field for found in findings if found.data is not None}
    assert not about & texts.keys()
