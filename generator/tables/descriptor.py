"""The whole of ``datapackage.json``: what is in the package and what every column
means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Table
from forms_spec.model.study import Study
from generator.tables import layout
from generator.tables.retired import NOTHING_RETIRED, Retired
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
class DictionaryUse:
    """A dictionary by its hash, and the moment from which it was in use."""

    hash: str
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What a package tells beyond its dictionary: names that it had once, and its
    dictionaries in order.

    ``entries``: the package says who entered each subject. ``companions``: which of the
    tables it has that not every package has.
    """

    retired: Retired = NOTHING_RETIRED
    uses: tuple[DictionaryUse, ...] = ()
    entries: bool = False
    companions: frozenset[str] = frozenset()


NO_PAST = Past()


def timestamp(moment: datetime) -> str:
    """A moment as a package writes it: UTC, ``2024-04-15T09:30:00Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


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
    past: Past = NO_PAST,
) -> Descriptor:
    """The package's descriptor.

    ``stored`` gives the tables that are there, by resource name; ``files`` the uploaded
    files by path. They are no resources: a reader of tables would take an uploaded CSV
    file for one.
    """
    resources = []
    names = layout.all_columns(study, companions=past.companions)
    for name in names:
        if stored is None:
            resources.append(resource(study, name, past=past))
        elif name in stored:
            resources.append(resource(study, name, stored[name], past=past))

    written: Descriptor = {
        "$schema": PROFILE,
        "name": package_name(study),
        "title": study.title,
        "crfsmith:format": FORMAT,
        "crfsmith:study": study.name,
        "crfsmith:dictionary": study.hash,
    }
    # The order is that of the file, which is the same for the same data.
    if data_cut:
        written["crfsmith:data_cut"] = data_cut.isoformat()
    if past.uses:
        written["crfsmith:dictionaries"] = [_use(use) for use in past.uses]

    written |= past.retired.property()
    written["resources"] = resources
    if files:
        listed = [{"path": path, **_size(files[path])} for path in sorted(files)]
        written["crfsmith:files"] = listed

    return written


def _size(stored: Stored) -> Descriptor:
    return {"bytes": stored.size, "hash": f"sha256:{stored.sha256}"}


def package_name(study: Study) -> str:
    """The study's name in the letters that Data Package allows."""
    return re.sub(r"[^a-z0-9._-]+", "-", study.name.lower()).strip("-") or "study"


def _use(use: DictionaryUse) -> Descriptor:
    """Which dictionary was in use, and from when on."""
    return {"hash": use.hash, "since": timestamp(use.since)}


def resource(
    study: Study, name: str, stored: Stored | None = None, *, past: Past = NO_PAST
) -> Descriptor:
    """One file of the package."""
    table, retired = study.tables.get(name), past.retired
    written: Descriptor = {
        "name": name,
        "type": "table",
        "path": layout.table_path(name),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": dict(DIALECT),
    }
    if table:
        written["title"] = _title(table)
        written["crfsmith:form"] = table.form.name
        schema = table_schema(study, table, retired)
    else:
        written["title"] = TITLES[name]
        schema = system_schema(study, name, retired=retired, entries=past.entries)

    rules = [_rule(rule) for rule in study.rules.values() if _home(rule) == name]
    if rules:
        written["crfsmith:rules"] = rules

    if stored:
        written |= _size(stored)

    # The long part comes last: a person who opens the file sees the rest at once.
    written["schema"] = schema

    return written


def _home(rule: EditCheck) -> str | None:
    """The table with whose rows an edit check is judged."""
    if not rule.on:
        return None

    table, _ = rule.on[0]
    return table


def _rule(rule: EditCheck) -> Descriptor:
    """An edit check in words and in the rule language."""
    written: Descriptor = {"name": rule.name, "check": rule.check, "says": rule.message}
    if rule.when:
        written["applies"] = rule.when.text

    written["holds"] = rule.assertion.text
    written["severity"] = rule.severity.value
    written["on"] = [f"{table}.{field}" for table, field in rule.on]

    return written


def _title(table: Table) -> str:
    if table.group is None:
        return table.form.title

    return f"{table.form.title}: {table.group.title}"
