"""Dictionaries made by chance: every field type with its samples, rows, logs, visits,
amendments.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from forms_spec import load_study
from forms_spec.field_types import FIELD_TYPES, FieldType
from forms_spec.model.study import Study

Texts = dict[str, str]
ATTEMPTS = 500
SITES = {"01": "Ghent", "02": "Leuven", "03": "Liège, “south”"}


@dataclass(kw_only=True)
class MadeStudy:
    """A dictionary as documents; ``right`` and ``wrong`` are sample texts of a field,
    by table and name.
    """

    documents: dict[str, dict[str, Any]]
    study: Study
    right: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    wrong: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def random_study(chance: Random) -> MadeStudy:
    """A study that loads without a finding that refuses it."""
    for _ in range(ATTEMPTS):
        making = _Making(chance)
        documents = making.documents()
        study = loaded(documents)
        if study:
            return MadeStudy(
                documents=documents, study=study, right=making.right, wrong=making.wrong
            )
    raise AssertionError("no study in so many attempts")


def loaded(documents: dict[str, dict[str, Any]]) -> Study | None:
    """JSON is YAML too."""
    texts = {
        name: json.dumps(held, indent=1, ensure_ascii=False)
        for name, held in documents.items()
    }
    return load_study(texts).study


def amended(made: MadeStudy, chance: Random) -> Study | None:
    """The study without a form, a visit, a site or a field, or with another one
    renamed, where that loads.
    """
    documents = json.loads(json.dumps(made.documents))
    forms = [name for name in documents if name.startswith("forms/")]
    kind = chance.choice(
        ("form", "visit", "site", "field", "group", "rename", "subject")
    )
    _AMENDMENTS[kind](documents, chance.choice(forms), chance)
    return loaded(documents)


def _drop_form(documents: Any, form: str, chance: Random) -> None:  # noqa: ARG001
    name = documents.pop(form)["form"]
    documents["visits.yaml"]["schedule"].pop(name, None)


def _drop_visit(documents: Any, form: str, chance: Random) -> None:  # noqa: ARG001
    schedule = documents["visits.yaml"]["schedule"]
    columns = schedule["columns"].split()
    at = chance.randrange(len(columns))
    documents["visits.yaml"]["visits"].pop(columns[at])
    for name, marks in schedule.items():
        held = marks.split()
        schedule[name] = " ".join(held[:at] + held[at + 1 :])


def _drop_site(documents: Any, form: str, chance: Random) -> None:  # noqa: ARG001
    sites = documents["study.yaml"].get("sites", {})
    if sites:
        sites.pop(chance.choice(list(sites)))


def _drop_field(documents: Any, form: str, chance: Random) -> None:
    fields = documents[form].get("fields", {})
    if fields:
        fields.pop(chance.choice(list(fields)))


def _drop_group(documents: Any, form: str, chance: Random) -> None:  # noqa: ARG001
    documents[form].pop("groups", None)


def _rename(documents: Any, form: str, chance: Random) -> None:
    fields = documents[form].get("fields", {})
    if fields:
        fields["renamed"] = fields.pop(chance.choice(list(fields)))


def _other_subjects(documents: Any, form: str, chance: Random) -> None:  # noqa: ARG001
    documents["study.yaml"]["subject"] = {"pattern": "[A-Z]\\d{5}", "example": "A00001"}


_AMENDMENTS = {
    "form": _drop_form,
    "visit": _drop_visit,
    "site": _drop_site,
    "field": _drop_field,
    "group": _drop_group,
    "rename": _rename,
    "subject": _other_subjects,
}


class _Making:
    """One study under way."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.right: dict[tuple[str, str], list[str]] = {}
        self.wrong: dict[tuple[str, str], list[str]] = {}

    def documents(self) -> dict[str, dict[str, Any]]:
        chance = self.chance
        visits = [f"V{at}" for at in range(1, chance.randint(1, 3) + 1)]
        held: dict[str, Any] = {name: {"title": f"Visit {name}"} for name in visits}
        if chance.random() < 0.5:
            held["UNS"] = {
                "title": "Unscheduled",
                "type": "unscheduled",
                "repeats": True,
            }
            visits.append("UNS")
        forms = {f"f{at}": self._form(f"f{at}") for at in range(chance.randint(1, 4))}
        schedule = {
            name: " ".join(self._mark(visit) for visit in visits)
            for name, form in forms.items()
            if not form.get("log")
        }
        study: dict[str, Any] = {
            "study": "CHANCE",
            "title": "A study by chance",
            "subject": {"pattern": "\\d{2}-\\d{3}", "example": "01-001"},
            "missing": {"ND": "Not done", "UNK": "Unknown"},
        }
        if chance.random() < 0.7:
            study["sites"] = dict(list(SITES.items())[: chance.randint(1, 3)])
        return {
            "study.yaml": study,
            "visits.yaml": {
                "visits": held,
                "schedule": {"columns": " ".join(visits), **schedule},
            },
            **{f"forms/{name}.yaml": form for name, form in forms.items()},
        }

    def _mark(self, visit: str) -> str:
        return self.chance.choice("oX") if visit != "UNS" else "o"

    def _form(self, name: str) -> dict[str, Any]:
        chance = self.chance
        form: dict[str, Any] = {"form": name, "title": f"Form “{name}”"}
        if chance.random() < 0.25:
            form["log"] = True
        if chance.random() < 0.85:
            form["fields"] = self._fields(name)
        if "fields" not in form or chance.random() < 0.4:
            group = f"{name}r"
            form["groups"] = {
                group: {
                    "title": "Rows",
                    "rows": {"min": 0, "max": 9},
                    "fields": self._fields(group),
                }
            }
        return form

    def _fields(self, table: str) -> dict[str, dict[str, Any]]:
        """Some fields; the first is a yes/no that others may depend on, the second a
        number.
        """
        chance = self.chance
        fields: dict[str, dict[str, Any]] = {
            "q0": {"label": "Was it done?", "type": "yes_no"}
        }
        self.right[table, "q0"] = ["Y", "N"]
        for at in range(1, chance.randint(2, 7)):
            fields[f"q{at}"] = self._field(table, f"q{at}", chance.choice(_TYPES))
        if chance.random() < 0.4:
            fields["num"] = {
                "label": "How many?",
                "type": "integer",
                "expected": [1, 10],
            }
            self.right[table, "num"] = ["5", "50", "0"]
            fields["sum"] = {
                "label": "Twice",
                "type": "calculated",
                "gives": "integer",
                "value": "num * 2",
            }
        return fields

    def _field(self, table: str, name: str, kind: FieldType) -> dict[str, Any]:
        chance = self.chance
        sample = chance.choice(kind.accepts) if kind.accepts else None
        keys = dict(sample.keys) if sample else {}
        made: dict[str, Any] = {
            "label": f"Question {name}, “{kind.name}”",
            "type": kind.name,
            **keys,
        }
        if kind.name == "note":
            return made
        self.right[table, name] = [
            one.text for one in kind.accepts if dict(one.keys) == keys
        ]
        rejected = [one.text for one in kind.rejects if dict(one.keys) == keys]
        self.wrong[table, name] = [one for one in rejected if _can_be_posted(one)]
        if "required" in kind.facets and chance.random() < 0.3:
            made["required"] = True
        if "show_when" in kind.facets and chance.random() < 0.3:
            made["show_when"] = "q0 = 'Y'"
        if "missing" in kind.facets and chance.random() < 0.4:
            made["missing"] = ["ND"]
            self.right[table, name].append("ND")
        return made


def _can_be_posted(text: str) -> bool:
    """No browser sends half a surrogate pair, and pages refuse NUL."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


_TYPES = tuple(one for one in FIELD_TYPES if one.name != "calculated")
