"""Alerts go by mail to the people whose role is told of them, whatever the mail server
does.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from tests.studies import study_of
from tests.webapp.alerts.mail_server import (
    PASSWORD,
    Post,
    running,
    write_certificate,
)
from tests.webapp.pages import inputs, token
from tests.webapp.small_site import NOON, SlowClock, client_of, furnish
from tests.webapp.views.test_alerts import FILES, VISIT
from webapp.alerts.sending import MailRound, send_due
from webapp.app import create_app
from webapp.commands import main
from webapp.demo.demo_study import PASSWORD as OWN_PASSWORD
from webapp.installation.mail import (
    MailSettings,
    MailSettingWrong,
    mail_settings,
)
from webapp.installation.settings import Settings
from webapp.storage import (
    ALL_SITES,
    Database,
    EventKind,
    EventSearch,
    Sites,
    add_user,
    change_email,
    change_sites,
    close_account,
    fingerprint,
    forms_to_sign,
    get_user,
    search_events,
    sign,
)
from webapp.storage.alert_outbox import next_mail, waiting_mail
from webapp.storage.site_studies import SiteStudies
from webapp.storage.tables import alert_mail
from webapp.storage.users import NOBODY, insert_accounts, sites_as_json

ROLES = """
roles:
  coordinator: {may: [see, enter, complete, query]}
  investigator:
    may: [see, enter, complete, query, sign]
    alerts: [serious event, alert value, broken signature]
  safety: {may: [see, query], alerts: [serious event]}
  blinded:
    may: [see, query]
    places: {vs: []}
    alerts: [serious event, alert value]
  monitor: {may: [see, query, verify]}
  data manager: {may: [see, query, verify, lock, export]}
