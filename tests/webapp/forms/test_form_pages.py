"""The form page over HTTP: what is posted is kept, judged and shown again."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.pages import NEW, app_over, filled_once, inputs, sign_in, token
from webapp.storage import Database, InstanceKey, Status, history, load

VS = f"/subjects/{NEW}/SCR/vs"
KEY = InstanceKey(NEW, "vs", "SCR")
SCRIPT = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_once(tmp_path_factory)


@pytest.fixture
def app(demo: Path, tmp_path: Path) -> Flask:
    path = tmp_path / "study.sqlite"
    copy(demo, path)
    return app_over(f"sqlite:///{path}")


@pytest.fixture
def database(app: Flask) -> Database:
    held: Database = app.extensions["crfsmith"].database
    return held


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    signed_in = app.test_client()
    sign_in(signed_in)
    return signed_in


def posted(html: str, **texts: str | None) -> dict[str, list[str]]:
    """The page's form with some texts changed; None unticks."""
    data: dict[str, list[str]] = {}
    for name, text in inputs(html):
        data.setdefault(name, []).append(text)
    for name, text in texts.items():
        data.pop(name.replace("__", "-"), None)
        if text is not None:
            data[name.replace("__", "-")] = [text]
    return data


def test_what_is_understood_is_kept_canonical_and_the_rest_as_typed(
    client: FlaskClient, database: Database
) -> None:
    page = client.get(VS).text
    data = posted(
        page,
        f__vsperf="Y",
        f__vsdat="15apr2024",
        f__pulse_vsorres="12O ",
        f__vstim=".nd",
    )
    assert client.post(VS, data=data).status_code == 303
    stored = load(database, KEY)
    assert stored is not None
    assert stored.record.texts == {
        "vsperf": "Y",
        "vsdat": "2024-04-15",
        "pulse_vsorres": "12O ",
        "vstim": "ND",
    }


def test_a_saved_form_posts_itself_unchanged(
    client: FlaskClient, database: Database
) -> None:
    for address in (
        "SCR/vs",
        "SCR/mbb",
        "SCR/mri",
        "SCR/dx",
        "LOG/ae",
        "SCR/ie",
        "SCR/med",
        "D0/ex",
    ):
        visit, form = address.split("/")
        before = load(database, InstanceKey("01-012", form, visit))
        page = client.get(f"/subjects/01-012/{address}").text
        answer = client.post(
            f"/subjects/01-012/{address}",
            data=posted(page, action="draft", reason="None"),
        )
        assert answer.status_code == 303
        after = load(database, InstanceKey("01-012", form, visit))
        assert before is not None
        assert after is not None
        assert after.version == before.version + 1
        assert (after.record.texts, after.record.rows) == (
            before.record.texts,
            before.record.rows,
        ), address


def test_complete_is_refused_while_something_must_be_put_right(
    client: FlaskClient, database: Database
) -> None:
    data = posted(client.get(VS).text, f__vsperf="Y", action="complete")
    answer = client.post(VS, data=data, follow_redirects=True)
    assert "before you complete the form" in answer.text
    assert 'href="#f-pulse_vsorres"' in answer.text
    stored = load(database, KEY)
    assert stored is not None
    assert stored.status is Status.DRAFT


def test_a_warning_is_kept_only_by_a_reason_and_a_refusal_by_none(
    client: FlaskClient,
) -> None:
    data = posted(
        client.get("/subjects/01-007/SCR/vs").text, f__sysbp_vsorres="500", reason="x"
    )
    data["k:f-sysbp_vsorres:above-range"] = ["Because"]
    answer = client.post(
        "/subjects/01-007/SCR/vs", data={**data, "action": "complete"}, headers=SCRIPT
    )
    assert answer.json is not None
    assert (answer.status_code, answer.json["needs"]) == (422, "reason")
    data["reason"] = ["Typing error"]
    answer = client.post(
        "/subjects/01-007/SCR/vs", data={**data, "action": "complete"}, headers=SCRIPT
    )
    assert answer.json is not None
    assert (answer.status_code, answer.json["needs"]) == (422, "reopening")
    assert "Systolic" in answer.json["summary_html"]


