"""Codes of the dictionary checker."""

from __future__ import annotations

from forms_spec.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = ()
