"""Answers of a subject that may stand once only and are given again, by whomever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_spec.evaluation.unique_values import (
    Holder,
    Nameable,
    UniqueIndex,
    unique_fields,
    unique_findings,
)
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import LOG, Casebook, Context, FormKey, Record
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from webapp.services import own_sites, services, whole_study
from webapp.storage import ALL_SITES, StoredSubject
from webapp.storage.unique_answers import StoredHolders, site_of_subject


@dataclass(frozen=True, kw_only=True, slots=True)
class RepeatedAnswers:
    """Findings by form, and the answers of others that they rest on."""

    findings: Mapping[FormKey, tuple[Finding, ...]] = field(default_factory=dict)
    compared: StoredHolders | None = None


NOTHING_REPEATED = RepeatedAnswers()


def repeated_in(study: Study, subjid: str, casebook: Casebook) -> RepeatedAnswers:
    """What is repeated in the stored forms of a subject. Only subjects of its own site
    are named, since the words are kept for everybody.
    """
    if not unique_fields(study):
        return NOTHING_REPEATED

    database = services().database
    holders = StoredHolders(database, whole_study())
    site = site_of_subject(database, subjid)
    findings: dict[FormKey, tuple[Finding, ...]] = {}
    for key, record in _records(study, casebook).items():
        own = Holder(site, subjid, key)
        findings[key] = tuple(unique_findings(study, record, own, holders))

    return RepeatedAnswers(findings=findings, compared=holders)


def repeated_on_page(
    study: Study, subject: StoredSubject, form: Form, key: FormKey, record: Record
) -> tuple[Finding, ...]:
    """What is repeated of a form as it stands on a page, for the person who reads it."""
    if form.name not in unique_fields(study):
        return ()

    own = Holder(subject.site, subject.subjid, key)
    holders = StoredHolders(services().database, whole_study())
    return tuple(unique_findings(study, record, own, holders, nameable_by_person()))


def nameable_by_person() -> Nameable:
    """Whether a subject exists for the person of this request."""
    sites = own_sites()
    return lambda other: sites is ALL_SITES or other.site in sites


def repeated_beside(
    study: Study, form: Form, context: Context, record: Record
) -> tuple[Finding, ...]:
    """What is repeated of a form as it stands on a page, where there is no other subject
    than this one.
    """
    index, subjid = UniqueIndex(), context.subject or ""
    for key, other in _records(study, context.casebook).items():
        index.add_form(study, Holder("", subjid, key), other)

    key = FormKey(form.name, context.visit or LOG, context.unsno)
    own = Holder("", subjid, key)
    return tuple(unique_findings(study, record, own, index.holders))


def repeated_alone(
    study: Study, subjid: str, casebook: Casebook
) -> Mapping[FormKey, tuple[Finding, ...]]:
    """What is repeated in the forms of a subject beside whom there is no other."""
    index = UniqueIndex()
    records = _records(study, casebook)
    for key, record in records.items():
        index.add_form(study, Holder("", subjid, key), record)

    findings: dict[FormKey, tuple[Finding, ...]] = {}
    for key, record in records.items():
        own = Holder("", subjid, key)
        findings[key] = tuple(unique_findings(study, record, own, index.holders))

    return findings


def _records(study: Study, casebook: Casebook) -> Mapping[FormKey, Record]:
    """The captured forms with answers that may stand once only."""
    records: dict[FormKey, Record] = {}
    for form in unique_fields(study):
        for key in casebook.keys(form):
            record = casebook.record(key)
            if record is not None:
                records[key] = record

    return records