def test_a_change_of_a_complete_form_needs_its_reason(
    client: FlaskClient, database: Database
) -> None:
    address, key = "/subjects/01-007/SCR/vs", InstanceKey("01-007", "vs", "SCR")
    data = posted(client.get(address).text, f__pulse_vsorres="71")
    refused = client.post(address, data=data)
    assert refused.status_code == 422
    assert 'value="71"' in refused.text
    assert (
        client.post(address, data={**data, "reason": "Typing error"}).status_code == 303
    )
    assert [revision.form.reason for revision in history(database, key)][
        -1
    ] == "Typing error"


COMPLETE, COMPLETE_KEY = "/subjects/01-007/SCR/vs", InstanceKey("01-007", "vs", "SCR")


def said(client: FlaskClient, action: str, **texts: str) -> tuple[int, str]:
    """The status of a save of the complete form, and what it needs."""
    data = {**posted(client.get(COMPLETE).text, **texts), "action": action}
    answer = client.post(COMPLETE, data=data, headers=SCRIPT)
    assert answer.json is not None
    return answer.status_code, answer.json.get("needs", "")


def test_a_complete_form_becomes_a_draft_only_with_a_reason(
    client: FlaskClient, database: Database
) -> None:
    assert said(client, "draft") == (422, "reason")
    assert said(client, "draft", reason=".") == (422, "reason")
    assert said(client, "draft", reason="Source was amended") == (200, "")
    assert [(one.form.status, one.form.reason) for one in history(database, COMPLETE_KEY)][-1] == (
        Status.DRAFT, "Source was amended",
    )  # fmt: skip


def test_every_change_of_what_was_complete_once_has_its_reason(
    client: FlaskClient, database: Database
) -> None:
    assert said(client, "draft", reason="Source was amended") == (200, "")
    assert said(client, "draft", f__pulse_vsorres="73") == (422, "reason")
    assert said(client, "complete", f__pulse_vsorres="73") == (422, "reason")
    assert said(client, "draft", f__pulse_vsorres="73", reason="Source misread") == (
        200,
        "",
    )
    assert said(client, "complete") == (200, "")  # completing changes no answer
    reasons = [one.form.reason for one in history(database, COMPLETE_KEY)]
    assert reasons[-3:] == ["Source was amended", "Source misread", ""]


@pytest.mark.parametrize("reason", [".", "...", "-", " ?!", "x", "aaa", "\u3000"])
def test_what_says_nothing_is_no_reason(client: FlaskClient, reason: str) -> None:
    assert said(client, "complete", f__pulse_vsorres="73", reason=reason) == (
        422,
        "reason",
    )


@pytest.mark.parametrize("reason", ["Typing error", "OK", "誤記", "ошибка"])
def test_a_word_is_a_reason(client: FlaskClient, reason: str) -> None:
    assert said(client, "complete", f__pulse_vsorres="73", reason=reason) == (200, "")


def test_a_change_that_leaves_a_complete_form_incomplete_says_so_first(
    client: FlaskClient, database: Database
) -> None:
    assert said(
        client, "complete", f__pulse_vsorres="", reason="Of another subject"
    ) == (422, "reopening")
    assert len(history(database, COMPLETE_KEY)) == 1
    assert said(client, "draft", f__pulse_vsorres="", reason="Of another subject") == (
        200,
        "",
    )


def test_fixed_rows_that_were_hidden_come_back(
    client: FlaskClient, database: Database
) -> None:
    address, key = f"/subjects/{NEW}/SCR/mri", InstanceKey(NEW, "mri", "SCR")
    rows = []
    for done in ("Y", "N", "Y"):
        data = posted(client.get(address).text, f__mriperf=done)
        assert client.post(address, data=data).status_code == 303
        stored = load(database, key)
        assert stored is not None
        rows.append(
            [row.number for held in stored.record.rows.values() for row in held]
        )
    assert rows[0]
    assert rows == [rows[0], [], rows[0]]


