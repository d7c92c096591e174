"""The law of waiting: what waits and what is open are together what the judge says, and
nothing else.

Each subject stands here as it was while it was entered: some forms, not all, of them
the last one a draft.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import pytest
from flask import Flask

from forms_spec.evaluation import findings_of, judge_casebook
from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.form_plan import rules_of
from forms_spec.evaluation.waiting import reads_other_forms, rule_of
from forms_spec.findings.finding import Severity
from forms_spec.model.captured_data import LOG, FormKey
from forms_spec.model.captured_forms import CapturedForm, FormStatus
from forms_spec.model.edit_checks import EditCheck
from forms_spec.rules import Home, Type
from forms_spec.rules.runtime.compiler import compile_core
from forms_spec.rules.semantics.resolved import RuleValue
from forms_spec.rules.semantics.resolver import resolve
from forms_spec.rules.semantics.still_open import IsOpen, with_open_sources
from generator.browser.form_json import form_spec
from generator.browser.server_values import browser_env
from generator.package.row_order import form_order
from tests.acceptance.app_judging import visit_of
from tests.acceptance.expectations import expectations, said
from tests.data_dictionary.conftest import cellkine
from tests.data_dictionary.verdicts import example
from tests.parity.browser import Browser
from tests.parity.rule_engines import Shelf, record_json
from tests.soak import some
from tests.webapp.pages import sign_in, signed_in_request
from webapp.app import create_app
from webapp.casebook.subject_status import judged_casebook
from webapp.casebook.waiting_findings import OnPage
from webapp.demo.demo_study import PASSWORD
from webapp.forms.evaluation import context_of, judged
from webapp.installation.settings import Settings
from webapp.packages.import_forms import Import, import_forms
from webapp.presentation.form_address import form_address, form_place
from webapp.services import whole_casebook_of
from webapp.storage import Role, Status, add_user, open_database, use_dictionary

CUT = date(2026, 5, 31)
SUBJECTS = some(expectations(), 3)
PARTS = (0.1, 0.4, 1.0)
"""How much of a subject is entered, in the order in which a nurse enters it."""


@dataclass(frozen=True, kw_only=True)
class Entering:
    app: Flask
    part: float


@cache
def entered(subject: str, part: float) -> tuple[CapturedForm, ...]:
    """The first forms of a subject; the logs come after the visits, and the last form
    is a draft.
    """
    place = form_order(cellkine())
    forms = sorted(
        example(cellkine(), subject).forms.values(),
        key=lambda form: (form.key.visit == LOG, place(form.key)),
    )
    some = forms[: max(1, int(len(forms) * part))]
    return (
        tuple(some)
        if part == 1
        else (*some[:-1], replace(some[-1], status=FormStatus.UNVERIFIED))
    )


@pytest.fixture(scope="module", params=PARTS)
def entering(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Entering:
    """An app in which so much of every subject is stored."""
    url = f"sqlite:///{tmp_path_factory.mktemp('waiting')}/study.sqlite"
    database = open_database(url)
    use_dictionary(database, cellkine())
    add_user(
        database,
        username="coordinator",
        name="Cora",
        role=Role.COORDINATOR,
        password=PASSWORD,
    )
    forms = tuple(
        form for subject in SUBJECTS for form in entered(subject, request.param)
    )
    how = Import(
        study=cellkine(), user="coordinator", source="the example subjects", today=CUT
    )
    import_forms(database, forms, how)
    database.close()
    settings = Settings(
        database=url, study=cellkine(), secret_key="tests", today=lambda: CUT
    )
    return Entering(app=create_app(settings), part=request.param)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_waits_and_what_is_open_is_all_that_the_judge_says(
    entering: Entering, subject: str
) -> None:
    client = entering.app.test_client()
    sign_in(client)
    page = client.get(f"/subjects/{subject}/findings").text
    with signed_in_request(entering.app):
        judged_now = judged_casebook(subject)
        stored = whole_casebook_of(subject).forms
    judgements = judge_casebook(
        cellkine(),
        Shelf({key: form.record for key, form in stored.items()}),
        CUT,
        subject=subject,
        complete=lambda key: stored[key].status is Status.COMPLETE,
    )
    expected = Counter(said(found) for found in findings_of(judgements.values()))
    waiting = [found for found, _ in judged_now.waiting]
    assert Counter(said(found) for found in (*judged_now.open, *waiting)) == expected
    assert page.count('<tr><th scope="row">') == expected.total(), (
        "the list has each of them once"
    )
    assert page.count("Waiting for:") == len(waiting)
    assert judged_now.standing.open == len(judged_now.open)
    if entering.part == 1:
        assert waiting == [], "nothing waits where every visit is complete"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_only_a_rule_that_does_not_refuse_waits_and_only_for_a_form_that_is_not_begun(
    entering: Entering, subject: str
) -> None:
    begun = {
        form_address(subject, form.key.visit, form.key.unsno, form.key.form)
        for form in entered(subject, entering.part)
    }
    with signed_in_request(entering.app):
        for found, leads in judged_casebook(subject).waiting:
            assert rule_of(cellkine(), found) is not None
            assert found.severity is not Severity.ERROR
            assert not found.alerts
            assert leads
            assert not {lead.address for lead in leads} & begun


def test_something_waits_while_subjects_are_entered(entering: Entering) -> None:
    """The laws above would hold if nothing ever waited."""
    with signed_in_request(entering.app):
        count = sum(len(judged_casebook(subject).waiting) for subject in SUBJECTS)
    assert (count > 0) is (entering.part < 1)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_page_s_script_lets_the_same_findings_wait_for_the_same_forms(
    entering: Entering, browser: Browser, subject: str
) -> None:
    with signed_in_request(entering.app):
        for form in entered(subject, entering.part):
            if form.key.visit == LOG:
                continue
            place = form_place(subject, visit_of(form), form.key.form)
            page = OnPage(place, form.record)
            found = judged(place, form.record, completing=False).findings
            broken = [one for one in found if rule_of(cellkine(), one) is not None]
            by_server = [
                (
                    one.rule,
                    one.data.row if one.data else None,
                    [lead.address for lead in page.leads(one)],
                )
                for one in broken
            ]
            env = {
                **browser_env(cellkine(), place.form, context_of(place)),
                "toCome": page.for_script(),
            }
            record = record_json(replace(form.record, kept={}))
            verdict = browser.call(
                "judge", form_spec(cellkine(), place.form), record, env
            )
            by_script = [
                (
                    one["rule"],
                    one["row"],
                    [address for _, address in one.get("waits", ())],
                )
                for one in verdict["findings"]
                if "also" in one
            ]
            assert by_script == by_server, form.key


@pytest.fixture(scope="module")
def browser() -> Browser:
    return Browser("judge.js")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_what_is_certain_before_a_form_is_entered_is_what_it_is_afterwards(
    subject: str,
) -> None:
    """For every rule of Cellkine on every form: with one of the forms that it reads
    taken away.
    """
    study = cellkine()
    forms = {form.key: form.record for form in entered(subject, 1)}
    whole = EvaluatedSubject(study, Shelf(forms), CUT, subject)
    for missing in study.forms:
        kept = {key: record for key, record in forms.items() if key.form != missing}
        part = EvaluatedSubject(study, Shelf(kept), CUT, subject)
        for key in kept:
            for rule, home in rules_of(study, study.forms[key.form]):
                if not any(
                    form == missing for form, _ in reads_other_forms(study, rule)
                ):
                    continue
                for before, after in zip(
                    values(
                        part,
                        key,
                        rule,
                        home,
                        lambda form, _visit, missing=missing: form == missing,
                    ),
                    values(whole, key, rule, home, lambda _form, _visit: False),
                    strict=True,
                ):
                    assert before is None or before == after, (rule.name, key, missing)


def values(
    world: EvaluatedSubject, key: FormKey, rule: EditCheck, home: Home, is_open: IsOpen
) -> Iterator[RuleValue | None]:
    """Whether the rule applies and whether it holds, in each row that it is about."""
    captured = world.form(key)
    assert captured is not None
    rows = captured.rows(home.group.name) if home.group else (None,)
    for expression in filter(None, (rule.when, rule.assertion)):
        node = resolve(expression, world.study, home, Type.CONDITION).core
        run = compile_core(with_open_sources(node, is_open))
        yield from (run(captured.frames(row)) for row in rows)
