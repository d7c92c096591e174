"""A whole project of REDCap as the files of a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from forms_spec import load_study
from forms_spec.field_types import field_type
from forms_spec.findings.catalogue import finding
from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from forms_spec.yaml_source.document import Document, Path
from forms_spec.yaml_source.reader import read_document
from generator.dictionary.yaml_writer import write_yaml
from generator.redcap.logic.scope import Project, ProjectField
from generator.redcap.logic.values import ValueType
from generator.redcap.losses import Loss
from generator.redcap.names import plain_name, unused
from generator.redcap.reading.answers import answers_of
from generator.redcap.reading.choices import empty_choices, parse_choices
from generator.redcap.reading.codelists import FIXED, Answers, Codelists
from generator.redcap.reading.condition_cycles import circles
from generator.redcap.reading.dictionary_rows import (
    TYPES,
    Dictionary,
    Item,
    read_dictionary,
)
from generator.redcap.reading.events import EventFiles, Events, read_events
from generator.redcap.reading.field_plan import Plan
from generator.redcap.reading.fields import CHOOSING, FieldMaker
from generator.redcap.reading.forms import form_data
from generator.redcap.reading.labels import has_markup
from generator.redcap.reading.missing_codes import MissingData, missing_data
from generator.redcap.reading.tag_parser import parse_tags
from generator.redcap.reading.validation import PLAIN, VALIDATIONS, Validation
from generator.redcap.reading.visit_days import Timetable, date_order
from generator.redcap.writing.roundtrip_spellings import spellings

SUBJECT_PATTERN = r"[^/\\?#%]{1,100}"
"""REDCap takes nearly every record id; the signs left out cannot be part of a page's
address.
"""
MOST_ROUNDS = 12


@dataclass(frozen=True, kw_only=True)
class Converted:
    """The dictionary's files by name, empty when nothing could be read; all findings,
    and all Losses.

    ``names`` gives the name in REDCap of a field by its table and name; ``subject`` is
    the record id.
    """

    files: Mapping[str, str]
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    logic: int
    items: tuple[Item, ...] = ()
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    subject: str = ""

    @property
    def fields(self) -> int:
        return len(self.items)

    @property
    def usable(self) -> bool:
        return bool(self.files) and all(
            item.severity is not Severity.REFUSE for item in self.findings
        )


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

    What the checks of our language refuse (a circle of conditions, a default that is no answer) is taken out
    again, kept as it was written and listed, so that the rest can be used. ``day_zero`` is the date field,
    by its name in REDCap, from which the days of the events count. ``spelled`` lists cells that the
    dictionary alone would write in another way. ``record_id`` names the record id where it is not the first
    field; the empty name is for a part of a project that has none. ``missing`` are the project's codes of
    missing data: ``ND, Not done | UNK, Unknown``.
    """
    dropped: dict[tuple[str, str], str] = {}
    for _ in range(MOST_ROUNDS):
        build = _Build(
            file,
            content,
            events or EventFiles(),
            study,
            dropped=dropped,
            record_id=record_id,
        )
        build.day_zero, build.missing_said = day_zero, missing
        converted = build.converted()
        if not converted.files:
            return converted
        loaded = load_study(converted.files)
        refused = [item for item in loaded.findings if item.severity is Severity.REFUSE]
        new = {
            key: why
            for item in refused
            for key, why in build.owners(item)
            if key not in dropped
        }
        if not refused or not new:
            respelled = (
                spellings(
                    loaded.study, converted.names, converted.items, converted.losses
                )
                if spelled
                else ()
            )
            return replace(
                converted,
                findings=(*converted.findings, *refused),
                losses=(*converted.losses, *respelled),
            )

        dropped |= new

    return converted


