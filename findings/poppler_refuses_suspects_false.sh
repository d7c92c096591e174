#!/usr/bin/env bash
# poppler 22.12 (pdfinfo): a tagged PDF that follows PDF/UA to the letter is reported as broken.
#
# Guess:    PDF/UA-1 wants the entry Suspects of the catalog's MarkInfo to be false, so a reader takes a false as it
#           takes a missing one, and says nothing.
# Seen:     pdfinfo takes only a true or a missing entry. For a false, which typst writes in every document of
#           PDF/UA-1, it prints "Syntax Error: Suspects object is wrong type (boolean)", and exits with 0.
# It hurts: whoever checks documents by the error output of poppler's tools sees a fault in each accessible one, and
#           none in those that were not made accessible.
# Needs:    Debian's package poppler-utils (seen with 22.12.0).
set -euo pipefail
command -v pdfinfo > /dev/null || { echo "install poppler-utils"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check typst==0.15.2
cd "$folder"
cat > form.typ <<'TYPST'
#set document(title: "Visit", date: datetime(year: 2026, month: 3, day: 4))
#set text(lang: "en")
= Visit
Date of the visit
TYPST
venv/bin/python - <<'PYTHON'
from pathlib import Path

import typst

typst.compile("form.typ", output="accessible.pdf", pdf_standards=["ua-1"])
# The same document without the entry; blanks keep every offset.
entry = b"/Suspects false"
document = Path("accessible.pdf").read_bytes()
assert document.count(entry) == 1
Path("without.pdf").write_bytes(document.replace(entry, b" " * len(entry)))
PYTHON

pdfinfo -v 2>&1 | sed -n 1p
for document in without accessible; do
  status=0
  pdfinfo "$document.pdf" > "$document.txt" 2> "$document.err" || status=$?
  echo "$document: exit $status, $(cat "$document.err")"
  test "$status" -eq 0
done

grep -q "^Tagged: *yes" accessible.txt
test ! -s without.err
grep -q "Suspects object is wrong type (boolean)" accessible.err
