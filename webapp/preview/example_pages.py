"""Valid examples for the subject of the preview: all of it, one form, or one fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from threading import Lock, Thread

from flask import redirect, request
from flask.typing import ResponseReturnValue

from forms_spec.model.captured_data import FormKey, Record
from forms_spec.model.study import Study
from forms_spec.schedule.visit_status import VisitKey
from generator.pages.findings import label_of
from generator.pages.input_names import cell_name
from generator.synthesis.casebook import Records
from generator.synthesis.examples import Examples, FormExample
from generator.synthesis.faults import SeededFault, known_faults
from generator.synthesis.subjects import NoSuchSubject
from webapp.presentation.form_address import form_address
from webapp.presentation.typed_numbers import typed_number
from webapp.preview.subject import KeptForm
from webapp.preview.subject_pages import SubjectPages
from webapp.storage import Status

SEED_DIGITS = 9
AT_ONCE = 2.0
"""Seconds for which a page waits for an example, before it says that it is searched."""
NOTHING_FOUND = (
    "No valid example was found. `crfsmith synthesize` lists the findings that stay."
)


@dataclass(kw_only=True)
class ExamplePages:
    """Fills the subject. The search for the first example of a dictionary may take half a
    minute, so it runs beside the pages. What follows it is found at once.
    """

    pages: SubjectPages
    _lock: Lock = field(default_factory=Lock)
    _examples: Examples | None = None
    _filled: dict[FormKey, tuple[int, Record]] = field(default_factory=dict)

    def fill_subject(self, subject: str) -> ResponseReturnValue:
        """Puts the next valid casebook in the place of all answers, or one with the
        fault that was chosen.
        """
        seed = typed_number(request.form.get("seed", ""), digits=SEED_DIGITS) or 1
        fault = request.form.get("fault", "")
        if fault not in known_faults(self.pages.study):
            fault = ""

        if not self._lock.acquire(blocking=False):
            return redirect(f"/subjects/{subject}", 303)

        examples = self._examples_of(seed)
        held = self.pages.subject
        held.seed, held.is_searching = seed, True
        search = Thread(target=self._search, args=(examples, fault), daemon=True)
        search.start()
        search.join(AT_ONCE)

        return redirect(f"/subjects/{subject}", 303)

    def _search(self, examples: Examples, fault: str) -> None:
        """Looks for an example, and puts it in the place of all answers."""
        held = self.pages.subject
        try:
            if fault:
                records, seeded = examples.with_fault(fault)
                told, link = (
                    fault_words(examples.study, seeded),
                    _link(examples, seeded),
                )
            else:
                records, link = examples.next(), ""
                told = f"Example {examples.number} of seed {examples.seed}: valid."

            held.put(_complete(records), told, link)
            held.examples = examples.number
        except NoSuchSubject as error:
            held.tell(f"{error} {NOTHING_FOUND}")
        finally:
            held.is_searching = False
            held.searches += 1
            self._lock.release()

    def _examples_of(self, seed: int) -> Examples:
        """Those of the dictionary, the day and the seed; anew when one is another."""
        study, today = self.pages.study, self.pages.answers.today()
        known = self._examples
        wanted = (study.hash, today, seed)
        if known is None or (known.study.hash, known.today, known.seed) != wanted:
            known = self._examples = Examples(study, seed=seed, today=today)

        return known

    def fill_form(self, key: FormKey, record: Record) -> tuple[Record, str]:
        """The form with an example: what is typed stays where it may. A form that holds
        the last example gets another one.
        """
        seed, last = self._filled.get(key, (1, None))
        if last == record:
            seed, record = seed + 1, Record()

        judged = self.pages.judged()
        records = {
            other: form.record
            for other, form in judged.casebook.forms.items()
            if other != key
        }
        example = FormExample(
            study=self.pages.study,
            today=judged.standing.today,
            days=self._days(),
            seed=seed,
        )
        filled, findings = example.filled(records, key, record)
        self._filled[key] = (seed, filled)
        return filled, _filled_words(seed, findings)

    def _days(self) -> dict[VisitKey, date]:
        """The day of each visit: when it took place, else when it is due, else today."""
        judged = self.pages.judged()
        days = {}
        for column in judged.grid.columns:
            state = column.state
            due = state.due.target if state.due else judged.standing.today
            days[state.visit.name, state.unsno] = state.date or due

        return days


def _complete(records: Records) -> dict[FormKey, KeptForm]:
    return {
        key: KeptForm(record=record, status=Status.COMPLETE)
        for key, record in records.items()
    }


def _link(examples: Examples, seeded: SeededFault) -> str:
    """The address of the question in which the fault is."""
    key, subjid = seeded.key, examples.study.subject_example
    address = form_address(subjid, key.visit, key.unsno, key.form)
    return f"{address}#q-{cell_name(seeded.cell)}"


def fault_words(study: Study, seeded: SeededFault) -> str:
    """What was changed in a valid subject, and what is found because of it."""
    cell, finding = seeded.cell, seeded.finding
    form = study.tables[cell.table].form
    place = finding.data
    where = label_of(form, place) if place is not None else form.title
    old = f"from {seeded.old} " if seeded.old else ""
    new = f"to {seeded.new}" if seeded.new else "to a blank"
    code = finding.rule or finding.code
    return (
        f"A valid subject with one fault: {cell.field} was changed {old}{new}. "
        f"It is found at {where} ({code})."
    )


def _filled_words(seed: int, findings: int) -> str:
    told = f"Filled with example {seed}. Fill again for another one."
    if findings:
        one = findings == 1
        told += (
            f" {findings} finding{'' if one else 's'} stay{'s' if one else ''}: what "
            "causes them is in other forms."
        )

    return told
