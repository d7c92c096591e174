"""Some subjects, judged on a worker as the whole package would be on one machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, cast

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from generator.package.source import Source
from generator.validation.cluster.job import Job
from generator.validation.cluster.part_store import PartStore
from generator.validation.cluster.partial_counts import Counting, Tally, with_key
from generator.validation.cluster.spooling_part_store import SpoolingPartStore
from generator.validation.columnar.forms.evaluate_all import judge_all
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.evaluate_forms import judge_forms
from generator.validation.opened_package import OpenPackage, reported_doubt
from generator.validation.report.report import Reported
from generator.validation.row_store import Line

States = Mapping[tuple[str, str, str], Counter[str]]


class Judged(NamedTuple):
    """What is wrong with some subjects.

    ``files`` are cells that name a file, looked at together.
    """

    tally: Tally
    states: States
    files: list[Reported]
    forms: int
    subjects: int


@dataclass(frozen=True, kw_only=True)
class _Named:
    """Finds fault with every file, so that its place is reported."""

    def fault(self, name: str) -> Finding:
        return finding("upload-missing", value=name)


class _Judging(Counting):
    """Keeps cells that name a file apart."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)
        self.files: list[Reported] = []

    def add(self, reported: Reported) -> None:
        if reported.finding.code == "upload-missing":
            self.files.append(reported)
        else:
            super().add(reported)


def judge_subjects(job: Job, today: date, lines: Iterable[Line]) -> Judged:
    """Everything about the subjects of these lines, which have all of theirs."""
    study = job.study
    assert study is not None
    collector = _Judging(limit=job.limit)

    with _store(job) as store:
        store.plans = job.plans
        for line in lines:
            store.add(line)
        store.seal()
        opened = OpenPackage(
            path=Path(),
            source=cast(Source, None),
            store=store,
            collector=collector,
            descriptor={},
            study=study,
            plans=job.plans,
        )
        missing = MissingnessCounter(study=study, today=today)
        _judge(job)(opened, study, missing, _Named())

        for doubt in store.doubts():
            key = store.row_key(doubt.at, doubt.line)
            named = {name: key[name] for name in job.row_key(doubt.at) if name in key}
            collector.add(with_key(reported_doubt(job.plans[doubt.at], doubt), named))

        forms, subjects = store.counted()

    return Judged(collector.tally, missing.counts, collector.files, forms, subjects)


def _store(job: Job) -> PartStore | SpoolingPartStore:
    return SpoolingPartStore() if job.at_once else PartStore()


def _judge(job: Job) -> Callable[..., None]:
    """Subject by subject or, in a large package, all at once by the columns of the
    embedded engine.
    """
    return judge_all if job.at_once else judge_forms
