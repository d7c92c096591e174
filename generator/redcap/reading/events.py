"""The events of a project, the forms of each, and what repeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forms_spec.findings.finding import Finding
from generator.redcap.losses import CellLoss


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event; ``day`` with the days before and after it where the project has a
    schedule.

    ``name`` is its unique name in REDCap, ``visit`` that of its visit here.
    """

    name: str
    visit: str
    title: str
    arm: int = 1
    day: int | None = None
    before: int = 0
    after: int = 0
    repeats: bool = False


@dataclass(frozen=True, kw_only=True)
class Events:
    """The events in order, the events of each form (names of REDCap), and the forms
    that repeat.

    ``once`` are the events at which a repeating form does not repeat. ``given`` is
    False where they are only what the logic names.
    """

    events: tuple[Event, ...]
    forms: Mapping[str, tuple[str, ...]]
    repeating: frozenset[str]
    given: bool
    longitudinal: bool
    findings: tuple[Finding, ...] = ()
    losses: tuple[CellLoss, ...] = field(default=())
    once: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EventFiles:
    """The three lists as files: their name and their bytes."""

    events: tuple[str, bytes] | None = None
    forms: tuple[str, bytes] | None = None
    repeating: tuple[str, bytes] | None = None
