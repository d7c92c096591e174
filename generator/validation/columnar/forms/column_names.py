"""What the columns of the spooled tables are called that are no field's own."""

from __future__ import annotations

LINE = "line number"
"""The physical line; no field's name has a blank."""
