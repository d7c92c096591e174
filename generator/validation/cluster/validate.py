"""Judges a package on a cluster: workers read part files and judge subjects, SQL
compares keys.
"""

from __future__ import annotations

import json
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, cast

from forms_spec.findings.catalogue import finding
from generator.heavy_libraries import pyspark
from generator.package.source import BrokenFile, PackageSource, Unreadable
from generator.tables import layout
from generator.validation.audit_trail import (
    Column,
    Sums,
    compared_columns,
    table_of,
)
from generator.validation.cluster import code_version, keys
from generator.validation.cluster.evaluate_subjects import (
    SubjectsResult,
    judge_subjects,
)
from generator.validation.cluster.job import FOREIGN, PRIMARY, Job, NamedKey
from generator.validation.cluster.job_plan import plan_job
from generator.validation.cluster.key_rows import SCHEMA, KeyBatch, KeyRow
from generator.validation.cluster.part_files import (
    STEP,
    Part,
    PartSource,
    place_in_words,
    place_of,
)
from generator.validation.cluster.partial_counts import WorkerFindings, merge, with_key
from generator.validation.cluster.read_parts import (
    Item,
    PartRead,
    SubjectRow,
    part_records,
    read_part,
)
from generator.validation.cluster.session import NoCluster, explain_failures, session
from generator.validation.cluster.worker_memory import keep_libraries
from generator.validation.count_completeness import MissingnessCounter
from generator.validation.evaluate_forms import last_save
from generator.validation.open_package import LARGE, plan_package
from generator.validation.opened_package import OpenPackage, unreadable
from generator.validation.packaged_entries import check_entries
from generator.validation.packaged_review import check_review
from generator.validation.query_threads import NumberedRow, check_threads
from generator.validation.repeated_answers import repeated, reported_row
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
from generator.validation.version_history import rows_of_records

Task = tuple[int, int, Part]
PIECE = 1 << 24
"""So many bytes are worth a task of their own."""
_THIS_MACHINE = "local"
# As many digits as STEP has, and no other number in a message.
_ROW_NUMBER = re.compile(r"\b\d{13,}\b")


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
            with session(master) as spark, explain_failures():
                here = part_source.plain and master.startswith(_THIS_MACHINE)
                job = plan_job(opened, part_source, large=large)
                run = _ClusterRun(spark, opened, part_source, job, here=here)
                report = run.report()
                if here and _restore_tables(run, planned, stack):
                    job = plan_job(opened, part_source, large=large)
                    report = _ClusterRun(spark, opened, part_source, job).report()

                return report
    except (Unreadable, BrokenFile) as error:
        return unreadable(source, error)


def _restore_tables(run: _ClusterRun, planned: Collector, stack: ExitStack) -> bool:
    """Restores what other programs did to the tables; True where they are to be read
    once more.
    """
    opened = run.opened
    if opened.study is None:
        return False

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crfsmith-")))
    if not restore(opened, planned, run.differing, folder):
        return False

    run.part_source.restored(restored_files(opened.returned))

    return True


def _folder(source: Path) -> Path:
    is_descriptor = source.name == layout.DESCRIPTOR and source.is_file()
    root = source.parent if is_descriptor else source
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


# Spark sends these functions to its workers; methods would take the whole run along.
def _read(shared: Any, tasks: list[Task]) -> Iterator[Item]:
    code_version.check(shared.value.code)
    for task in tasks:
        yield from read_part(shared.value, *task)

    keep_libraries()


def _judge(
    shared: Any, today: date, rows: Iterable[tuple[str, Any]]
) -> Iterator[SubjectsResult]:
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


def _saved_at(item: Item) -> str:
    """When a form was saved; nothing for other rows."""
    if isinstance(item, SubjectRow) and isinstance(item.line, FormLine):
        return item.line.saved_at

    return ""


