"""Every route, by every method, for every role, at the own and another site, with every
state of an account: what each may, and that nothing else leaks.

The routes come from the application. One that this table does not name fails the test.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_spec.kinds.file import PREFIX, file_text
from forms_spec.model.captured_data import Record
from tests.studies import small_study
from tests.webapp.pages import sign_in
from tests.webapp.small_site import NOON
from webapp.app import create_app
from webapp.demo.demo_study import PASSWORD
from webapp.installation.settings import Settings
from webapp.security.query_access import person_step
from webapp.storage import (
    ALL_SITES,
    Database,
    InstanceKey,
    NewQuery,
    QueryAction,
    QueryPlace,
    Role,
    SaveRequest,
    Sites,
    Status,
    add_subject,
    add_user,
    close_account,
    get_user,
    open_queries,
    reset_password,
    save,
    use_dictionary,
)
from webapp.storage.sign_ins import LOCKED_AFTER

EVERYONE, SIGNED_IN, READ, ENTER, PACKAGES, DICTIONARY, ACCOUNTS = (
    frozenset[Role | None]({None, *Role}),
    frozenset[Role | None](Role),
    frozenset[Role | None](
        {Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER}
    ),
    frozenset[Role | None]({Role.COORDINATOR, Role.INVESTIGATOR}),
    frozenset[Role | None]({Role.DATA_MANAGER}),
    frozenset[Role | None]({Role.DESIGNER}),
    frozenset[Role | None]({Role.ADMIN}),
)
REVIEW = frozenset[Role | None]({Role.ADMIN, Role.DATA_MANAGER, Role.MONITOR})
ADJUDICATE = frozenset[Role | None]({Role.DATA_MANAGER})
VERIFY = frozenset[Role | None]({Role.MONITOR, Role.DATA_MANAGER})
SIGN = frozenset[Role | None]({Role.INVESTIGATOR})
REVIEW_DATA = frozenset[Role | None](
    {Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER}
)
REDACT = frozenset[Role | None]({Role.ADMIN, Role.DATA_MANAGER})
RIGHTS: Mapping[tuple[str, str], frozenset[Role | None]] = {
    ("accounts.ask_account", "GET"): ACCOUNTS,
    ("accounts.close_person", "POST"): ACCOUNTS,
    ("accounts.enter_account", "POST"): ACCOUNTS,
    ("accounts.reopen_person", "POST"): ACCOUNTS,
    ("accounts.remove_authenticator", "POST"): ACCOUNTS,
    ("accounts.require_person_code", "POST"): ACCOUNTS,
    ("accounts.reset_person", "POST"): ACCOUNTS,
    ("accounts.show_accounts", "GET"): ACCOUNTS,
    ("accounts.show_person", "GET"): ACCOUNTS,
    ("accounts.take_role", "POST"): ACCOUNTS,
    ("accounts.take_sites", "POST"): ACCOUNTS,
    ("accounts.take_email", "POST"): ACCOUNTS,
    ("accounts.unlock_person", "POST"): ACCOUNTS,
    ("assets.asset", "GET"): EVERYONE,
    ("casebooks.begin_visit", "POST"): ENTER,
    ("casebooks.show_casebook", "GET"): READ,
    ("casebooks.show_findings", "GET"): READ,
    ("casebooks.show_standing", "GET"): READ,
    ("finding_queries.ask", "GET"): READ,
    ("finding_queries.ask_of_list", "GET"): READ,
    ("finding_queries.open_chosen", "POST"): READ,
    ("finding_queries.open_of_list", "POST"): READ,
    ("dashboard.show_dashboard", "GET"): READ,
    ("eligibility.show_eligibility", "GET"): READ,
    ("events.export_account_history", "GET"): REVIEW,
    ("events.export_study_history", "GET"): REVIEW,
    ("events.export_subject_history", "GET"): READ,
    ("events.show_account_history", "GET"): REVIEW,
    ("events.show_study_history", "GET"): REVIEW,
    ("events.show_subject_history", "GET"): READ,
    ("form_files.show_file", "GET"): READ,
    ("form_pages.save_form", "POST"): ENTER,
    ("form_pages.show_form", "GET"): READ,
    ("form_specs.show_spec", "GET"): READ,
    ("histories.show_field_history", "GET"): READ,
    ("histories.show_history", "GET"): READ,
    ("home.see", "POST"): READ,
    ("home.show_home", "GET"): READ,
    ("home.show_work", "GET"): READ,
    ("homes.show_codebook", "GET"): SIGNED_IN,
    ("homes.show_dictionary", "GET"): DICTIONARY,
    ("homes.start", "GET"): SIGNED_IN,
    ("double_entries.read_first", "POST"): ENTER,
    ("double_entries.save_second_entry", "POST"): ENTER,
    ("double_entries.show_double", "GET"): READ,
    ("double_entries.show_second", "GET"): ENTER,
    ("double_entries.take_decision", "POST"): ADJUDICATE,
    ("languages.choose_language", "POST"): SIGNED_IN,
    ("looks.keep_look", "POST"): REVIEW_DATA,
    ("own_account.ask_password", "GET"): SIGNED_IN,
    ("own_account.show_account", "GET"): SIGNED_IN,
    ("own_account.take_password", "POST"): SIGNED_IN,
    ("own_code.begin_code", "POST"): SIGNED_IN,
    ("own_code.change_code", "POST"): SIGNED_IN,
    ("own_code.confirm_code", "POST"): SIGNED_IN,
    ("own_code.go_on_with_code", "POST"): SIGNED_IN,
    ("own_code.show_code", "GET"): SIGNED_IN,
    ("packages.answers_as_csv", "GET"): PACKAGES,
    ("packages.download_package", "GET"): PACKAGES,
    ("packages.findings_as_csv", "GET"): PACKAGES,
    ("packages.ask_queries", "GET"): PACKAGES,
    ("packages.open_listed", "POST"): PACKAGES,
    ("packages.remove", "POST"): PACKAGES,
    ("packages.show_package", "GET"): PACKAGES,
    ("packages.show_packages", "GET"): PACKAGES,
    ("packages.show_report", "GET"): PACKAGES,
    ("packages.take", "POST"): PACKAGES,
    ("papers.show_annotated_pdf", "GET"): SIGNED_IN,
    ("papers.show_annotated_word", "GET"): SIGNED_IN,
    ("papers.show_blank_pdf", "GET"): SIGNED_IN,
    ("papers.show_blank_word", "GET"): SIGNED_IN,
    ("papers.show_casebook_pdf", "GET"): READ,
    ("provider_sign_in.come_back", "GET"): EVERYONE,
    ("provider_sign_in.send_away", "GET"): EVERYONE,
    ("provider_sign_in.take_answer", "GET"): EVERYONE,
    ("queries.ask_about_field", "POST"): READ,
    ("queries.ask_about_form", "POST"): READ,
    ("queries.ask_about_subject", "POST"): READ,
    ("queries.show_field", "GET"): READ,
    ("queries.show_form", "GET"): READ,
    ("queries.show_list", "GET"): READ,
    ("queries.show_query", "GET"): READ,
    ("queries.show_subject", "GET"): READ,
    ("queries.write_entry", "POST"): READ,
    ("randomizing.ask_randomization", "GET"): ENTER,
    ("randomizing.take_randomization", "POST"): ENTER,
    ("redactions.ask_redaction", "GET"): REDACT,
    ("redactions.take_redaction", "POST"): REDACT,
    ("releases.release", "POST"): ACCOUNTS,
    ("releases.show_releases", "GET"): ACCOUNTS,
    ("reviews.lock_study", "POST"): PACKAGES,
    ("reviews.review_subject", "POST"): REVIEW_DATA,
    ("reviews.show_site_review", "GET"): READ,
    ("reviews.show_study_review", "GET"): READ,
    ("reviews.show_subject_review", "GET"): READ,
    ("search.show_found", "GET"): READ,
    ("sign_in.renew_session", "POST"): EVERYONE,
    ("sign_in.show_code", "GET"): EVERYONE,
    ("sign_in.show_session", "GET"): EVERYONE,
    ("sign_in.show_sign_in", "GET"): EVERYONE,
    ("sign_in.sign_out", "POST"): SIGNED_IN,
    ("sign_in.take_code", "POST"): EVERYONE,
    ("sign_in.take_sign_in", "POST"): EVERYONE,
    ("signing.ask_signature", "GET"): SIGN,
    ("signing.take_signature", "POST"): SIGN,
    ("subjects.ask_subject", "GET"): ENTER,
    ("subjects.count_on", "GET"): READ,
    ("subjects.enter_subject", "POST"): ENTER,
    ("subjects.evaluate_on", "GET"): READ,
    ("subjects.show_subjects", "GET"): READ,
    ("voiding.show_voided", "GET"): READ,
    ("voiding.void_something", "POST"): ENTER,
    ("verifications.show_verification", "GET"): READ,
    ("verifications.take_verification", "POST"): VERIFY,
}
"""Who may call what; None is somebody who has not signed in."""

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
OWN, OTHER, UNKNOWN = "01-001", "02-001", "02-777"
QUERIES: Final = {OWN: "1", OTHER: "2", UNKNOWN: "777"}
SECRET = "7731"
"""An answer that stands in the other site's form only."""
SCAN = b"%PDF-1.4 a scan"
FILE = file_text(hashlib.sha256(SCAN).hexdigest(), "scan.pdf")
ENDS_A_SESSION = frozenset({"sign_in.sign_out"})
OF_ALL_SITES = frozenset({"packages.take", "reviews.lock_study"})
"""Only for people who see all sites."""
BEFORE_A_CHANGE = frozenset(
    {"own_account.ask_password", "own_account.take_password", "sign_in.sign_out"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A route, by a method that it takes, for a subject where it is about one."""

    endpoint: str
    method: str
    address: str

    @property
    def rights(self) -> frozenset[Role | None]:
        return RIGHTS[self.endpoint, self.method]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    path = tmp_path_factory.mktemp("rights") / "study.sqlite"
    made = create_app(
        Settings(
            database=f"sqlite:///{path}",
            study=small_study(),
            secret_key="tests",
            clock=lambda: NOON,
        )
    )
    made.config["WTF_CSRF_ENABLED"] = False
    furnish(made.extensions["crfsmith"].database)
    return made


def furnish(database: Database) -> None:
    """A subject with a form and a file at each site, and an account for each role."""
    use_dictionary(database, small_study())
    for role in Role:
        _person(database, role.value, role, frozenset({"01"}))
        _person(database, f"{role.value} of all", role, ALL_SITES)
    _person(database, "victim", Role.MONITOR, frozenset({"01"}))
    for subject, pulse in ((OWN, "120"), (OTHER, SECRET)):
        add_subject(
            database, subjid=subject, site=subject[:2], user="coordinator of all"
        )
        asked = SaveRequest(
            key=InstanceKey(subject, "vs", "SCR"),
            base_version=0,
            record=Record(texts={"vsperf": "Y", "sysbp": pulse, "scan": FILE}),
            status=Status.DRAFT,
            user="coordinator of all",
            save_id=subject,
            dictionary_hash=small_study().hash,
            files=(SCAN,),
        )
        save(database, asked)
        _ask_about(database, subject)


def _ask_about(database: Database, subject: str) -> None:
    """A query on the subject: its number is that of ``QUERIES``."""
    monitor = get_user(database, "monitor of all")
    assert monitor is not None
    text = f"Is {SECRET} right?" if subject == OTHER else "Is this right?"
    step = person_step(
        monitor, QueryAction.OPEN, text, assigned_role=Role.COORDINATOR.value
    )
    new = NewQuery(place=QueryPlace(subject=subject), step=step)
    assert open_queries(database, [new]) == (int(QUERIES[subject]),)


def _person(database: Database, username: str, role: Role, sites: Sites) -> None:
    add_user(
        database,
        username=username,
        name=username.title(),
        role=role,
        password=PASSWORD,
        sites=sites,
    )


def client_of(app: Flask, username: str = "") -> FlaskClient:
    client = app.test_client()
    if username:
        app.config["WTF_CSRF_ENABLED"] = True
        sign_in(client, username)
        app.config["WTF_CSRF_ENABLED"] = False
    return client


def calls(app: Flask, subject: str, *, about_subjects: bool = False) -> Iterator[Call]:
    """Every route by every method that it takes."""
    values = {
        "subjid": subject,
        "visit": "SCR",
        "form": "vs",
        "hash_": small_study().hash,
        "work": "x",
        "number": QUERIES[subject],
        "username": "victim",
        "beginning": hashlib.sha256(SCAN).hexdigest()[:PREFIX],
    }
    names = {
        "assets.asset": "crfsmith.css",
        "home.show_work": "findings",
        "form_files.show_file": "scan.pdf",
        "histories.show_field_history": "f-sysbp",
        "queries.show_field": "f-sysbp",
        "queries.ask_about_field": "f-sysbp",
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if about_subjects and rule.arguments.isdisjoint({"subjid", "number"}):
            continue
        values["name"] = names.get(rule.endpoint, "")
        address = adapter.build(
            rule.endpoint, {name: values[name] for name in rule.arguments}
        )
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Call(endpoint=rule.endpoint, method=method, address=address)


def answer_to(client: FlaskClient, call: Call) -> TestResponse:
    if call.method == "POST":
        return client.post(call.address, data={"username": "victim"})
    return client.open(
        call.address, method=call.method, query_string={"username": "victim"}
    )


TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


def text_of(answer: TestResponse) -> str:
    """What an answer says, without the token that is another one each second."""
    return TOKEN.sub("", answer.get_data().decode("utf-8", "replace"))


def asks_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 401 or answer.headers.get("Location", "").startswith(
        "/sign-in"
    )


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    routes = {(call.endpoint, call.method) for call in calls(app, OWN)}
    assert routes == set(RIGHTS), "name each route in RIGHTS, and none that is gone"


def test_nobody_sees_anything_without_signing_in(app: Flask) -> None:
    client = client_of(app)
    for subject in (OWN, UNKNOWN):
        for call in calls(app, subject):
            answer = answer_to(client, call)
            if None in call.rights:
                assert answer.status_code < 500, call
            else:
                assert asks_to_sign_in(answer), call


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_a_role_may_what_it_should_at_its_own_site(app: Flask, role: Role) -> None:
    for username in (role.value, f"{role.value} of all"):
        client = client_of(app, username)
        for call in calls(app, OWN):
            if call.endpoint in ENDS_A_SESSION or None in call.rights:
                continue
            answer = answer_to(client, call)
            if role not in call.rights:
                assert answer.status_code == 403, call
                assert OWN not in text_of(answer).replace(call.address, ""), call
                continue
            limited = call.endpoint in OF_ALL_SITES and username == role.value
            assert answer.status_code not in {401, 405, 500}, call
            assert answer.status_code != 403 or limited, call
            assert "There is no subject" not in text_of(answer), call


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_a_subject_of_another_site_does_not_exist(app: Flask, role: Role) -> None:
    """The answer is that of a number which nobody ever gave, to the last letter."""
    client = client_of(app, role.value)
    everywhere = client_of(app, f"{role.value} of all")
    pairs = zip(
        calls(app, OTHER, about_subjects=True),
        calls(app, UNKNOWN, about_subjects=True),
        strict=True,
    )
    for call, unknown in pairs:
        answer, expected = answer_to(client, call), answer_to(client, unknown)
        assert answer.status_code == expected.status_code, call
        text = text_of(answer).replace(OTHER, UNKNOWN)
        number = f"query {QUERIES[OTHER]}."
        text = text.replace(number, f"query {QUERIES[UNKNOWN]}.")
        assert text == text_of(expected), call
        assert SECRET not in text_of(answer), call
        if role in call.rights:
            assert answer.status_code == 404, call
            seen = answer_to(everywhere, call)
            assert "There is no subject" not in text_of(seen), call


@pytest.mark.parametrize("role", sorted(READ, key=str), ids=str)
def test_lists_searches_and_counts_have_the_own_site_only(
    app: Flask, role: Role
) -> None:
    client = client_of(app, role.value)
    addresses = (
        "/home",
        "/home/unfinished",
        "/subjects",
        "/subjects?order=saved",
        "/subjects/standings",
        "/queries?state=",
    )
    for address in addresses:
        assert OWN in client.get(address).text, address
        assert OTHER not in client.get(address).text, address
        assert OTHER in client_of(app, f"{role.value} of all").get(address).text
    for wanted in ("02", OTHER, UNKNOWN):
        answer = client.get("/subjects", query_string={"q": wanted})
        assert answer.status_code == 200, "no redirect tells that it exists"
        assert f'href="/subjects/{OTHER}' not in text_of(answer)
    assert OTHER not in client.get("/subjects/standings?from=02").text
    for narrowed in ("site=02", f"subject={OTHER}"):
        page = text_of(client.get(f"/queries?state=&{narrowed}"))
        assert f'href="/subjects/{OTHER}' not in page
        assert SECRET not in page


@pytest.mark.parametrize("role", sorted(REVIEW, key=str), ids=str)
def test_the_log_of_events_has_the_own_site_only(app: Flask, role: Role) -> None:
    author = "coordinator of all"
    for address in ("/history", "/history.csv", f"/accounts/{author}/history"):
        limited = client_of(app, role.value).get(address)
        everything = client_of(app, f"{role.value} of all").get(address)
        assert OTHER in text_of(everything), address
        assert OWN in text_of(limited), address
        assert OTHER not in text_of(limited), address


@pytest.mark.parametrize("number", [OTHER, UNKNOWN])
def test_a_subject_is_entered_at_the_own_site_only(app: Flask, number: str) -> None:
    client = client_of(app, Role.COORDINATOR.value)
    answer = client.post("/subjects/new", data={"subjid": number})
    assert answer.status_code == 422
    assert "does not begin with the site number (01)" in text_of(answer)
    assert "exists" not in text_of(answer)


def test_numbers_that_look_alike_are_those_of_the_own_site(app: Flask) -> None:
    other = app.extensions["crfsmith"].database
    add_subject(other, subjid="01-010", site="02", user="coordinator of all")
    client = client_of(app, Role.COORDINATOR.value)
    answer = client.post("/subjects/new", data={"subjid": "01-010"})
    assert answer.status_code == 422
    assert "already exists" not in text_of(answer)
    assert client.get("/subjects/01-010").status_code == 404


def test_a_data_manager_of_some_sites_exports_nothing(app: Flask) -> None:
    client = client_of(app, Role.DATA_MANAGER.value)
    page = client.get("/packages").text
    assert "Validate current study data" not in page
    assert client.post("/packages", data={"what": "study"}).status_code == 403
    everywhere = client_of(app, f"{Role.DATA_MANAGER.value} of all")
    assert "Validate current study data" in everywhere.get("/packages").text


def test_no_other_method_gives_data(app: Flask) -> None:
    client = client_of(app, f"{Role.COORDINATOR.value} of all")
    taken = {(call.address, call.method) for call in calls(app, OTHER)}
    for address in {call.address for call in calls(app, OTHER)}:
        for method in METHODS - {"GET", "POST"}:
            answer = client.open(address, method=method)
            assert answer.status_code in {403, 404, 405}, (method, address)
            assert SECRET not in text_of(answer)
        if (address, "GET") in taken:
            assert client.head(address).data == b""


def test_a_wrong_token_shows_nobody_what_is_not_theirs(app: Flask) -> None:
    clients = {
        role: client_of(app, role.value) for role in (Role.MONITOR, Role.DESIGNER)
    }
    coordinator = client_of(app, Role.COORDINATOR.value)
    app.config["WTF_CSRF_ENABLED"] = True
    for role, client in clients.items():
        answer = client.post(f"/subjects/{OWN}/SCR/vs", data={"on": "vsperf"})
        assert (answer.status_code, "sysbp" in text_of(answer)) == (403, False), role
    answer = coordinator.post(f"/subjects/{OTHER}/SCR/vs", data={"on": "vsperf"})
    app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 404
    assert SECRET not in text_of(answer)


def test_a_closed_account_is_nobody_at_once(app: Flask) -> None:
    database = app.extensions["crfsmith"].database
    _person(database, "leaving", Role.COORDINATOR, ALL_SITES)
    client = client_of(app, "leaving")
    close_account(database, "leaving")
    for call in calls(app, OWN):
        answer = answer_to(client, call)
        if None not in call.rights:
            assert asks_to_sign_in(answer), call
    data = {"username": "leaving", "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=data).status_code == 401


def test_after_a_reset_the_password_is_changed_before_anything(app: Flask) -> None:
    database = app.extensions["crfsmith"].database
    _person(database, "resetting", Role.COORDINATOR, ALL_SITES)
    earlier = client_of(app, "resetting")
    reset_password(database, "resetting", PASSWORD)
    assert asks_to_sign_in(earlier.get("/subjects"))
    client = client_of(app, "resetting")
    for call in calls(app, OWN):
        if call.endpoint in BEFORE_A_CHANGE or Role.COORDINATOR not in call.rights:
            continue
        if None in call.rights:
            continue
        answer = answer_to(client, call)
        assert (
            answer.location == "/account/password"
            if call.method == "GET"
            else answer.status_code == 403
        ), call
        assert OWN not in text_of(answer).replace(call.address, ""), call


def test_a_locked_account_keeps_its_session_and_begins_none(app: Flask) -> None:
    database = app.extensions["crfsmith"].database
    _person(database, "guessed", Role.MONITOR, ALL_SITES)
    client = client_of(app, "guessed")
    admin = client_of(app, f"{Role.ADMIN.value} of all")
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO sign_in_failure (key, count, last_at, wait_until) VALUES"
            f" ('name:guessed', {LOCKED_AFTER}, '2024-04-18 12:00:00',"
            " '2024-04-18 12:15:00')"
        )
    data = {"username": "guessed", "password": PASSWORD}
    refused = app.test_client().post("/sign-in", data=data)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert "15 minutes" in refused.text
    assert client.get("/subjects").status_code == 200
    assert "guessed is locked" in admin.get("/accounts").text
    admin.post("/accounts/person/unlock", data={"username": "guessed"})
    assert app.test_client().post("/sign-in", data=data).status_code == 303
