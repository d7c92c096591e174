"""Numbers that no two subjects may share, on the page and in what lists keep: two servers
over one database, two sites.
"""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from forms_spec.model.captured_data import FormKey, Record
from generator.package.writer import write_package
from tests.generator.validation.test_repeated_answers import form_of, study
from tests.webapp.conftest import KINDS
from tests.webapp.pages import sign_in
from tests.webapp.small_site import NOON, page_data
from webapp.app import create_app
from webapp.casebook.subject_status import judged_casebook
from webapp.commands import main
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.review.stored_status import standing_of
from webapp.storage import (
    InstanceKey,
    ReviewScope,
    Role,
    add_subject,
    add_user,
    keep_standings,
    load,
    set_void,
    standings_of,
)
from webapp.storage.redacting import redact_text
from webapp.storage.releases import SiteDictionaries

KIT = FormKey("kit", "D0", 0)
PEOPLE = {
    "ghent": frozenset({"01"}),
    "leuven": frozenset({"02"}),
    "both": frozenset({"01", "02"}),
}
SUBJECTS = {"01-001": "01", "01-002": "01", "02-001": "02"}


def server_over(url: str) -> Flask:
    settings = Settings(
        database=url, study=study(), secret_key="tests", clock=lambda: NOON
    )
    return create_app(settings)


@pytest.fixture(params=KINDS)
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, Flask]:
    """Two servers over one database with two sites, each with a coordinator, and one of
    both sites.
    """
    database_url = f"sqlite:///{tmp_path}/study.sqlite"
    if request.param != "sqlite":
        database_url = request.getfixturevalue("empty_postgresql")
    first = server_over(database_url)
    database = first.extensions["crfsmith"].database
    for username, sites in PEOPLE.items():
        add_user(
            database, username=username, name=username.title(), role=Role.COORDINATOR,
            password=PASSWORD, sites=sites,
        )  # fmt: skip
    for subjid, site in SUBJECTS.items():
        add_subject(database, subjid=subjid, site=site, user="both")

    return first, server_over(database_url)


def save(
    server: Flask, username: str, subjid: str, *, action: str = "draft", **texts: str
) -> str:
    """Saves the form as its page stands, with these answers, and gives the page then."""
    client = server.test_client()
    sign_in(client, username)
    address = f"/subjects/{subjid}/D0/kit"
    fields = page_data(client, address)
    typed = {f"f-{name}": text for name, text in texts.items()}
    answer = client.post(
        address,
        data={**fields, **typed, "action": action, "reason": "corrected"},
        follow_redirects=True,
    )
    assert answer.status_code == 200, answer.text[:2000]
    return client.get(address).text


def listed(server: Flask, username: str = "both") -> dict[str, int]:
    """The open findings of each subject, as the list of subjects keeps them."""
    client = server.test_client()
    sign_in(client, username)
    # A busy server evaluates one subject for each look at the list, if no more.
    for _ in SUBJECTS:
        client.get("/subjects")
    app = server.extensions["crfsmith"]
    kept = standings_of(
        app.database,
        SUBJECTS,
        dictionaries=SiteDictionaries(in_use=study().hash),
        day=app.today(),
    )
    return {subjid: standing.open for subjid, standing in kept.items()}


def test_both_subjects_have_the_finding_until_one_is_corrected(
    servers: tuple[Flask, Flask],
) -> None:
    first, second = servers
    assert "the same" not in save(
        first, "ghent", "01-001", action="complete", kitno="K1"
    )
    assert listed(second) == {"01-001": 0, "01-002": 0, "02-001": 0}

    # Of a subject of another site nobody learns more than that there is one.
    page = save(second, "leuven", "02-001", kitno="K1")
    assert "“Kit number” is K1, and another subject has the same." in page
    assert "01-001" not in page
    page = save(second, "ghent", "01-002", kitno="K1")
    assert "subject 01-001 (Day 0) and another subject have the same" in page
    assert "02-001" not in page
    assert listed(first) == {"01-001": 1, "01-002": 1, "02-001": 1}
    assert listed(second) == {"01-001": 1, "01-002": 1, "02-001": 1}

    # Nobody completes a form with it.
    save(first, "leuven", "02-001", action="complete", kitno="K1")
    stored = load(first.extensions["crfsmith"].database, InstanceKey("02-001", *KIT))
    assert stored is not None
    assert stored.status.value == "draft"

    save(first, "leuven", "02-001", kitno="K2")
    assert listed(second) == {"01-001": 1, "01-002": 1, "02-001": 0}
    save(second, "ghent", "01-002", kitno="k1")
    assert listed(first) == {"01-001": 0, "01-002": 0, "02-001": 0}


