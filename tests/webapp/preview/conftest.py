"""A small dictionary in a folder, and its preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.live_server import LiveServer
from webapp.preview import Watched, create_preview

TODAY = date(2026, 3, 2)
FILES = {
    "study.yaml": """\
study: S1
title: A study of walking
short: Walking
subject: {pattern: '\\d{2}-\\d{3}', example: 01-001}
day_zero: [con.condat]
missing: {ND: Not done}
""",
    "visits.yaml": """\
visits:
  BASE: {title: Baseline, target: day 0, window: 0 days}
  M1: {title: Month 1, target: month 1, window: 7 days}
schedule:
  columns: BASE M1
  con:     X    .
  vs:      X    X
""",
    "con.yaml": """\
form: con
title: Consent
fields:
  condat: {label: Date of consent, type: date, required: true}
""",
    "vs.yaml": """\
form: vs
title: Vital signs
missing: [ND]
fields:
  done: {label: Were they taken?, type: yes_no, required: true}
  pulse: {label: Pulse, type: integer, unit: /min, range: [30, 220], required: true, show_when: done = 'Y'}
  base: {label: Only at baseline, show_when: visitid = 'BASE'}
groups:
  walk:
    title: Walks
    rows: {max: 5}
    fields:
      minutes: {label: Minutes, type: integer, range: [1, 600]}
""",
}

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "walking"
    made.mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text)
    return made


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replaces a text in a file of the dictionary, as an editor would."""

    def replace(name: str, old: str, new: str) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return replace


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    app = create_preview(Watched(folder), today=lambda: TODAY)
    app.config["FOLDER"] = folder
    return app.test_client()


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    server = LiveServer(create_preview(Watched(folder), today=lambda: TODAY))
    yield server.url
    server.stop()
