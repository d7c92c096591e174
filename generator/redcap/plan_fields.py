"""What every field of a project is to be here, before its logic is read.

Names come first, since logic names fields before their row. Oddities of types and
answers give findings and losses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from forms_spec.field_types import field_type
from generator.redcap.logic.values import ValueType
from generator.redcap.names import plain_name, unused
from generator.redcap.reading.answers import answers_of
from generator.redcap.reading.choices import WrittenChoice, empty_choices, parse_choices
from generator.redcap.reading.codelists import FIXED, Answers, Codelists
from generator.redcap.reading.dictionary_rows import TYPES, Dictionary, Item
from generator.redcap.reading.field_plan import RedcapFieldPlan
from generator.redcap.reading.fields import CHOOSING
from generator.redcap.reading.labels import has_markup
from generator.redcap.reading.tag_parser import Tag, parse_tags
from generator.redcap.reading.validation import PLAIN, VALIDATIONS, Validation

LONGEST_SHOWN = 200
"""Characters of a cell that a finding shows."""

_CALCULATING_TAGS = {"CALCTEXT", "CALCDATE"}
_RECORD_ID_KINDS = ("text", "integer", "decimal")
_SIMPLE_TYPES = {
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
"""Our field types of REDCap's that need no validation to be known."""


def record_id_name(dictionary: Dictionary, named: str | None) -> str:
    """The record id: the field that was named, else the first, whatever it is called.

    It is empty for a part of a project that has none.
    """
    if not dictionary.items:
        return ""

    if named is not None:
        names = {item.name for item in dictionary.items}
        # The empty name says that there is none.
        if named not in ("", *names):
            dictionary.say("redcap-record-id-unknown", 1, "name", named)

        return named

    # What has logic, choices or a date is no record id: the file is part of a project.
    first = dictionary.items[0]
    is_plain = not first.branching.strip() and not first.choices.strip()
    if first.type != "text" or not is_plain:
        return ""

    validation = VALIDATIONS.get(first.validation.strip(), PLAIN)
    kind = field_type(validation.type).kind
    if kind not in _RECORD_ID_KINDS:
        return ""

    return first.name


def form_names(dictionary: Dictionary) -> dict[str, str]:
    """The names here of REDCap's instruments. Those that had to change are listed."""
    names: dict[str, str] = {}
    for item in dictionary.items:
        if item.form not in names:
            name = plain_name(item.form, set(names.values()), letter="form")
            if name != item.form:
                _list_new_name(dictionary, item, "form", name)

            names[item.form] = name

    return names


def _list_new_name(dictionary: Dictionary, item: Item, column: str, name: str) -> None:
    dictionary.loss(item, "name", column, f"is called {name} here", harmless=True)


