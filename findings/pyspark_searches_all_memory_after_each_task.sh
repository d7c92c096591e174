#!/usr/bin/env bash
# pyspark 4.3.0: a Python worker that is kept looks through everything it keeps after each of its tasks.
#
# Guess:    spark.python.worker.reuse (on by default) makes it cheap to keep a large table in a worker's process: the
#           first task loads it, and each task after it costs what it does itself.
# Seen:     the daemon calls gc.collect() between two tasks, so an empty task costs as much as there are objects in
#           the process: 13 ms of CPU with pyspark's own modules alone, 100 ms beside a million small lists, and
#           1.4 ms where the task that loads them ends with gc.freeze().
# It hurts: whoever keeps a dictionary, a model or a lookup table in the workers, and has many small partitions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyspark==4.3.0
cd "$folder"
cat > lookup.py <<'PYTHON'
import gc
import time

table = []


def load(rows, freeze):
    """The first task fills the table; each gives the CPU seconds of its process, at its beginning and its end."""
    begin = time.process_time()
    if not table:
        table.extend([number] for number in range(rows))
        if freeze:
            gc.freeze()
    return begin, time.process_time()
PYTHON
cat > run.py <<'PYTHON'
import statistics
import sys

from pyspark.sql import SparkSession
from pyspark.version import __version__

rows, freeze = int(sys.argv[1]), sys.argv[2] == "freeze"
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")


def task(_):
    import lookup

    yield lookup.load(rows, freeze)


times = spark.sparkContext.parallelize(range(40), 40).mapPartitions(task).collect()
between = [after[0] - before[1] for before, after in zip(times[1:], times[2:])]
# Processor time of one process only grows: every task ran in the same worker.
assert all(gap >= 0 for gap in between)
print(__version__, statistics.median(between))
PYTHON
export PYTHONPATH="$folder" PYSPARK_PYTHON="$folder/venv/bin/python"
venv/bin/python run.py 0 no 2> /dev/null > empty.txt
venv/bin/python run.py 1000000 no 2> /dev/null > kept.txt
venv/bin/python run.py 1000000 freeze 2> /dev/null > frozen.txt
venv/bin/python - <<'PYTHON'
seconds = {}
for name in ("empty", "kept", "frozen"):
    version, text = open(f"{name}.txt").read().split()
    seconds[name] = float(text)
    print(f"pyspark {version}, {name}: {seconds[name] * 1000:.2f} ms of CPU between two empty tasks")

assert seconds["kept"] > 5 * seconds["empty"]
assert seconds["frozen"] < seconds["kept"] / 3
PYTHON