def test_the_same_save_sent_twice_is_one_save(
    client: FlaskClient, database: Database
) -> None:
    data = posted(client.get(VS).text, f__vsperf="N")
    first = client.post(VS, data=data, headers=SCRIPT).json
    second = client.post(VS, data=data, headers=SCRIPT).json
    assert first is not None
    assert second is not None
    assert first["version"] == second["version"] == 1
    assert len(history(database, KEY)) == 1


def test_a_question_that_was_not_on_the_page_stays_as_it_was(
    client: FlaskClient, database: Database
) -> None:
    address, key = "/subjects/01-007/SCR/vs", InstanceKey("01-007", "vs", "SCR")
    data = posted(client.get(address).text, f__pulse_vsorres=None, reason="Old page")
    data["on"] = [
        " ".join(name for name in data["on"][0].split() if name != "pulse_vsorres")
    ]
    before = load(database, key)
    client.post(address, data=data)
    after = load(database, key)
    assert before is not None
    assert after is not None
    assert after.record.texts["pulse_vsorres"] == before.record.texts["pulse_vsorres"]


def test_a_page_cut_off_in_transit_saves_nothing(
    client: FlaskClient, database: Database
) -> None:
    data = posted(client.get(VS).text, f__vsperf="Y")
    del data["on"]
    assert client.post(VS, data=data).status_code == 400
    assert load(database, KEY) is None


def test_typed_text_comes_back_when_the_page_is_too_old(
    client: FlaskClient, database: Database
) -> None:
    data = posted(
        client.get(VS).text, f__vsperf="Y", f__pulse_vsorres="7x", csrf_token="old"
    )
    answer = client.post(VS, data=data)
    assert answer.status_code == 400
    assert 'value="7x"' in answer.text
    assert load(database, KEY) is None


def test_typed_text_survives_being_signed_out(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    data = posted(client.get(VS).text, f__vsperf="Y", f__pulse_vsorres="7x")
    stranger = app.test_client()
    asked = stranger.post(VS, data=data)
    assert 'name="kept:f-pulse_vsorres" value="7x"' in asked.text
    from tests.webapp.pages import token
    from webapp.demo.demo_study import PASSWORD

    kept = dict(_hidden(asked.text))
    kept |= {
        "csrf_token": token(asked.text),
        "username": "coordinator",
        "password": PASSWORD,
        "then": VS,
    }
    back = stranger.post("/sign-in", data=kept)
    assert 'value="7x"' in back.text
    assert "not saved yet" in back.text
    assert load(database, KEY) is None


def _hidden(html: str) -> list[tuple[str, str]]:
    import re

    return re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)


