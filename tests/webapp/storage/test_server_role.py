"""The server works under a role that owns nothing, with just the rights that the
documentation grants; whoever has that role cannot change history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from tests.webapp import small_site
from tests.webapp.pages import token
from tests.webapp.postgresql import named, run_statements
from tests.webapp.storage.old_states import build
from webapp.commands import main
from webapp.storage import (
    Database,
    NewQuery,
    QueryAction,
    QueryPlace,
    QueryStep,
    broken_seals,
    get_thread,
    list_subjects,
    open_database,
    open_queries,
)
from webapp.storage.query_life import QueryParty
from webapp.storage.redacting import RedactionRefused, redact_text
from webapp.storage.second_factors import (
    begin_second_factor,
    confirm_second_factor,
    get_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    require_code,
    take_code_step,
    take_recovery_code,
)

DEPLOYMENT = Path(__file__).parents[3] / "docs" / "deployment.md"
FORM = "/subjects/01-001/SCR/vs"
SCRIPT = {"Accept": "application/json"}
NO_RIGHT = "42501"


def granted() -> list[str]:
    """The statements of the documentation."""
    (block,) = re.findall(r"```sql\n(.*?)```", DEPLOYMENT.read_text(), re.DOTALL)
    return [line for line in str(block).splitlines() if line]


@pytest.fixture(scope="module")
def server_url(postgresql_server: str, site_template: str) -> str:
    """A study's database, by the address of the server's role."""
    run_statements(postgresql_server, f"CREATE DATABASE study TEMPLATE {site_template}")
    run_statements(postgresql_server, *granted(), database="study")
    return as_server(named(postgresql_server, "study"))


def as_server(address: str) -> str:
    url = make_url(address).set(username="crfsmith_server")
    return url.render_as_string(hide_password=False)


@pytest.fixture
def server(server_url: str) -> Iterator[Database]:
    database = open_database(server_url)
    yield database
    database.close()


def test_people_work_under_it(server_url: str) -> None:
    app = small_site.app_over(server_url)
    wrong = app.test_client()
    page = token(wrong.get("/sign-in").text)
    tried = {"csrf_token": page, "username": "nurse", "password": "no", "then": ""}
    assert wrong.post("/sign-in", data=tried).status_code < 500

    client = small_site.client_of(app)
    data = small_site.page_data(client, FORM)
    for number, action in enumerate(("draft", "complete")):
        data |= {
            "action": [action],
            "base_version": [str(number)],
            "save_id": [f"under-the-role-{number}"],
            "f-vsperf": ["N"],
            "reason": ["asked again"],
        }
        answer = client.post(FORM, data=data, headers=SCRIPT)
        assert answer.status_code == 200, answer.text
    for address in ("/subjects", "/subjects/01-001", FORM, f"{FORM}/history"):
        assert client.get(address).status_code == 200, address

    database = small_site.database_of(app)
    assert len(list_subjects(database)) == 2
    assert list(broken_seals(database)) == []
    database.close()


def test_it_exports(server_url: str, tmp_path: Path) -> None:
    arguments = ["export", "--db", server_url, "--out", str(tmp_path / "p.zip")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output


def test_codes_are_set_up_used_and_taken_away_under_it(server: Database) -> None:
    begin_second_factor(server, "monitor", "sealed")
    confirm_second_factor(server, "monitor", step=1, codes=["one", "two"])
    with server.write() as connection:
        assert take_code_step(connection, "monitor", 2)
        assert take_recovery_code(connection, "monitor", "one", server.clock())
    renew_recovery_codes(server, "monitor", ["three"])
    require_code(server, "monitor", True)
    remove_second_factor(server, "monitor")
    assert get_second_factor(server, "monitor") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE form_version SET texts = '{}'",
        "UPDATE event SET line = ''",
        "UPDATE subject SET site = '02'",
        "UPDATE dictionary SET files = '{}'",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM form_version",
        "DELETE FROM form_instance",
        "DELETE FROM app_user",
        "DELETE FROM query_entry",
        "TRUNCATE form_version",
        "TRUNCATE event",
        "DROP TABLE attachment",
        "DROP TRIGGER form_version_no_update ON form_version",
        "ALTER TABLE form_version DISABLE TRIGGER form_version_no_update",
        "ALTER TABLE form_version DISABLE TRIGGER ALL",
        "ALTER TABLE form_version RENAME TO old_version",
        "ALTER TABLE form_version ALTER COLUMN reason TYPE text USING ''",
        "CREATE OR REPLACE FUNCTION crfsmith_refuse() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "CREATE TABLE other (id integer)",
        "CREATE TEMPORARY TABLE form_version (id integer)",
        "SET session_replication_role = replica",
    ],
)
def test_it_may_not_change_history(server: Database, statement: str) -> None:
    with pytest.raises(DBAPIError) as refused, server.write() as connection:
        connection.execute(text(statement))
    assert getattr(refused.value.orig, "sqlstate", "") == NO_RIGHT


def test_it_takes_no_text_out_and_says_who_can(server: Database) -> None:
    place = QueryPlace(subject="01-002")
    step = QueryStep(
        action=QueryAction.OPEN,
        party=QueryParty.REVIEWER,
        username="monitor",
        text="Who is Jan Peeters?",
    )
    (number,) = open_queries(server, [NewQuery(place=place, step=step)])
    with pytest.raises(RedactionRefused, match="with the address of the owner"):
        redact_text(server, "01-002", "Jan Peeters", reason="a name")
    thread = get_thread(server, number)
    assert thread is not None
    assert thread.entries[0].text == "Who is Jan Peeters?"


def test_tables_that_are_old_are_left_to_their_owner(
    empty_postgresql: str, server_url: str, tmp_path: Path
) -> None:
    owner = open_database(empty_postgresql, as_it_is=True)
    build(owner, "0007")
    name = str(owner.engine.url.database)
    owner.close()
    read = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO crfsmith_server"
    run_statements(empty_postgresql, read, database=name)

    url = as_server(named(server_url.replace("crfsmith_server", "postgres"), name))
    arguments = ["export", "--db", url, "--out", str(tmp_path / "p.zip")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2, done.output
    assert "address of their owner" in done.output.replace("\n", " ")