"""
STUDY = study_of({**FILES, "roles.yaml": ROLES})
PEOPLE: tuple[tuple[str, str, Sites], ...] = (
    ("ines", "investigator", frozenset({"01"})),
    ("namur", "investigator", frozenset({"02"})),
    ("sam", "safety", ALL_SITES),
    ("blind", "blinded", ALL_SITES),
    ("mona", "monitor", ALL_SITES),
)
VS, AE = "/subjects/01-001/X1/vs", "/subjects/01-001/LOG/ae"
SERIOUS = "Alerts: serious event, subject 01-001"


@pytest.fixture
def clock() -> SlowClock:
    return SlowClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/study.sqlite"


@pytest.fixture
def app(url: str, clock: SlowClock) -> Flask:
    settings = Settings(database=url, study=STUDY, secret_key="tests", clock=clock)
    app = create_app(settings)
    database: Database = app.extensions["crfsmith"].database
    furnish(database)
    # Nobody signs in with these, so no password has to be hashed.
    rows = [
        {
            "username": username,
            "name": username.title(),
            "role": role,
            "password_hash": NOBODY,
            "created_at": NOON,
            "sites": sites_as_json(sites),
        }
        for username, role, sites in PEOPLE
    ]
    with database.write() as connection:
        insert_accounts(connection, rows, NOON)
    for username, _, _ in PEOPLE:
        change_email(database, username, f"{username}@example.org")

    return app


@pytest.fixture
def database(app: Flask) -> Database:
    held: Database = app.extensions["crfsmith"].database
    return held


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def mail(post: Post) -> Iterator[MailSettings]:
    with running(post) as port:
        yield settings_for(port)


def settings_for(port: int) -> MailSettings:
    return MailSettings(
        server=f"smtp://127.0.0.1:{port}",
        sender="crfsmith@example.org",
        address="https://study.example.org",
    )


def enter(app: Flask, address: str, **texts: str) -> None:
    client = client_of(app)
    data = dict(inputs(client.get(address).text))
    data |= {f"f-{name}": text for name, text in texts.items()}
    answer = client.post(address, data={**data, "action": "draft", "reason": "Now"})
    assert answer.status_code == 303


def send(database: Database, mail: MailSettings) -> MailRound:
    return send_due(database, mail, SiteStudies(study=STUDY))


def outcomes(database: Database) -> list[tuple[str, str, object]]:
    """What the log says of messages, the oldest first."""
    kinds = [EventKind.ALERT_MAILED, EventKind.ALERT_NOT_MAILED]
    events = search_events(database, EventSearch(kinds=kinds))
    told = [
        (event.kind.value, str(event.details["account"]), event.details.get("status"))
        for event in events
    ]
    return sorted(told, key=str)


def test_an_alert_goes_to_the_roles_and_sites_that_are_told_of_it(
    app: Flask, database: Database, post: Post, mail: MailSettings
) -> None:
    enter(app, AE, what="Stroke", serious="Y")
    assert send(database, mail).sent == 3
    assert post.taken() == [
        ("blind@example.org", SERIOUS),
        ("ines@example.org", SERIOUS),
        ("sam@example.org", SERIOUS),
    ]
    enter(app, VS, sysbp="220")
    assert send(database, mail).sent == 1
    value = "Alerts: alert value, subject 01-001"
    assert post.taken() == [("ines@example.org", value)], "the form is hidden to blind"
    assert send(database, mail) == MailRound(sent=0, failures=())


def test_a_broken_signature_goes_to_who_may_sign_again(
    app: Flask, database: Database, post: Post, mail: MailSettings
) -> None:
    ines = get_user(database, "ines")
    assert ines is not None
    enter(app, VS, sysbp="120")
    (form,) = forms_to_sign(database, VISIT)
    sign(database, VISIT, user=ines, meaning="I am", seen=fingerprint([form]))
    enter(app, VS, sysbp="121")
    send(database, mail)
    [message] = post.got
    assert message["To"] == "ines@example.org"
    assert "/subjects/01-001/review" in message.get_content()


def test_a_message_says_where_to_look_and_nothing_of_the_answers(
    app: Flask, database: Database, post: Post, mail: MailSettings
) -> None:
    enter(app, VS, sysbp="220")
    send(database, mail)
    text = post.got[0].get_content()
    assert "Site: 01 Ghent" in text
    assert f"https://study.example.org{VS}" in text.split()
    assert not {"220", "sysbp", "Systolic"} & set(text.replace("#", " ").split())


def test_who_no_longer_gets_an_alert_is_sent_none(
    app: Flask, database: Database, post: Post, mail: MailSettings, clock: SlowClock
) -> None:
    enter(app, AE, what="Stroke", serious="Y")
    post.refusing = True
    assert len(send(database, mail).failures) == 3
    post.refusing = False
    close_account(database, "sam")
    change_sites(database, "ines", frozenset({"02"}))
    clock.later = timedelta(minutes=1)
    assert send(database, mail).sent == 1
    assert post.taken() == [("blind@example.org", SERIOUS)]
    assert outcomes(database) == [
        ("alert-mailed", "blind", None),
        ("alert-not-mailed", "ines", "dropped"),
        ("alert-not-mailed", "sam", "dropped"),
    ]


def test_a_process_that_is_killed_while_it_sends_loses_no_message(
    app: Flask, database: Database, post: Post, mail: MailSettings, clock: SlowClock
) -> None:
    enter(app, VS, sysbp="220")
    post.refusing = True
    send(database, mail)
    post.refusing = False
    clock.later = timedelta(minutes=1)
    assert next_mail(database) is not None, "taken by a process that then ends"
    assert send(database, mail).sent == 0
    clock.later = timedelta(minutes=4)
    assert send(database, mail).sent == 1
    assert [message["To"] for message in post.got] == ["ines@example.org"]


def test_a_message_that_is_sent_again_is_the_same_message(
    app: Flask, database: Database, post: Post, mail: MailSettings, clock: SlowClock
) -> None:
    """The process ended after the server took the message, and before it was noted."""
    enter(app, VS, sysbp="220")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("webapp.alerts.sending.settle_mail", _killed)
        with pytest.raises(SystemExit):
            send(database, mail)
    clock.later = timedelta(minutes=3)
    assert send(database, mail).sent == 1
    first, second = post.got
    assert first["Message-ID"] == second["Message-ID"]


def _killed(*_: object) -> None:
    raise SystemExit(1)


def test_a_server_that_is_away_holds_up_nobody_and_gets_all_later(
    app: Flask, database: Database, post: Post, mail: MailSettings, clock: SlowClock
) -> None:
    enter(app, AE, what="Stroke", serious="Y")
    first = send(database, settings_for(1))
    assert (first.sent, first.is_away, len(first.failures)) == (0, True, 1)
    clock.later = timedelta(minutes=5)
    assert send(database, mail).sent == 3
    assert len(post.got) == 3


def test_a_message_that_nobody_takes_for_a_week_is_given_up_and_the_log_says_so(
    app: Flask, database: Database, post: Post, mail: MailSettings, clock: SlowClock
) -> None:
    enter(app, VS, sysbp="220")
    post.refusing = True
    send(database, mail)
    clock.later = timedelta(days=7)
    send(database, mail)
    assert outcomes(database) == [("alert-not-mailed", "ines", "given up")]
    assert waiting_mail(database).messages == 0


def test_an_alert_waits_for_somebody_who_gets_it(
    app: Flask, database: Database, post: Post, mail: MailSettings, clock: SlowClock
) -> None:
    for username in ("ines", "sam"):
        change_email(database, username, "")
    enter(app, VS, sysbp="220")
    assert send(database, mail).sent == 0
    assert waiting_mail(database).without_recipient == 1
    change_email(database, "ines", "new@example.org")
    clock.later = timedelta(minutes=6)
    send(database, mail)
    assert [message["To"] for message in post.got] == ["new@example.org"]


def test_addresses_of_the_settings_get_every_alert(
    app: Flask, database: Database, post: Post, mail: MailSettings
) -> None:
    enter(app, VS, sysbp="220")
    send(database, replace(mail, recipients=("office@example.org",)))
    assert [to for to, _ in post.taken()] == ["ines@example.org", "office@example.org"]


def test_a_password_goes_only_to_a_server_that_is_who_it_says(
    app: Flask,
    database: Database,
    post: Post,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    enter(app, VS, sysbp="220")
    caplog.set_level(logging.DEBUG)
    own = write_certificate(tmp_path / "server.pem")
    login = f"smtp://crfsmith:{quote(PASSWORD, safe='')}@127.0.0.1"

    def failures(settings: MailSettings) -> tuple[str, ...]:
        studies = SiteStudies(study=STUDY)
        return send_due(database, settings, studies, at_once=True).failures

    with running(post) as port:
        without_tls = replace(settings_for(port), server=f"{login}:{port}")
        assert "offers no TLS" in failures(without_tls)[0]
    with running(post, own) as port:
        settings = replace(settings_for(port), server=f"{login}:{port}")
        assert "certificate is not trusted" in failures(settings)[0]
        assert post.logins == []
        assert failures(replace(settings, authority=str(own))) == ()

    assert post.logins == [PASSWORD.encode()]
    assert [message["To"] for message in post.got] == ["ines@example.org"]
    assert PASSWORD not in caplog.text + repr(settings)


def test_the_command_sends_what_waits(
    app: Flask,
    url: str,
    post: Post,
    mail: MailSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter(app, VS, sysbp="220")
    # The alert was raised by another clock, which is a year or more behind.
    database: Database = app.extensions["crfsmith"].database
    send(database, settings_for(1))

    def run(*words: str) -> tuple[int, str]:
        answer = CliRunner().invoke(main, [*words, "--db", url])
        return answer.exit_code, answer.output

    monkeypatch.delenv("CRFSMITH_SMTP", raising=False)
    assert run("mail")[0] == 2
    monkeypatch.setenv("CRFSMITH_SMTP", mail.server)
    monkeypatch.setenv("CRFSMITH_MAIL_FROM", "crfsmith@example.org")
    assert run("mail") == (0, "1 message sent.\n")
    assert run("mail") == (0, "0 messages sent.\n")
    assert [to for to, _ in post.taken()] == ["ines@example.org"]


def test_the_administrator_gives_addresses_and_the_log_keeps_none(
    app: Flask, url: str, database: Database
) -> None:
    add_user(database, username="boss", name="B", role="admin", password=OWN_PASSWORD)
    boss = client_of(app, "boss")
    page = boss.get("/accounts/person?username=ines").text
    data = {"csrf_token": token(page), "username": "ines"}
    wrong = boss.post("/accounts/person/email", data={**data, "email": "a@b, c@d.org"})
    assert wrong.status_code == 422
    changed = {**data, "email": "moved@example.org"}
    assert boss.post("/accounts/person/email", data=changed).status_code == 303
    assert "moved@example.org" in boss.get("/accounts/person?username=ines").text

    words = ["users", "--db", url, "email", "sam"]
    assert CliRunner().invoke(main, [*words, "later@example.org"]).exit_code == 0
    assert CliRunner().invoke(main, [*words, "nobody"]).exit_code == 2
    listed = CliRunner().invoke(main, ["users", "--db", url, "list"]).output
    assert "later@example.org" in listed
    events = search_events(database, EventSearch(kinds=[EventKind.EMAIL_CHANGED]))
    assert len(events) == len(PEOPLE) + 2
    assert not any("@" in event.line for event in events)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"CRFSMITH_SMTP": "mail.example.org"}, "CRFSMITH_SMTP"),
        ({"CRFSMITH_SMTP": "smtp://mail.example.org:x"}, "CRFSMITH_SMTP"),
        ({"CRFSMITH_SMTP": "smtp://mail.example.org?tls=off"}, "CRFSMITH_SMTP"),
        ({"CRFSMITH_ALERTS_TO": "pi"}, "CRFSMITH_ALERTS_TO"),
        ({"CRFSMITH_MAIL_FROM": ""}, "CRFSMITH_MAIL_FROM"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], named: str) -> None:
    right = {
        "CRFSMITH_SMTP": "smtp://mail.example.org:25",
        "CRFSMITH_ALERTS_TO": "pi@example.org, dm@example.org",
        "CRFSMITH_MAIL_FROM": "crfsmith@example.org",
    }
    settings = mail_settings(right)
    assert settings is not None
    assert settings.recipients == ("pi@example.org", "dm@example.org")
    assert mail_settings({}) is None
    with pytest.raises(MailSettingWrong, match=named):
        mail_settings({**right, **wrong})


class KillingPost(Post):
    """Kills the process that sends, with its second message half sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sender = Future[int]()

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if len(self.got) == 1 and not self.refusing:
            os.kill(self.sender.result(), signal.SIGKILL)
            self.refusing = True
        return await super().handle_DATA(server, session, envelope)