class _ClusterRun:
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
        self.opened, self.part_source = opened, part_source
        self.differing: frozenset[Column] | None = None
        self._spark, self._job, self._here = spark, job, here
        self._shared = spark.sparkContext.broadcast(job)

    def report(self) -> Report:
        """Everything about the package: call it once."""
        tasks = self._tasks()
        items = self._spark.sparkContext.parallelize(tasks, max(len(tasks), 1))
        items = items.flatMap(partial(_read, self._shared))
        # Read once, looked at three times: for counts, keys and subjects.
        items.persist(pyspark.StorageLevel.DISK_ONLY)

        try:
            reads: list[PartRead] = items.filter(partial(_is, PartRead)).collect()
            self.differing = self._differing_columns(reads)
            findings = [read.findings for read in reads]
            if self._job.keys:
                key_rows = items.filter(partial(_is, KeyBatch)).flatMap(_rows)
                findings.append(self._compare_keys(key_rows))

            results = self._judge_subjects(items) if self.opened.study else []
        finally:
            items.unpersist()
            self._shared.destroy()

        findings += [result.findings for result in results]
        merge(findings, self.opened.collector)
        # Few rows beside the answers: they are read here, all together.
        check_threads(self.opened, self._rows_of)
        check_review(self.opened, self._rows_of)
        check_entries(self.opened, self._rows_of)
        self._report_columns()
        self._compare_answers(results)
        self._check_uploads(results)

        return self._assembled(reads, results)

    def _differing_columns(self, reads: Iterable[PartRead]) -> frozenset[Column] | None:
        """The columns that are not what the audit trail says, None without a trail."""
        sums = Sums()
        for read in reads:
            sums.add(read.sums)

        sizes = self.part_source.sizes
        there = [plan for plan in self.opened.plans if plan.path in sizes]

        return sums.differing(frozenset(compared_columns(there)))

    def _report_columns(self) -> None:
        """What is wrong with whole columns: told cell by cell only where all files can
        be read here.
        """
        opened = self.opened
        is_of_study = opened.study is not None
        if self._here:
            if not is_of_study:
                name_programs(opened)

            return

        if not is_of_study:
            return

        paths = {plan.name: plan.path for plan in opened.plans}
        columns = {(table_of(column), column[1]) for column in self.differing or ()}

        for table, field in sorted(columns):
            path = paths[table]
            differs = finding("column-differs", value=field, field=field, path=path)
            opened.collector.add(
                Reported(finding=differs, file=path, table=table, field=field)
            )

    def _tasks(self) -> list[list[Task]]:
        """The parts of all tables, each large one alone."""
        parts: list[Task] = []
        for table in self._job.tables:
            for number, part in enumerate(self._parts(table)):
                parts.append((table, number, part))

        # The largest are dealt out first, so that the pieces take about as long.
        parts.sort(key=lambda task: task[2].size, reverse=True)
        large = sum(part.size > PIECE for _, _, part in parts)
        pieces = max(large, self._spark.sparkContext.defaultParallelism)

        return [parts[first::pieces] for first in range(min(pieces, len(parts)))]

    def _parts(self, position: int) -> tuple[Part, ...]:
        """The files of a table, by its place in the package."""
        return self.part_source.parts_of(self.opened.plans[position].path)

    def _rows_of(self, table: str, wanted: Sequence[str]) -> Iterator[NumberedRow]:
        """Some columns of a table, read part by part."""
        names = [plan.name for plan in self.opened.plans]
        position = names.index(table)
        delimiter = self.opened.plans[position].delimiter

        for number, part in enumerate(self._parts(position)):
            try:
                # Damage was told when the part was read by a worker.
                records = part_records(part, delimiter, lambda *_, **__: None)
                for line, cells in rows_of_records(records, wanted):
                    yield number * STEP + line, cells
            except BrokenFile:
                continue

    def _judge_subjects(self, items: Any) -> list[SubjectsResult]:
        """Every subject, with all of its rows on one worker."""
        study = self.opened.study
        assert study is not None
        last = items.map(_saved_at).fold("", max)
        today = self.opened.data_cut or last_save([last] if last else [], study)

        sizes = self.part_source.sizes
        size = sum(sizes.get(plan.path, 0) for plan in self.opened.plans)
        pieces = max(self._spark.sparkContext.defaultParallelism, size // PIECE)
        rows = items.filter(partial(_is, SubjectRow)).map(tuple)
        spread = rows.partitionBy(pieces, _place)
        judge = partial(_judge, self._shared, today)
        results: list[SubjectsResult] = spread.mapPartitions(judge).collect()

        missing = MissingnessCounter(study=study, today=today)
        for result in results:
            missing.add(result.states)

        self.opened.missingness = missing.table()

        return results

    def _compare_answers(self, results: Iterable[SubjectsResult]) -> None:
        """Answers that may stand once only, over the subjects of all workers."""
        opened = self.opened
        if opened.study is None:
            return

        rows = chain.from_iterable(result.compared for result in results)
        for row, fault in repeated(opened, opened.study, rows):
            opened.collector.add(reported_row(opened, row, fault))

    def _check_uploads(self, results: Iterable[SubjectsResult]) -> None:
        """Uploaded files, in the order of their subjects."""
        if not self.opened.study:
            return

        collector = self.opened.collector
        source = cast(PackageSource, self.part_source)
        check = UploadCheck(source, self.opened.descriptor)
        cells = chain.from_iterable(result.files for result in results)

        for cell in sorted(cells, key=lambda cell: str(cell.key.get(layout.SUBJECT))):
            fault = check.fault(cell.finding.value or "")
            if fault:
                collector.add(replace(cell, finding=fault))

        for fault in check.rest():
            collector.add(Reported(finding=fault, file=fault.value))

    def _compare_keys(self, rows: Any) -> WorkerFindings:
        """Repeated, blank and unknown keys, by one query in Spark's SQL."""
        spark, by_name = self._spark, {key.name: key for key in self._job.keys}
        frame = spark.createDataFrame(rows, SCHEMA, verifySchema=False)
        frame.createOrReplaceTempView(keys.RELATION)
        key_rows = keys.key_relation(self._job.keys)
        spark.createDataFrame(key_rows, keys.KEYS_SCHEMA).createOrReplaceTempView(
            keys.KEYS
        )

        findings = WorkerFindings()
        totals: dict[tuple[str, str], tuple[Reported, int]] = {}

        for faulty in spark.sql(keys.faults(self._job.limit)).collect():
            reported = self._key_fault(by_name[faulty.key], faulty)
            findings.kept.append(reported)
            totals[faulty.key, reported.finding.code] = reported, faulty.cases

        for example, total in totals.values():
            findings.count(example, total)

        spark.catalog.dropTempView(keys.RELATION)
        spark.catalog.dropTempView(keys.KEYS)

        return findings

    def _key_fault(self, key: NamedKey, faulty: Any) -> Reported:
        """The finding on one row of the query."""
        plan, texts = self.opened.plans[key.at], _texts(faulty.texts)
        if key.kind == FOREIGN:
            fault = unknown_reference(self._foreign_key(key), texts)
        elif faulty.earlier is None:
            fault = blank_key(key.fields)
        else:
            earlier = place_in_words(self._parts(key.at), faulty.earlier)
            fault = _repeated(key, texts, earlier)

        worded = finding(
            fault.code,
            value=fault.value,
            table=plan.name,
            field=fault.field,
            path=plan.path,
            **fault.words,
        )
        reported = Reported(
            finding=worded,
            file=plan.path,
            table=plan.name,
            row=faulty.row,
            field=fault.field,
        )
        columns = self._job.row_key(key.at)
        row_key = zip(columns, _texts(faulty.row_key), strict=False)

        return with_key(reported, {name: text for name, text in row_key if text})

    def _foreign_key(self, key: NamedKey) -> ForeignKey:
        (of,) = [other for other in self._job.keys if other.name == key.of]
        resource = self.opened.plans[of.at].name
        return ForeignKey(fields=key.fields, resource=resource, reference=of.fields)

    def _assembled(
        self, reads: Iterable[PartRead], results: Sequence[SubjectsResult]
    ) -> Report:
        opened = self.opened
        rows = dict(opened.rows)
        for read in reads:
            rows[opened.plans[read.at].name] += read.rows

        report = opened.collector.report(
            source=str(opened.path),
            study=opened.study.name if opened.study else None,
            readable=True,
            rows=rows,
            forms=sum(result.forms for result in results),
            subjects=sum(result.subjects for result in results),
            missingness=opened.missingness,
            notes=opened.notes,
        )
        tables = {plan.name: index for index, plan in enumerate(opened.plans)}
        placed = tuple(self._placed(item, tables) for item in report.findings)

        return replace(report, findings=placed)

    def _placed(self, reported: Reported, tables: Mapping[str, int]) -> Reported:
        """The finding with the part and the line that it stands on."""
        position = tables.get(reported.table or "")
        if position is None or reported.row is None:
            return reported

        parts = self._parts(position)
        name, line = place_of(parts, reported.row)
        if line is None:
            reported = with_key(reported, {"row": reported.row % STEP})

        worded = reported.finding
        if worded.code == "repeated-row":
            # Its words name another row by its number over all parts.
            message = _ROW_NUMBER.sub(
                lambda number: place_in_words(parts, int(number[0])), worded.message
            )
            worded = replace(worded, message=message)

        return replace(reported, finding=worded, file=name, row=line)


def _repeated(key: NamedKey, texts: list[str], first: str) -> KeyFault:
    if key.kind == PRIMARY:
        return repeated_key(key.fields, texts, first)
    return repeated_value(key.fields[0], texts[0], first)


__all__ = ["NoCluster", "validate_on_cluster"]
