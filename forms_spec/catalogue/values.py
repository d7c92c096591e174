"""Codes of the kinds, for texts that are no value."""

from __future__ import annotations

from forms_spec.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = ()
