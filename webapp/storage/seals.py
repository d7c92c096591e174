"""The seal of a version: what was changed behind the triggers shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from webapp.storage.forms import InstanceKey


def seal(key: InstanceKey, before: str, row: Mapping[str, object]) -> str:
    """SHA-256 over a version and the seal of the one before: a change behind the
    triggers shows.
    """
    saved_at = row["saved_at"]
    assert isinstance(saved_at, datetime)
    content = {
        **row,
        "saved_at": saved_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "key": list(key),
    }
    exact = WRITER.encode([before, content])

    return hashlib.sha256(exact.encode("ascii")).hexdigest()


WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
