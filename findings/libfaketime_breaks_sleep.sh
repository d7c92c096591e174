#!/usr/bin/env bash
# libfaketime 0.9.10 (Debian 12): time.sleep fails at once when the monotonic clock is left alone.
#
# Guess:    FAKETIME_DONT_FAKE_MONOTONIC=1 moves the calendar only. Whatever waits by the monotonic clock goes on as
#           before, so a test suite can run on another day.
# Seen:     time.sleep(0.2) of Python 3.11 raises OSError 22 (Invalid argument) without waiting. Python sleeps to a
#           deadline of the monotonic clock (clock_nanosleep, TIMER_ABSTIME), and the library, it seems, takes the moved time
#           off that deadline although the clock was not moved. select and Event.wait last as they should.
# It hurts: whoever swallows the error: the tests pass, and no pause in them ever lasted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download --quiet libfaketime=0.9.10-2.1 >/dev/null 2>&1
dpkg-deb --extract libfaketime_*.deb tree
library=$(find tree -name libfaketimeMT.so.1)
cat >waits.py <<'PYTHON'
import select
import threading
import time

day = time.strftime("%Y-%m-%d")


def lasted(wait):
    """Whether a pause of 0.2 s lasts; the error's number where it fails."""
    began = time.perf_counter()
    try:
        wait()
    except OSError as error:
        return f"error {error.errno}"
    return "lasts" if time.perf_counter() - began > 0.15 else "ends at once"


print(
    day,
    "sleep:", lasted(lambda: time.sleep(0.2)),
    "select:", lasted(lambda: select.select([], [], [], 0.2)),
    "event:", lasted(lambda: threading.Event().wait(0.2)),
)
PYTHON
offset=+63072000 # two years
day=$(date --date="@$(($(date +%s) + 63072000))" +%Y-%m-%d)
kept=$(LD_PRELOAD="$PWD/$library" FAKETIME=$offset FAKETIME_DONT_FAKE_MONOTONIC=1 python3 waits.py)
python3 --version
echo "monotonic clock left alone: $kept"
[ "$kept" = "$day sleep: error 22 select: lasts event: lasts" ]
