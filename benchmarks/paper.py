"""What a casebook costs to print: CPU seconds of its layout and of its PDF.

``python -m benchmarks.paper PAGES``: the forms of the demo's first subject again and
again as unscheduled visits, until the casebook has so many pages.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pypdf

from forms_spec.model.captured_forms import AuditEntry, CapturedForm, Subject
from generator.package.example_subjects import read_subjects
from generator.paper.blank import blank_forms
from generator.paper.captured_subject import PrintRun, SubjectCasebook
from generator.paper.casebook import casebook_paper
from generator.paper.layout import Paper
from generator.paper.typst_writer import write_pdf
from generator.paper.word_writer import write_word
from webapp.demo.demo_study import demo_study, read_texts

PAGES = 300
BAR = 20.0
"""CPU seconds that a casebook of 300 pages may take."""


def main(pages: int = PAGES) -> None:
    study = demo_study()
    texts = read_texts(files("data_dictionary") / "cellkine" / "subjects")
    forms = read_subjects(texts, study).forms
    own = [form for form in forms if form.subject == forms[0].subject]
    repeated = [form for form in own if (form.key.form, "UNS") in study.expectations]

    pdf_of = _measured("casebook of one subject", _book(own))
    number = 0
    while len(pdf_of.pages) < pages and number < 99:
        number = min(99, number + max(1, (pages - len(pdf_of.pages)) // 8))
        more = [
            replace(form, key=form.key._replace(visit="UNS", unsno=unsno))
            for unsno in range(1, number + 1)
            for form in {item.key.form: item for item in repeated}.values()
        ]
        pdf_of = _measured(f"and {number} unscheduled visits", _book([*own, *more]))

    start = time.process_time()
    paper = blank_forms(study)
    _show("blank forms, layout", time.process_time() - start, "")
    _pdf("blank forms, PDF", paper)
    start = time.process_time()
    write_word(paper)
    _show("blank forms, Word", time.process_time() - start, "")


def _book(forms: Sequence[CapturedForm]) -> SubjectCasebook:
    study = demo_study()
    history = [
        AuditEntry(
            site=form.site, subject=form.subject, key=form.key, version=1,
            table=form.key.form, row=None, field=name, old="", new=text, reason="",
            saved_by=form.saved_by, saved_at=form.saved_at, dictionary=study.hash,
        )
        for form in forms
        for name, text in form.record.texts.items()
    ]  # fmt: skip
    subject = Subject(forms[0].site, forms[0].subject)
    return SubjectCasebook(study=study, subject=subject, forms=forms, history=history)


def _measured(name: str, book: SubjectCasebook) -> pypdf.PdfReader:
    start = time.process_time()
    run = PrintRun(by="Benchmark", moment=datetime(2026, 1, 1, tzinfo=UTC))
    paper = casebook_paper(book, run)
    _show(f"{name}, layout", time.process_time() - start, "")
    return _pdf(f"{name}, PDF", paper)


def _pdf(name: str, paper: Paper) -> pypdf.PdfReader:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    content = write_pdf(paper).content
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    reader = pypdf.PdfReader(io.BytesIO(content))
    pages = len(reader.pages)
    _show(
        name,
        busy,
        f"{pages} pages, {len(content) / 1e6:.1f} MB, at most "
        f"{after.ru_maxrss // 1000} MB of memory, {busy / pages * 300:.1f} s "
        f"for 300 pages (bar {BAR:.0f} s)",
    )
    return reader


def _show(name: str, seconds: float, about: str) -> None:
    print(f"{name:<40} {seconds:>7.2f} CPU s  {about}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
