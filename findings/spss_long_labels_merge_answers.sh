#!/usr/bin/env bash
# pyreadstat 1.3.7: two answers of one SPSS variable become one when their labels agree for 120 characters.
#
# Guess:    a value label that is too long for the format is refused, as a variable label over 80
#           characters is for Stata, or it is kept whole.
# Seen:     write_sav cuts value labels to 120 bytes and variable labels to 256, without a word. Questionnaire
#           answers that differ after that read alike, and read_sav(apply_value_formats=True) makes one
#           category of two.
# It hurts: whoever hands long answers or questions to SPSS, or analyses by label.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyreadstat==1.3.7 pandas==3.1.1 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PYTHON'
import pandas
import pyreadstat

print("pyreadstat", pyreadstat.__version__, "pandas", pandas.__version__)
question = "Over the last seven days, how often did the pain keep you from the work that you do at home or in your job, even a little? "
left, right = question + "Left side", question + "Right side"
frame = pandas.DataFrame({"side": [1.0, 2.0]})

pyreadstat.write_sav(
    frame, "side.sav", column_labels=["Q" * 300], variable_value_labels={"side": {1.0: left, 2.0: right}}
)
values, meta = pyreadstat.read_sav("side.sav")
labels = meta.variable_value_labels["side"]
print("label lengths written:", len(left), len(right), "and read:", [len(label) for label in labels.values()])
print("the two answers read alike:", labels[1.0] == labels[2.0])
print("variable label written: 300, read:", len(meta.column_labels[0]))
named, _ = pyreadstat.read_sav("side.sav", apply_value_formats=True)
print("different answers with labels applied:", named["side"].nunique())

assert [len(label) for label in labels.values()] == [120, 120]
assert labels[1.0] == labels[2.0]
assert len(meta.column_labels[0]) == 256
assert named["side"].nunique() == 1

try:
    pyreadstat.write_dta(frame, "side.dta", column_labels=["Q" * 81])
except pyreadstat.ReadstatError as error:
    print("Stata, by contrast, refuses:", error)
else:
    raise SystemExit("Stata took a label of 81 characters: this has changed")
PYTHON
