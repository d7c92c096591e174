#!/usr/bin/env bash
# pointblank 1.1.1: a primary key of two columns, read from a Data Package, makes each of the two unique by itself.
#
# Guess:    import_metadata(...).to_validate(frame) asks that the pair (subject, visit) occurs once, as primaryKey
#           of Table Schema means; frictionless 5.21.0 judges the same table so and finds nothing.
# Seen:     two steps, one for each column: every subject with a second visit and every visit of a second
#           subject fails, and no step looks at the pair, so a row that is really there twice looks like the rest.
# It hurts: whoever validates longitudinal data with the schema that came with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pointblank==1.1.1 polars==2.1.0 frictionless==5.21.0
cd "$folder"
printf 'subject,visit,pulse\n01-001,SCR,72\n01-001,W1,75\n01-002,SCR,68\n' > vs.csv
cat > datapackage.json <<'JSON'
{"name": "study", "resources": [{"name": "vs", "path": "vs.csv", "schema": {
  "fields": [{"name": "subject", "type": "string"}, {"name": "visit", "type": "string"},
             {"name": "pulse", "type": "integer"}],
  "primaryKey": ["subject", "visit"]}}]}
JSON
venv/bin/python - <<'PYTHON'
import frictionless
import pointblank
import polars

valid = frictionless.Package("datapackage.json").validate().valid
frame = polars.read_csv("vs.csv")
steps = pointblank.import_metadata("datapackage.json", format="frictionless").to_validate(frame).interrogate()
distinct = [
    (one.column if isinstance(one.column, str) else list(one.column), one.n_failed)
    for one in steps.validation_info
    if one.assertion_type == "rows_distinct"
]
print("pointblank", pointblank.__version__, "frictionless", frictionless.__version__)
print("frictionless: valid", valid)
print("pointblank: rows_distinct steps and the rows that fail", distinct)

assert valid
assert len(distinct) == 2
assert all(failed == 2 for _, failed in distinct)
PYTHON