@dataclass(frozen=True, kw_only=True)
class FieldPlanner:
    """Plans the fields of a project, in the order of its rows.

    ``subject`` is the record id, and ``forms`` are the names here of its instruments.
    """

    dictionary: Dictionary
    codelists: Codelists
    subject: str
    forms: Mapping[str, str]

    def plans(self) -> list[RedcapFieldPlan]:
        """The plan of every field. All lists of answers are counted on the way."""
        originals = {item.name for item in self.dictionary.items}
        taken: set[str] = set()
        plans = []

        for item in self.dictionary.items:
            name = plain_name(item.name)
            if name != item.name:
                # A later field may be called so already, and keeps its name.
                name = unused(name, taken | originals)
                _list_new_name(self.dictionary, item, "name", name)

            name = unused(name, taken)
            taken.add(name)

            plan = self._plan(item, name)
            if plan.answers and plan.type in ("choice", "multiple_choice"):
                self.codelists.count(plan.answers, name)

            plans.append(plan)

        return plans

    def _plan(self, item: Item, name: str) -> RedcapFieldPlan:
        tags: tuple[Tag, ...] = ()
        if "@" in item.annotation:
            tags = tuple(parse_tags(item.annotation))

        tag_names = {tag.name for tag in tags}

        type_, value_type, validation = self._type(item, tag_names)
        answers: Answers = ()
        if item.type in FIXED:
            _, answers = FIXED[item.type]
        elif item.type in CHOOSING:
            answers = self._answers(item, answers_of(item, tags))
            # Nothing could be entered into a choice without answers.
            if not answers:
                type_, value_type = "text", ValueType.TEXT

        if item.type not in TYPES:
            self.dictionary.say(
                "redcap-unknown-type", item.row, "type", item.type, name=item.name
            )

        return RedcapFieldPlan(
            item=item,
            name=name,
            type=type_,
            value_type=value_type,
            form=self.forms[item.form],
            validation=validation,
            answers=answers,
            tags=tags,
        )

    # Types

    def _type(
        self, item: Item, tags: Collection[str]
    ) -> tuple[str, ValueType, Validation]:
        """Our field type, the type of its value, and its validation in REDCap."""
        if item.type in FIXED:
            return "choice", ValueType.CHOICE, PLAIN

        # A tag makes a calculated field of a text, whatever its validation.
        if item.type in ("text", "notes") and _CALCULATING_TAGS.intersection(tags):
            validation = self._validation(item)
            value_type = ValueType.TEXT
            if validation.value_type is ValueType.DATE:
                value_type = ValueType.DATE

            return "calculated", value_type, validation

        # Nobody types the record id here: it is the subject's.
        if item.name == self.subject:
            return "calculated", ValueType.TEXT, PLAIN
        if item.type == "text":
            validation = self._validation(item)
            return validation.type, validation.value_type, validation

        type_, value_type = _SIMPLE_TYPES.get(item.type, ("text", ValueType.TEXT))
        return type_, value_type, PLAIN

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

    # Answers

    def _answers(self, item: Item, answers: Answers) -> Answers:
        """The answers that can be stored. What is odd about the others is listed."""
        if not answers:
            self._say_choices(item, "redcap-no-choices", item.choices)
            self._lose_choices(
                item,
                "no-choices",
                "there is nothing to choose from, so any text is accepted",
            )

            return ()

        choices = parse_choices(item.choices)
        self._check_codes(item, [choice.code for choice in choices])
        answers = tuple(answer for answer in answers if ";" not in answer[0])
        self._check_labels(item, answers)
        self._check_choices(item, choices)

        return answers

    def _check_codes(self, item: Item, codes: list[str]) -> None:
        counts = Counter(filter(None, codes))
        repeated = sorted(code for code, count in counts.items() if count > 1)
        if repeated:
            listed = ", ".join(repeated)
            self._say_choices(item, "redcap-code-twice", listed)
            self._lose_choices(
                item,
                "code-twice",
                f"only the first answer is kept of each code: {listed}",
            )

        # A multiple choice is stored as its codes with ; between them.
        divided = [code for code in codes if ";" in code]
        if divided:
            self._say_choices(item, "redcap-bad-code", ", ".join(divided))
            self._lose_choices(item, "bad-code", "a code with ; cannot be stored")

    def _check_labels(self, item: Item, answers: Answers) -> None:
        """Finds answers that a reader cannot tell from each other."""
        codes_by_label: dict[str, list[str]] = {}
        for code, label, _ in answers:
            codes_by_label.setdefault(label.lower(), []).append(code)

        # The codes are named in the order of the list.
        alike = []
        for code, label, _ in answers:
            if len(codes_by_label[label.lower()]) > 1:
                alike.append(code)

        if alike:
            self._say_choices(item, "redcap-label-twice", ", ".join(alike))

    def _check_choices(self, item: Item, choices: Iterable[WrittenChoice]) -> None:
        has_html = any(has_markup(choice.label) for choice in choices)
        if has_html:
            self._lose_choices(
                item,
                "html",
                "answers are plain text; markup and pictures are taken out",
            )

        are_whole = all(choice.whole for choice in choices)
        if not are_whole:
            self._say_choices(item, "redcap-choice-comma", item.choices[:LONGEST_SHOWN])

        are_complete = all(choice.label and choice.code for choice in choices)
        if not are_complete or empty_choices(item.choices):
            self._lose_choices(
                item,
                "empty-choice",
                "an empty answer is left out, and an empty label becomes its code",
            )

    def _say_choices(self, item: Item, code: str, text: str) -> None:
        """A finding of the choices of a field."""
        self.dictionary.say(code, item.row, "choices", text, name=item.name)

    def _lose_choices(self, item: Item, kind: str, why: str) -> None:
        self.dictionary.loss(item, kind, "choices", why)
