"""An export of REDCap's records with the list of what it does not carry.

The list is not guessed: the text is read back as an import reads it, and every
difference to what was captured is on the list. So the number of forms that is announced
is the number of forms in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from forms_spec.evaluation.calculated import without_calculated
from forms_spec.kinds import Refusal
from forms_spec.model.captured_data import LOG, CellKey, FormKey, Record
from forms_spec.model.captured_forms import CapturedForm
from forms_spec.model.fields import Field, Form
from forms_spec.model.study import Study
from generator.redcap.records.read_records import read_records
from generator.redcap.records.record_cells import (
    row_numbers,
    texts_by_cell,
    without_documents,
)
from generator.redcap.records.write_records import RecordFormat, write_records
from generator.redcap.writing.cell_facts import exact_places

Cells = dict[CellKey, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Something captured that does not come back from the file.

    ``harmless``: it says the same, or REDCap has no such thing in any export of records
    (reasons, files, history), and the answers are all there.
    """

    kind: str
    subject: str = ""
    key: FormKey | None = None
    field: str = ""
    original: str = ""
    why: str = ""
    harmless: bool = False

    @property
    def form(self) -> str:
        """The form with its visit, ``vs UNS 2``."""
        if self.key is None:
            return ""

        words = [self.key.form]
        if self.key.visit != LOG:
            words.append(self.key.visit)
        if self.key.unsno:
            words.append(str(self.key.unsno))

        return " ".join(words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The text of the file, how many forms it holds, and what is not in it."""

    text: str
    forms: int
    left_out: tuple[LeftOut, ...]

    @property
    def whole(self) -> bool:
        """True when every answer is in the file."""
        return all(item.harmless for item in self.left_out)


def export_records(
    study: Study,
    forms: Sequence[CapturedForm],
    today: date,
    *,
    shape: RecordFormat = RecordFormat.FLAT,
    subjects: Collection[str] = (),
) -> Exported:
    """The file of these forms, which come subject by subject.

    ``subjects`` are all of the study.
    """
    text = write_records(study, forms, today, shape=shape)
    read = read_records(
        "records.csv", text.encode("utf-8", errors="surrogatepass"), study
    ).forms
    again = {(form.subject, form.key): form for form in read}
    result = [*_subjects(forms, again, subjects)]

    for form in forms:
        result += _Comparison(
            study, form, again.get((form.subject, form.key))
        ).differences()

    result += _history(forms)

    return Exported(text=text, forms=len(again), left_out=tuple(result))


def _subjects(
    forms: Sequence[CapturedForm],
    again: Mapping[tuple[str, FormKey], CapturedForm],
    subjects: Collection[str],
) -> Iterator[LeftOut]:
    """Subjects of whom the file says nothing at all."""
    there = {subject for subject, _ in again}
    of_forms = [form.subject for form in forms]
    why = "no form has an answer or a status, and REDCap has no such records"

    for subject in dict.fromkeys((*subjects, *of_forms)):
        if subject not in there:
            yield LeftOut(kind="subject", subject=subject, why=why, harmless=True)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One captured form and what comes back of it."""

    study: Study
    form: CapturedForm
    again: CapturedForm | None

    def differences(self) -> Iterator[LeftOut]:
        spec = self.study.forms.get(self.form.key.form)
        if spec is None:
            yield from self.gone()
            return

        here = _cells(spec, self.form.record)
        there: Cells = {}
        rows: set[tuple[str, int]] = set()

        if self.again is not None:
            there = _cells(spec, without_documents(self.study, self.again))
            rows = row_numbers(self.again.record)
        elif not here and not self.form.status:
            why = "a draft without an answer: in REDCap the form has not been started"
            yield self.left_out("empty-draft", why=why, harmless=True)
            return

        for cell, text in here.items():
            back = there.get(cell, "")
            if back != text:
                yield self.answer(cell, text, back, rows)

        yield from self.empty_rows(here, rows)
        yield from self.head(answered=bool(here))

    def empty_rows(
        self, here: Cells, rows: Collection[tuple[str, int]]
    ) -> Iterator[LeftOut]:
        """Rows without an answer that do not come back."""
        # Of a row with answers each answer is listed already.
        answered = {(cell.table, cell.row) for cell in here}
        missing = row_numbers(self.form.record).difference(rows)

        for group, number in sorted(missing):
            if (group, number) not in answered:
                why = f"row {number} has no answer: REDCap has no such rows"
                yield self.left_out("empty-row", field=group, why=why, harmless=True)

    def left_out(
        self,
        kind: str,
        *,
        why: str,
        field: str = "",
        original: str = "",
        harmless: bool = False,
    ) -> LeftOut:
        return LeftOut(
            kind=kind,
            subject=self.form.subject,
            key=self.form.key,
            field=field,
            original=original,
            why=why,
            harmless=harmless,
        )

    def gone(self) -> Iterator[LeftOut]:
        """A form that the dictionary does not have any more."""
        why = "the form is no longer in the dictionary"
        texts = texts_by_cell(self.form.key.form, self.form.record)
        for cell, text in texts.items():
            yield self.left_out("form", field=_said(cell), original=text, why=why)

        if not texts:
            yield self.left_out("form", why=why)

    def head(self, *, answered: bool) -> Iterator[LeftOut]:
        """The form's state and site."""
        if self.again is None:
            # Its answers are listed already, each with its reason.
            if not answered:
                yield self.left_out("form", why=self.no_form())

            return

        if self.form.status != self.again.status:
            was = int(self.form.status)
            becomes = int(self.again.status)
            why = f"the status {was} becomes {becomes}"
            yield self.left_out("state", original=str(was), why=why)

        if self.form.site != self.again.site:
            why = f"becomes {self.again.site or 'no site'}"
            yield self.left_out("site", original=self.form.site, why=why)

    def no_form(self) -> str:
        """Why a form has no place in the file."""
        key = self.form.key
        is_expected = (key.form, key.visit) in self.study.expectations
        if is_expected or key.visit == LOG:
            return "the form is not preserved"

        return "the form is not expected at this visit"

    def answer(
        self, cell: CellKey, text: str, back: str, rows: Collection[tuple[str, int]]
    ) -> LeftOut:
        """One answer that comes back otherwise."""
        kind, why, harmless = self.cause(cell, text, back, rows)
        return self.left_out(
            kind, field=_said(cell), original=text, why=why, harmless=harmless
        )

    def cause(
        self, cell: CellKey, text: str, back: str, rows: Collection[tuple[str, int]]
    ) -> tuple[str, str, bool]:
        """The kind of a difference, why it is there, and whether it is harmless."""
        field = self.study.field(cell.table, cell.field)
        if field is None:
            return "no-field", "the field is no longer in the dictionary", False
        if field.kind.name == "file":
            return "file", "an export has the names of files, not their content", True

        has_exact_places = exact_places(self.study, field) is not None
        if has_exact_places and _same_number(text, back):
            why = f"written {back}: REDCap requires exactly as many decimals"
            return "decimals", why, True

        becomes = f"becomes {back}" if back else "it is not in the file"
        is_value = not isinstance(field.kind.parse(text, field), Refusal)
        if field.kind.name == "choices" and not is_value:
            return "box", f"{becomes}: a checkbox holds only answers of its list", False

        # Without its row, an answer is lost whatever it is.
        if cell.row is not None and (cell.table, cell.row) not in rows:
            return "row", self.no_row(cell.row), False

        if _same_value(field, text, back):
            return "spelling", f"becomes {back}, which is the same value", True
        if text.strip() == back.strip():
            return "blanks", "spaces at the ends are not kept", False
        if not is_value:
            return "no-value", f"not a valid value of the field: {becomes}", False

        return "answer", becomes, False

    def no_row(self, row: int) -> str:
        visit = self.study.visits.get(self.form.key.visit)
        if visit is not None and visit.repeats:
            return (
                f"row {row} of a repeating visit: REDCap repeats the event or the rows, "
                "never both"
            )

        return f"row {row} has no place in REDCap"


def _said(cell: CellKey) -> str:
    if cell.row is None:
        return cell.field

    return f"{cell.field} (row {cell.row})"


def _same_value(field: Field, text: str, other: str) -> bool:
    """Whether two texts are the same value; what is no value is never the same."""
    value = field.kind.parse(text, field)
    if isinstance(value, Refusal):
        return False

    return value == field.kind.parse(other, field)


def _same_number(text: str, other: str) -> bool:
    try:
        return Decimal(text) == Decimal(other)
    except InvalidOperation:
        return False


def _history(forms: Sequence[CapturedForm]) -> Iterator[LeftOut]:
    """What no export of records carries, counted."""
    for form in forms:
        for (cell, code), reason in form.record.kept.items():
            yield LeftOut(
                kind="reason",
                subject=form.subject,
                key=form.key,
                field=cell.field,
                original=reason,
                why=f"the reason for keeping {code}: REDCap's records hold no reasons",
                harmless=True,
            )

    if forms:
        why = (
            "only a package says who saved each version and when: use crfsmith "
            "export without --as"
        )
        yield LeftOut(
            kind="history", original=f"{len(forms):,} forms", why=why, harmless=True
        )


def _cells(spec: Form, record: Record) -> Cells:
    """Every answer that was typed; what a formula gives is worked out again."""
    return texts_by_cell(spec.name, without_calculated(spec, record))


def counts(left_out: Sequence[LeftOut]) -> list[tuple[str, bool, int]]:
    """Kinds with whether they are harmless and how often they occur; real losses first."""
    counter = Counter((item.harmless, item.kind) for item in left_out)
    listed = []
    # False sorts before True.
    for (harmless, kind), count in sorted(counter.items()):
        listed.append((kind, harmless, count))

    return listed


def as_markdown(source: str, left_out: Sequence[LeftOut]) -> str:
    """The list that is written beside the file."""
    lines = [f"# What is not in {source}", ""]
    for harmless, title in (
        (False, "Answers that are not preserved"),
        (True, "Not in REDCap's records"),
    ):
        chosen = [item for item in left_out if item.harmless is harmless]
        if not chosen:
            continue

        lines += [
            f"## {title}",
            "",
            "| subject | form | field | kind | why | original |",
            "|---|---|---|---|---|---|",
        ]

        for entry in chosen:
            cells = (
                entry.subject,
                entry.form,
                entry.field,
                entry.kind,
                entry.why,
                entry.original,
            )
            lines.append(f"| {' | '.join(_line(text) for text in cells)} |")

        lines.append("")

    return "\n".join(lines)


def _line(text: str) -> str:
    """A text as a cell of a Markdown table, on one line."""
    return (
        text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("\r", "")
        .replace("\n", "⏎")
        .strip()
    )