def test_addresses_that_mean_nothing_say_why(client: FlaskClient) -> None:
    for address, word in (
        ("/subjects/01-007/SCR/zz", "no form zz"),
        ("/subjects/01-007/XX/vs", "no visit XX"),
        ("/subjects/99-999/SCR/vs", "no subject 99-999"),
        ("/subjects/01-007/D1/dm", "not part of"),
        ("/subjects/01-007/UNS/vs", "are numbered"),
        ("/subjects/01-007/SCR/ae", "belongs to the subject"),
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert word in answer.text


def test_every_field_of_the_dictionary_is_on_its_page(client: FlaskClient) -> None:
    """All but the number and the comparator that are taken from an answer such as
    "<0.3".
    """
    from tests.webapp.pages import cellkine

    study = cellkine()
    visits = {scheduled.form: scheduled.visit for scheduled in reversed(study.schedule)}
    absent = []
    parts = []
    for form in study.forms.values():
        page = client.get(
            f"/subjects/{NEW}/{'LOG' if form.log else visits[form.name]}/{form.name}"
        ).text
        for group in form.groups:
            for field in group.fields:
                name = (
                    f"r-{group.name}-NEWROW-{field.name}"
                    if group.rows
                    else f"f-{field.name}"
                )
                if group.rows and group.rows.fixed:
                    name = f"r-{group.name}-1-{field.name}"
                if (
                    field.collected
                    and f'name="{name}"' not in page
                    and f'id="{name}"' not in page
                ):
                    (parts if field.part_of else absent).append(field.name)
    assert absent == []
    assert parts == ["endotox_num", "endotox_cmp", "crp_lborres_num", "crp_lborres_cmp"]


def test_the_laboratorys_reference_range_stands_beside_a_result(
    client: FlaskClient,
) -> None:
    page = client.get("/subjects/01-001/SCR/lbh").text
    assert 'id="f-hgb_lborres-reference">reference 13.5 to 17.5 g/dL<' in page, (
        "the man's"
    )
    woman = client.get("/subjects/01-002/SCR/lbh").text
    assert 'id="f-hgb_lborres-reference">reference 12 to 15.5 g/dL<' in woman


@pytest.mark.parametrize("number", ["01-0２5", "٠١-025", "0１-025"])
def test_a_subject_number_has_digits_that_everybody_can_type(
    client: FlaskClient, number: str
) -> None:
    page = client.get("/subjects/new").text
    answer = client.post(
        "/subjects/new", data={"csrf_token": token(page), "subjid": number}
    )
    assert answer.status_code == 422
    assert client.get(f"/subjects/{number}").status_code == 404


def test_a_subject_number_that_exists_leads_to_its_subject(client: FlaskClient) -> None:
    page = client.get("/subjects/new").text
    answer = client.post(
        "/subjects/new", data={"csrf_token": token(page), "subjid": NEW}
    )
    assert answer.status_code == 422
    assert f'href="/subjects/{NEW}"' in answer.text


def test_a_tab_between_pasted_cells_is_kept_as_a_blank(
    client: FlaskClient, database: Database
) -> None:
    address = f"/subjects/{NEW}/LOG/cm"
    with_row = client.post(
        address, data={**posted(client.get(address).text), "action": "add:cm"}
    ).text
    assert (
        client.post(
            address, data=posted(with_row, **{"r__cm__1__cmtrt": "Ibuprofen\tretard"})
        ).status_code
        == 303
    )
    stored = load(database, InstanceKey(NEW, "cm", "LOG"))
    assert stored is not None
    assert stored.record.rows["cm"][0].texts["cmtrt"] == "Ibuprofen retard"


def test_one_cause_at_several_fields_is_told_once_and_the_others_lead_there(
    client: FlaskClient,
) -> None:
    client.post(
        f"/subjects/{NEW}/SCR/pe",
        data=posted(
            client.get(f"/subjects/{NEW}/SCR/pe").text, f__peperf="Y", f__pe_cv="CS"
        ),
    )
    history_form = f"/subjects/{NEW}/SCR/mhq"
    systems = ("cs_card", "cs_neur", "cs_ren", "cs_hep", "cs_endo")
    data = posted(
        client.get(history_form).text,
        action="complete",
        **{f"f__{name}": "N" for name in systems},
    )
    page = client.post(history_form, data=data, follow_redirects=True).text

    sentence = (
        "A result or examination at screening is marked as clinically significant"
    )
    beside_fields = [text for text in page.split("<p ") if text.startswith('class="f')]
    assert sum(sentence in text for text in beside_fields) == 1
    pointers = [text for text in beside_fields if "See <a" in text]
    assert len(pointers) == len(systems) - 1
    assert all('href="#f-cs_card"' in text for text in pointers)


def test_a_number_without_its_unit_is_told_once(client: FlaskClient) -> None:
    data = posted(
        client.get(VS).text, f__vsperf="Y", f__weight_vsorres="70", action="complete"
    )
    page = client.post(VS, data=data, follow_redirects=True).text
    assert "“Weight” is 70 without a unit." in page
    assert "Weight: unit” is not answered" not in page
