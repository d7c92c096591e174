"""Answers of earlier runs, so that only what a change touches is asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from forms_spec.model.captured_data import FormKey, Record, Row
from generator.proof.witness import WitnessRecord


@dataclass(kw_only=True, slots=True)
class EarlierAnswers:
    """Answers and records by the key of their question.

    ``outlines`` are what is known of questions, by the key of what they come from.
    ``used`` are those of this run, the only ones that are kept for the next one.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, Any] = field(default_factory=dict)
    outlines: Mapping[str, Any] = field(default_factory=dict)
    used_answers: dict[str, str] = field(default_factory=dict)
    used_records: dict[str, Any] = field(default_factory=dict)
    used_outlines: dict[str, Any] = field(default_factory=dict)

    def next(self) -> EarlierAnswers:
        """What the run after this one begins with."""
        return EarlierAnswers(
            answers=self.used_answers,
            records=self.used_records,
            outlines=self.used_outlines,
        )

    def answer(self, key: str) -> str | None:
        answer = self.answers.get(key)
        if answer is not None:
            self.used_answers[key] = answer
        return answer

    def keep_answer(self, key: str, answer: str) -> None:
        self.used_answers[key] = answer

    def outline(self, key: str) -> Any:
        """The outlines of the questions from one source; None where none are known."""
        rows = self.outlines.get(key)
        if rows is not None:
            self.used_outlines[key] = rows
        return rows

    def keep_outline(self, key: str, rows: Any) -> None:
        self.used_outlines[key] = rows

    def record(self, key: str) -> tuple[bool, WitnessRecord | None]:
        """Whether the record is known, and the record; None where none was confirmed."""
        if key not in self.records:
            return False, None

        data = self.used_records[key] = self.records[key]
        return True, None if data is None else record_from_data(data)

    def keep_record(self, key: str, record: WitnessRecord | None) -> None:
        self.used_records[key] = None if record is None else data_of_record(record)


def read_answers(file: Path) -> EarlierAnswers:
    """The answers in a file; none where there is no such file, or it is damaged."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return EarlierAnswers(
            answers=data["answers"], records=data["records"], outlines=data["outlines"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return EarlierAnswers()


def write_answers(file: Path, earlier: EarlierAnswers) -> None:
    """Keeps what this run used, for the next one."""
    data = {
        "answers": earlier.used_answers,
        "records": earlier.used_records,
        "outlines": earlier.used_outlines,
    }
    file.write_text(json.dumps(data), encoding="utf-8")


def data_of_record(record: WitnessRecord) -> dict[str, Any]:
    """A record as JSON has it."""
    forms = [
        {
            "key": list(key),
            "texts": dict(item.texts),
            "rows": {
                table: [[row.number, dict(row.texts)] for row in rows]
                for table, rows in item.rows.items()
            },
        }
        for key, item in record.forms.items()
    ]
    return {
        "forms": forms,
        "judged": list(record.judged),
        "row": record.row,
        "today": record.today.isoformat(),
    }


def record_from_data(data: Mapping[str, Any]) -> WitnessRecord:
    """The same back."""
    forms = {}
    for item in data["forms"]:
        rows = {
            table: tuple(Row(number=number, texts=texts) for number, texts in own)
            for table, own in item["rows"].items()
        }
        forms[FormKey(*item["key"])] = Record(texts=item["texts"], rows=rows)

    return WitnessRecord(
        forms=forms,
        judged=FormKey(*data["judged"]),
        row=data["row"],
        today=date.fromisoformat(data["today"]),
    )
