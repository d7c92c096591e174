"""A record that shows a fault, in words and as a file of a subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from forms_spec.model.captured_data import LOG, FormKey, Record
from forms_spec.model.study import Study
from generator.proof.witness import WitnessRecord

DRAFT = 0


def record_words(record: WitnessRecord) -> str:
    """``vs at SCR: a = 3, b = 1; ae: row 1 of aes: aeterm = x``"""
    forms = [_form_words(key, item) for key, item in record.forms.items()]
    return f"{'; '.join(forms)} (on {record.today.isoformat()})"


def _form_words(key: FormKey, record: Record) -> str:
    number = f".{key.unsno}" if key.unsno else ""
    where = "" if key.visit in ("", LOG) else f" at {key.visit}{number}"
    parts = [_answers(record.texts)] if record.texts else []
    for table, rows in record.rows.items():
        for row in rows:
            parts.append(f"row {row.number} of {table}: {_answers(row.texts)}")

    return f"{key.form}{where}: {', '.join(parts) or 'nothing entered'}"


def _answers(texts: Mapping[str, str]) -> str:
    answers = [f"{name} = {text}" for name, text in texts.items()]
    return ", ".join(answers) or "blank"


def record_yaml(study: Study, record: WitnessRecord) -> str:
    """The record as a file of the folder ``subjects/``, all of its forms drafts."""
    return yaml.safe_dump(
        record_data(study, record), sort_keys=False, allow_unicode=True
    )


def record_data(study: Study, record: WitnessRecord) -> dict[str, Any]:
    """The same for JSON: the subject, the day, and the forms by visit."""
    data: dict[str, Any] = {
        "subject": study.subject_example,
        "data_cut": record.today.isoformat(),
    }
    for key, item in record.forms.items():
        if key.visit in ("", LOG):
            place = data.setdefault("log", {})
        else:
            visit = f"{key.visit}.{key.unsno}" if key.unsno else key.visit
            place = data.setdefault("visits", {}).setdefault(visit, {})
        place[key.form] = _form_data(item)

    return data


def _form_data(record: Record) -> dict[str, Any]:
    rows = {
        table: [dict(row.texts) for row in own] for table, own in record.rows.items()
    }
    return {"formstat": str(DRAFT), **record.texts, **rows}
