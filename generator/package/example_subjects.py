"""Example subjects, written as text, become the captured forms that an import takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.model.captured_data import CellKey, FormKey, Record, Row
from forms_spec.model.captured_forms import CapturedForm, FormStatus, Subject
from forms_spec.model.study import Study
from forms_spec.yaml_source.reader import read_document
from generator.package.example_subject import FormText, Sheet, VisitKey, read_sheet
from generator.package.row_order import package_order

Forms = Mapping[tuple[VisitKey, str], FormText | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleSubjects:
    """The forms in the order of a package, and the last day on which the data are
    judged.
    """

    forms: tuple[CapturedForm, ...]
    subjects: tuple[Subject, ...]
    data_cut: date | None
    findings: tuple[Finding, ...]


def read_subjects(files: Mapping[str, str], study: Study) -> ExampleSubjects:
    """Read the texts of a folder of subjects by file name; see the README beside
    Cellkine's.

    A file without ``subject`` is a template. Each subject's day of entry is its data
    cut, at noon.
    """
    names = {PurePosixPath(file).stem: file for file in sorted(files)}
    sheets: dict[str, Sheet] = {}
    findings: list[Finding] = []

    for name, file in names.items():
        sheets[name], result = read_sheet(
            read_document(file, files[file]), study, names
        )
        findings.extend(result)

    reading = _Joining(study, sheets, findings)
    forms = [
        form
        for name, sheet in sheets.items()
        if sheet.subject
        for form in reading.subject(name)
    ]
    forms.sort(key=package_order(study))
    cuts = {form.saved_at.date() for form in forms}

    return ExampleSubjects(
        forms=tuple(forms),
        subjects=tuple(sorted({Subject(form.site, form.subject) for form in forms})),
        data_cut=max(cuts, default=None),
        findings=tuple(findings),
    )


class _Joining:
    """Lays subjects over their templates and forms over those that they are like."""

    def __init__(
        self, study: Study, sheets: Mapping[str, Sheet], findings: list[Finding]
    ) -> None:
        self.study = study
        self.sheets = sheets
        self.findings = findings

    def subject(self, name: str) -> Iterator[CapturedForm]:
        sheet = self.joined(name, ())
        subject = sheet.subject or ""
        site = next(
            (site for site in self.study.sites if subject.startswith(site)), None
        )
        if site is None:
            self.shape(sheet, "A subject's number that begins with a site of the study")
            return

        if sheet.data_cut is None:
            self.shape(sheet, "The key data_cut, here or in the template,")
            return

        saved_at = datetime.combine(
            sheet.data_cut, time(12), ZoneInfo(self.study.timezone)
        )

        for (visit, form), text in sheet.forms.items():
            if text is None:
                continue
            whole = self.whole(sheet.forms, visit, form, ())
            yield CapturedForm(
                site=site,
                subject=subject,
                key=FormKey(form, *visit),
                status=FormStatus.COMPLETE if text.status is None else text.status,
                version=1,
                record=_record(whole, visit, form, sheet),
                saved_by=sheet.entered_by or "import",
                saved_at=saved_at,
            )

    def joined(self, name: str, through: tuple[str, ...]) -> Sheet:
        """The sheet over its template, and that one over its own."""
        sheet = self.sheets[name]
        if sheet.like is None:
            return sheet
        if sheet.like in (name, *through):
            self.shape(sheet, "A template that does not start from this file")
            return sheet

        base = self.joined(sheet.like, (name, *through))
        kept = {
            key: form
            for key, form in base.forms.items()
            if sheet.visits_kept is None
            or key[0][0] == "LOG"
            or key[0] in sheet.visits_kept
        }

        return replace(
            sheet,
            data_cut=sheet.data_cut or base.data_cut,
            entered_by=sheet.entered_by or base.entered_by,
            forms=kept
            | {key: _over(kept.get(key), form) for key, form in sheet.forms.items()},
            kept=(*base.kept, *sheet.kept),
        )

    def whole(
        self, forms: Forms, visit: VisitKey, form: str, through: tuple[VisitKey, ...]
    ) -> FormText:
        """The form with what it takes from the visits that it is like."""
        text = forms[(visit, form)]
        assert text is not None
        if text.like is None:
            return text
        circle = text.like in (visit, *through)
        if circle or forms.get((text.like, form)) is None:
            why = (
                "it starts from this form itself"
                if circle
                else "this subject has no such form there"
            )
            self.findings.append(
                finding(
                    "subject-nothing-alike",
                    text=text.place,
                    form=form,
                    visit=text.like[0],
                    why=why,
                )
            )

            return text

        return (
            _over(
                self.whole(forms, text.like, form, (visit, *through)),
                replace(text, like=None),
            )
            or text
        )

    def shape(self, sheet: Sheet, what: str) -> None:
        self.findings.append(
            finding("subject-wrong-shape", text=sheet.place, what=what)
        )


def _over(below: FormText | None, above: FormText | None) -> FormText | None:
    """``above`` laid over ``below``; what is like another visit, or none, stands alone."""
    if below is None or above is None or above.like is not None:
        return above
    return replace(
        above,
        like=below.like,
        status=below.status if above.status is None else above.status,
        texts={**below.texts, **above.texts},
        rows={**below.rows, **above.rows},
    )


def _record(form: FormText, visit: VisitKey, name: str, sheet: Sheet) -> Record:
    kept = {
        (CellKey(item.table, item.row, item.field), item.finding): item.reason
        for item in sheet.kept
        if (item.visit, item.form) == (visit, name)
    }
    rows = {
        group: tuple(
            Row(number=index, texts=_typed(texts))
            for index, texts in enumerate(listed, start=1)
        )
        for group, listed in form.rows.items()
    }

    return Record(texts=_typed(form.texts), rows=rows, kept=kept)


def _typed(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
