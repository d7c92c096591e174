"""Rules open queries, close them when the data are right, and open them again when they
are wrong again.

Only complete forms are asked about, and only findings that the page itself cannot
settle: queries. A warning that is kept with a reason is settled on its page; where
somebody has asked about it all the same, the reason is the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import LOG, Casebook, FormKey, text_at
from forms_spec.model.study import Study
from webapp.casebook.subject_status import Judged, judged_casebook
from webapp.queries.due_marks import due_marks
from webapp.security.query_access import assignable_roles
from webapp.services import about, everything, services
from webapp.storage import (
    ClockBehind,
    NewQuery,
    QueryAction,
    QueryParty,
    QueryPlace,
    QueryState,
    QueryStep,
    QueryThread,
    Role,
    Status,
    StoredQuery,
    SubjectHead,
    due_subjects,
    history,
    settle_due,
    subject_head,
    threads_of_subject,
)
from webapp.storage.events import line_hash
from webapp.storage.queries import LONGEST_ENTRY

QueryKey = tuple[QueryPlace, str, str]
"""What a rule's query is known by: its place, the code of its finding, and the rule.
Several parts of one protocol check may be about one field.
"""
NO_LONGER = "The check no longer finds this."
SOME_TIME = 0.5
"""Seconds that the page of all queries may wait for casebooks to be evaluated."""
CHANGED = "The answers were changed. The check still says:"


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedByRule:
    """What a rule asks now. ``basis`` stands for the answers that it looks at."""

    key: QueryKey
    text: str
    basis: str

    @property
    def rule(self) -> str:
        return self.key[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class CasebookQuestions:
    """What is asked of a casebook as it is.

    ``findings`` are all of them, by the place and the rule: what a rule asked is not
    settled where it still finds something or cannot be decided. ``complete`` are the
    forms that are complete. ``reasons`` are those of kept warnings. ``assigned_role``
    answers what is asked.
    """

    study: Study
    subject: str
    asked: Mapping[QueryKey, AskedByRule]
    findings: tuple[Finding, ...]
    complete: frozenset[FormKey]
    reasons: Mapping[tuple[QueryPlace, str], str]
    assigned_role: str = Role.COORDINATOR.value

    def doubt(self, place: QueryPlace, rule: str) -> bool:
        """Whether a rule finds something at a place, or cannot be decided there."""
        by_rule = (item for item in self.findings if _rule_of(item) == rule)
        places = (place_of(self.study, self.subject, item.data) for item in by_rule)
        return place in places


def _rule_of(finding: Finding) -> str:
    """What finds it: a rule of the dictionary, or a check by the code of its finding."""
    return finding.rule or finding.code


def look_again(subjid: str) -> None:
    """Brings a subject's rule queries up to date, where its forms were saved since."""
    head = subject_head(services().database, subjid)
    if head is not None:
        up_to_date(head)


def up_to_date(head: SubjectHead) -> SubjectHead:
    """The head of a subject whose rule queries are up to date.

    What cannot be written now stays due: a busy database, a clock that is behind, a
    save in between.
    """
    if not head.due:
        return head

    with about(head.subject.subjid):
        return _renewed(head)


def _renewed(head: SubjectHead) -> SubjectHead:
    # Rules ask about everything, whoever opened the page on which they are looked at.
    database, subjid = services().database, head.subject.subjid
    with everything():
        sees_all = database.sight is None
        whole = head if sees_all else subject_head(services().database, subjid)
        done = _up_to_date(whole or head)

    renewed = done if sees_all else subject_head(database, subjid) or head
    # Whether the person has looked was read before, and stays so.
    return replace(renewed, looked=head.looked)


def _up_to_date(head: SubjectHead) -> SubjectHead:
    app, subjid = services(), head.subject.subjid
    judged = judged_casebook(subjid, saves=head.saves)
    questions = judged.once(
        "rule questions", lambda: questions_of(app.study, subjid, judged)
    )
    compared = judged.repeated.compared
    is_alone = compared is None or not compared.given
    if is_alone and not _adds_something(judged, questions, head):
        # Most saves change no query: a view does not wait for a write then.
        due_marks().put_aside(app.database, subjid, judged.standing.changes)
        return head

    with suppress(SQLAlchemyError, ClockBehind):
        settle_due(
            app.database,
            subjid,
            saves=judged.standing.changes,
            decide=lambda threads: decide(questions, threads, _who_kept),
            still_so=compared.still_so if compared else _nobody_else,
        )

    return subject_head(app.database, subjid) or head


