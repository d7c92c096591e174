"""Casebooks: everything that was captured stands in them, and nothing is pretended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import (
    AuditEntry,
    CapturedForm,
    FormStatus,
    Subject,
)
from generator.paper.blank import blank_forms
from generator.paper.captured_subject import (
    HistoryHead,
    Proof,
    SubjectCasebook,
)
from generator.paper.casebook import casebook_paper
from generator.paper.layout import ElectronicSignature
from generator.paper.typst_writer import write_pdf
from tests.generator.paper.documents import (
    RIGHT_MARGIN,
    RUN,
    casebooks_of,
    paper_text,
    pdf_of,
    pdf_text,
    reader_of,
    right_edge,
    squeezed,
    wide_study,
)
from tests.generator.targets.studies import STUDIES, Captured
from tests.studies import FILES, small_study, study_of

SAVED = datetime(2024, 4, 18, 12, tzinfo=UTC)
VS = FormKey("vs", "SCR", 0)
HIGH = CellKey("vs", None, "sysbp")


def form(
    key: FormKey = VS, *, status: int = FormStatus.COMPLETE, **record: object
) -> CapturedForm:
    return CapturedForm(
        site="01",
        subject="01-001",
        key=key,
        status=status,
        version=2,
        record=Record(**record),  # type: ignore[arg-type]
        saved_by="cora",
        saved_at=SAVED,
    )


def book(*forms: CapturedForm, **more: object) -> SubjectCasebook:
    return SubjectCasebook(
        study=small_study(),
        subject=Subject("01", "01-001", "cora", SAVED),
        forms=forms,
        persons={"cora": "Cora Coordinator"},
        **more,  # type: ignore[arg-type]
    )


def text_of(printed: SubjectCasebook, proof: Proof | None = None) -> str:
    return paper_text(casebook_paper(printed, RUN, proof=proof or Proof()))


FILLED = form(
    texts={
        "vsperf": "Y",
        "vsdat": "2024-04-15",
        "sysbp": "172",
        "temp": "ND",
        "refer": "LEG;ARM",
        "onset": "2019",
        "gone": "typed long ago",
    },
    rows={"reading": (Row(number=3, texts={"pos": "SITTING", "pulse": "abc"}),)},
    kept={(HIGH, "above-expected"): "Checked twice"},
)


def test_values_stand_with_labels_codes_and_units() -> None:
    text = text_of(book(FILLED))
    for words in (
        "Yes (Y)", "15-Apr-2024", "172 mmHg", "Leg (LEG), Arm (ARM)", "UN-UNK-2019",
        "SITTING",
    ):  # fmt: skip
        assert squeezed(words) in text


def test_every_kind_of_nothing_is_told_apart() -> None:
    text = text_of(book(FILLED))
    assert squeezed("Not done (ND)") in text
    assert squeezed("no answer") in text
    assert squeezed("“abc”, no valid answer") in text
    hidden = text_of(book(form(texts={"vsperf": "N"})))
    assert squeezed("Date not asked").replace("Date", "") in hidden
    both = text_of(book(form(texts={"vsperf": "N", "vsdat": "2024-04-15"})))
    assert squeezed("not asked, but answered: 2024-04-15") in both
    untold = text_of(book(form(texts={}, status=FormStatus.INCOMPLETE)))
    assert squeezed("it is not known whether this is asked") in untold


def test_a_confirmed_warning_stands_with_its_message_and_reason() -> None:
    text = text_of(book(FILLED))
    assert squeezed("Confirmed:") in text
    assert squeezed("Reason: “Checked twice”") in text
    assert squeezed("at most 160 mmHg") in text


def test_open_findings_stand_beside_their_answers() -> None:
    text = text_of(book(form(texts={"vsperf": "Y", "sysbp": "300"})))
    assert squeezed("Open error:") in text


def test_what_the_dictionary_lost_is_printed_as_it_was_typed() -> None:
    text = text_of(book(FILLED, form(FormKey("old", "X9", 0), texts={"a": "kept"})))
    assert squeezed("No longer in the dictionary") in text
    assert squeezed("typed long ago") in text
    assert squeezed("This form is no longer in the dictionary") in text
    assert squeezed("kept") in text


def test_each_form_says_its_state_and_who_saved_it_when() -> None:
    text = text_of(book(FILLED))
    assert (
        squeezed("complete, version 2, saved 18-Apr-2024 12:00:00 UTC by Cora") in text
    )
    assert squeezed("by the clocks of UTC") in text
    assert squeezed("printed by Milan Monitor, 02-Jan-2026 03:04:05 UTC") in text


def test_forms_without_data_are_named() -> None:
    text = text_of(book(FILLED))
    assert squeezed("Nothing saved") in text
    assert "Laboratory" in text
    assert squeezed("Adverse events") in text


def test_the_history_is_the_last_chapter() -> None:
    entry = AuditEntry(
        site="01", subject="01-001", key=VS, version=1, table="vs", row=None,
        field="vsperf", old="N", new="Y", reason="Source misread", saved_by="cora",
        saved_at=SAVED, dictionary="d" * 64,
    )  # fmt: skip
    kept = replace(entry, field="sysbp#above-expected", old="", new="Checked")
    paper = casebook_paper(book(FILLED, history=(entry, kept)), RUN)
    assert paper.chapters[-1].title == "Change history"
    text = paper_text(replace(paper, chapters=paper.chapters[-1:]))
    for words in (
        "No (N)", "Yes (Y)", "Reason: “Source misread”", "Version 1",
        "reason for confirming above-expected", "d" * 12,
    ):  # fmt: skip
        assert squeezed(words) in text


def test_signatures_and_the_head_of_the_log_have_their_place() -> None:
    bare = text_of(book(FILLED))
    assert squeezed("Head of the log") in bare
    assert squeezed("not recorded") in bare
    signature = ElectronicSignature(
        name="Ines Investigator", meaning="approval", moment="19-Apr-2024 09:00 UTC"
    )
    proof = Proof(
        signatures={VS: (signature,), None: (signature,)},
        head=HistoryHead(digest="abc123", note="of 12 saves"),
    )
    text = text_of(book(FILLED), proof)
    assert text.count(squeezed("Ines Investigator")) == 2
    assert squeezed("abc123 of 12 saves") in text


@pytest.mark.parametrize("name", STUDIES)
def test_nothing_that_was_typed_is_left_out(name: str) -> None:
    captured = STUDIES[name]()
    for printed in casebooks_of(captured):
        text = paper_text(casebook_paper(printed, RUN))
        for words in typed(captured, printed):
            assert squeezed(words) in text


def typed(captured: Captured, printed: SubjectCasebook) -> list[str]:
    """Every text that is shown as it is, and the label of every code."""
    words = []
    for captured_form in printed.forms:
        known = captured.study.forms[captured_form.key.form]
        tables = [(known.name, captured_form.record.texts)]
        tables += [
            (group, row.texts)
            for group, rows in captured_form.record.rows.items()
            for row in rows
        ]
        for table, texts in tables:
            for field_name, text in texts.items():
                field = captured.study.field(table, field_name)
                if field is None or field.kind.name in ("text", "integer", "decimal"):
                    words.append(text)
                elif field.codelist:
                    codes = field.codelist.by_code
                    words += [codes[c].label for c in text.split(";") if c in codes]
    return words


def test_a_casebook_is_a_tagged_archivable_pdf_with_an_outline() -> None:
    printed = book(FILLED)
    content = pdf_of(casebook_paper(printed, RUN))
    reader = reader_of(content)
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.metadata is not None
    assert reader.metadata.creation_date == SAVED
    titles = []
    for entry in reader.outline:
        titles += [
            part.title for part in (entry if isinstance(entry, list) else [entry])
        ]
    assert titles == [
        "Casebook of 01-001", "Screening", "Vital signs", "Change history",
    ]  # fmt: skip
    assert "signature-SCR-0-vs" in reader.named_destinations
    for page in reader.pages:
        assert "01-001" in page.extract_text()


def test_the_same_data_and_print_run_give_the_same_bytes_in_every_process() -> None:
    first = write_pdf(casebook_paper(book(FILLED), RUN)).content
    second = write_pdf(casebook_paper(book(FILLED), RUN)).content
    assert first == second
    later = replace(RUN, by="Somebody else")
    assert write_pdf(casebook_paper(book(FILLED), later)).content != first


HOSTILE = "NUL \x00, bell \x07, 中文字, עברית, مرحبا, 😀👩\u200d👩\u200d👧, \ud800, a\u202eb, end"


def test_no_character_stops_a_print_and_none_goes_away_in_silence() -> None:
    printed = book(
        form(
            texts={"vsperf": "Y", "remark": HOSTILE},
            kept={(HIGH, "above-expected"): "#panic() *\x01*"},
        )
    )
    written = write_pdf(casebook_paper(printed, RUN))
    text = pdf_text(written.content)
    for code in ("U+0000", "U+0007", "U+4E2D", "U+1F600", "U+D800", "U+202E", "U+0001"):
        assert code in text
    assert "#panic()" in text
    assert squeezed("Characters that could not be printed") in text
    assert squeezed("CJK UNIFIED IDEOGRAPH-4E2D") in text
    assert set("\x00\x07中😀\ud800\u202e\x01") <= set(written.replaced)
    assert not set("עمabc") & set(written.replaced)


def test_a_word_without_end_stays_on_the_page() -> None:
    content = pdf_of(
        casebook_paper(book(form(texts={"vsperf": "Y", "remark": "x" * 3000})), RUN)
    )
    lines: list[str] = []
    for page in reader_of(content).pages:
        page.extract_text(visitor_text=lambda text, *_: lines.append(squeezed(text)))
    long = [line for line in lines if "x" in line]
    assert sum(line.count("x") for line in long) >= 3000
    assert max(map(len, long)) < 70, "an answer has 98 mm"


@pytest.mark.parametrize("columns", [4, 320])
def test_rows_never_run_off_the_page(columns: int) -> None:
    study = wide_study(columns)
    texts = {f"f{number}": "7" if number % 2 else "w" * 30 for number in range(columns)}
    wide = form(FormKey("w", "LOG", 0), rows={"wide": (Row(number=1, texts=texts),)})
    printed = replace(book(wide), study=study)
    content = pdf_of(casebook_paper(printed, RUN))
    text = pdf_text(content)
    for number in range(columns):
        assert f"Column{number}" in text
    assert right_edge(content) <= RIGHT_MARGIN


def test_long_names_of_visits_fit_their_columns() -> None:
    files = dict(FILES)
    for name in ("visits.yaml",):
        files[name] = files[name].replace("SCR", "screening_and_baseline_arm_1")
    content = pdf_of(blank_forms(study_of(files)))
    assert "screening_and_baseline_arm_1" in pdf_text(content)
    assert right_edge(content) <= RIGHT_MARGIN


def test_a_hash_can_be_copied_in_one_piece() -> None:
    content = pdf_of(casebook_paper(book(FILLED), RUN))
    assert small_study().hash in reader_of(content).pages[0].extract_text()
