"""A whole project of REDCap as the files of a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from forms_spec import load_study
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.model.study import Study
from generator.dictionary.yaml_writer import write_yaml
from generator.redcap.finding_parts import FieldPart, finding_part
from generator.redcap.logic.scope import Project, ProjectField
from generator.redcap.losses import CellLoss
from generator.redcap.plan_fields import FieldPlanner, form_names, record_id_name
from generator.redcap.reading.codelists import Codelists
from generator.redcap.reading.condition_cycles import cyclic_fields
from generator.redcap.reading.dictionary_rows import Dictionary, Item, read_dictionary
from generator.redcap.reading.events import EventFiles, Events
from generator.redcap.reading.field_plan import RedcapFieldPlan
from generator.redcap.reading.fields import FieldMaker
from generator.redcap.reading.forms import form_data
from generator.redcap.reading.missing_codes import MissingData, missing_data
from generator.redcap.reading.read_events import read_events
from generator.redcap.reading.visit_days import Timetable, date_order
from generator.redcap.writing.roundtrip_spellings import spellings

SUBJECT_PATTERN = r"[^/\\?#%]{1,100}"
"""REDCap takes nearly every record id; the signs left out cannot be part of a page's
address.
"""

MOST_ROUNDS = 12
"""How often parts may be taken out before what is left is given as it is."""


@dataclass(frozen=True, kw_only=True)
class Converted:
    """The dictionary's files by name, empty when nothing could be read; all findings,
    and all Losses.

    ``names`` gives the name in REDCap of a field by its table and name; ``subject`` is
    the record id. ``logic`` counts the cells with branching logic or an equation.
    ``study`` is what the files say, None where the checks refuse them.
    """

    files: Mapping[str, str]
    findings: tuple[Finding, ...]
    losses: tuple[CellLoss, ...]
    logic: int
    items: tuple[Item, ...] = ()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    subject: str = ""
    study: Study | None = None

    @property
    def fields(self) -> int:
        return len(self.items)

    @property
    def usable(self) -> bool:
        """Whether there is a dictionary, and none of the findings is an error."""
        return bool(self.files) and not _has_errors(self.findings)


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What the files do not say, as ``convert_redcap`` takes it."""

    study: str
    day_zero: str | None
    record_id: str | None
    missing: str


def convert_redcap(
    file: str,
    content: bytes,
    events: EventFiles | None = None,
    *,
    study: str | None = None,
    day_zero: str | None = None,
    spelled: bool = True,
    record_id: str | None = None,
    missing: str = "",
) -> Converted:
    """Convert a data dictionary, with its events where they are given. Never raises for
    what it says.

    What is an error for the checks of our language (a circle of conditions, a default
    that is no answer) is taken out again, kept as it was written and listed, so that
    the rest can be used. ``study`` is the title; else it comes from the file's name.
    ``day_zero`` is the date field, by its name in REDCap, from which the days of the
    events count. ``spelled`` lists cells that the dictionary alone would write in
    another way. ``record_id`` names the record id where it is not the first field; the
    empty name is for a part of a project that has none. ``missing`` are the project's
    codes of missing data: ``ND, Not done | UNK, Unknown``.
    """
    options = _Options(
        study=study or PurePosixPath(file.replace("\\", "/")).stem,
        day_zero=day_zero,
        record_id=record_id,
        missing=missing,
    )
    event_files = events or EventFiles()
    dropped: dict[FieldPart, str] = {}

    # Each round takes out what the one before put in wrongly; to take out one part may
    # show the next one that is wrong.
    for _ in range(MOST_ROUNDS):
        conversion = _Conversion(file, content, event_files, options, dropped)
        converted = conversion.converted()
        if not converted.files:
            return converted

        loaded = load_study(converted.files)
        errors = [
            entry for entry in loaded.findings if entry.severity is Severity.ERROR
        ]

        wrong = conversion.wrong_parts(errors)
        if wrong.keys() <= dropped.keys():
            return _finished(converted, errors, loaded.study, spelled=spelled)

        dropped = {**wrong, **dropped}

    return converted


def _finished(
    converted: Converted, errors: list[Finding], study: Study | None, *, spelled: bool
) -> Converted:
    """The result with the findings of our checks, the study, and its spellings where
    they are asked for.
    """
    respelled = spellings(
        study if spelled else None,
        converted.names,
        converted.items,
        converted.losses,
    )

    return replace(
        converted,
        study=study,
        findings=(*converted.findings, *errors),
        losses=(*converted.losses, *respelled),
    )