def _nobody_else(_connection: Connection) -> bool:
    """No other subject has a part in it."""
    return True


def _adds_something(
    judged: Judged, questions: CasebookQuestions, head: SubjectHead
) -> bool:
    """Whether anything follows for the threads as they are: decided again only where a
    question or a thread has changed.
    """

    def decided(_subject: EvaluatedSubject) -> bool:
        threads = threads_of_subject(services().database, head.subject.subjid)
        return any(decide(questions, threads, _who_kept))

    return judged.results.of(
        "entries by rules", questions, head.queries, work_out=decided
    )


def look_again_at_some(seconds: float = SOME_TIME) -> int:
    """The same for subjects that are due, as after an import, until the time is up.

    Gives how many are left.
    """
    database = services().database
    ends = monotonic() + seconds
    left = due = due_subjects(database)
    for number, subjid in enumerate(due):
        # The first one is looked at however long it takes: each call gets further.
        if number and monotonic() > ends:
            break
        look_again(subjid)
        left = due[number + 1 :]

    due_marks().take_away(database)
    return len(left)


def questions_of(study: Study, subjid: str, judged: Judged) -> CasebookQuestions:
    """What the rules ask of a casebook, and the reasons that stand in it."""
    forms = judged.casebook.forms
    complete = frozenset(
        key for key, form in forms.items() if form.status is Status.COMPLETE
    )
    asked: dict[QueryKey, AskedByRule] = {}
    for finding in judged.open:
        if finding.severity is not Severity.QUERY:
            continue
        place = place_of(study, subjid, finding.data)
        if place is not None and _form_key(place) in complete:
            item = _asked(study, judged.casebook, place, finding)
            asked.setdefault(item.key, item)

    reasons = {}
    for key in complete:
        for (cell, code), reason in forms[key].record.kept.items():
            place = QueryPlace(
                subject=subjid,
                visit=key.visit,
                form=key.form,
                unsno=key.unsno,
                table=cell.table,
                row=cell.row,
                field=cell.field,
            )
            reasons[place, code] = reason

    return CasebookQuestions(
        study=study,
        subject=subjid,
        asked=asked,
        findings=judged.findings,
        complete=complete,
        reasons=reasons,
        assigned_role=next(iter(assignable_roles(study)), ""),
    )


def decide(
    questions: CasebookQuestions,
    threads: Sequence[QueryThread],
    who_kept: Callable[[QueryPlace, str, str], str],
) -> tuple[Sequence[NewQuery], Sequence[tuple[StoredQuery, QueryStep]]]:
    """The threads that rules begin, and the entries that follow from the answers.

    ``who_kept`` says who gave a reason for a warning, by its place, code and text.
    """
    by_rule = _threads_by_rule(questions, threads)
    new = []
    for key, item in questions.asked.items():
        if key not in by_rule:
            new.append(_opened(item, questions.assigned_role))

    keys = {thread.query.number: key for key, thread in by_rule.items()}
    steps: list[tuple[StoredQuery, QueryStep]] = []
    for thread in threads:
        # One entry at a time: what follows from it is seen after the next save.
        query, step = thread.query, None
        if query.number in keys:
            step = _rule_step(questions, thread, keys[query.number])
        reason = questions.reasons.get((query.place, query.code))
        if step is None and reason is not None:
            step = _kept_answer(thread, reason, who_kept)
        if step is not None:
            steps.append((query, step))

    return new, steps


def _threads_by_rule(
    questions: CasebookQuestions, threads: Sequence[QueryThread]
) -> dict[QueryKey, QueryThread]:
    """The threads that rules began, by what each asks. One of a rule that has another
    name by now is that of the rule that asks the same there.
    """
    by_rule: dict[QueryKey, QueryThread] = {}
    for thread in threads:
        # A rule has no account; what a person asks may have the code of a finding too.
        query = thread.query
        if query.opened_by == "" and query.code:
            by_rule[query.place, query.code, thread.entries[0].rule] = thread

    known = questions.study.rules
    left = {key[:2]: key for key in by_rule if key[2] not in {*known, key[1]}}
    for key in questions.asked:
        if key not in by_rule and key[:2] in left:
            by_rule[key] = by_rule.pop(left.pop(key[:2]))

    return by_rule


