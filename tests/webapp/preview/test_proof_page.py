"""The preview proves the dictionary, and opens the record that shows a finding."""

from __future__ import annotations

from html import unescape

from flask.testing import FlaskClient

from tests.webapp.preview.conftest import Edit

DIVIDED = """\
  ratio: {label: Pulse by weight, type: calculated, value: pulse / con.weight}
groups:
"""


def page(client: FlaskClient, address: str, *, post: bool = False) -> str:
    """What the designer sees in the end."""
    call = client.post if post else client.get
    answer = call(address, follow_redirects=True)
    assert answer.status_code == 200, answer.status
    return unescape(answer.get_data(as_text=True))


def test_a_finding_opens_the_record_that_shows_it(
    client: FlaskClient, edit: Edit
) -> None:
    edit("con.yaml", "fields:\n", "fields:\n  weight: {label: Weight, type: integer}\n")
    edit("vs.yaml", "groups:\n", DIVIDED)
    assert "Prove this dictionary" in page(client, "/proof")

    html = page(client, "/proof", post=True)
    assert "ratio divides by 0 for some answers" in html
    assert "Open the record that shows it" in html

    # The form with the formula, and the form of another visit that it reads.
    html = page(client, "/proof/0", post=True)
    assert "This record shows: ratio divides by 0" in html
    assert "<h1>Vital signs" in html
    assert 'name="f-pulse" value="30"' in html
    html = page(client, "/subjects/01-001/BASE/con")
    assert 'name="f-weight" value="0"' in html


def test_a_record_belongs_to_the_dictionary_that_was_proved(
    client: FlaskClient, edit: Edit
) -> None:
    assert "questions. No findings." in page(client, "/proof", post=True)
    edit("vs.yaml", "label: Pulse", "label: Heart rate")
    assert "Prove this dictionary" in page(client, "/proof")
    assert "Prove this dictionary" in page(client, "/proof/0", post=True)
