"""Two people work in two languages, and their data are the same."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from tests.studies import study_of
from tests.translated_study import translated_files, translated_study
from tests.webapp.pages import sign_in, token
from tests.webapp.small_site import app_over, client_of, database_of, page_data
from webapp.commands import main
from webapp.services import language_cookie
from webapp.storage import InstanceKey, load, threads_of_form

FORM = "/subjects/01-001/DAY1/pain"
PAIN = InstanceKey("01-001", "pain", "DAY1", 0)
ANSWERS = {
    "day": "17-Apr-2024",
    "name": "Ana",
    "took": "Y",
    "drug": "PARA",
    "worst": "3",
    "now": "8",
    "temp": "38.5",
    "tempu": "C",
}


def app_in(folder: Path) -> Flask:
    folder.mkdir(exist_ok=True)
    return app_over(f"sqlite:///{folder}/study.sqlite", translated_study())


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return app_in(tmp_path)


def reader(app: Flask, language: str, user: str = "coordinator") -> FlaskClient:
    """Somebody who has chosen a language on a page."""
    client = client_of(app, user)
    data = {"csrf_token": token(client.get("/account").text), "language": language}
    answer = client.post("/language", data={**data, "then": FORM})
    assert (answer.status_code, answer.location) == (303, FORM)
    return client


def complete(client: FlaskClient) -> str:
    data = page_data(client, FORM)
    data |= {f"f-{name}": [text] for name, text in ANSWERS.items()}
    answer = client.post(
        FORM, data=data | {"action": ["complete"]}, follow_redirects=True
    )
    assert answer.status_code == 200
    return answer.text


def test_a_person_reads_the_questions_in_the_chosen_language(app: Flask) -> None:
    spanish, english = reader(app, "es").get(FORM).text, client_of(app).get(FORM).text
    for words in ("Fecha", "Sin dolor", "Sí", "grados Celsius", "El paciente se negó"):
        assert f' lang="es">{words}<' in spanish
        assert words not in english
    assert '<html lang="en">' in spanish
    assert '<h1><span lang="es">Dolor</span>' in spanish
    assert "+ Añadir un ataque" in spanish
    assert 'aria-pressed="true">Español</button>' in spanish
    assert ' lang="en"' not in english.replace('<html lang="en">', "").replace(
        'value="en" lang="en"', ""
    )


def test_what_is_stored_is_the_same_whatever_the_language(tmp_path: Path) -> None:
    packages = []
    for language in ("en", "es"):
        app = app_in(tmp_path / language)
        page = complete(reader(app, language))
        assert ("El dolor ahora no supera" in page) is (language == "es")
        stored = load(database_of(app), PAIN)
        assert stored is not None
        assert stored.record.texts["took"] == "Y"
        packages.append(exported(app, tmp_path / language))

    assert packages[0] == packages[1]


def exported(app: Flask, folder: Path) -> dict[str, bytes]:
    """The tables and schemas of the package of an application."""
    database_of(app).close()
    url, package = f"sqlite:///{folder}/study.sqlite", folder / "p.zip"
    words = ["export", "--db", url, "--out", str(package)]
    answer = CliRunner().invoke(main, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    with zipfile.ZipFile(package) as opened:
        tables = {
            name: opened.read(name)
            for name in opened.namelist()
            if name.startswith("data/")
        }
        descriptor = json.loads(opened.read("datapackage.json"))
    schemas = [resource["schema"] for resource in descriptor["resources"]]
    return {**tables, "schemas": json.dumps(schemas).encode()}


def test_each_reads_findings_in_the_own_language_and_kept_ones_in_the_first(
    app: Flask,
) -> None:
    complete(reader(app, "es"))
    spanish, english = "El dolor ahora no supera", "The pain now is at most"
    for _ in range(2):
        for language, words, others in (
            ("es", spanish, english),
            ("en", english, spanish),
        ):
            page = reader(app, language).get("/subjects/01-001/findings").text
            assert words in page
            assert others not in page

    (thread,) = threads_of_form(database_of(app), PAIN)
    assert thread.entries[0].text.startswith(english)


def test_the_script_of_a_page_has_the_words_of_its_language(app: Flask) -> None:
    client = reader(app, "es")
    address = client.get(FORM).text.split('data-spec="')[1].split('"')[0]
    assert address.endswith("?in=es")
    assert "El dolor ahora no supera" in client.get(address).text
    assert "in=en" in client_of(app).get(FORM).text


def test_history_tells_in_the_language_of_the_reader(app: Flask) -> None:
    complete(reader(app, "en"))
    page = reader(app, "es").get(f"{FORM}/history").text
    assert "Paracetamol" in page
    assert "¿Cuál?" in page


def test_a_language_that_the_study_does_not_have_is_refused(app: Flask) -> None:
    client = reader(app, "es")
    data = {"csrf_token": token(client.get("/account").text), "language": "fr"}
    assert client.post("/language", data=data).status_code == 404
    client.set_cookie(language_cookie("coordinator"), "<b>")
    assert "First name" in client.get(FORM).text


def test_a_site_that_waits_for_a_dictionary_keeps_its_languages(
    tmp_path: Path,
) -> None:
    files = dict(translated_files())
    files["study.yaml"] += "release: by_site\nsites: {'01': Madrid}\n"
    url = f"sqlite:///{tmp_path}/study.sqlite"
    app_over(url, study_of(files))
    del files["translations/es.yaml"]
    files["study.yaml"] = files["study.yaml"].replace(", es: Español", "")

    amended = app_over(url, study_of(files))
    assert "Fecha" in reader(amended, "es").get(FORM).text


def test_the_next_person_at_the_same_browser_has_a_language_of_their_own(
    app: Flask,
) -> None:
    client = reader(app, "es")
    for user, words in (("nurse", "First name"), ("coordinator", "Nombre")):
        sign_in(client, user)
        assert words in client.get(FORM).text
