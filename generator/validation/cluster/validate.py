"""Judges a package on a cluster: workers read part files and judge subjects, SQL
compares keys.
"""

from __future__ import annotations

import json
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, cast

from forms_spec.findings.catalogue import finding
from generator.heavy_libraries import pyspark
from generator.package.source import BrokenFile, Source, Unreadable
from generator.tables import layout
from generator.validation.audit_trail import (
    Column,
    Sums,
    compared_columns,
    table_of,
)
from generator.validation.cluster import code_version, keys
from generator.validation.cluster.evaluate_subjects import Judged, judge_subjects
from generator.validation.cluster.job import FOREIGN, PRIMARY, Job, NamedKey
from generator.validation.cluster.job_plan import made_job
from generator.validation.cluster.key_rows import SCHEMA, KeyBatch, KeyRow
from generator.validation.cluster.part_files import (
    STEP,
    Part,
    PartSource,
    located,
    said_place,
)
from generator.validation.cluster.partial_counts import Tally, merge, with_key
from generator.validation.cluster.read_parts import (
    Item,
    PartRead,
    SubjectRow,
    read_part,
)
from generator.validation.cluster.session import NoCluster, session, told
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.evaluate_forms import last_save
from generator.validation.open_package import LARGE, plan_package
from generator.validation.opened_package import OpenPackage, unreadable
from generator.validation.report.report import LIMIT, Collector, Report, Reported
from generator.validation.returned import restore, restored_files
from generator.validation.returned.foreign_programs import name_programs
from generator.validation.row_keys import (
    ForeignKey,
    KeyFault,
    blank_key,
    repeated_key,
    repeated_value,
    unknown_reference,
)
from generator.validation.row_store import FormLine, Store
from generator.validation.uploads import UploadCheck

Task = tuple[int, int, Part]
PIECE = 1 << 24
"""So many bytes are worth a task of their own."""
_THIS_MACHINE = "local"
_LARGE = re.compile(r"\b\d{13,}\b")


def validate_on_cluster(
    source: Path,
    *,
    master: str,
    dictionary: Mapping[str, str] | None = None,
    limit: int = LIMIT,
    strict: bool = False,
    large: int = LARGE,
) -> Report:
    """The report on a folder (or its ``datapackage.json``) that every worker sees under
    the same path.

    Finds what ``validate_package`` finds; each finding about a row has the row's key.
    Tables may be folders of part files. In a package of ``large`` bytes each worker
    judges all of its subjects at once, as columns. Raises ``NoCluster``.
    """
    try:
        part_source = PartSource(_folder(source))
        with Store() as store, ExitStack() as stack:
            opened = plan_package(
                source,
                part_source,
                store,
                stack,
                dictionary=dictionary,
                collector=Collector(limit=limit),
                strict=strict,
            )
            planned = opened.collector.fork()
            with session(master) as spark, told():
                here = part_source.plain and master.startswith(_THIS_MACHINE)
                run = _Run(
                    spark,
                    opened,
                    part_source,
                    made_job(opened, part_source, large=large),
                    here=here,
                )
                report = run.report()
                if here and _as_they_were(run, planned, stack):
                    report = _Run(
                        spark,
                        opened,
                        part_source,
                        made_job(opened, part_source, large=large),
                    ).report()

                return report
    except (Unreadable, BrokenFile) as error:
        return unreadable(source, error)


def _as_they_were(run: _Run, planned: Collector, stack: ExitStack) -> bool:
    """Restores what other programs did to the tables; True where they are to be read
    once more.
    """
    opened, entry = run.opened, run.held
    if opened.study is None:
        return False
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crfsmith-")))
    if not restore(opened, planned, run.differing, folder):
        return False
    entry.restored(restored_files(opened.returned))

    return True


def _folder(source: Path) -> Path:
    root = (
        source.parent
        if source.name == layout.DESCRIPTOR and source.is_file()
        else source
    )
    if root.is_file():
        raise NoCluster(
            f"{source} is one file. Unpack it into a folder that every worker of "
            "the cluster can read."
        )

    if not root.is_dir():
        raise Unreadable(finding("no-package", value=str(source)))
    if not (root / layout.DESCRIPTOR).is_file():
        raise Unreadable(finding("no-descriptor"))
    return root


def _read(shared: Any, tasks: list[Task]) -> Iterator[Item]:
    code_version.check(shared.value.code)
    for task in tasks:
        yield from read_part(shared.value, *task)


