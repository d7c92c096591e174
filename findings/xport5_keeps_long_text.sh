#!/usr/bin/env bash
# pyreadstat 1.3.7: a transport file of version 5 takes texts longer than its format allows, and reads them back.
#
# Guess:    write_xport(file_format_version=5) refuses a text over 200 bytes, or cuts it: 200 is the limit of the
#           format (SAS Technical Support TS-140), which regulators ask for.
# Seen:     300 characters are written, and read back whole by the same library, so a round trip finds nothing.
# It hurts: whoever checks a submission by reading it back with the library that wrote it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyreadstat==1.3.7 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import pandas
import pyreadstat

print("pyreadstat", pyreadstat.__version__)
narrative = "The subject felt dizzy after the injection. " * 7
frame = pandas.DataFrame({"AETERM": [narrative]})
pyreadstat.write_xport(frame, "ae.xpt", table_name="AE", file_format_version=5)
with open("ae.xpt", "rb") as file:
    head = file.read(80)
read, _ = pyreadstat.read_xport("ae.xpt")
print("header:", head[:48].decode("ascii"))
print("characters written:", len(narrative), "read:", len(read.loc[0, "AETERM"].rstrip()))

assert b"LIBRARY HEADER RECORD" in head, "not a file of version 5"
assert len(narrative) > 200
assert read.loc[0, "AETERM"].rstrip() == narrative.rstrip()
PYTHON
