"""The lists of what is due follow a visit that counts from another one."""

from __future__ import annotations

from tests.oncology_study import FILES
from tests.studies import study_of
from tests.webapp.small_site import app_over, client_of
from tests.webapp.views.test_home import SUBJECT, keep, lines


def test_a_late_visit_moves_those_that_count_from_it(module_url: str) -> None:
    app = app_over(module_url, study_of(FILES))
    client = client_of(app)
    keep(app, "sv", "C1D1", visdat="2024-03-28")
    keep(app, "sv", "C1D8", visdat="2024-04-04")
    keep(app, "rand", "C1D1", randdat="2024-03-01")
    assert lines(client, "window") == [
        (f"/subjects/{SUBJECT}/W6/sv", "Scan of week 6"),
        (f"/subjects/{SUBJECT}/C2D1/sv", "Cycle 2 day 1"),
    ]

    keep(app, "sv", "C1D8", visdat="2024-04-10")
    assert lines(client, "window") == [(f"/subjects/{SUBJECT}/W6/sv", "Scan of week 6")]
    assert lines(client, "coming")[0][1] == "Cycle 2 day 1"
    assert "24-Apr" in client.get(f"/subjects/{SUBJECT}").text
