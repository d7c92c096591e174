"""Programs of Java that tests start."""

from __future__ import annotations

QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
"""They run for seconds: compiling well costs more than it gives."""
