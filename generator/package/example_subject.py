"""One file of example subjects, read and checked against the study, before it is joined
with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.captured_data import LOG
from forms_spec.model.captured_forms import FormStatus
from forms_spec.model.fields import Form
from forms_spec.model.study import Study
from forms_spec.yaml_source.document import Document, Path

Texts = Mapping[str, str]
VisitKey = tuple[str, int]

STATUS, LIKE = "formstat", "like"
KEYS = (
    "subject",
    LIKE,
    "visits_kept",
    "data_cut",
    "entered_by",
    "visits",
    "log",
    "kept",
)
KEPT_KEYS = ("form", "table", "row", "field", "finding", "reason")


@dataclass(frozen=True, kw_only=True, slots=True)
class FormText:
    """A form as a file says it: ``like`` names the visit it starts from."""

    place: TextPlace
    like: VisitKey | None = None
    status: FormStatus | None = None
    texts: Texts = field(default_factory=dict)
    rows: Mapping[str, tuple[Texts, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptText:
    """A warning that was kept: the form, the cell, the finding's code and the reason."""

    visit: VisitKey
    form: str
    table: str
    row: int | None
    field: str
    finding: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubjectSheet:
    """A file.

    ``subject`` is None for a template; a form that is None is taken away again.
    """

    place: TextPlace
    subject: str | None
    like: str | None
    visits_kept: tuple[VisitKey, ...] | None
    data_cut: date | None
    entered_by: str | None
    forms: Mapping[tuple[VisitKey, str], FormText | None]
    kept: tuple[KeptText, ...]

    def keeps(self, visit: VisitKey) -> bool:
        """Whether forms of a visit are taken from the template; those of the log are."""
        if self.visits_kept is None or visit[0] == LOG:
            return True

        return visit in self.visits_kept


def read_sheet(
    document: Document, study: Study, templates: Iterable[str]
) -> tuple[SubjectSheet, tuple[Finding, ...]]:
    """What a file says, without what is wrong in it, and a finding for each thing that
    is.
    """
    reader = _SheetReader(document, study, tuple(templates))
    return reader.read(), (*document.findings, *reader.findings)


