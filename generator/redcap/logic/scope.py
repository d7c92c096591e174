"""What the names in brackets stand for: fields, events, instances and smart variables
of a project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from generator.redcap.logic import tree
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.values import BLANK, Value, ValueType, quoted


@dataclass(
    frozen=True,
    kw_only=True,
    slots=True,
)
class ProjectField:
    """A field of the project by the name that it has in our dictionary.

    ``type`` is that of its value; ``codes`` its answers. ``group`` is the table of
    its rows when its form repeats beside its visit, else None. ``missing`` are the
    codes of missing data that it may hold, as pairs of REDCap's and ours.
    """

    name: str
    form: str
    type: ValueType
    codes: tuple[str, ...] = ()
    group: str | None = None
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Project:
    """Everything that logic may name.

    ``fields`` are by the name of REDCap; ``visits`` are the unique names of the events
    with their arms, ``form_visits`` the visits of each form; ``repeating`` those visits that
    repeat. ``subject`` is the record id. ``cyclic`` are fields whose conditions ask
    for each other, and so have to ask for what was entered. ``renamed`` are the visits
    that have another name here than their event. ``missing`` are the project's codes of
    missing data, as REDCap writes them.
    """

    fields: Mapping[str, ProjectField]
    subject: str
    visits: Mapping[str, int]
    form_visits: Mapping[str, frozenset[str]]
    repeating: frozenset[str] = frozenset()
    cyclic: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def visit(self, event: str) -> str:
        """The name that the visit of an event has here."""
        return self.renamed.get(event, event)


@dataclass(kw_only=True)
class LogicScope:
    """The place of one expression: its form, the table of its rows (``group``), and
    what was noted on the way.

    ``in_cycle``: the expression belongs to a field whose condition asks, by way of
    others, for the field itself.
    """

    project: Project
    form: str
    group: str | None = None
    in_cycle: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)

    def note(self, kind: str, why: str) -> None:
        """Something in which the translation differs from what REDCap does."""
        if (kind, why) not in self.notes:
            self.notes.append((kind, why))

    def value(self, node: tree.ReferenceNode) -> Value:
        """The value of a reference. Raises ``LogicFault`` where it has none here."""
        if "-" in node.field:
            return self.smart_variable(node)

        known = self.known_field(node)
        if node.field == self.project.subject:
            return self.subject()
        if self.names_a_row(node, known):
            return NamedInstance(self, node, known).value()

        name = self.placed(node, known)
        if name is None:
            return BLANK
        if self.in_cycle and node.field in self.project.cyclic:
            name = self.entered(name, known)

        return self.field_value(node, known, name)

    def known_field(self, node: tree.ReferenceNode) -> ProjectField:
        fields = self.project.fields
        known = fields.get(node.field) or fields.get(node.field.lower())
        if known is not None:
            return known

        why = f"there is no field [{node.field}] in the file"
        if node.field.endswith("_complete"):
            why = f"[{node.field}] is the status of a form, which no rule can read"

        raise LogicFault(why, node.start, node.end)

    def entered(self, name: str, known: ProjectField) -> str:
        """What was entered in a field, whether it is shown or not.

        Fields that hide each other cannot wait for each other's value.
        """
        if known.missing:
            self.note(
                "missing-in-circle",
                "in fields that hide each other, a missing code counts as blank",
            )

        return f"entered({name})"

    # The value of a field

    def field_value(
        self, node: tree.ReferenceNode, known: ProjectField, name: str
    ) -> Value:
        if node.code is not None:
            if known.type is not ValueType.CHOICES:
                raise _no_checkbox(node)

            return self.box(node, node.code, known, name)

        return Value(
            text=name,
            type=known.type,
            codes=known.codes,
            read=True,
            missing=known.missing,
        )

    def box(
        self, node: tree.ReferenceNode, text: str, known: ProjectField, name: str
    ) -> Value:
        """One box of a checkbox: an answer, or a code of missing data."""
        code = spelled_code(text, known)
        if code is not None:
            return Value(
                text=name,
                type=ValueType.TICK,
                codes=known.codes,
                code=code,
            )

        for entry in known.missing:
            in_redcap, here = entry
            if in_redcap.lower() == text.lower():
                return Value(
                    text=name,
                    type=ValueType.TICK,
                    read=True,
                    code=here,
                    missing=(entry,),
                )

        self.note("unknown-code", f"[{node.field}] has no answer {text!r}")
        return Value(
            text="0",
            type=ValueType.NUMBER,
            literal="0",
        )

    # Where a field is read

    def placed(self, node: tree.ReferenceNode, known: ProjectField) -> str | None:
        """The name with form and visit as far as they are needed; None when it is
        always blank.
        """
        if node.instance is not None:
            return self.only_instance(node, known)
        if known.group is not None and known.group != self.group:
            why = f"[{node.field}] repeats, but no instance is named"
            raise LogicFault(why, node.start, node.end)

        if _names_an_event(node):
            return self.at_event(node, known)

        return self.here(known)

    def here(self, known: ProjectField) -> str:
        if known.form == self.form:
            return known.name

        own_visits = self.project.form_visits.get(self.form, frozenset())
        its_visits = self.project.form_visits.get(known.form, frozenset())
        if own_visits - its_visits:
            self.note(
                "other-form",
                f"at a visit without {known.form}, REDCap reads a blank, but a rule reads "
                "the nearest visit",
            )

        return f"{known.form}.{known.name}"

    def at_event(self, node: tree.ReferenceNode, known: ProjectField) -> str | None:
        """The name at the event of a reference; None where the form is not collected
        there.
        """
        event = node.event or ""
        if event == "previous-event-name":
            self.note(
                "previous-event",
                "a rule reads the last earlier visit with an answer, not just the one "
                "before",
            )

            return f"{known.form}[previous].{known.name}"

        if event in ("first-event-name", "last-event-name"):
            its_visits = self.project.form_visits[known.form]
            events = [name for name in self.project.visits if name in its_visits]
            if not events:
                return None

            event = events[0] if event == "first-event-name" else events[-1]

        if event not in self.project.visits:
            raise LogicFault(f"there is no event [{event}]", node.start, node.end)
        if event not in self.project.form_visits.get(known.form, frozenset()):
            self.note(
                "not-in-event",
                f"{known.form} is not collected at {event}, so this is always blank",
            )

            return None

        if event in self.project.repeating:
            why = f"the event [{event}] repeats, but no instance is named"
            raise LogicFault(why, node.start, node.end)

        return f"{known.form}[{self.project.visit(event)}].{known.name}"

    def names_a_row(self, node: tree.ReferenceNode, known: ProjectField) -> bool:
        """Whether an instance is named of what repeats, other than the one that the
        expression stands in.
        """
        if node.instance is None:
            return False

        of_this_row = known.group in (None, self.group) and not _names_an_event(node)
        if node.instance == "current-instance" and of_this_row:
            return False

        return self.repeats(known)

    def repeats(self, known: ProjectField) -> bool:
        """Whether the form of a field repeats, by itself or with its event."""
        visits = self.project.form_visits.get(known.form, frozenset())
        if known.group is not None:
            return True

        return bool(visits & self.project.repeating)

    def only_instance(
        self, node: tree.ReferenceNode, known: ProjectField
    ) -> str | None:
        """The only instance of what does not repeat. One of what does has no name."""
        if self.names_a_row(node, known):
            raise LogicFault("it names another instance", node.start, node.end)
        if node.instance == "current-instance":
            return self.here(known)

        if node.instance in ("1", "first-instance", "last-instance"):
            self.note(
                "instance",
                f"[{node.field}] does not repeat, so instance {node.instance} is the "
                "only one",
            )

            if node.event is None:
                return self.here(known)

            return self.at_event(node, known)

        self.note(
            "instance",
            f"[{node.field}] does not repeat, so instance {node.instance} is always "
            "blank",
        )

        return None

    # Smart variables

    def smart_variable(self, node: tree.ReferenceNode) -> Value:
        make = _SMART_VARIABLES.get(node.field.split(":")[0])
        if make is None:
            why = f"[{node.field}] has no meaning outside REDCap"
            raise LogicFault(why, node.start, node.end)

        return make(self)

    def arm(self) -> Value:
        """The number of the visit's arm, from the names of the visits."""
        # With one arm its number is the same at every visit.
        arms = sorted(set(self.project.visits.values()))
        if len(arms) < 2:
            number = str(arms[0] if arms else 1)
            return Value(
                text=number,
                type=ValueType.NUMBER,
                literal=number,
            )

        branches = []
        for arm in arms:
            visits = [
                f"'{self.project.visit(event)}'"
                for event, its_arm in self.project.visits.items()
                if its_arm == arm
            ]
            branches.append((f"visitid in ({', '.join(visits)})", arm))

        cases = " ".join(f"when {test} then {arm}" for test, arm in branches)
        return Value(
            text=f"case {cases} end",
            type=ValueType.NUMBER,
            arms=tuple(branches),
        )

    def event(self) -> Value:
        """The unique name of the event, which is the visit's but for those that could
        not be.
        """
        if not self.project.renamed:
            return Value(text="visitid", type=ValueType.TEXT)

        cases = " ".join(
            f"when visitid = {quoted(visit)} then {quoted(event)}"
            for event, visit in self.project.renamed.items()
        )

        return Value(text=f"case {cases} else visitid end", type=ValueType.TEXT)

    def subject(self) -> Value:
        return Value(text="subjid", type=ValueType.TEXT)

    def site(self) -> Value:
        """The data access group of the record is its site."""
        return Value(text="siteid", type=ValueType.TEXT)

    def own_instance(self) -> Value:
        number = "unsno" if self.group is None else "rowno"
        return Value(text=number, type=ValueType.NUMBER)

    def is_form(self) -> Value:
        return Value(
            text="1",
            type=ValueType.NUMBER,
            literal="1",
        )

    def is_survey(self) -> Value:
        self.note("survey", "there are no surveys here: [is-survey] is 0")
        return Value(
            text="0",
            type=ValueType.NUMBER,
            literal="0",
        )


