"""Captured forms in, a package out: streamed, sorted, the same bytes for the same data."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from forms_spec.catalogue import finding
from forms_spec.days import day_of
from forms_spec.findings import Finding
from forms_spec.model import Form, Study
from forms_spec.places import DataPlace
from generator.package.archive import Sink, open_sink
from generator.package.captured import CapturedFile, CapturedForm, Change, Subject
from generator.package.order import OrderKey, package_order
from generator.package.spool import Spool, Spooled
from generator.tables import layout
from generator.tables.descriptor import Stored, descriptor

KEPT = "kept"
_INVISIBLE = re.compile(
    "[\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ue000-\uf8ff\ufefe-\uff00"
    "\ufff0-\uffff\U00010000\U0010ffff]"
)
"""Characters that do not show, or turn the direction of the line they are in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """Rows per table, and a finding for every text that the dictionary has no column for."""

    rows: Mapping[str, int]
    findings: tuple[Finding, ...]


def write_package(
    study: Study,
    forms: Iterable[CapturedForm],
    target: Path,
    *,
    subjects: Iterable[Subject] | None = None,
    changes: Iterable[Change] = (),
    files: Iterable[CapturedFile] = (),
    data_cut: date | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Written:
    """Writes a zip (``target`` ends in ``.zip``) or a folder.

    ``forms`` come sorted by ``package_order(study)``; ``ValueError`` when they do not. Without
    ``subjects`` the package lists those of the forms. ``files`` are the uploaded ones; ``ValueError``
    when a cell could mean either of two. ``data_cut`` is the day on which the data are judged; the last
    day of a save, by the study's clock, when absent. ``on_progress`` is told the number
    of forms written.
    """
    packed = _packed(files)
    with tempfile.TemporaryDirectory(prefix="crfsmith-") as scratch:
        writing = _Writing(study, Spool(Path(scratch), layout.all_columns(study)))
        writing.forms(forms, on_progress)
        writing.subjects(subjects)
        writing.changes(changes)
        spooled = writing.spool.finish()
        with open_sink(target) as sink:
            _add_text(
                sink, layout.DESCRIPTOR, _descriptor(study, spooled, data_cut or writing.last_save, packed)
            )
            for name in sorted(spooled, key=layout.table_path):
                with spooled[name].path.open("rb") as content:
                    sink.add(layout.table_path(name), content, spooled[name].size)
            for name in sorted(study.files):
                _add_text(sink, layout.DICTIONARY + name, study.files[name])
            for one in packed:
                sink.add(one.name, io.BytesIO(one.read()), one.size)
    rows = {name: one.rows for name, one in spooled.items()}
    return Written(rows=rows, findings=tuple(writing.findings))


def _packed(files: Iterable[CapturedFile]) -> list[CapturedFile]:
    """The uploaded files by name, each once."""
    packed = sorted({one.name: one for one in files}.values(), key=lambda one: one.name)
    hashes: dict[str, str] = {}
    for one in packed:
        beginning = one.name.split("/")[1]
        if hashes.setdefault(beginning, one.sha256) != one.sha256 or not one.sha256.startswith(beginning):
            raise ValueError(f"{one.name} is not named by its hash, or another file is named like it")
    return packed


def _descriptor(
    study: Study, spooled: Mapping[str, Spooled], data_cut: date | None, files: list[CapturedFile]
) -> str:
    stored = {name: Stored(size=one.size, sha256=one.sha256) for name, one in spooled.items()}
    uploaded = {one.name: Stored(size=one.size, sha256=one.sha256) for one in files}
    made = descriptor(study, stored=stored, data_cut=data_cut, files=uploaded)
    return _INVISIBLE.sub(_escape, json.dumps(made, indent=2, ensure_ascii=False)) + "\n"


def _escape(character: re.Match[str]) -> str:
    return json.dumps(character[0])[1:-1]


def _add_text(sink: Sink, name: str, text: str) -> None:
    content = text.encode("utf-8")
    sink.add(name, io.BytesIO(content), len(content))


def timestamp(moment: datetime) -> str:
    """A moment as it stands in a package: UTC, ``2024-04-15T09:30:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass
class _Writing:
    """One export under way."""

    study: Study
    spool: Spool
    seen: set[Subject] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    last_save: date | None = None

    def forms(self, forms: Iterable[CapturedForm], on_progress: Callable[[int], None] | None) -> None:
        for count, form in enumerate(_in_order(forms, package_order(self.study)), start=1):
            self.form(form)
            if on_progress:
                on_progress(count)

    def form(self, form: CapturedForm) -> None:
        site, subject, key, record = form.site, form.subject, form.key, form.record
        self.seen.add(Subject(site, subject))
        saved = day_of(self.study, form.saved_at)
        self.last_save = max(saved, self.last_save or saved)
        head = (site, subject, key.visit, key.unsno, key.form)
        signature = (form.status, form.version, timestamp(form.saved_at), form.saved_by)
        self.spool.add(layout.FORMS, (*head, *signature))
        for (cell, code), reason in sorted(record.kept.items(), key=_kept_order):
            place = (cell.table, "" if cell.row is None else cell.row, cell.field)
            self.spool.add(layout.QUERIES, (*head, *place, code, KEPT, reason))
        self.findings.extend(self._without_column(form))
        known = self.study.forms.get(key.form)
        if known:
            self._tables(form, known)

    def _tables(self, form: CapturedForm, known: Form) -> None:
        head: tuple[str | int, ...] = (form.site, form.subject)
        if not known.log:
            head = (*head, form.key.visit, form.key.unsno)
        own = self.study.tables.get(known.name)
        if own and own.group is None:
            texts = form.record.texts
            self.spool.add(own.name, [*head, *(texts.get(one.name, "") for one in own.fields)])
        for group in known.row_groups:
            fields = self.study.tables[group.name].fields
            for row in sorted(form.record.rows.get(group.name, ()), key=lambda row: row.number):
                cells = (row.texts.get(one.name, "") for one in fields)
                self.spool.add(group.name, [*head, row.number, *cells])

    def _without_column(self, form: CapturedForm) -> Iterator[Finding]:
        """Texts under names that the dictionary does not have (any more): told, not dropped in silence."""
        key, record = form.key, form.record
        cells: list[tuple[str, int | None, str, str]] = [
            (key.form, None, name, text) for name, text in record.texts.items()
        ]
        for table, rows in record.rows.items():
            cells += [(table, row.number, name, text) for row in rows for name, text in row.texts.items()]
        for table, row, name, text in cells:
            held = self.study.tables.get(table)
            known = held and held.form.name == key.form and (held.group is None) == (row is None)
            if text and not (known and self.study.field(table, name)):
                place = DataPlace(
                    table=table, field=name, row=row, subject=form.subject, visit=key.visit, unsno=key.unsno
                )
                yield finding("text-without-column", data=place, value=text, table=table, field=name)

    def subjects(self, subjects: Iterable[Subject] | None) -> None:
        for site, subject in sorted(self.seen.union(subjects or ())):
            self.spool.add(layout.SUBJECTS, (self.study.name, site, subject))

    def changes(self, changes: Iterable[Change]) -> None:
        for one in changes:
            key = one.key
            self.spool.add(
                layout.AUDIT,
                (
                    one.site, one.subject, key.visit, key.unsno, key.form, one.version, one.table,
                    "" if one.row is None else one.row, one.field, one.old, one.new, one.reason,
                    one.saved_by, timestamp(one.saved_at), one.dictionary,
                ),
            )  # fmt: skip


def _kept_order(item: tuple[tuple[tuple[str, int | None, str], str], str]) -> tuple[str, int, str, str]:
    ((table, row, name), code), _ = item
    return (table, -1 if row is None else row, name, code)


def _in_order(
    forms: Iterable[CapturedForm], order: Callable[[CapturedForm], OrderKey]
) -> Iterator[CapturedForm]:
    last: OrderKey | None = None
    for form in forms:
        now = order(form)
        if last is not None and now <= last:
            raise ValueError(f"forms are not sorted by package_order: {now} comes after {last}")
        last = now
        yield form
