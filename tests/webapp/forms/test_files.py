"""Files of a form over HTTP: taken or refused with a reason, kept for ever, for who may
read the form.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from forms_spec.kinds.file import file_text
from tests.webapp.file_study import ADDRESS, OTHER, app_over, filled
from tests.webapp.pages import inputs, sign_in
from webapp.forms import uploads
from webapp.storage import (
    Database,
    InstanceKey,
    Status,
    StoredForm,
    attachments,
    get_attachment,
    history,
    load,
)

KEY = InstanceKey("01-001", "mri", "SCR")
PDF = b"%PDF-1.7 a report"
LEFT, RIGHT = b"\xff\xd8\xff\xe0 left", b"\xff\xd8\xff\xe0 right"
SCRIPT = {"Accept": "application/json"}


def text_of(content: bytes, name: str) -> str:
    return file_text(hashlib.sha256(content).hexdigest(), name)


SCAN = text_of(PDF, "scan.pdf")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "empty.sqlite"
    filled(f"sqlite:///{path}")
    return path


@pytest.fixture
def app(empty: Path, tmp_path: Path) -> Flask:
    copy(empty, tmp_path / "study.sqlite")
    return app_over(f"sqlite:///{tmp_path / 'study.sqlite'}")


@pytest.fixture
def database(app: Flask) -> Database:
    held: Database = app.extensions["crfsmith"].database
    return held


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    signed_in = app.test_client()
    sign_in(signed_in)
    return signed_in


def posted(html: str, **texts: Any) -> dict[str, Any]:
    """The page's form with some texts changed; a pair of name and bytes is a chosen
    file.
    """
    data: dict[str, Any] = {}
    for name, text in inputs(html):
        if not name.startswith("u:"):
            data.setdefault(name, []).append(text)
    for name, text in texts.items():
        one = (
            text
            if isinstance(text, str)
            else FileStorage(BytesIO(text[1]), filename=text[0], name=name)
        )
        data[name.replace("__", "-").replace("u_", "u:")] = (
            one if not isinstance(text, str) else [one]
        )
    return data


def post(client: FlaskClient, html: str, address: str = ADDRESS, **texts: Any) -> Any:
    headers = SCRIPT if texts.pop("script", False) else {}
    data = posted(html, **texts)
    return client.post(
        address, data=data, headers=headers, content_type="multipart/form-data"
    )


def choose(client: FlaskClient, name: str, content: bytes, **texts: Any) -> Any:
    """Opens the form, chooses a file for the report, and saves."""
    return post(client, client.get(ADDRESS).text, u_f__scan=(name, content), **texts)


def stored(database: Database) -> StoredForm:
    found = load(database, KEY)
    assert found is not None
    return found


class TestTaken:
    def test_a_file_becomes_the_text_of_its_cell_and_a_link(
        self, client: FlaskClient, database: Database
    ) -> None:
        assert choose(client, "scan.pdf", PDF, f__reader="Dr Wood").status_code == 303
        assert stored(database).record.texts == {"reader": "Dr Wood", "scan": SCAN}
        kept = get_attachment(database, SCAN.split("/")[1])
        assert kept is not None
        assert kept.bytes == PDF
        page = client.get(ADDRESS).text
        assert f'<a href="{ADDRESS}/{SCAN}" download>scan.pdf</a>' in page
        assert "17 bytes" in page

    def test_the_next_save_keeps_it_without_sending_it_again(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF)
        post(client, client.get(ADDRESS).text, f__reader="Dr Wood")
        assert stored(database).record.texts["scan"] == SCAN

    def test_a_name_loses_its_folders_and_what_no_system_holds(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "/scans/../MRI: 12?.PDF", PDF)
        assert stored(database).record.texts["scan"] == text_of(PDF, "MRI_ 12_.PDF")

    def test_a_file_of_a_row_stays_with_its_row(
        self, client: FlaskClient, database: Database
    ) -> None:
        page = post(client, client.get(ADDRESS).text, action="add:image").text
        post(
            client,
            page,
            **{
                "u_r__image__1__picture": ("left.jpg", LEFT),
                "r__image__1__level": "L4",
            },
        )
        page = post(client, client.get(ADDRESS).text, action="add:image").text
        post(client, page, **{"u_r__image__2__picture": ("right.jpg", RIGHT)})
        rows = stored(database).record.rows["image"]
        assert [(row.number, row.texts["picture"]) for row in rows] == [
            (1, text_of(LEFT, "left.jpg")),
            (2, text_of(RIGHT, "right.jpg")),
        ]

    def test_a_file_says_more_than_an_old_reason_for_none(
        self, client: FlaskClient, database: Database
    ) -> None:
        page = client.get(ADDRESS).text
        client.post(ADDRESS, data={**posted(page), "m:f-scan": "ND"})
        assert stored(database).record.texts == {"scan": "ND"}
        choose(client, "scan.pdf", PDF)
        assert stored(database).record.texts == {"scan": SCAN}

    def test_our_script_learns_of_it_once(
        self, client: FlaskClient, database: Database
    ) -> None:
        answer = choose(client, "scan.pdf", PDF, script=True)
        assert answer.json["files"]["f-scan"]["text"] == SCAN
        assert f"{ADDRESS}/{SCAN}" in answer.json["files"]["f-scan"]["html"]
        assert answer.json["refused_files"] == []
        assert len(history(database, KEY)) == 1


class TestRemovedAndReplaced:
    def test_a_file_can_be_removed_and_stays_in_the_history(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF)
        post(client, client.get(ADDRESS).text, drop="f-scan")
        assert stored(database).record.texts == {}
        assert client.get(f"{ADDRESS}/{SCAN}").data == PDF
        assert f"{ADDRESS}/{SCAN}" in client.get(f"{ADDRESS}/history").text

    def test_a_new_file_takes_the_place_of_the_old_one(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF)
        choose(client, "signed.pdf", b"%PDF-1.7 signed", drop="f-scan")
        assert stored(database).record.texts["scan"] == text_of(
            b"%PDF-1.7 signed", "signed.pdf"
        )
        assert client.get(f"{ADDRESS}/{SCAN}").data == PDF

    def test_on_a_complete_form_both_need_a_reason(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF, f__reader="Dr Wood", action="complete")
        assert stored(database).status is Status.COMPLETE
        page = client.get(ADDRESS).text
        for change in ({"drop": "f-scan"}, {"u_f__scan": ("new.pdf", b"%PDF-1.7 new")}):
            assert post(client, page, action="complete", **change).status_code == 422
            assert stored(database).version == 1
        answer = post(
            client,
            page,
            action="complete",
            u_f__scan=("new.pdf", b"%PDF-1.7 new"),
            reason="Signed now",
        )
        assert answer.status_code == 303
        assert stored(database).status is Status.COMPLETE
        assert stored(database).reason == "Signed now"

    def test_a_page_that_could_not_be_saved_still_has_the_file(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF, f__reader="Dr Wood", action="complete")
        again = choose(client, "new.pdf", b"%PDF-1.7 new", action="complete")
        assert again.status_code == 422
        assert "new.pdf" in again.text
        post(client, again.text, action="complete", reason="Signed now")
        assert stored(database).record.texts["scan"] == text_of(
            b"%PDF-1.7 new", "new.pdf"
        )


REFUSED = [
    (("scan.exe", PDF), "upload-ending", "ends in pdf, png"),
    (("scan", PDF), "upload-ending", "ends in pdf, png"),
    (("scan.pdf", b"x" * 20_001), "upload-too-large", "larger than 20 kB"),
    (("scan.pdf", b""), "upload-empty", "the file is empty"),
]


class TestRefused:
    @pytest.mark.parametrize(("file", "code", "words"), REFUSED)
    def test_everything_else_is_saved_and_the_page_says_why(
        self,
        client: FlaskClient,
        database: Database,
        *,
        file: tuple[str, bytes],
        code: str,
        words: str,
    ) -> None:
        name, content = file
        choose(client, "first.pdf", PDF)
        answer = choose(client, name, content, f__reader="Dr Wood")
        assert f'data-code="{code}"' in answer.text
        assert words in answer.text
        assert 'href="#f-scan"' in answer.text
        kept = text_of(PDF, "first.pdf")
        assert stored(database).record.texts == {"reader": "Dr Wood", "scan": kept}

    @pytest.mark.parametrize(("file", "code", "words"), REFUSED)
    def test_our_script_is_told_at_which_input(
        self, client: FlaskClient, file: tuple[str, bytes], code: str, words: str
    ) -> None:
        answer = choose(client, *file, script=True)
        (refused,) = answer.json["refused_files"]
        assert (refused["target"], refused["code"]) == ("f-scan", code)
        assert words in f"{refused['message']} {refused['remedy']}"

    def test_a_form_is_not_completed_without_the_file_that_was_refused(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "first.pdf", PDF, f__reader="Dr Wood")
        choose(client, "scan.exe", PDF, action="complete")
        assert stored(database).status is Status.DRAFT

    def test_a_complete_form_is_left_as_it_is(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "first.pdf", PDF, f__reader="Dr Wood", action="complete")
        answer = choose(
            client, "scan.exe", PDF, f__reader="Dr Hill", reason="x", action="complete"
        )
        assert answer.status_code == 422
        assert 'value="Dr Hill"' in answer.text
        assert 'data-code="upload-ending"' in answer.text
        assert (stored(database).version, stored(database).status) == (
            1,
            Status.COMPLETE,
        )

    def test_twenty_thousand_bytes_are_not_too_many(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF.ljust(20_000))
        assert "scan" in stored(database).record.texts

    def test_a_post_without_end_is_cut_off(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("webapp.views.form_pages.LARGEST_UPLOADS", 1000)
        answer = choose(client, "scan.pdf", PDF.ljust(2000))
        assert answer.status_code == 413
        assert "smaller files" in answer.text

    def test_a_file_that_could_be_taken_for_another_is_not_mixed_with_it(
        self, client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No two such files are known, so the hash is made a poor one."""
        for module in (uploads, attachments):
            monkeypatch.setattr(module, "hashlib", PoorHash)
        choose(client, "one.pdf", b"%PDF-1.7 one")
        answer = choose(client, "two.pdf", b"%PDF-1.7 two")
        assert 'data-code="upload-same-beginning"' in answer.text
        assert stored(database).record.texts["scan"].endswith("/one.pdf")
        with pytest.raises(attachments.SameBeginning):
            attachments.add_attachment(database, b"two", user="nurse")


