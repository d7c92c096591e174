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
from generator.package.example_subject import (
    FormText,
    SubjectSheet,
    VisitKey,
    read_sheet,
)
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
    sheets: dict[str, SubjectSheet] = {}
    findings: list[Finding] = []

    for name, file in names.items():
        document = read_document(file, files[file])
        sheets[name], faults = read_sheet(document, study, names)
        findings.extend(faults)

    reading = _Joining(study, sheets, findings)
    forms: list[CapturedForm] = []
    for name, sheet in sheets.items():
        if sheet.subject:
            forms += reading.subject(name)

    forms.sort(key=package_order(study))
    subjects = {Subject(form.site, form.subject) for form in forms}
    cuts = {form.saved_at.date() for form in forms}

    return ExampleSubjects(
        forms=tuple(forms),
        subjects=tuple(sorted(subjects)),
        data_cut=max(cuts, default=None),
        findings=tuple(findings),
    )


class _Joining:
    """Lays subjects over their templates and forms over those that they are like."""

    def __init__(
        self, study: Study, sheets: Mapping[str, SubjectSheet], findings: list[Finding]
    ) -> None:
        self.study = study
        self.sheets = sheets
        self.findings = findings

    def subject(self, name: str) -> Iterator[CapturedForm]:
        sheet = self.joined(name, ())
        subject = sheet.subject or ""
        site = self.site_of(subject)
        if site is None:
            self.shape(sheet, "A subject's number that begins with a site of the study")
            return

        if sheet.data_cut is None:
            self.shape(sheet, "The key data_cut, here or in the template,")
            return

        noon = time(12)
        saved_at = datetime.combine(sheet.data_cut, noon, ZoneInfo(self.study.timezone))

        for (visit, form), text in sheet.forms.items():
            if text is None:
                continue

            whole = self.whole(sheet.forms, visit, form, ())
            status = FormStatus.COMPLETE if text.status is None else text.status
            yield CapturedForm(
                site=site,
                subject=subject,
                key=FormKey(form, *visit),
                status=status,
                version=1,
                record=_record(whole, visit, form, sheet),
                saved_by=sheet.entered_by or "import",
                saved_at=saved_at,
            )

    def site_of(self, subject: str) -> str | None:
        """The site whose code a subject's number begins with."""
        for site in self.study.sites:
            if subject.startswith(site):
                return site

        return None

    def joined(self, name: str, through: tuple[str, ...]) -> SubjectSheet:
        """The sheet over its template, and that one over its own."""
        sheet = self.sheets[name]
        if sheet.like is None:
            return sheet

        # Two templates that start from each other would never end.
        if sheet.like in (name, *through):
            self.shape(sheet, "A template that does not start from this file")
            return sheet

        base = self.joined(sheet.like, (name, *through))
        forms: dict[tuple[VisitKey, str], FormText | None] = {}
        for (visit, form), text in base.forms.items():
            if sheet.keeps(visit):
                forms[(visit, form)] = text

        for key, text in sheet.forms.items():
            forms[key] = _over(forms.get(key), text)

        return replace(
            sheet,
            data_cut=sheet.data_cut or base.data_cut,
            entered_by=sheet.entered_by or base.entered_by,
            forms=forms,
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

        why = ""
        if text.like in (visit, *through):
            why = "it starts from this form itself"
        elif forms.get((text.like, form)) is None:
            why = "this subject has no such form there"

        if why:
            nothing_alike = finding(
                "subject-nothing-alike",
                text=text.place,
                form=form,
                visit=text.like[0],
                why=why,
            )
            self.findings.append(nothing_alike)
            return text

        below = self.whole(forms, text.like, form, (visit, *through))

        return _over(below, replace(text, like=None)) or text

    def shape(self, sheet: SubjectSheet, what: str) -> None:
        self.findings.append(
            finding("subject-wrong-shape", text=sheet.place, what=what)
        )


def _over(below: FormText | None, above: FormText | None) -> FormText | None:
    """``above`` laid over ``below``; what is like another visit, or none, stands alone."""
    if below is None or above is None:
        return above
    if above.like is not None:
        return above

    return replace(
        above,
        like=below.like,
        status=above.status if above.status is not None else below.status,
        texts={**below.texts, **above.texts},
        rows={**below.rows, **above.rows},
    )


def _record(form: FormText, visit: VisitKey, name: str, sheet: SubjectSheet) -> Record:
    kept = {}
    for warning in sheet.kept:
        if (warning.visit, warning.form) == (visit, name):
            cell = CellKey(warning.table, warning.row, warning.field)
            kept[cell, warning.finding] = warning.reason

    rows = {}
    for group, texts_of_rows in form.rows.items():
        rows[group] = tuple(
            Row(number=number, texts=_typed(texts))
            for number, texts in enumerate(texts_of_rows, start=1)
        )

    return Record(texts=_typed(form.texts), rows=rows, kept=kept)


def _typed(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}
