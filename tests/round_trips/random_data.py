"""What people may have saved in a study: right and wrong texts, rows, statuses,
reasons, files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from forms_spec.evaluation import judge
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.captured_data import (
    LOG,
    CellKey,
    Context,
    InMemoryCasebook,
    Record,
    Row,
)
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from tests.round_trips.random_review import PEOPLE, TYPIST, RandomReview
from tests.round_trips.random_studies import MadeStudy, amended
from webapp.storage import (
    Database,
    InstanceKey,
    NewQuery,
    QueryPlace,
    QueryState,
    QueryStep,
    Role,
    SaveRequest,
    Status,
    add_attachment,
    add_subject,
    add_user,
    load,
    open_queries,
    save,
    take_step,
    use_dictionary,
)
from webapp.storage.query_life import LIFE, QueryParty

BEGINNING = datetime(2024, 2, 28, 22, 30, 0, 123456, tzinfo=UTC)
ODD = (
    *(
        'a "b", c',
        "line\r\nline",
        "line\nline",
        "end\r",
        " blanks ",
        "tab\there",
        "=1+1",
        "+1",
        "@x",
        "'",
    ),
    *(
        "naïve – “quoted”",
        "\N{ZERO WIDTH SPACE}",
        "\N{BYTE ORDER MARK}x",
        "\N{LINE SEPARATOR}",
        "😀",
        "ND",
    ),
    *("NA", "1.0", "007", "true", ";", "#", "\x1f", "\x85"),
)


class Clock:
    """Each look at it is some seconds later."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.now = BEGINNING

    def __call__(self) -> datetime:
        self.now += timedelta(
            seconds=self.chance.randint(0, 90_000),
            microseconds=self.chance.randint(0, 9),
        )
        return self.now


