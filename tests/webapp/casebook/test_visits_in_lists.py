"""The list of subjects and the casebook count visits from the same day."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_spec import load_study
from forms_spec.model.captured_data import Record
from tests.webapp.small_site import app_over, client_of, database_of
from webapp.storage import InstanceKey, SaveRequest, Status, save

FILES = {
    "study.yaml": """
study: DAY-0
title: Visits that are not in the order of the alphabet
short: Days
subject: {pattern: '01-[0-9]{3}', example: 01-001}
sites: {'01': Ghent}
day_zero: [inf.infdat]
visit: {date: inf.infdat}
""",
    "visits.yaml": """
visits:
  X1: {title: First infusion, target: day 0}
  A2: {title: Second infusion, target: day 21}
  V3: {title: Third infusion, target: day 42}
schedule:
  columns: X1 A2 V3
  inf:     X  X  X
""",
    "inf.yaml": """
form: inf
title: Infusion
fields:
  infdat: {label: Date, type: date}
""",
}


@pytest.mark.parametrize("order", [("X1", "A2"), ("A2", "X1")])
def test_day_zero_is_that_of_the_first_visit_of_the_schedule(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    study = load_study(FILES).study
    assert study is not None
    app = app_over(f"sqlite:///{tmp_path / 'study.sqlite'}", study)
    days = {"X1": "2024-03-01", "A2": "2024-04-05"}
    for visit in order:
        record = Record(texts={"infdat": days[visit]})
        asked = SaveRequest(
            key=InstanceKey("01-001", "inf", visit), base_version=0, record=record, status=Status.COMPLETE,
            user="coordinator", save_id=visit, dictionary_hash=study.hash,
        )  # fmt: skip
        save(database_of(app), asked)
    client = client_of(app)
    assert "due 12-Apr" in client.get("/subjects").text
    assert "due 12-Apr" in client.get("/subjects/01-001").text.replace(
        "Apr 2024", "Apr"
    )