def test_a_command_killed_while_it_sends_loses_no_message(
    app: Flask, database: Database, url: str
) -> None:
    enter(app, AE, what="Stroke", serious="Y")
    # The alert was raised by another clock, which is a year or more behind.
    send(database, settings_for(1))
    killing, post = KillingPost(), Post()
    with running(killing) as port:
        settings = {
            "CRFSMITH_SMTP": f"smtp://127.0.0.1:{port}",
            "CRFSMITH_MAIL_FROM": "crfsmith@example.org",
        }
        code = "from webapp.commands import main; main()"
        command = [sys.executable, "-c", code, "mail", "--db", url]
        sender = subprocess.Popen(command, env={**os.environ, **settings})
        killing.sender.set_result(sender.pid)
        assert sender.wait() == -signal.SIGKILL
    assert len(killing.got) == 1

    # The message on its way is left to its process for a while, and is nobody's then.
    with database.read() as connection:
        theirs = select(alert_mail.c.taken_until).where(
            alert_mail.c.settled_at.is_(None)
        )
        until = max(filter(None, connection.execute(theirs).scalars()))
    rounds = []
    with running(post) as port:
        for moment in (until - timedelta(seconds=1), until):
            later = replace(database, clock=lambda now=moment: now)
            rounds.append(send(later, settings_for(port)).sent)

    assert rounds == [1, 1]
    everybody = sorted(message["To"] for message in (*killing.got, *post.got))
    assert everybody == [f"{name}@example.org" for name in ("blind", "ines", "sam")]
    assert len(outcomes(database)) == 3