class PoorHash:
    """A hash whose first half is always the same."""

    @staticmethod
    def sha256(content: bytes) -> Any:
        class Digest:
            def hexdigest(self) -> str:
                return "0" * 32 + hashlib.sha256(content).hexdigest()[32:]

        return Digest()


class TestReach:
    def test_a_file_is_handed_out_to_be_saved_and_never_to_be_run(
        self, client: FlaskClient
    ) -> None:
        choose(client, "Größe 1.pdf", PDF)
        answer = client.get(f"{ADDRESS}/{text_of(PDF, 'Größe 1.pdf')}")
        assert answer.data == PDF
        headers = answer.headers
        assert headers["Content-Disposition"].startswith("attachment;")
        assert (
            "filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.pdf" in headers["Content-Disposition"]
        )
        assert headers["Content-Type"] == "application/pdf"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; sandbox"
        )
        assert headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(
        "name", ["page.html", "drawing.svg", "script.js", "x.xhtml"]
    )
    def test_what_could_hold_a_script_is_bytes(
        self, client: FlaskClient, name: str
    ) -> None:
        page = post(client, client.get(ADDRESS).text, action="add:image").text
        post(
            client,
            page,
            **{"u_r__image__1__picture": (name, b"<script>alert(1)</script>")},
        )
        answer = client.get(f"{ADDRESS}/{text_of(b'<script>alert(1)</script>', name)}")
        assert answer.headers["Content-Type"] == "application/octet-stream"

    def test_only_the_form_that_has_the_file_hands_it_out(
        self, client: FlaskClient
    ) -> None:
        choose(client, "scan.pdf", PDF)
        assert client.get(f"{OTHER}/{SCAN}").status_code == 404
        assert client.get(f"{ADDRESS}/{text_of(PDF, 'another.pdf')}").status_code == 404
        assert (
            client.get(f"{ADDRESS}/files/0123456789abcdef/scan.pdf").status_code == 404
        )

    def test_a_file_of_somebody_else_cannot_be_claimed_by_its_name(
        self, client: FlaskClient, database: Database
    ) -> None:
        choose(client, "scan.pdf", PDF)
        post(client, client.get(OTHER).text, OTHER, f__scan=SCAN, f__reader="Eve")
        other = load(database, InstanceKey("01-002", "mri", "SCR"))
        assert other is not None
        assert other.record.texts == {"reader": "Eve"}
        assert client.get(f"{OTHER}/{SCAN}").status_code == 404

    def test_a_list_of_held_files_is_good_for_its_own_page_and_person(
        self, app: Flask, client: FlaskClient, database: Database
    ) -> None:
        held = dict(inputs(choose(client, "scan.pdf", PDF, action="add:image").text))[
            "held"
        ]
        for address, user in ((OTHER, "coordinator"), (ADDRESS, "nurse")):
            somebody = app.test_client()
            sign_in(somebody, user)
            page = somebody.get(address).text
            post(somebody, page, address, f__scan=SCAN, held=held, f__reader="Eve")
            form = load(database, InstanceKey(address.split("/")[2], "mri", "SCR"))
            assert form is not None
            assert "scan" not in form.record.texts

    def test_reading_takes_a_role_and_a_sign_in(
        self, app: Flask, client: FlaskClient
    ) -> None:
        choose(client, "scan.pdf", PDF)
        monitor = app.test_client()
        sign_in(monitor, "monitor")
        assert monitor.get(f"{ADDRESS}/{SCAN}").data == PDF
        assert app.test_client().get(f"{ADDRESS}/{SCAN}").status_code == 303


class TestTwoEditors:
    def test_both_files_are_kept_and_one_is_chosen(
        self, client: FlaskClient, database: Database
    ) -> None:
        page = client.get(ADDRESS).text
        post(client, page, u_f__scan=("theirs.pdf", b"%PDF-1.7 theirs"))
        conflict = post(client, page.replace(dict(inputs(page))["save_id"], "another"),
                        u_f__scan=("mine.pdf", b"%PDF-1.7 mine"))  # fmt: skip
        assert conflict.status_code == 409
        assert "mine.pdf" in conflict.text
        mine = text_of(b"%PDF-1.7 mine", "mine.pdf")
        texts = dict(
            inputs(conflict.text.replace("<form method", '<form id="form" method'))
        )
        data = {**texts, "f-scan": mine, "action": "draft"}
        assert client.post(ADDRESS, data=data).status_code == 303
        assert stored(database).record.texts["scan"] == mine
        assert client.get(f"{ADDRESS}/{mine}").data == b"%PDF-1.7 mine"
        assert (
            client.get(f"{ADDRESS}/{text_of(b'%PDF-1.7 theirs', 'theirs.pdf')}").data
            == b"%PDF-1.7 theirs"
        )