class _Build:
    """One conversion; ``dropped`` holds what may not be translated, and why."""

    def __init__(
        self,
        file: str,
        content: bytes,
        events: EventFiles,
        study: str | None,
        *,
        dropped: Mapping[tuple[str, str], str],
        record_id: str | None,
    ) -> None:
        self.dictionary: Dictionary = read_dictionary(file, content)
        self.events: Events = read_events(self.dictionary.items, events)
        self.codelists = Codelists()
        self.dropped = dropped
        self.study = study or PurePosixPath(file.replace("\\", "/")).stem
        self.items = self.dictionary.items
        self.subject = self._subject(record_id)
        self.missing_said = ""
        self.missing: tuple[MissingData, ...] = ()
        self.forms = self._form_names()
        self.plans: list[Plan] = []
        self.texts: dict[str, str] = {}
        self.day_zero: str | None = None
        self.events_lost: list[Loss] = []

    def converted(self) -> Converted:
        dictionary = self.dictionary
        if self.items:
            self.plans = self._plans()
            self.missing = self._missing_data()
            self.texts = {
                name: write_yaml(data) for name, data in self._files().items()
            }
        elif not any(
            entry.severity is Severity.REFUSE for entry in dictionary.findings
        ):
            dictionary.findings.append(
                finding("redcap-empty", text=dictionary.sheet.place(1))
            )

        return Converted(
            files=self.texts,
            findings=(*dictionary.findings, *self.events.findings),
            losses=tuple(
                sorted(
                    (*dictionary.losses, *self.events.losses, *self.events_lost),
                    key=lambda entry: entry.row,
                )
            ),
            items=tuple(self.items),
            names={(plan.form, plan.name): plan.item.name for plan in self.plans},
            subject=self.subject,
            logic=sum(
                bool(item.branching.strip()) + (item.type == "calc")
                for item in self.items
            ),
        )

    # Names

    def _subject(self, named: str | None) -> str:
        """The record id is the first field, whatever it is called; a part of a project
        may have none.
        """
        first = self.items[0] if self.items else None
        if first is None:
            return ""
        if named is not None:
            if named and all(item.name != named for item in self.items):
                self.dictionary.say("redcap-record-id-unknown", 1, "name", named)
            return named

        if first.type != "text" or first.branching.strip() or first.choices.strip():
            return ""
        validation = VALIDATIONS.get(first.validation.strip(), PLAIN)
        if field_type(validation.type).kind not in ("text", "integer", "decimal"):
            return ""

        return first.name

    def _missing_data(self) -> tuple[MissingData, ...]:
        """The project's codes of missing data; those that have another name here are
        listed.
        """
        answers = {code for plan in self.plans for code, _, _ in plan.answers}
        result = missing_data(self.missing_said, answers)
        self.dictionary.losses += [
            Loss(
                kind="missing-code",
                row=0,
                field="*",
                column="",
                original=item.code,
                why=f"is {item.name} here: it would look like a value or an answer",
                harmless=True,
            )
            for item in result
            if item.name != item.code
        ]

        return result

    def _form_names(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for item in self.items:
            if item.form not in texts:
                name = plain_name(item.form, set(texts.values()), letter="form")
                if name != item.form:
                    self._renamed(item, "form", name)
                texts[item.form] = name

        return texts

    def _renamed(self, item: Item, column: str, name: str) -> None:
        """Lists a name that could not stay as it was."""
        self.dictionary.loss(item, "name", column, f"is {name} here", harmless=True)

    def _plans(self) -> list[Plan]:
        taken: set[str] = set()
        good = {item.name for item in self.items}
        results = []

        for item in self.items:
            name = plain_name(item.name)
            if name != item.name:
                name = unused(name, taken | good)
                self._renamed(item, "name", name)

            name = unused(name, taken)
            taken.add(name)
            plan = self._plan(item, name)
            if plan.answers and plan.type in ("choice", "multiple_choice"):
                self.codelists.count(plan.answers, name)
            results.append(plan)

        return results

    def _plan(self, item: Item, name: str) -> Plan:
        """The type of a field, its answers and its tags; oddities give findings."""
        tags = tuple(parse_tags(item.annotation)) if "@" in item.annotation else ()
        type_, value_type, validation, answers = self._type(
            item, {tag.name for tag in tags}
        )
        if item.type in CHOOSING:
            answers = self._answers(item, answers_of(item, tags))
            type_ = type_ if answers else "text"
            value_type = value_type if answers else ValueType.TEXT

        if item.type not in TYPES:
            self.dictionary.say(
                "redcap-unknown-type", item.row, "type", item.type, name=item.name
            )

        return Plan(
            item=item,
            name=name,
            type=type_,
            value_type=value_type,
            form=self.forms[item.form],
            validation=validation,
            answers=answers,
            tags=tags,
        )

    def _type(
        self, item: Item, tags: set[str]
    ) -> tuple[str, ValueType, Validation, Answers]:
        if item.type in FIXED:
            return "choice", ValueType.CHOICE, PLAIN, FIXED[item.type][1]
        if item.type in ("text", "notes") and tags & {"CALCTEXT", "CALCDATE"}:
            validation = self._validation(item)
            return (
                "calculated",
                ValueType.DATE
                if validation.value_type is ValueType.DATE
                else ValueType.TEXT,
                validation,
                (),
            )

        if item.name == self.subject:
            return "calculated", ValueType.TEXT, PLAIN, ()
        if item.type == "text":
            validation = self._validation(item)
            return validation.type, validation.value_type, validation, ()

        type_, value_type = _SIMPLE.get(item.type, ("text", ValueType.TEXT))

        return type_, value_type, PLAIN, ()

    def _validation(self, item: Item) -> Validation:
        text = item.validation.strip()
        if text and text not in VALIDATIONS:
            self.dictionary.say(
                "redcap-unknown-validation",
                item.row,
                "validation",
                text,
                name=item.name,
            )

        return VALIDATIONS.get(text, PLAIN)

    def _answers(self, item: Item, answers: Answers) -> Answers:
        say, loss = self.dictionary.say, self.dictionary.loss
        choices = parse_choices(item.choices)
        if not answers:
            say("redcap-no-choices", item.row, "choices", item.choices, name=item.name)
            loss(
                item,
                "no-choices",
                "choices",
                "nothing to choose from: any text is accepted",
            )

            return ()

        codes = [choice.code for choice in choices]
        if twice := sorted({code for code in codes if code and codes.count(code) > 1}):
            say(
                "redcap-code-twice",
                item.row,
                "choices",
                ", ".join(twice),
                name=item.name,
            )
            loss(
                item,
                "code-twice",
                "choices",
                f"only the first {', '.join(twice)} is kept",
            )

        if bad := [code for code in codes if ";" in code]:
            say("redcap-bad-code", item.row, "choices", ", ".join(bad), name=item.name)
            loss(
                item,
                "bad-code",
                "choices",
                "a code with ; cannot be stored in the data",
            )
            answers = tuple(answer for answer in answers if ";" not in answer[0])

        labels = [label.lower() for _, label, _ in answers]
        if alike := [
            code for code, label, _ in answers if labels.count(label.lower()) > 1
        ]:
            say(
                "redcap-label-twice",
                item.row,
                "choices",
                ", ".join(alike),
                name=item.name,
            )

        if any(has_markup(choice.label) for choice in choices):
            loss(
                item,
                "html",
                "choices",
                "answers are plain text; markup and pictures are taken out",
            )

        if any(not choice.whole for choice in choices):
            say(
                "redcap-choice-comma",
                item.row,
                "choices",
                item.choices[:200],
                name=item.name,
            )

        if empty_choices(item.choices) or any(
            not choice.label or not choice.code for choice in choices
        ):
            loss(
                item,
                "empty-choice",
                "choices",
                "an empty answer is left out, an empty label is its code",
            )

        return answers

    # Files

    def _files(self) -> dict[str, dict[str, Any]]:
        maker = FieldMaker(
            dictionary=self.dictionary,
            codelists=self.codelists,
            subject=self.subject,
            dropped=self.dropped,
            missing=bool(self.missing),
        )
        project = self._project()
        by_form: dict[str, list[Plan]] = {}
        for plan in self.plans:
            by_form.setdefault(plan.form, []).append(plan)
        tables = set(by_form)
        repeating = {self.forms[form] for form in self.events.repeating}
        maker.order = date_order(self.plans)
        digits = len(str(len(by_form)))
        forms = {
            f"forms/{number:0{digits}}_{form}.yaml": form_data(
                maker,
                project,
                form,
                plans,
                tables,
                rows=form in repeating,
                once=self.events.once.get(plans[0].item.form, ()),
            )
            for number, (form, plans) in enumerate(by_form.items(), 1)
        }
        timetable = Timetable(
            name=self.study,
            events=self.events,
            forms=self.forms,
            plans=self.plans,
            day_zero=self.day_zero,
        )
        self.events_lost = timetable.losses
        files: dict[str, dict[str, Any]] = {
            "study.yaml": timetable.study(SUBJECT_PATTERN, self.missing)
        }
        if written := self.codelists.written():
            files["codelists.yaml"] = {"codelists": written}
        files["visits.yaml"] = timetable.visits()
        if self.day_zero and not timetable.zero():
            place = self.dictionary.sheet.place(1)
            self.dictionary.findings.append(
                finding("redcap-no-day-zero", text=place, value=self.day_zero)
            )

        return files | forms

    def _project(self) -> Project:
        repeating = self.events.repeating
        fields = {
            plan.item.name: ProjectField(
                name=plan.name,
                form=plan.form,
                type=plan.value_type,
                codes=tuple(code for code, _, _ in plan.answers),
                group=plan.form if plan.item.form in repeating else None,
                missing=self._missing_of(plan),
            )
            for plan in self.plans
            if plan.type != "note"
        }

        return Project(
            fields=fields,
            subject=self.subject,
            visits={event.name: event.arm for event in self.events.events},
            renamed={
                item.name: item.visit
                for item in self.events.events
                if item.visit != item.name
            },
            form_visits={
                self.forms[form]: frozenset(names)
                for form, names in self.events.forms.items()
            },
            cyclic=circles(self.items),
            repeating=frozenset(
                event.name for event in self.events.events if event.repeats
            ),
            missing=frozenset(item.code for item in self.missing),
        )

    def _missing_of(self, plan: Plan) -> tuple[tuple[str, str], ...]:
        """The codes of missing data that a field may hold: an answer of its own goes
        before.
        """
        if plan.type == "calculated" or plan.tag("NOMISSING"):
            return ()
        answers = {code for code, _, _ in plan.answers}
        return tuple(
            (item.code, item.name) for item in self.missing if item.code not in answers
        )

    # Findings of the result

    def owners(self, result: Finding) -> list[tuple[tuple[str, str], str]]:
        """The field and the part of it that a finding of our checks is about."""
        if result.text is None or result.text.file not in self.texts:
            return []
        document = read_document(result.text.file, self.texts[result.text.file])
        path = path_at(document, result.text)
        if "fields" not in path[:-1]:
            return []
        index = path.index("fields")
        by_name = {plan.name: plan.item.name for plan in self.plans}
        name = by_name.get(str(path[index + 1]))
        if name is None:
            return []
        keys = document.value(path[: index + 2])
        text = str(path[index + 2]) if len(path) > index + 2 else ""
        part = _KEYS.get(text) or _PARTS.get(result.code)
        if part is None and isinstance(keys, dict):
            part = next(
                (_KEYS[key] for key in ("show_when", "value") if key in keys), None
            )

        return [((name, part), result.message)] if part else []


def path_at(document: Document, place: TextPlace) -> Path:
    """The innermost value or key that stands at a place."""
    node = document.root
    path: Path = ()
    where = (place.line - 1, place.column - 1)

    while node is not None and isinstance(node.children, dict):
        for name, (key, value) in node.children.items():
            start, end = key.start, value.end
            if (start.line, start.column) <= where < (end.line, end.column):
                node, path = value, (*path, name)
                break
        else:
            break

    return path


_KEYS = {
    "show_when": "show_when",
    "value": "value",
    "default": "default",
    "range": "limits",
    "expected": "limits",
    "label": "label",
    "help": "note",
}
_PARTS = {"default-refused": "default", "default-out-of-range": "default"}
_SIMPLE = {
    "notes": ("long_text", ValueType.TEXT),
    "dropdown": ("choice", ValueType.CHOICE),
    "radio": ("choice", ValueType.CHOICE),
    "checkbox": ("multiple_choice", ValueType.CHOICES),
    "calc": ("calculated", ValueType.NUMBER),
    "file": ("file", ValueType.FILE),
    "descriptive": ("note", ValueType.TEXT),
    "slider": ("vas", ValueType.NUMBER),
    "sql": ("text", ValueType.TEXT),
}
