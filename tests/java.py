"""Programs of Java that tests start."""

from __future__ import annotations

QUICK = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:-BytecodeVerificationRemote",
)
"""They run for seconds: compiling well, or looking whether libraries that thousands run
every day are sound code, costs more than it gives.
"""
