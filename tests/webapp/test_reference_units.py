"""The page flags a result beside its reference range, whatever unit was chosen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.reference_study import reference_study
from tests.webapp.small_site import app_over, client_of, page_data

ADDRESS = "/subjects/01-001/SCR/lb"


@pytest.mark.parametrize(("value", "unit"), [("85", "g/L"), ("8.5", "g/dL")])
@pytest.mark.parametrize(
    ("lab", "words"), [("A", "12 to 15.5 gram per dL"), ("B", "13 to 17.5 gram per dL")]
)
def test_a_low_result_is_low_in_both_units(
    tmp_path: Path, value: str, unit: str, lab: str, words: str
) -> None:
    client = client_of(
        app_over(f"sqlite:///{tmp_path / 'study.sqlite'}", reference_study())
    )
    data = page_data(client, ADDRESS) | {
        "f-lab": [lab],
        "f-hgb": [value],
        "f-hgbu": [unit],
    }
    assert client.post(ADDRESS, data=data).status_code == 303
    page = client.get(ADDRESS).text
    assert f">reference {words}<" in page
    assert re.search(r'<output id="f-lies"[^>]*>LOW</output>', page)
