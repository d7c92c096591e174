"""Codes of package import and validation."""

from __future__ import annotations

from forms_spec.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = ()
