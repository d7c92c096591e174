"""A small study whose fields start with something, are only read, are not shown, or
offer less.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

from flask import Flask

from forms_spec import load_study
from forms_spec.model.study import Study
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.storage import Database, Role, add_subject, add_user, open_database

TODAY = date(2024, 4, 18)
NOON = datetime(2024, 4, 18, 12, 0, 30, tzinfo=UTC)
FILES = {
    "study.yaml": """
study: ASK-01
title: How a page asks
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
sites: {'01': Ghent}
""",
    "visits.yaml": "visits: {V: {title: Visit}}\nschedule: {columns: V, f: X}\n",
    "f.yaml": """
form: f
title: Form
fields:
  seen: {label: Seen on, type: date, prefill: today}
  at: {label: At, type: time, prefill: now, entry: read_only}
  by: {label: By, prefill: user}
  arm: {label: Arm, type: choice, codes: {A: Active, P: Placebo}, default: A, entry: read_only}
  code: {label: Secret code, default: X1, entry: hidden}
  twice: {label: Code twice, type: calculated, gives: text, value: 'concat(code, code)'}
  secret: {label: Not shown, type: calculated, gives: text, value: 'concat(code, code)', entry: hidden}
  side: {label: Side, type: choice, codes: {L: Left, R: Right, B: Both}, retired: [B]}
  drugs:
    label: Drugs
    type: multiple_choice
    codes: {M: Morphine, O: Oxycodone, P: Paracetamol, T: Tramadol}
    max_choices: 2
    retired: [M]
  pain: {label: "Is {name} in pain?", type: yes_no}
  calm: {label: "{name} needs nothing.", type: note, show_when: pain = 'N'}
  unit: {label: Unit of pain, default: NRS, show_when: pain = 'Y'}
  name: {label: Name, placeholder: as in the passport}
groups:
  ae:
    title: Events of {name}
    rows: {max: 9, add: Add an event}
    fields:
      what: {label: Event}
      since: {label: "Since when {what}?"}
      from: {label: From, type: date, prefill: today}
      grade: {label: Grade, type: choice, codes: {'1': One, '2': Two}, default: '1'}
      origin: {label: Origin, default: page, entry: hidden}
""",
}


@cache
def asking_study() -> Study:
    loaded = load_study(FILES)
    assert loaded.study is not None, loaded.findings
    return loaded.study


def filled(url: str) -> Database:
    """A coordinator, a monitor, and a subject of whom nothing was captured."""
    database = open_database(url)
    for user, role in (("coordinator", Role.COORDINATOR), ("monitor", Role.MONITOR)):
        add_user(
            database, username=user, name=user.title(), role=role, password=PASSWORD
        )
    add_subject(database, subjid="01-001", site="01", user="coordinator")
    return database


def app_over(url: str, study: Study | None = None) -> Flask:
    """The site by a clock that stands still at noon."""
    held = study or asking_study()
    return create_app(
        Settings(
            database=url,
            study=held,
            secret_key="tests",
            today=lambda: TODAY,
            clock=lambda: NOON,
        )
    )