def _has_errors(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    return any(entry.severity is Severity.ERROR for entry in findings)


class _Conversion:
    """One conversion; ``dropped`` holds what may not be translated, and why."""

    def __init__(
        self,
        file: str,
        content: bytes,
        events: EventFiles,
        options: _Options,
        dropped: Mapping[FieldPart, str],
    ) -> None:
        self.options = options
        self.dropped = dropped
        self.dictionary: Dictionary = read_dictionary(file, content)
        self.items = self.dictionary.items
        self.events: Events = read_events(self.items, events)
        self.subject = record_id_name(self.dictionary, options.record_id)
        self.forms = form_names(self.dictionary)
        self.codelists = Codelists()
        self.plans: list[RedcapFieldPlan] = []
        self.missing: tuple[MissingData, ...] = ()
        self.texts: dict[str, str] = {}
        self.timing_losses: list[CellLoss] = []

    def converted(self) -> Converted:
        """Fills in the plans and the files, and gives everything that was found."""
        dictionary = self.dictionary
        if self.items:
            self.plans = self._plans()
            self.missing = self._missing_data()
            data = self._files()
            self.texts = {name: write_yaml(entry) for name, entry in data.items()}
        elif not _has_errors(dictionary.findings):
            place = dictionary.sheet.place(1)
            dictionary.findings.append(finding("redcap-empty", text=place))

        # Sorting is stable, so that the losses of one row keep their order.
        losses = [*dictionary.losses, *self.events.losses, *self.timing_losses]
        losses.sort(key=lambda loss: loss.row)

        return Converted(
            files=self.texts,
            findings=(*dictionary.findings, *self.events.findings),
            losses=tuple(losses),
            items=tuple(self.items),
            names={(plan.form, plan.name): plan.item.name for plan in self.plans},
            subject=self.subject,
            logic=sum(_count_logic(item) for item in self.items),
        )

    def wrong_parts(self, errors: list[Finding]) -> dict[FieldPart, str]:
        """The parts of fields that errors are about, and what is wrong with them."""
        names = {plan.name: plan.item.name for plan in self.plans}
        parts: dict[FieldPart, str] = {}
        for error in errors:
            part = finding_part(error, self.texts, names)
            if part is not None:
                parts[part] = error.message

        return parts

    def _plans(self) -> list[RedcapFieldPlan]:
        planner = FieldPlanner(
            dictionary=self.dictionary,
            codelists=self.codelists,
            subject=self.subject,
            forms=self.forms,
        )

        return planner.plans()

    def _missing_data(self) -> tuple[MissingData, ...]:
        """The project's codes of missing data; those that have another name here are
        listed.
        """
        answers: set[str] = set()
        for plan in self.plans:
            answers.update(code for code, _, _ in plan.answers)

        codes = missing_data(self.options.missing, answers)
        for entry in codes:
            if entry.name == entry.code:
                continue

            why = (
                f"is called {entry.name} here, because it would look like a value or an "
                "answer"
            )
            loss = CellLoss(
                kind="missing-code",
                field="*",
                original=entry.code,
                why=why,
                harmless=True,
            )
            self.dictionary.losses.append(loss)

        return codes

    # Files

    def _files(self) -> dict[str, dict[str, Any]]:
        """The files as data, in the order in which they are written."""
        # The forms come first, since making their fields names the codelists.
        forms = self._form_files()
        timetable = Timetable(
            name=self.options.study,
            events=self.events,
            forms=self.forms,
            plans=self.plans,
            day_zero=self.options.day_zero,
        )
        self.timing_losses = timetable.losses

        files = {"study.yaml": timetable.study(SUBJECT_PATTERN, self.missing)}
        codelists = self.codelists.written()
        if codelists:
            files["codelists.yaml"] = {"codelists": codelists}

        files["visits.yaml"] = timetable.visits()

        if self.options.day_zero and not timetable.zero():
            place = self.dictionary.sheet.place(1)
            unknown_day = finding(
                "redcap-no-day-zero", text=place, value=self.options.day_zero
            )
            self.dictionary.findings.append(unknown_day)

        return files | forms

    def _form_files(self) -> dict[str, dict[str, Any]]:
        maker = FieldMaker(
            dictionary=self.dictionary,
            codelists=self.codelists,
            subject=self.subject,
            order=date_order(self.plans),
            dropped=self.dropped,
            missing=bool(self.missing),
        )
        project = self._project()
        by_form: dict[str, list[RedcapFieldPlan]] = {}

        for plan in self.plans:
            by_form.setdefault(plan.form, []).append(plan)

        digits = len(str(len(by_form)))
        files = {}
        for number, (form, plans) in enumerate(by_form.items(), 1):
            instrument = plans[0].item.form
            files[f"forms/{number:0{digits}}_{form}.yaml"] = form_data(
                maker,
                project,
                form,
                plans,
                set(by_form),
                rows=instrument in self.events.repeating,
                once=self.events.once.get(instrument, ()),
            )

        return files

    # What logic may name

    def _project(self) -> Project:
        visits: dict[str, int] = {}
        renamed: dict[str, str] = {}
        repeating: set[str] = set()
        for event in self.events.events:
            visits[event.name] = event.arm
            if event.visit != event.name:
                renamed[event.name] = event.visit
            if event.repeats:
                repeating.add(event.name)

        form_visits = {
            self.forms[form]: frozenset(names)
            for form, names in self.events.forms.items()
        }

        return Project(
            fields=self._project_fields(),
            subject=self.subject,
            visits=visits,
            renamed=renamed,
            form_visits=form_visits,
            cyclic=cyclic_fields(self.items),
            repeating=frozenset(repeating),
            missing=frozenset(entry.code for entry in self.missing),
        )

    def _project_fields(self) -> dict[str, ProjectField]:
        fields = {}
        for plan in self.plans:
            # A note has no answer that logic could ask for.
            if plan.type == "note":
                continue

            group = None
            if plan.item.form in self.events.repeating:
                group = plan.form

            fields[plan.item.name] = ProjectField(
                name=plan.name,
                form=plan.form,
                type=plan.value_type,
                codes=tuple(code for code, _, _ in plan.answers),
                group=group,
                missing=self._missing_of(plan),
            )

        return fields

    def _missing_of(self, plan: RedcapFieldPlan) -> tuple[tuple[str, str], ...]:
        """The codes of missing data that a field may hold: an answer of its own goes
        before.
        """
        # Nobody types into a calculated field.
        if plan.type == "calculated" or plan.tag("NOMISSING"):
            return ()

        answers = {code for code, _, _ in plan.answers}
        pairs = []
        for entry in self.missing:
            if entry.code not in answers:
                pairs.append((entry.code, entry.name))

        return tuple(pairs)


def _count_logic(item: Item) -> int:
    """How many cells of a field have logic."""
    return bool(item.branching.strip()) + (item.type == "calc")