def _opened(item: AskedByRule, role: str) -> NewQuery:
    place, code, _ = item.key
    step = _by_rule(QueryAction.OPEN, item, item.text)
    assigned = replace(step, assigned_role=role)
    return NewQuery(place=place, code=code, step=assigned)


def _rule_step(
    questions: CasebookQuestions, thread: QueryThread, key: QueryKey
) -> QueryStep | None:
    """What a rule adds to its own thread, if anything."""
    query = thread.query
    item = questions.asked.get(key)
    if item is None:
        return _closing(questions, thread)

    changed = item.basis != query.basis
    if query.state is QueryState.OPEN:
        if not changed:
            return None
        # Whoever answers, answers for the value as it is now.
        return _by_rule(QueryAction.COMMENT, item, f"{CHANGED} {item.text}")

    # What a person closed, cancelled or answered stays so for the same answers.
    closed_by_rule = query.state is QueryState.CLOSED and query.state_by == ""
    if changed or closed_by_rule:
        return _by_rule(QueryAction.REOPEN, item, item.text)
    return None


def _closing(questions: CasebookQuestions, thread: QueryThread) -> QueryStep | None:
    """The entry that closes a query of which nothing is left.

    A draft, and a rule that cannot be decided for want of an answer, settle nothing.
    """
    query, rule = thread.query, thread.entries[0].rule
    if not query.waits or _form_key(query.place) not in questions.complete:
        return None
    if questions.doubt(query.place, rule):
        return None

    return QueryStep(
        action=QueryAction.CLOSE, party=QueryParty.RULE, rule=rule, text=NO_LONGER
    )


def _by_rule(action: QueryAction, item: AskedByRule, text: str) -> QueryStep:
    return QueryStep(
        action=action,
        party=QueryParty.RULE,
        rule=item.rule,
        text=text[:LONGEST_ENTRY],
        basis=item.basis,
    )


def _kept_answer(
    thread: QueryThread,
    reason: str,
    who_kept: Callable[[QueryPlace, str, str], str],
) -> QueryStep | None:
    """The reason of a kept warning as the answer to an open query about it, once."""
    if thread.query.state is not QueryState.OPEN:
        return None
    answers = [
        entry.text for entry in thread.entries if entry.action is QueryAction.ANSWER
    ]
    if reason in answers:
        return None

    return QueryStep(
        action=QueryAction.ANSWER,
        party=QueryParty.SITE,
        username=who_kept(thread.query.place, thread.query.code, reason),
        text=reason[:LONGEST_ENTRY],
    )


def _who_kept(place: QueryPlace, code: str, reason: str) -> str:
    """Who saved the version in which a reason stands first, as it stands now."""
    key, cell = place.instance, place.cell
    assert key is not None
    if cell is None:
        return ""

    who = ""
    for revision in history(services().database, key):
        kept = revision.form.record.kept
        if kept.get((cell, code)) != reason:
            # Whoever gives the same reason once more after this gives it anew.
            who = ""
        elif not who:
            who = revision.form.saved_by

    return who


def place_of(study: Study, subjid: str, place: DataPlace | None) -> QueryPlace | None:
    """The place of a finding as that of a query; None where there is none."""
    if place is None or place.table not in study.tables:
        return None

    # A finding about a whole form names its table, and neither a row nor a field of it.
    form = study.tables[place.table].form
    is_in_table = bool(place.field) or place.row is not None
    return QueryPlace(
        subject=subjid,
        visit=LOG if form.log else place.visit or "",
        form=form.name,
        unsno=place.unsno or 0,
        table=place.table if is_in_table else "",
        row=place.row,
        field=place.field or "",
    )


def _asked(
    study: Study, casebook: Casebook, place: QueryPlace, finding: Finding
) -> AskedByRule:
    answers = [
        _answer(study, casebook, place.subject, item)
        for item in (finding.data, *finding.also)
    ]

    return AskedByRule(
        key=(place, finding.code, _rule_of(finding)),
        text=f"{finding.message} {finding.remedy}".strip(),
        basis=line_hash(json.dumps(answers)),
    )


def _answer(
    study: Study, casebook: Casebook, subjid: str, data: DataPlace | None
) -> str:
    """The text of a cell that a finding is about."""
    place = place_of(study, subjid, data)
    if place is None or place.cell is None:
        return ""

    record = casebook.record(_form_key(place))
    return text_at(record, place.cell) if record else ""


def _form_key(place: QueryPlace) -> FormKey:
    return FormKey(place.form, place.visit, place.unsno)
