"""A dictionary of ours as one of REDCap, in its old spelling wherever it still says the
same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms_spec import load_study
from forms_spec.findings.finding import Finding
from forms_spec.model.study import Study
from generator.redcap.convert import convert_redcap
from generator.redcap.losses import Loss
from generator.redcap.reading.choices import write_choices
from generator.redcap.reading.columns import COLUMNS, HEADERS
from generator.redcap.reading.dictionary_rows import Item
from generator.redcap.reading.events import EventFiles
from generator.redcap.writing.cell_context import Cells, Key
from generator.redcap.writing.write_events import EventLists, write_events
from generator.redcap.writing.write_rows import (
    record_id,
    redcap_names,
    study_rows,
    subject_key,
)

LISTS = ("events", "forms", "repeating")


@dataclass(frozen=True, kw_only=True)
class WrittenDictionary:
    """The file, None where the dictionary cannot be used; what was found, and every
    Loss.

    ``lists`` are those of ``events``, of their ``forms`` and of what is ``repeating``,
    where there are any.
    """

    content: bytes | None
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    fields: int
    lists: Mapping[str, bytes] = field(default_factory=dict)


def write_redcap(
    files: Mapping[str, str], originals: Mapping[str, bytes]
) -> WrittenDictionary:
    """The 18 columns of a dictionary.

    ``originals`` are the files of REDCap that it was made from.
    """
    loaded = load_study(files)
    if loaded.study is None:
        return WrittenDictionary(
            content=None, findings=loaded.findings, losses=(), fields=0
        )
    kept = _Kept(originals, loaded.study)
    rows, losses = study_rows(loaded.study, kept.names)
    result = [kept.spelled(key, cells) for key, cells in rows]
    if not kept.items:
        losses += _record_id_first(loaded.study, [key for key, _ in rows], result)
    changed = kept.changed(rows)
    losses = [
        loss for loss in losses if loss.field in changed or loss.field not in kept.items
    ]
    losses += _unsaid(loaded.study)
    lists = write_events(loaded.study)
    if kept.schedule == _schedule(loaded.study):
        lists = EventLists(
            files={name: originals[name] for name in LISTS if name in originals}
        )

    losses += lists.losses

    return WrittenDictionary(
        content=_csv(result),
        findings=(),
        losses=tuple(losses),
        fields=len(result),
        lists=lists.files,
    )


class _Kept:
    """What the original files said, and what the converter made of it."""

    def __init__(self, originals: Mapping[str, bytes], study: Study) -> None:
        self.items: dict[str, Item] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.cells: dict[tuple[str, str], Cells] = {}
        self.subject = ""
        self.schedule: object = None
        if "dictionary" not in originals:
            return
        given = EventFiles(
            events=_file(originals, "events"),
            forms=_file(originals, "forms"),
            repeating=_file(originals, "repeating"),
        )
        built = convert_redcap(
            "dictionary.csv",
            originals["dictionary"],
            given,
            study=study.title,
            day_zero=_day_zero(study),
            spelled=False,
            record_id=_record_id_of(study),
            missing=write_choices(
                [(entry.in_redcap, entry.label) for entry in study.missing.values()]
            ),
        )
        loaded = load_study(built.files)
        if loaded.study is None:
            return
        self.items = {item.name: item for item in built.items}
        self.names = dict(built.names)
        self.subject = built.subject
        self.cells = dict(study_rows(loaded.study, self.names)[0])
        self.schedule = _schedule(loaded.study)

    def spelled(self, key: tuple[str, str], cells: Cells) -> Cells:
        """The cells in their old spelling where they are what the converter would write
        of the original.
        """
        item = self.items.get(self.names.get(key, ""))
        before = self.cells.get(key)
        if item is None or before is None:
            return cells
        return {
            column: item.cell(column)
            if cells[column] == before[column]
            else cells[column]
            for column in COLUMNS
        }

    def changed(self, rows: Sequence[tuple[tuple[str, str], Cells]]) -> set[str]:
        """Names of the fields that do not say any more what they said."""
        return {cells["name"] for key, cells in rows if self.cells.get(key) != cells}


def _day_zero(study: Study) -> str | None:
    """The name in REDCap of the date from which days count."""
    table, _, name = (study.day_zero or ("",))[0].partition(".")
    value = study.field(table, name)
    return value.redcap.get("name", value.name) if value is not None else None


def _record_id_of(study: Study) -> str:
    """The name in REDCap of the field that is the subject's number; empty where there
    is none.
    """
    subject = subject_key(study)
    value = study.field(*subject) if subject else None
    return value.redcap.get("name", value.name) if value is not None else ""


def _file(originals: Mapping[str, bytes], name: str) -> tuple[str, bytes] | None:
    return (name, originals[name]) if name in originals else None


def _schedule(study: Study) -> object:
    return {(item.form, item.visit, item.expectation) for item in study.schedule}, {
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


def _record_id_first(
    study: Study, keys: Sequence[Key], rows: list[Cells]
) -> Iterator[Loss]:
    """REDCap wants the record id as the first field of the first form: its row goes
    there, or is made.
    """
    subject = subject_key(study)
    if rows and keys[0] == subject:
        return
    form = rows[0]["form"] if rows else "form_1"
    why, original = "REDCap wants a record id as its first field", ""
    if subject is not None:
        index = keys.index(subject)
        first = rows.pop(index)
        if (
            first["section"]
            and index < len(rows)
            and rows[index]["form"] == first["form"]
        ):
            rows[index]["section"] = rows[index]["section"] or first["section"]

        first |= {"section": "", "form": form}
        original = f"{subject[0]}.{subject[1]}"
    else:
        name = record_id(study, redcap_names(study, {}))
        first = dict.fromkeys(COLUMNS, "")
        first |= {"name": name, "form": form, "type": "text", "label": "Record ID"}

    rows.insert(0, first)
    yield Loss(
        kind="record-id",
        row=0,
        field=first["name"],
        column=HEADERS["form"] if original else "",
        original=original,
        why=why,
        harmless=not original,
    )


def _unsaid(study: Study) -> list[Loss]:
    """What belongs to no field."""
    losses: list[Loss] = []

    def say(kind: str, name: str, original: str, why: str) -> None:
        losses.append(
            Loss(kind=kind, row=0, field=name, column="", original=original, why=why)
        )

    for rule in study.rules.values():
        say(
            "edit-check",
            rule.name,
            rule.message,
            "a rule over fields is a data quality rule of the project",
        )

    for derivation in study.derivations.values():
        say(
            "derivation",
            derivation.name,
            derivation.expression.text,
            "REDCap has no named expressions",
        )

    if study.references is not None:
        ranges = f"{len(study.references.ranges)} rows"
        say(
            "reference-ranges",
            "*",
            ranges,
            "REDCap has no reference ranges of laboratories",
        )

    for code in study.missing.values():
        say(
            "missing",
            code.code,
            code.label,
            "codes of missing data belong to REDCap's project",
        )

    for site, title in study.sites.items():
        say("site", site, title, "sites are data access groups of the project")
    return losses


def _csv(rows: Sequence[Cells]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADERS.values())
    for cells in rows:
        writer.writerow([cells[column] for column in COLUMNS])
    return out.getvalue().encode("utf-8", errors="surrogatepass")