def spelled_code(text: str, known: ProjectField) -> str | None:
    """The code of an answer as the dictionary spells it.

    REDCap takes capitals and small letters for the same in ``[f(A)]``.
    """
    if text in known.codes:
        return text

    for code in known.codes:
        if code.lower() == text.lower():
            return code

    return None


def _names_an_event(node: tree.ReferenceNode) -> bool:
    """Whether a reference names another event than the one it stands in, or may."""
    return node.event not in (None, "event-name")


def _no_checkbox(node: tree.ReferenceNode) -> LogicFault:
    return LogicFault(f"[{node.field}] is not a checkbox", node.start, node.end)


@dataclass(frozen=True, slots=True)
class NamedInstance:
    """A field of a named instance: the row of a repeating form, or the visit of a
    repeating event, that has its number. A rule finds it by its number among all of
    them.
    """

    scope: LogicScope
    node: tree.ReferenceNode
    known: ProjectField

    def value(self) -> Value:
        """The field's value in that row.

        Raises ``LogicFault`` for what no rule can read of one row.
        """
        node, known = self.node, self.known
        table, where = self.table(), self.where()
        if known.type is ValueType.CHOICES:
            return self.box(table, where)
        if node.code is not None:
            raise _no_checkbox(node)

        if known.type is ValueType.CHOICE and len(known.codes) <= MOST_CODES:
            return self.choice(table, where)
        if known.type in _AGGREGATED:
            text = f"max({table}.{known.name} where {where})"
            return Value(text=text, type=known.type)

        why = f"no rule can read the text of another row ([{node.field}])"
        raise LogicFault(why, node.start, node.end)

    def box(self, table: str, where: str) -> Value:
        node, known = self.node, self.known
        code = None
        if node.code is not None:
            code = spelled_code(node.code, known)
        if code is None:
            why = f"[{node.field}] of another row can only be read by one of its codes"
            raise LogicFault(why, node.start, node.end)

        has_code = f"({known.name} has {quoted(code)}) is true"
        found = f"any({table} where {where} and {has_code})"
        return Value(
            text=f"case when {found} then 1 else 0 end",
            type=ValueType.NUMBER,
            never_blank=True,
        )

    def choice(self, table: str, where: str) -> Value:
        """Rules fold numbers and dates of rows, but no codes: each code is asked for."""
        cases = []
        for code in self.known.codes:
            is_code = f"({self.known.name} = {quoted(code)}) is true"
            found = f"any({table} where {where} and {is_code})"
            cases.append(f"when {found} then {quoted(code)}")

        return Value(text=f"case {' '.join(cases)} end", type=ValueType.TEXT)

    def table(self) -> str:
        """The rows to look among, as a rule names them."""
        known, event = self.known, self.node.event
        name = known.group or known.form
        if not _names_an_event(self.node):
            if known.group is not None:
                return name

            return f"{name}[all]"

        project = self.scope.project
        if event not in project.visits or event not in project.form_visits[known.form]:
            why = f"{known.form} has no event [{event}]"
            raise LogicFault(why, self.node.start, self.node.end)

        return f"{name}[{project.visit(event)}]"

    def where(self) -> str:
        """The condition that only this row fulfils."""
        if self.known.group is not None:
            return f"rowno = {self.number('rowno')}"

        same_number = f"unsno = {self.number('unsno')}"
        if _names_an_event(self.node):
            return same_number

        return f"visitid = this.visitid and {same_number}"

    def number(self, column: str) -> str:
        """The number of the row, as a rule works it out."""
        instance = self.node.instance or ""
        if instance.isdecimal():
            return instance
        if instance == "first-instance":
            return self.extreme("min", column)
        if instance == "last-instance":
            return self.extreme("max", column)

        step = _STEPS.get(instance)
        if step is None:
            why = f"[{instance}] does not exist yet"
            raise LogicFault(why, self.node.start, self.node.end)

        own_column = "unsno" if self.scope.group is None else "rowno"
        return f"this.{own_column}{step}"

    def extreme(self, function: str, column: str) -> str:
        """The lowest or highest number; that of a visit among those of the same name."""
        table = self.table()
        if column == "unsno" and not _names_an_event(self.node):
            return f"{function}({table}.unsno where visitid = this.visitid)"

        return f"{function}({table}.{column})"


MOST_CODES = 40
_AGGREGATED = (
    ValueType.NUMBER,
    ValueType.DATE,
    ValueType.DATETIME,
    ValueType.TIME,
)
_STEPS = {
    "current-instance": "",
    "previous-instance": " - 1",
    "next-instance": " + 1",
}
_SMART_VARIABLES: Mapping[str, Callable[[LogicScope], Value]] = {
    "arm-number": LogicScope.arm,
    "event-name": LogicScope.event,
    "record-name": LogicScope.subject,
    "record-dag-name": LogicScope.site,
    "current-instance": LogicScope.own_instance,
    "is-form": LogicScope.is_form,
    "is-survey": LogicScope.is_survey,
}
