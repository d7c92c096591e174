"""Some subjects, judged on a worker as the whole package would be on one machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, cast

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.package.source import PackageSource
from generator.validation.cluster.job import Job
from generator.validation.cluster.part_store import PartStore
from generator.validation.cluster.partial_counts import (
    WorkerCollector,
    WorkerFindings,
    with_key,
)
from generator.validation.cluster.spooling_part_store import SpoolingPartStore
from generator.validation.columnar.forms.evaluate_all import judge_all
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.evaluate_forms import judge_forms
from generator.validation.opened_package import OpenPackage, reported_doubt
from generator.validation.repeated_answers import ComparedRow, repeated_rows
from generator.validation.report.report import Reported
from generator.validation.row_store import Line

States = Mapping[tuple[str, str, str], Counter[str]]


class SubjectsResult(NamedTuple):
    """What is wrong with some subjects.

    ``files`` are cells that name a file, looked at together; ``compared`` are answers
    that may stand once only, compared with those of all other subjects.
    """

    findings: WorkerFindings
    states: States
    files: list[Reported]
    forms: int
    subjects: int
    compared: list[ComparedRow]


@dataclass(frozen=True, kw_only=True)
class _EveryFileMissing:
    """Finds fault with every file, so that its place is reported."""

    def fault(self, name: str) -> Finding:
        return finding("upload-missing", value=name)


class _SubjectsCollector(WorkerCollector):
    """Keeps cells that name a file apart."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)
        self.files: list[Reported] = []

    def add(self, reported: Reported) -> None:
        if reported.finding.code == "upload-missing":
            self.files.append(reported)
        else:
            super().add(reported)


def judge_subjects(job: Job, today: date, lines: Iterable[Line]) -> SubjectsResult:
    """Everything about some subjects, whose lines all have to be among these.

    ``today`` is the day for which visits are due or not.
    """
    study = job.study
    assert study is not None
    collector = _SubjectsCollector(limit=job.limit)

    with _store(job) as store:
        store.plans = job.plans
        for line in lines:
            store.add(line)

        store.seal()
        opened = OpenPackage(
            path=Path(),
            source=cast(PackageSource, None),
            store=store,
            collector=collector,
            descriptor={},
            study=study,
            plans=job.plans,
        )
        missing = MissingnessCounter(study=study, today=today)
        judge = judge_all if job.at_once else judge_forms
        judge(opened, study, missing, _EveryFileMissing())
        _report_doubts(job, store, collector)
        compared = [
            row
            for row in repeated_rows(opened, study, some=True)
            if row.field not in store.damaged(row.position, row.line)
        ]
        forms, subjects = store.counted()

    return SubjectsResult(
        collector.findings,
        missing.counts,
        collector.files,
        forms,
        subjects,
        compared,
    )


def _report_doubts(
    job: Job, store: PartStore | SpoolingPartStore, collector: WorkerCollector
) -> None:
    """What Frictionless refuses and no form has spoken of, with the keys of the rows."""
    for doubt in store.doubts():
        parts = store.row_key(doubt.at, doubt.line)
        key: dict[str, str | int] = {}
        for name in job.row_key(doubt.at):
            if name in parts:
                key[name] = parts[name]

        reported = reported_doubt(job.plans[doubt.at], doubt)
        collector.add(with_key(reported, key))


def _store(job: Job) -> PartStore | SpoolingPartStore:
    return SpoolingPartStore() if job.at_once else PartStore()