def _judge(
    shared: Any, today: date, rows: Iterable[tuple[str, Any]]
) -> Iterator[Judged]:
    code_version.check(shared.value.code)
    yield judge_subjects(shared.value, today, (line for _, line in rows))


def _is(kind: type[Any], item: Item) -> bool:
    return isinstance(item, kind)


def _rows(batch: KeyBatch) -> list[KeyRow]:
    return batch.rows


def _texts(text: str) -> list[str]:
    return list(json.loads(text).values())


def _place(subject: str) -> int:
    return zlib.crc32(subject.encode("utf-8", "surrogatepass"))


def _saved(item: Item) -> str:
    line = item.line if isinstance(item, SubjectRow) else None
    return line.saved_at if isinstance(line, FormLine) else ""


class _Run:
    """One package on one cluster.

    ``here``: its tables are single files, and the workers on this machine.
    """

    def __init__(
        self,
        spark: Any,
        opened: OpenPackage,
        part_source: PartSource,
        job: Job,
        *,
        here: bool = True,
    ) -> None:
        self.here = here
        self.spark, self.opened, self.held, self.job = spark, opened, part_source, job
        self.shared = spark.sparkContext.broadcast(job)
        self.differing: frozenset[Column] | None = None

    def report(self) -> Report:
        tasks = self.tasks()
        items = self.spark.sparkContext.parallelize(tasks, max(len(tasks), 1))
        items = items.flatMap(partial(_read, self.shared))
        items.persist(pyspark.StorageLevel.DISK_ONLY)

        try:
            reads: list[PartRead] = items.filter(partial(_is, PartRead)).collect()
            self.differing = self.differing_columns(reads)
            tallies = [read.tally for read in reads]
            if self.job.keys:
                tallies.append(
                    self.compare(items.filter(partial(_is, KeyBatch)).flatMap(_rows))
                )

            judged = self.judge(items) if self.opened.study else []
        finally:
            items.unpersist()
            self.shared.destroy()

        merge([*tallies, *(item.tally for item in judged)], self.opened.collector)
        self.said_of_tables()
        self.uploads(judged)

        return self.made(reads, judged)

    def differing_columns(self, reads: Iterable[PartRead]) -> frozenset[Column] | None:
        """The columns that are not what the audit trail says, None without a trail."""
        sums = Sums()
        for read in reads:
            sums.add(read.sums)
        there = [plan for plan in self.opened.plans if plan.path in self.held.sizes]
        return sums.differing(frozenset(compared_columns(there)))

    def said_of_tables(self) -> None:
        """What is wrong with whole columns: told cell by cell only where all files can
        be read here.
        """
        opened = self.opened
        if opened.study is None and self.here:
            name_programs(opened)
        if opened.study is None or self.here:
            return
        paths = {plan.name: plan.path for plan in opened.plans}

        for name, field in sorted(
            {(table_of(item), item[1]) for item in self.differing or ()}
        ):
            result = finding(
                "column-differs", value=field, field=field, path=paths[name]
            )
            opened.collector.add(
                Reported(finding=result, file=paths[name], table=name, field=field)
            )

    def tasks(self) -> list[list[Task]]:
        """The parts of all tables, each large one alone."""
        parts = [
            (table, number, part)
            for table in self.job.tables
            for number, part in enumerate(self.parts(table))
        ]
        parts.sort(key=lambda task: task[2].size, reverse=True)
        large = sum(part.size > PIECE for _, _, part in parts)
        pieces = max(large, self.spark.sparkContext.defaultParallelism)

        return [parts[first::pieces] for first in range(min(pieces, len(parts)))]

    def parts(self, position: int) -> tuple[Part, ...]:
        return self.held.parts_of(self.opened.plans[position].path)

    def judge(self, items: Any) -> list[Judged]:
        """Every subject, with all of its rows on one worker."""
        study = self.opened.study
        assert study is not None
        saves = [text for text in [items.map(_saved).fold("", max)] if text]
        today = self.opened.data_cut or last_save(saves, study)
        rows = items.filter(partial(_is, SubjectRow)).map(tuple)
        size = sum(self.held.sizes.get(plan.path, 0) for plan in self.opened.plans)
        pieces = max(self.spark.sparkContext.defaultParallelism, size // PIECE)
        spread = rows.partitionBy(pieces, _place)
        judged: list[Judged] = spread.mapPartitions(
            partial(_judge, self.shared, today)
        ).collect()
        missing = MissingnessCounter(study=study, today=today)
        for item in judged:
            missing.add(item.states)
        self.opened.missingness = missing.table()

        return judged

    def uploads(self, judged: Iterable[Judged]) -> None:
        """Uploaded files, in the order of their subjects."""
        if not self.opened.study:
            return
        check = UploadCheck(cast(Source, self.held), self.opened.descriptor)
        named = sorted(
            chain.from_iterable(item.files for item in judged),
            key=lambda item: str(item.key.get(layout.SUBJECT)),
        )

        for entry in named:
            if fault := check.fault(entry.finding.value or ""):
                self.opened.collector.add(replace(entry, finding=fault))

        for fault in check.rest():
            self.opened.collector.add(Reported(finding=fault, file=fault.value))

    def compare(self, rows: Any) -> Tally:
        """Repeated, blank and unknown keys, by one query in Spark's SQL."""
        frame = self.spark.createDataFrame(rows, SCHEMA, verifySchema=False)
        frame.createOrReplaceTempView(keys.RELATION)
        named = self.spark.createDataFrame(
            keys.key_relation(self.job.keys), keys.KEYS_SCHEMA
        )
        named.createOrReplaceTempView(keys.KEYS)
        tally, value = Tally(), {entry.name: entry for entry in self.job.keys}
        totals: dict[tuple[str, str], tuple[Reported, int]] = {}
        result = self.spark.sql(keys.faults(self.job.limit)).collect()

        for key, row, first, texts, row_key, total in result:
            item = self.key_fault(
                value[key], row, first, _texts(texts), _texts(row_key)
            )
            tally.kept.append(item)
            totals[key, item.finding.code] = item, total

        for item, total in totals.values():
            tally.count(item, total)
        self.spark.catalog.dropTempView(keys.RELATION)
        self.spark.catalog.dropTempView(keys.KEYS)

        return tally

    def key_fault(
        self,
        key: NamedKey,
        row: int,
        first: int | None,
        texts: list[str],
        row_key: list[str],
    ) -> Reported:
        plan = self.opened.plans[key.at]
        if key.kind == FOREIGN:
            fault = unknown_reference(self.foreign(key), texts)
        elif first is None:
            fault = blank_key(key.fields)
        else:
            before = said_place(self.parts(key.at), first)
            fault = _repeated(key, texts, before)

        words = dict(fault.words)
        result = finding(
            fault.code,
            value=fault.value,
            table=plan.name,
            field=fault.field,
            path=plan.path,
            **words,
        )
        reported = Reported(
            finding=result, file=plan.path, table=plan.name, row=row, field=fault.field
        )
        named = dict(zip(self.job.row_key(key.at), row_key, strict=False))

        return with_key(reported, {name: text for name, text in named.items() if text})

    def foreign(self, key: NamedKey) -> ForeignKey:
        of = next(item for item in self.job.keys if item.name == key.of)
        return ForeignKey(
            fields=key.fields,
            resource=self.opened.plans[of.at].name,
            reference=of.fields,
        )

    def made(self, reads: Iterable[PartRead], judged: list[Judged]) -> Report:
        rows = dict(self.opened.rows)
        for read in reads:
            rows[self.opened.plans[read.at].name] += read.rows
        opened = self.opened
        report = opened.collector.report(
            source=str(opened.path),
            study=opened.study.name if opened.study else None,
            readable=True,
            rows=rows,
            forms=sum(item.forms for item in judged),
            subjects=sum(item.subjects for item in judged),
            missingness=opened.missingness,
            notes=opened.notes,
        )

        return replace(
            report, findings=tuple(self.placed(item) for item in report.findings)
        )

    def placed(self, reported: Reported) -> Reported:
        """The finding with the part and the line that it stands on."""
        index = next(
            (
                position
                for position, plan in enumerate(self.opened.plans)
                if plan.name == reported.table
            ),
            None,
        )
        if index is None or reported.row is None:
            return reported
        parts = self.parts(index)
        name, line = located(parts, reported.row)
        reported = with_key(
            reported, {"row": reported.row % STEP} if line is None else {}
        )
        text = reported.finding
        if text.code == "repeated-row":
            sub = _LARGE.sub(
                lambda number: said_place(parts, int(number[0])), text.message
            )
            text = replace(text, message=sub)

        return replace(reported, finding=text, file=name, row=line)


def _repeated(key: NamedKey, texts: list[str], first: str) -> KeyFault:
    if key.kind == PRIMARY:
        return repeated_key(key.fields, texts, first)
    return repeated_value(key.fields[0], texts[0], first)


__all__ = ["NoCluster", "validate_on_cluster"]
