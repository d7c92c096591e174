"""Codes of the judge."""

from __future__ import annotations

from forms_spec.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = ()
