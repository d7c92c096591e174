"""The whole of ``datapackage.json``: what is in the package and what every column means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from forms_spec.model import Rule, Study, Table
from generator.tables import layout
from generator.tables.schema import Descriptor, table_schema
from generator.tables.system import TITLES, system_schema

FORMAT = 2
"""Format 1 had patterns that only some readers of schemas could read."""
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

DIALECT: Mapping[str, Any] = MappingProxyType(
    {
        "delimiter": ",",
        "lineTerminator": "\r\n",
        "quoteChar": '"',
        "doubleQuote": True,
        "skipInitialSpace": False,
        "header": True,
    }
)
"""Said in full, since readers otherwise guess it from the first lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """Size in bytes and SHA-256 of a file."""

    size: int
    sha256: str


def descriptor(
    study: Study,
    *,
    stored: Mapping[str, Stored] | None = None,
    data_cut: date | None = None,
    files: Mapping[str, Stored] = MappingProxyType({}),
) -> Descriptor:
    """The package's descriptor.

    ``stored`` gives the tables that are there, by resource name; ``files`` the uploaded files by path.
    They are no resources: a reader of tables would take an uploaded CSV file for one.
    """
    resources = [
        resource(study, name, stored.get(name) if stored else None)
        for name in layout.all_columns(study)
        if stored is None or name in stored
    ]
    return {
        "$schema": PROFILE,
        "name": package_name(study),
        "title": study.title,
        "crfsmith:format": FORMAT,
        "crfsmith:study": study.name,
        "crfsmith:dictionary": study.hash,
        **({"crfsmith:data_cut": data_cut.isoformat()} if data_cut else {}),
        "resources": resources,
        **({"crfsmith:files": [_file(path, files[path]) for path in sorted(files)]} if files else {}),
    }


def _file(path: str, stored: Stored) -> Descriptor:
    return {"path": path, "bytes": stored.size, "hash": f"sha256:{stored.sha256}"}


def package_name(study: Study) -> str:
    """The study's name in the letters that Data Package allows."""
    return re.sub(r"[^a-z0-9._-]+", "-", study.name.lower()).strip("-") or "study"


def resource(study: Study, name: str, stored: Stored | None = None) -> Descriptor:
    """One file of the package."""
    table = study.tables.get(name)
    return {
        "name": name,
        "type": "table",
        "path": layout.table_path(name),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": dict(DIALECT),
        "title": _title(table) if table else TITLES[name],
        **({"crfsmith:form": table.form.name} if table else {}),
        **_rules(study, name),
        **({"bytes": stored.size, "hash": f"sha256:{stored.sha256}"} if stored else {}),
        "schema": table_schema(study, table) if table else system_schema(study, name),
    }


def _rules(study: Study, name: str) -> Descriptor:
    """The edit checks that are judged with this table's rows, in words and in the rule language."""
    own = [_rule(rule) for rule in study.rules.values() if rule.on and rule.on[0][0] == name]
    return {"crfsmith:rules": own} if own else {}


def _rule(rule: Rule) -> Descriptor:
    applies = {"applies": rule.applies.text} if rule.applies else {}
    return {
        "name": rule.name,
        "check": rule.check,
        "says": rule.says,
        **applies,
        "holds": rule.holds.text,
        "severity": rule.severity.value,
        "on": [f"{table}.{field}" for table, field in rule.on],
    }


def _title(table: Table) -> str:
    part = table.group.title if table.group else None
    return f"{table.form.title}: {part}" if part else table.form.title
