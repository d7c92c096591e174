"""A dictionary of ours as one of REDCap, in its old spelling wherever it still says the
same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms_spec import load_study
from forms_spec.findings.finding import Finding
from forms_spec.model.roles import USUAL_ROLES, Permission
from forms_spec.model.study import Study
from generator.redcap.convert import convert_redcap
from generator.redcap.losses import CellLoss
from generator.redcap.reading.choices import write_choices
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.events import EventFiles
from generator.redcap.writing.cell_context import Cells, Key
from generator.redcap.writing.csv_bytes import csv_bytes
from generator.redcap.writing.write_events import EventLists, write_events
from generator.redcap.writing.write_rows import (
    record_id,
    redcap_names,
    study_rows,
    subject_key,
)

LISTS = ("events", "forms", "repeating")


@dataclass(frozen=True, kw_only=True)
class WrittenRedcapDictionary:
    """The file, None where the dictionary cannot be used; what was found, and every
    Loss.

    ``lists`` are those of ``events``, of their ``forms`` and of what is ``repeating``,
    where there are any.
    """

    content: bytes | None
    findings: tuple[Finding, ...]
    losses: tuple[CellLoss, ...]
    fields: int
    lists: Mapping[str, bytes] = field(default_factory=dict)


def write_redcap(
    files: Mapping[str, str], originals: Mapping[str, bytes]
) -> WrittenRedcapDictionary:
    """The 18 columns of a dictionary.

    ``originals`` are the files of REDCap that it was made from: ``dictionary`` and
    those of ``LISTS``, or none.
    """
    loaded = load_study(files)
    study = loaded.study
    if study is None:
        return WrittenRedcapDictionary(
            content=None,
            findings=loaded.findings,
            losses=(),
            fields=0,
        )

    kept = _Originals(originals, study)
    rows, losses = study_rows(study, kept.names)
    cells = [kept.respelled(key, written) for key, written in rows]

    # REDCap's own dictionary has its record id in the first place already.
    if not kept.items:
        losses += _record_id_first(study, [key for key, _ in rows], cells)

    losses = kept.still_lost(losses, rows)
    losses += _project_losses(study)

    # Events that still say the same come back as they were, as cells do.
    lists = write_events(study)
    if kept.schedule == _schedule(study):
        same = {name: originals[name] for name in LISTS if name in originals}
        lists = EventLists(files=same)

    return WrittenRedcapDictionary(
        content=csv_bytes(HEADERS.values(), _ordered(cells)),
        findings=(),
        losses=(*losses, *lists.losses),
        fields=len(cells),
        lists=lists.files,
    )


def _ordered(rows: Iterable[Cells]) -> Iterator[list[str]]:
    for cells in rows:
        yield [cells[column] for column in COLUMNS]


class _Originals:
    """What the original files said, and what the converter made of it."""

    def __init__(self, originals: Mapping[str, bytes], study: Study) -> None:
        self.items: dict[str, Item] = {}
        self.names: dict[Key, str] = {}
        self.cells: dict[Key, Cells] = {}
        self.schedule: object = None

        if "dictionary" in originals:
            self._convert(originals, study)

    def _convert(self, originals: Mapping[str, bytes], study: Study) -> None:
        # What is only spelled in another way comes back as it was, and is not listed.
        missing = [(code.in_redcap, code.label) for code in study.missing.values()]
        converted = convert_redcap(
            "dictionary.csv",
            originals["dictionary"],
            EventFiles(
                events=_file(originals, "events"),
                forms=_file(originals, "forms"),
                repeating=_file(originals, "repeating"),
            ),
            study=study.title,
            day_zero=_day_zero(study),
            spelled=False,
            record_id=_record_id_of(study),
            missing=write_choices(missing),
        )

        before = converted.study
        if before is None:
            return

        self.items = {item.name: item for item in converted.items}
        self.names = dict(converted.names)
        rows, _ = study_rows(before, self.names)
        self.cells = dict(rows)
        self.schedule = _schedule(before)

    def respelled(self, key: Key, cells: Cells) -> Cells:
        """The cells in their old spelling where they are what the converter would write
        of the original.
        """
        item = self.items.get(self.names.get(key, ""))
        before = self.cells.get(key)
        if item is None or before is None:
            return cells

        respelled = dict(cells)
        for column in COLUMNS:
            if cells[column] == before[column]:
                respelled[column] = item.cell(column)

        return respelled

    def still_lost(
        self, losses: Iterable[CellLoss], rows: Iterable[tuple[Key, Cells]]
    ) -> list[CellLoss]:
        """The losses but for those of fields that say what they always said: these come
        back in their old spelling.
        """
        changed = {cells["name"] for key, cells in rows if self.cells.get(key) != cells}
        return [
            loss
            for loss in losses
            if loss.field in changed or loss.field not in self.items
        ]


def _day_zero(study: Study) -> str | None:
    """The name in REDCap of the date from which days count."""
    if not study.day_zero:
        return None

    table, _, name = study.day_zero[0].partition(".")
    return _name_of(study, table, name)


def _record_id_of(study: Study) -> str:
    """The name in REDCap of the field that is the subject's number; empty where there
    is none.
    """
    subject = subject_key(study)
    if subject is None:
        return ""

    return _name_of(study, *subject) or ""


def _name_of(study: Study, table: str, name: str) -> str | None:
    field_ = study.field(table, name)
    if field_ is None:
        return None

    return field_.redcap.get("name", field_.name)


def _file(originals: Mapping[str, bytes], name: str) -> tuple[str, bytes] | None:
    if name not in originals:
        return None
    return name, originals[name]


def _schedule(study: Study) -> object:
    """What the lists of events say of a study, to be compared."""
    expectations = {
        (scheduled.form, scheduled.visit, scheduled.expectation)
        for scheduled in study.schedule
    }
    visits = {
        (
            visit.name,
            visit.title,
            visit.repeats,
            visit.target,
            visit.window,
            visit.redcap,
        )
        for visit in study.visits.values()
    }

    return expectations, visits


def _record_id_first(
    study: Study, keys: Sequence[Key], rows: list[Cells]
) -> Iterator[CellLoss]:
    """REDCap wants the record id as the first field of the first form: its row goes
    there, or is made.
    """
    subject = subject_key(study)
    if rows and keys[0] == subject:
        return

    form = rows[0]["form"] if rows else "form_1"
    if subject is None:
        first = dict.fromkeys(COLUMNS, "")
        name = record_id(study, redcap_names(study, {}))
        first |= {"name": name, "type": "text", "label": "Record ID"}
    else:
        first = _taken_out(rows, keys.index(subject))

    first["form"] = form
    rows.insert(0, first)
    yield CellLoss(
        kind="record-id",
        field=first["name"],
        column=HEADERS["form"] if subject else "",
        original=".".join(subject) if subject else "",
        why="REDCap needs the record ID as its first field",
        harmless=subject is None,
    )


def _taken_out(rows: list[Cells], index: int) -> Cells:
    """A row that is taken out; the section that it began begins with the next one."""
    row = rows.pop(index)
    if row["section"] and index < len(rows):
        following = rows[index]
        if following["form"] == row["form"] and not following["section"]:
            following["section"] = row["section"]

    row["section"] = ""
    return row


def _project_losses(study: Study) -> Iterator[CellLoss]:
    """What belongs to no field."""
    for rule in study.rules.values():
        yield CellLoss(
            kind="edit-check",
            field=rule.name,
            original=rule.message,
            why="REDCap keeps edit checks as data quality rules of the project",
        )

    for derivation in study.derivations.values():
        yield CellLoss(
            kind="derivation",
            field=derivation.name,
            original=derivation.expression.text,
            why="REDCap has no named expressions",
        )

    if study.references is not None:
        yield CellLoss(
            kind="reference-ranges",
            field="*",
            original=f"{len(study.references.ranges)} rows",
            why="REDCap has no reference ranges",
        )

    for role in study.roles.values() if study.roles is not USUAL_ROLES else ():
        yield CellLoss(
            kind="role",
            field=role.name,
            original=", ".join(item.value for item in Permission if item in role.may),
            why="REDCap keeps user roles in the project, not in its dictionary",
        )

    for code in study.missing.values():
        yield CellLoss(
            kind="missing",
            field=code.code,
            original=code.label,
            why="REDCap keeps missing codes in the project, not in its dictionary",
        )

    for site, title in study.sites.items():
        yield CellLoss(
            kind="site",
            field=site,
            original=title,
            why="REDCap keeps sites as data access groups of the project",
        )

    for language in study.translated_into:
        yield CellLoss(
            kind="translation",
            field=language,
            original=study.languages[language],
            why="REDCap keeps translations in the project, not in its dictionary",
        )
