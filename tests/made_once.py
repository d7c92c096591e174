"""What the tests would make anew some thousand times, and what is the same each time: the
builders of addresses, the templates of pages, the tables of a new database in a file,
the texts of statements, and dictionaries.

A server makes these once. Nothing else is shared: each test has applications and
databases of its own.
"""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

from forms_spec import loader
from forms_spec.findings.finding import Finding
from forms_spec.loading.build_memory import BuildMemory
from forms_spec.loading.finding_collector import Notes
from webapp.storage import database

Builder = Any
_compile = Rule._compile_builder
_builders: dict[tuple[str, ...], Builder] = {}


def make_once() -> None:
    """From now on, for everything in this process."""
    Rule._compile_builder = _builder  # type: ignore[method-assign]
    Flask.jinja_options = {"bytecode_cache": CompiledTemplates()}
    database.create_engine = _engine  # type: ignore[attr-defined]
    database.migrate = _copy  # type: ignore[attr-defined]
    database.PRAGMAS = FRUGAL
    loader.build_study = _built  # type: ignore[attr-defined]
    loader.run_checks = _checked  # type: ignore[attr-defined]


def _builder(rule: Rule, append_unknown: bool = True) -> Builder:
    """What Werkzeug compiles for a rule; a rule of the same text has the same."""
    said = (rule.rule, rule.subdomain, rule.defaults, rule._trace, append_unknown)
    key = tuple(map(repr, said))
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


class CompiledTemplates(BytecodeCache):
    """Jinja asks by the text of a template and where it lies."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.content:
            bucket.load_bytecode(io.BytesIO(self.content[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.content[bucket.key] = bucket.bytecode_to_string()


# Databases

_create_engine = database.create_engine  # type: ignore[attr-defined]


class CompiledStatements(dict[Any, Any]):
    """What SQLAlchemy compiles for a statement; each engine would do so anew.

    SQLAlchemy asks by the engine's own dialect first, then by the statement.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_statements = {name: CompiledStatements() for name in ("sqlite", "postgresql")}


def _engine(*words: Any, **options: Any) -> Engine:
    engine = _create_engine(*words, **options)
    engine._compiled_cache = _statements[engine.dialect.name]
    return engine


DURABLE = database.PRAGMAS
FRUGAL = (*DURABLE, "synchronous = OFF")
"""The disk of the machine is not under test, and each save would wait for it. What other
processes see, and what is left of a process that was killed, is the same.
"""


@contextmanager
def disk_of_a_server() -> Iterator[None]:
    """Meanwhile a new database waits for the disk, as for a person."""
    database.PRAGMAS = DURABLE
    yield
    database.PRAGMAS = FRUGAL


_migrate = database.migrate  # type: ignore[attr-defined]
_folder = tempfile.TemporaryDirectory(prefix="crfsmith-tables-")


@contextmanager
def migrations_of_a_server() -> Iterator[None]:
    """Meanwhile every new database runs all migrations, as for a person."""
    database.migrate = _migrate  # type: ignore[attr-defined]
    yield
    database.migrate = _copy  # type: ignore[attr-defined]


@cache
def _migrated() -> Path:
    """A database that was just made by the migrations."""
    file = Path(_folder.name) / "new.sqlite"
    with migrations_of_a_server():
        database.open_database(f"sqlite:///{file}").close()
    return file


def _copy(engine: Engine) -> None:
    """Gives a new file the tables of one that was migrated; brings any other up to
    date.
    """
    file = Path(engine.url.database or "")
    is_new = engine.dialect.name == "sqlite" and file.stat().st_size == 0
    if not is_new:
        _migrate(engine)
        return

    with (
        closing(sqlite3.connect(_migrated())) as source,
        closing(sqlite3.connect(file)) as target,
    ):
        source.backup(target)


# Dictionaries

LARGE = 50_000
"""Characters of a dictionary that takes long to load: Cellkine's has ten times as many."""
MOST_LARGE, MOST_SMALL = 4, 32
"""So many dictionaries are kept of each size: those that were asked for last."""
_memory = BuildMemory()
"""The files of the last large dictionary, as an editor keeps them: most of those that tests
load are Cellkine's with one file changed.
"""
_build, _check = loader.build_study, loader.run_checks  # type: ignore[attr-defined]
Files = tuple[tuple[str, str], ...]


@dataclass(kw_only=True)
class Kept:
    """What a dictionary gave; ``of_checks`` is None until somebody asks."""

    built: Any
    findings: list[Finding]
    of_checks: list[Finding] | None = None


_large: dict[Files, Kept] = {}
_small: dict[Files, Kept] = {}
_by_loaded: dict[int, Kept] = {}
"""By the identity of what is kept, which lives as long as it stands here."""


def _built(files: dict[str, str], notes: Notes, memory: Any = None) -> Any:
    # Who brings a memory of their own wants to see what it keeps.
    if memory is not None:
        return _build(files, notes, memory)
    is_large = sum(map(len, files.values())) >= LARGE
    shelf, most = (_large, MOST_LARGE) if is_large else (_small, MOST_SMALL)
    key = tuple(files.items())
    kept = shelf.pop(key, None)
    if kept is None:
        own = Notes()
        built = _build(files, own, _memory if is_large else None)
        kept = Kept(built=built, findings=own.findings)
        if built.loaded is None:
            notes.extend(own.findings)
            return built
        _by_loaded[id(built.loaded)] = kept
    shelf[key] = kept
    if len(shelf) > most:
        oldest = shelf.pop(next(iter(shelf)))
        del _by_loaded[id(oldest.built.loaded)]
    notes.extend(kept.findings)
    return kept.built


def _checked(loaded: Any) -> list[Finding]:
    kept = _by_loaded.get(id(loaded))
    if kept is None:
        return list(_check(loaded))
    if kept.of_checks is None:
        kept.of_checks = list(_check(loaded))
    return kept.of_checks
