"""Which findings of a subject wait: for forms of their visit, or logs, that nobody has
begun yet.

A finding waits only on the pages. What is exported and validated has it like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from typing import Any

from forms_spec.evaluation.captured_form import EvaluatedSubject
from forms_spec.evaluation.life_cycle import visits_of
from forms_spec.evaluation.waiting import ToCome, form_reads_others, in_order, waits_for
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import DataPlace
from forms_spec.model.captured_data import LOG, Casebook, CellKey, FormKey, Record
from forms_spec.model.study import Study
from forms_spec.rules.semantics import resolved
from forms_spec.schedule.visit_status import FormExpectation, Timeline, expectation
from generator.browser.form_json import browser_form
from generator.pages.findings import FindingLink, cell_on
from webapp.casebook.conditional_forms import condition_in, with_conditions
from webapp.presentation.form_address import FormPlace, form_address, forms_at
from webapp.services import casebook_of, services
from webapp.storage import FormHead, Status, heads


class Waiting:
    """What a subject's findings wait for.

    ``known`` says how far its stored forms are, and ``read_visits`` which of its visits
    took place: it is called only where that matters.
    """

    def __init__(
        self,
        world: EvaluatedSubject,
        known: Mapping[FormKey, Status],
        read_visits: Callable[[], Timeline],
    ) -> None:
        self.world = world
        self.known = known
        self.holds = condition_in(world)
        self._read_visits = read_visits
        self._to_come: dict[FormKey, ToCome] = {}

    @cached_property
    def visits(self) -> Timeline:
        return self._read_visits()

    def of(self, finding: Finding) -> tuple[FormKey, ...]:
        """The forms that a finding waits for; none when it is open now."""
        return waits_for(self.world, finding, self.to_come)

    def leads(self, finding: Finding) -> tuple[FindingLink, ...]:
        """The same as ways there, in words."""
        visit = finding.data.visit if finding.data else None
        return tuple(self.lead(key, visit) for key in self.of(finding))

    def lead(self, key: FormKey, seen_from: str | None) -> FindingLink:
        """The way to a form, with its visit where that is another one."""
        study = services().study
        words = study.forms[key.form].title
        visit = study.visits.get(key.visit)
        if visit is not None and key.visit != seen_from:
            words = f"{words} ({visit.title})"

        subjid = self.world.subject or ""
        address = form_address(subjid, key.visit, key.unsno, key.form)
        return FindingLink(words=words, address=address)

    def to_come(self, home: FormKey) -> ToCome:
        """What is still to come as a form sees it: nothing once its visit is over."""
        known = self._to_come.get(home)
        if known is not None:
            return known

        is_over = self.is_over(home)
        to_come = ToCome(
            study=services().study,
            home=home,
            begun=self.known,
            may_come=(lambda _key: False) if is_over else self._may_come,
        )
        self._to_come[home] = to_come
        return to_come

    def is_over(self, home: FormKey) -> bool:
        """Whether nothing comes any more: a form's visit is complete, was missed, or
        the subject has left.
        """
        if home.visit == LOG or not self._asks_for_more(home):
            return True

        # Last, as the visits are worked out only where that matters.
        return self.visits.ended is not None or self._is_missed(home)

    def _asks_for_more(self, home: FormKey) -> bool:
        """Whether a form's visit requires a form that is not complete."""
        for form in forms_at(services().study, home.visit):
            key = FormKey(form.name, home.visit, home.unsno)
            if self.known.get(key) is Status.COMPLETE:
                continue
            if self.expected(key) is FormExpectation.REQUIRED:
                return True

        return False

    def _may_come(self, key: FormKey) -> bool:
        if key.visit == LOG:
            return True
        if self._is_missed(key):
            return False
        return self.expected(key) is not FormExpectation.NOT_EXPECTED

    def _is_missed(self, key: FormKey) -> bool:
        visit = self.visits.captured.get((key.visit, key.unsno))
        return visit is not None and visit.missed

    def expected(self, key: FormKey) -> FormExpectation:
        """What its visit asks of a form."""
        study = services().study
        return expectation(
            study, key.form, key.visit, lambda item: self.holds(item, key.unsno)
        )


class OnPage:
    """What waits on the page of a form, with its answers as they are there now."""

    def __init__(
        self,
        place: FormPlace,
        record: Record,
        known: Mapping[FormKey, FormHead] | None = None,
    ) -> None:
        """``known`` are the subject's forms; without them they are read."""
        app, subjid = services(), place.subject.subjid
        self.place, self.record = place, record
        self.heads = heads(app.database, subjid) if known is None else known
        statuses = {key: head.status for key, head in self.heads.items()}
        casebook = _WithPage(casebook_of(subjid), place.key.form_key, record)
        world = EvaluatedSubject(app.study, casebook, app.today(), subjid)

        def visits() -> Timeline:
            return with_conditions(visits_of(world, casebook, statuses), world)

        self.waiting = Waiting(world, statuses, visits)
        self._may_wait = form_reads_others(app.study, place.form)

    def leads(self, finding: Finding) -> tuple[FindingLink, ...]:
        """The forms that a finding waits for.

        One that is kept with a reason is settled already.
        """
        if not self._may_wait:
            return ()
        if (self._cell(finding.data), finding.code) in self.record.kept:
            return ()

        return self.waiting.leads(finding)

    def _cell(self, place: DataPlace | None) -> CellKey | None:
        return cell_on(self.place.form, place) if place is not None else None

    def for_script(self) -> list[dict[str, Any]]:
        """By form that is still to come: the way there, and which of the page's
        ``given`` it will answer.
        """
        study, home = services().study, self.place.key.form_key
        if not self._may_wait or self.waiting.is_over(home):
            return []

        # Many givens of a page name the same form.
        to_come = cache(self.waiting.to_come(home).form)
        given: dict[FormKey, list[int]] = {}
        for index, outside in _outside(study, self.place):
            key = to_come(*outside)
            if key is not None:
                given.setdefault(key, []).append(index)

        return [
            {"to": _pair(self.waiting.lead(key, home.visit)), "given": given[key]}
            for key in in_order(study, given)
        ]


def _outside(
    study: Study, place: FormPlace
) -> Iterable[tuple[int, tuple[str, str | None]]]:
    """The numbers of what the page asks of other forms, each with the form and the
    visit that it names.
    """
    for index, item in enumerate(browser_form(study, place.form).givens.asked):
        node = item.node
        if isinstance(node, resolved.Missing):
            node = node.cell
        if isinstance(node, resolved.Remote | resolved.RowSource):
            yield index, (node.form, node.visit)


def _pair(lead: FindingLink) -> list[str]:
    return [lead.words, lead.address]


class _WithPage:
    """A casebook with the form of a page as it is there."""

    def __init__(self, casebook: Casebook, key: FormKey, record: Record) -> None:
        self._casebook, self._key, self._record = casebook, key, record

    def record(self, key: FormKey) -> Record | None:
        return self._record if key == self._key else self._casebook.record(key)

    def keys(self, form: str) -> Iterable[FormKey]:
        keys = tuple(self._casebook.keys(form))
        if form != self._key.form or self._key in keys:
            return keys
        return (*keys, self._key)