class _SheetReader:
    def __init__(
        self, document: Document, study: Study, templates: tuple[str, ...]
    ) -> None:
        self.document = document
        self.study = study
        self.templates = templates
        self.findings: list[Finding] = []

    def read(self) -> SubjectSheet:
        top = self.mapping(())
        for key in top:
            if key not in KEYS:
                self.unknown((key,), "key", key, KEYS)

        # Findings come in this order.
        return SubjectSheet(
            place=self.document.place(()),
            subject=self.own_text(top, "subject"),
            like=self.template(top),
            visits_kept=self.visits_kept(top),
            data_cut=self.data_cut(top),
            entered_by=self.own_text(top, "entered_by"),
            forms=dict(self.forms(top)),
            kept=tuple(self.kept(top)),
        )

    def template(self, top: Mapping[str, object]) -> str | None:
        name = self.own_text(top, LIKE)
        if name is None:
            return None

        if name not in self.templates:
            self.unknown((LIKE,), "file", name, self.templates)
            return None

        return name

    def own_text(self, top: Mapping[str, object], key: str) -> str | None:
        """The text of a key of the whole file."""
        if key not in top:
            return None

        return self.text((key,))

    def visits_kept(self, top: Mapping[str, object]) -> tuple[VisitKey, ...] | None:
        names = self.own_text(top, "visits_kept")
        if "visits_kept" not in top:
            return None

        visits: list[VisitKey] = []
        for name in (names or "").split():
            visit = self.visit(name, ("visits_kept",))
            if visit:
                visits.append(visit)

        return tuple(visits)

    def data_cut(self, top: Mapping[str, object]) -> date | None:
        if "data_cut" not in top:
            return None

        text = self.own_text(top, "data_cut")
        try:
            return date.fromisoformat(text or "")
        except ValueError:
            self.shape(("data_cut",), "A date such as 2026-05-31")
            return None

    def forms(
        self, top: Mapping[str, object]
    ) -> Iterable[tuple[tuple[VisitKey, str], FormText | None]]:
        if "visits" in top:
            for name in self.mapping(("visits",)):
                visit = self.visit(name, ("visits", name))
                if visit:
                    yield from self.visit_forms(visit, ("visits", name), log=False)

        if "log" in top:
            yield from self.visit_forms((LOG, 0), ("log",), log=True)

    def visit_forms(
        self, visit: VisitKey, path: Path, *, log: bool
    ) -> Iterable[tuple[tuple[VisitKey, str], FormText | None]]:
        what = "log form" if log else "form of a visit"
        forms = self.study.forms.values()
        known = {form.name: form for form in forms if form.log is log}

        for name in self.mapping(path):
            form = known.get(name)
            if form is None:
                self.unknown((*path, name), what, name, known)
                continue

            yield (visit, name), self.form(form, (*path, name))

    def form(self, form: Form, path: Path) -> FormText | None:
        """``none``, a mapping, or the rows alone of a form that is nothing else."""
        place, data = self.document.key_place(path), self.at(path)
        if data == "none":
            return None

        groups = self.groups(form)
        if isinstance(data, list) and form.name in groups:
            return FormText(place=place, rows={form.name: self.rows(form.name, path)})

        mapping = self.mapping(path)
        texts: dict[str, str] = {}
        rows: dict[str, tuple[Texts, ...]] = {}

        for name in mapping:
            if name in (STATUS, LIKE):
                continue

            here = (*path, name)
            if name in groups:
                rows[name] = self.rows(name, here)
            elif name in form.by_name and form.by_name[name].collected:
                texts[name] = self.text(here) or ""
            else:
                known = [*form.by_name, *groups, STATUS, LIKE]
                self.unknown(here, "field", name, known)

        like = None
        if LIKE in mapping:
            like_path = (*path, LIKE)
            like = self.visit(self.text(like_path) or "", like_path)

        return FormText(
            place=place,
            like=like,
            status=self.status(mapping, path),
            texts=texts,
            rows=rows,
        )

    def groups(self, form: Form) -> tuple[str, ...]:
        return tuple(group.name for group in form.row_groups)

    def status(self, data: Mapping[str, object], path: Path) -> FormStatus | None:
        if STATUS not in data:
            return None

        try:
            return FormStatus(int(self.text((*path, STATUS)) or ""))
        except ValueError:
            self.shape((*path, STATUS), "0 (draft), 1 (not verified) or 2 (complete)")
            return None

    def rows(self, group: str, path: Path) -> tuple[Texts, ...]:
        data = self.at(path)
        if not isinstance(data, list):
            self.shape(path, "A list of rows")
            return ()

        return tuple(self.row(group, (*path, number)) for number in range(len(data)))

    def row(self, group: str, path: Path) -> Texts:
        fields = self.study.tables[group].fields
        known = [field.name for field in fields]
        texts: dict[str, str] = {}

        for name in self.mapping(path):
            here = (*path, name)
            if name in known:
                texts[name] = self.text(here) or ""
            else:
                self.unknown(here, "field", name, known)

        return texts

    def kept(self, top: Mapping[str, object]) -> Iterable[KeptText]:
        if "kept" not in top:
            return

        data = self.at(("kept",))
        if not isinstance(data, list):
            self.shape(("kept",), "A list")
            return

        for number in range(len(data)):
            result = self.kept_warning(("kept", number))
            if result:
                yield result

    def kept_warning(self, path: Path) -> KeptText | None:
        data: dict[str, str] = {}
        for name in self.mapping(path):
            if name in KEPT_KEYS:
                data[name] = self.text((*path, name)) or ""

        visit_name, _, form = data.get("form", "").rpartition(".")
        visit: VisitKey | None = (LOG, 0)
        if visit_name != LOG:
            visit = self.visit(visit_name, (*path, "form"))

        # A field of the form's own table needs neither a table nor a row.
        table = data.get("table", form)
        row = data.get("row", "")
        field = self.study.field(table, data.get("field", ""))

        if not visit or field is None:
            self.shape(
                path, "A kept warning with form (SCR.vs), field, finding and reason"
            )
            return None

        return KeptText(
            visit=visit,
            form=form,
            table=table,
            row=int(row) if row.isdecimal() else None,
            field=data["field"],
            finding=data.get("finding", ""),
            reason=data.get("reason", ""),
        )

    def visit(self, name: str, path: Path) -> VisitKey | None:
        """``SCR``, or ``UNS.2`` for the second of a visit that repeats."""
        base, dot, number = name.partition(".")
        known = self.study.visits.get(base)

        # A number is needed where the visit repeats, and only there.
        is_right = known is not None and known.repeats == bool(dot)
        is_number = number.isdecimal() or not dot
        if not is_right or not is_number:
            self.unknown(path, "visit", name, self.study.visits)
            return None

        return base, int(number or 0)

    def at(self, path: Path) -> object:
        """What stands at a path that was walked down to."""
        data: Any = self.document.data
        for step in path:
            data = data[step]

        return data

    def mapping(self, path: Path) -> Mapping[str, object]:
        data = self.at(path)
        if isinstance(data, dict):
            return data
        if data is not None:
            self.shape(path, "A mapping of names")

        return {}

    def text(self, path: Path) -> str | None:
        data = self.at(path)
        if data is None or isinstance(data, str):
            return data

        self.shape(path, "A text")

        return None

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str]) -> None:
        near = did_you_mean(name, known)
        place = self.document.key_place(path)
        text = finding(
            "subject-unknown-name",
            text=place,
            what=what,
            name=name,
            near=f"{near} " if near else "",
        )
        self.findings.append(text)

    def shape(self, path: Path, what: str) -> None:
        self.findings.append(
            finding("subject-wrong-shape", text=self.document.place(path), what=what)
        )