@dataclass(kw_only=True)
class Filling:
    """A database that is being filled; ``study`` is the dictionary in use."""

    database: Database
    made: MadeStudy
    chance: Random
    study: Study
    saves: int = 0

    def run(self) -> Study:
        """Some subjects with some forms in some versions.

        Gives the dictionary that is in use at the end.
        """
        chance, database = self.chance, self.database
        use_dictionary(database, self.study)
        # By a chance of its own: what is drawn here draws no other study.
        state = str(chance.getstate())
        review = RandomReview(
            database=database, chance=Random(state), again=Random(state)
        )
        for name in (*PEOPLE, TYPIST):
            add_user(
                database,
                username=name,
                name=name,
                role=Role.COORDINATOR,
                password="a long password",
            )
        for number in range(chance.randint(1, 3)):
            site = chance.choice(list(self.study.sites)) if self.study.sites else ""
            subjid = f"{site or '01'}-{number:03}"
            add_subject(database, subjid=subjid, site=site, user="nurse")
            keys = list(self.places(subjid))
            for key in keys:
                self.versions(key)
                self.ask(key)
                review.form(key)
                if review.chance.random() < 0.3:
                    self.versions(key)
            for key in keys:
                review.enter_again(key)
                review.close(key)
        if self.made.documents and chance.random() < 0.5:
            self.amend()
        return self.study

    def amend(self) -> None:
        study = amended(self.made, self.chance)
        if study is None:
            return
        self.study = study
        use_dictionary(self.database, study)

    def places(self, subjid: str) -> Iterator[InstanceKey]:
        for form in self.study.forms.values():
            if form.log:
                yield InstanceKey(subjid, form.name, LOG)
            for visit in self.study.visits.values():
                if (
                    form.name,
                    visit.name,
                ) in self.study.expectations and self.chance.random() < 0.7:
                    numbers = (
                        range(1, self.chance.randint(2, 3)) if visit.repeats else (0,)
                    )
                    for number in numbers:
                        yield InstanceKey(subjid, form.name, visit.name, number)

    def versions(self, key: InstanceKey) -> None:
        for _ in range(self.chance.randint(1, 3)):
            before = load(self.database, key)
            form = self.study.forms[key.form]
            self.keep(key, self.record(form, before.record if before else Record()))

    def ask(self, key: InstanceKey) -> None:
        """Perhaps a query or a comment about a form, one of its answers, or its subject,
        and what was said in it.
        """
        if self.chance.random() < 0.5:
            return
        form = self.study.forms[key.form]
        own = [one for one in form.fields if one.collected and one.group == form.name]
        place = QueryPlace(
            subject=key.subject, visit=key.visit, form=key.form, unsno=key.unsno
        )
        if own and self.chance.random() < 0.7:
            field = self.chance.choice(own).name
            place = replace(place, table=form.name, field=field)
        elif self.chance.random() < 0.3:
            place = QueryPlace(subject=key.subject)

        state: QueryState | None = None
        number = 0
        for _ in range(self.chance.randint(1, 4)):
            possible = [step for step in LIFE if step[0] is state]
            _, action, party = self.chance.choice(possible)
            step = QueryStep(
                action=action,
                party=party,
                username="" if party is QueryParty.RULE else "dr. o'brien",
                rule="old-check" if party is QueryParty.RULE else "",
                text=self.chance.choice(ODD).strip() or "why?",
                assigned_role=self.chance.choice(("", "coordinator")),
                assigned_to=self.chance.choice(("", "nurse")),
                basis=self.chance.choice(("", "c" * 64)),
            )
            if state is None:
                new = NewQuery(place=place, step=step, source="report, “1”.csv")
                (number,) = open_queries(self.database, [new])
            else:
                take_step(self.database, number, step)
            state = LIFE[state, action, party]

    def record(self, form: Form, before: Record) -> Record:
        """The record with some of its cells changed, rows added or taken away."""
        own = {
            one.name for one in form.fields if one.collected and one.group == form.name
        }
        texts = self.changed(form.name, own, dict(before.texts))
        rows = {}
        for group in form.row_groups:
            names = {one.name for one in group.fields if one.collected}
            held = [
                replace(row, texts=self.changed(group.name, names, dict(row.texts)))
                for row in before.rows.get(group.name, ())
                if self.chance.random() < 0.8
            ]
            for _ in range(self.chance.randint(0, 2)):
                number = self.next_number(group.name)
                held.append(
                    Row(number=number, texts=self.changed(group.name, names, {}))
                )
            rows[group.name] = tuple(held)
        return Record(texts=texts, rows=rows)

    def next_number(self, group: str) -> int:  # noqa: ARG002
        """A number that no row ever had."""
        self.saves += 1
        return self.saves

    def changed(
        self, table: str, names: set[str], texts: dict[str, str]
    ) -> dict[str, str]:
        for name in sorted(names):
            if self.chance.random() < 0.7:
                texts[name] = self.text(table, name)
        return texts

    def text(self, table: str, name: str) -> str:
        right, wrong = (
            self.made.right.get((table, name)),
            self.made.wrong.get((table, name)),
        )
        luck = self.chance.random()
        fields = self.study.tables[table].fields
        if any(one.name == name and one.kind.name == "file" for one in fields):
            return self.file() if luck < 0.8 else ""
        if right and luck < 0.7:
            return self.chance.choice(right)
        if wrong and luck < 0.8:
            return self.chance.choice(wrong)
        return self.chance.choice(ODD) if luck < 0.9 else ""

    def file(self) -> str:
        content = self.chance.randbytes(5)
        add_attachment(self.database, content, user="nurse")
        return f"files/{hashlib.sha256(content).hexdigest()[:16]}/scan.pdf"

    def keep(self, key: InstanceKey, record: Record) -> None:
        """A save as a page makes one: complete where nothing refuses it, and warnings
        kept with a reason.
        """
        before = load(self.database, key)
        form = self.study.forms[key.form]
        found = judge(
            self.study, form, record, self.context(key, record), completing=True
        )
        record = replace(record, kept=dict(self.kept(found.findings)))
        statuses = [
            Status.DRAFT,
            Status.UNVERIFIED,
            *([Status.COMPLETE] * 4 if found.may_complete else []),
        ]
        self.saves += 1
        save(
            self.database,
            SaveRequest(
                key=key,
                base_version=before.version if before else 0,
                record=record,
                status=self.chance.choice(statuses),
                user=self.chance.choice(("nurse", "dr. o'brien")),
                save_id=f"save-{self.saves}",
                dictionary_hash=self.study.hash,
                reason=self.chance.choice(
                    ("", "misread, “3” for 8", 'two\r\nlines, "quoted"')
                ),
            ),
        )

    def context(self, key: InstanceKey, record: Record) -> Context:
        casebook = InMemoryCasebook({key.form_key: record})
        return Context(
            today=BEGINNING.date(),
            subject=key.subject,
            visit=key.visit,
            unsno=key.unsno,
            casebook=casebook,
        )

    def kept(
        self, findings: Iterable[Finding]
    ) -> Iterator[tuple[tuple[CellKey, str], str]]:
        for one in findings:
            if (
                one.severity is Severity.WARNING
                and one.data
                and self.chance.random() < 0.7
            ):
                cell = CellKey(one.data.table, one.data.row, one.data.field or "")
                yield (cell, one.code), "as it was, “really”\r\n;"


def fill(database: Database, made: MadeStudy, chance: Random) -> Study:
    """Fills a new database; gives the dictionary in use at the end."""
    return Filling(database=database, made=made, chance=chance, study=made.study).run()