def test_what_was_evaluated_before_another_save_is_not_kept(
    servers: tuple[Flask, Flask],
) -> None:
    """One server evaluates a subject while the other one saves the same number for
    another subject: what the first one found is old, and is not kept for new.
    """
    first, second = servers
    save(first, "ghent", "01-001", kitno="K1")
    database = first.extensions["crfsmith"].database
    with first.test_request_context():
        early = standing_of("01-001", judged_casebook("01-001"))
    assert early.open == 0

    save(second, "leuven", "02-001", kitno="K1")
    keep_standings(database, [early])
    assert listed(first)["01-001"] == 1


def test_what_is_taken_out_of_the_data_is_not_compared(
    servers: tuple[Flask, Flask],
) -> None:
    first, second = servers
    for subjid in ("01-001", "01-002"):
        save(first, "ghent", subjid, kitno="Mrs Jansen")
    assert listed(second) == {"01-001": 1, "01-002": 1, "02-001": 0}

    database = first.extensions["crfsmith"].database
    for subjid in ("01-001", "01-002"):
        redact_text(database, subjid, "Mrs Jansen", reason="a name was typed")
    assert listed(second) == {"01-001": 0, "01-002": 0, "02-001": 0}


def test_an_import_says_at_once_which_answers_are_repeated(
    servers: tuple[Flask, Flask], tmp_path: Path
) -> None:
    """The dry run says it, too, and both subjects stand right for whoever looks next."""
    first, second = servers
    database = first.extensions["crfsmith"].database
    url = database.engine.url.render_as_string(hide_password=False)
    save(first, "ghent", "01-001", action="complete", kitno="K1")
    answers = Record(texts={"kitno": "K1", "hospno": "7"})
    package = tmp_path / "p.zip"
    forms = [form_of(subjid, KIT, answers) for subjid in ("01-002", "02-001")]
    write_package(study(), forms, package)
    assert listed(second) == {"01-001": 0, "01-002": 0, "02-001": 0}

    for dry in (["--dry-run"], []):
        ran = CliRunner().invoke(main, ["import", "--db", url, str(package), *dry])
        assert ran.exit_code == 0, ran.output
        said = [line for line in ran.output.splitlines() if "01-002 D0 kit:" in line]
        assert len(said) == 1, ran.output
        assert "K1, and subject 01-001 (Day 0) and subject 02-001 (Day 0)" in said[0]
    assert listed(second) == {"01-001": 1, "01-002": 1, "02-001": 1}


def test_a_clash_goes_with_the_form_or_the_subject_that_is_voided(
    servers: tuple[Flask, Flask],
) -> None:
    first, second = servers
    database = first.extensions["crfsmith"].database
    for server, username, subjid in (
        (first, "ghent", "01-001"),
        (second, "ghent", "01-002"),
        (second, "leuven", "02-001"),
    ):
        save(server, username, subjid, kitno="K1")
    assert listed(first) == {"01-001": 1, "01-002": 1, "02-001": 1}

    def void(scope: ReviewScope, *, voided: bool) -> None:
        set_void(database, scope, voided=voided, username="both", reason="a mistake")

    form = ReviewScope("01-001", "D0", 0, "kit")
    for scope in (form, ReviewScope("02-001")):
        void(scope, voided=True)
    assert listed(first)["01-002"] == 0
    assert "the same" not in save(second, "ghent", "01-002", kitno="K1")
    void(form, voided=False)
    assert listed(second)["01-002"] == 1


def test_two_processes_in_the_same_instant_leave_both_with_the_finding(
    servers: tuple[Flask, Flask],
) -> None:
    """Each asks before the other has saved: whoever looks afterwards sees both."""
    first, _ = servers
    url = first.extensions["crfsmith"].database.engine.url
    address = url.render_as_string(hide_password=False)
    forking = get_context("fork")
    together = forking.Barrier(2)
    people = (("ghent", "01-001"), ("leuven", "02-001"))
    processes = [
        forking.Process(target=complete_together, args=(address, together, *who))
        for who in people
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert listed(server_over(address)) == {"01-001": 1, "01-002": 0, "02-001": 1}


def complete_together(
    address: str, together: Barrier, username: str, subjid: str
) -> None:
    """One of the processes: a server that saves when the other one does."""
    server = server_over(address)
    client = server.test_client()
    sign_in(client, username)
    form = f"/subjects/{subjid}/D0/kit"
    data = {**page_data(client, form), "f-kitno": "K1", "action": "complete"}
    together.wait()
    client.post(form, data=data)
