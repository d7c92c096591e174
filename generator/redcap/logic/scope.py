"""What the names in brackets stand for: fields, events, instances and smart variables
of a project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from generator.redcap.logic import tree
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.values import BLANK, Value, ValueType, quoted


@dataclass(frozen=True, kw_only=True, slots=True)
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
    """The place of one expression: its form, the rows that it stands in, and what was
    noted on the way.

    ``in_cycle``: the expression belongs to a field of such a cycle.
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
            return self.smart(node)
        known = self.project.fields.get(node.field) or self.project.fields.get(
            node.field.lower()
        )
        if known is None:
            if node.field.endswith("_complete"):
                raise LogicFault(
                    f"[{node.field}] is the state of a form", node.start, node.end
                )

            raise LogicFault(
                f"there is no field [{node.field}] in the file", node.start, node.end
            )

        if node.field == self.project.subject:
            return Value(text="subjid", type=ValueType.TEXT)
        if self.names_a_row(node, known):
            return NamedInstance(self, node, known).value()
        name = self.placed(node, known)
        if name is None:
            return BLANK
        if self.in_cycle and node.field in self.project.cyclic:
            name = f"entered({name})"
            if known.missing:
                why = (
                    "fields that hide each other take a code of missing data for a "
                    "blank"
                )
                self.note("missing-in-circle", why)

        return self.coded(node, known, name)

    def coded(self, node: tree.ReferenceNode, known: ProjectField, name: str) -> Value:
        if known.type is ValueType.CHOICES:
            if node.code is None:
                return Value(
                    text=name,
                    type=ValueType.CHOICES,
                    codes=known.codes,
                    read=True,
                    missing=known.missing,
                )

            code = self.code(node.code, known)
            if code is None and (mark := self.mark(node.code, known)):
                return Value(
                    text=name,
                    type=ValueType.TICK,
                    read=True,
                    code=mark[1],
                    missing=(mark,),
                )

            if code is None:
                self.note("unknown-code", f"[{node.field}] has no answer {node.code!r}")
                return Value(text="0", type=ValueType.NUMBER, literal="0")

            return Value(text=name, type=ValueType.TICK, codes=known.codes, code=code)

        if node.code is not None:
            raise LogicFault(f"[{node.field}] is no checkbox", node.start, node.end)
        return Value(
            text=name,
            type=known.type,
            codes=known.codes,
            read=True,
            missing=known.missing,
        )

    def mark(self, text: str, known: ProjectField) -> tuple[str, str] | None:
        """The code of missing data that a box of a checkbox stands for."""
        return next(
            (item for item in known.missing if item[0].lower() == text.lower()), None
        )

    def code(self, text: str, known: ProjectField) -> str | None:
        """The code as the dictionary spells it: REDCap does not tell capitals apart in
        ``[f(A)]``.
        """
        if text in known.codes:
            return text
        return next(
            (code for code in known.codes if code.lower() == text.lower()), None
        )

    def placed(self, node: tree.ReferenceNode, known: ProjectField) -> str | None:
        """The name with form and visit as far as they are needed; None when it is
        always blank.
        """
        if node.instance is not None:
            return self.instance(node, known)
        if known.group is not None and known.group != self.group:
            raise LogicFault(
                f"[{node.field}] repeats, and no instance is named",
                node.start,
                node.end,
            )

        if node.event is not None and node.event != "event-name":
            return self.at_event(node, known)
        return self.here(known)

    def here(self, known: ProjectField) -> str:
        if known.form == self.form:
            return known.name
        missing = self.project.form_visits.get(
            self.form, frozenset()
        ) - self.project.form_visits.get(known.form, frozenset())
        if missing:
            self.note(
                "other-form",
                (
                    f"where {known.form} is not collected REDCap has a blank, a rule "
                    "the nearest visit"
                ),
            )

        return f"{known.form}.{known.name}"

    def at_event(self, node: tree.ReferenceNode, known: ProjectField) -> str | None:
        event = node.event or ""
        if event == "previous-event-name":
            self.note(
                "previous-event",
                "the last earlier visit with an answer, not just the one before",
            )
            return f"{known.form}[previous].{known.name}"

        if event in ("first-event-name", "last-event-name"):
            visits = [
                name
                for name in self.project.visits
                if name in self.project.form_visits[known.form]
            ]
            if not visits:
                return None
            event = visits[0] if event == "first-event-name" else visits[-1]

        if event not in self.project.visits:
            raise LogicFault(f"there is no event [{event}]", node.start, node.end)
        if event not in self.project.form_visits.get(known.form, frozenset()):
            self.note(
                "not-in-event",
                f"{known.form} is not collected at {event}: always blank",
            )
            return None

        if event in self.project.repeating:
            raise LogicFault(
                f"the event [{event}] repeats, and no instance is named",
                node.start,
                node.end,
            )

        return f"{known.form}[{self.project.visit(event)}].{known.name}"

    def names_a_row(self, node: tree.ReferenceNode, known: ProjectField) -> bool:
        """Whether an instance is named of what repeats, other than the one that the
        expression stands in.
        """
        if node.instance is None:
            return False
        here = node.event in (None, "event-name") and known.group in (None, self.group)
        if node.instance == "current-instance" and here:
            return False
        return self.repeats(known)

    def repeats(self, known: ProjectField) -> bool:
        """Whether the form of a field repeats, by itself or with its event."""
        index = self.project.form_visits.get(known.form, frozenset())
        return known.group is not None or bool(index & self.project.repeating)

    def instance(self, node: tree.ReferenceNode, known: ProjectField) -> str | None:
        """The only instance of what does not repeat; one of what does is no name."""
        if self.names_a_row(node, known):
            raise LogicFault("another instance is named", node.start, node.end)
        if node.instance == "current-instance":
            return self.here(known)
        if node.instance in ("1", "first-instance", "last-instance"):
            self.note(
                "instance",
                (
                    f"[{node.field}] does not repeat: instance {node.instance} is its "
                    "only one"
                ),
            )
            return (
                self.here(known) if node.event is None else self.at_event(node, known)
            )

        self.note(
            "instance",
            f"[{node.field}] does not repeat: instance {node.instance} is always blank",
        )

        return None

    def smart(self, node: tree.ReferenceNode) -> Value:
        maker = _SMART.get(node.field.split(":")[0])
        if maker is None:
            raise LogicFault(
                f"[{node.field}] has no meaning outside REDCap", node.start, node.end
            )

        return maker(self)

    def arm(self) -> Value:
        """The number of the visit's arm, from the names of the visits."""
        arms = sorted(set(self.project.visits.values()))
        if len(arms) < 2:
            number = str(arms[0] if arms else 1)
            return Value(text=number, type=ValueType.NUMBER, literal=number)

        branches = []

        for arm in arms:
            names = (
                name for name, visit in self.project.visits.items() if visit == arm
            )
            visits = ", ".join(f"'{self.project.visit(name)}'" for name in names)
            branches.append((f"visitid in ({visits})", arm))

        words = " ".join(f"when {test} then {arm}" for test, arm in branches)

        return Value(
            text=f"case {words} end", type=ValueType.NUMBER, arms=tuple(branches)
        )

    def event(self) -> Value:
        """The unique name of the event, which is the visit's but for those that could
        not be.
        """
        if not self.project.renamed:
            return Value(text="visitid", type=ValueType.TEXT)
        arms = " ".join(
            f"when visitid = {quoted(visit)} then {quoted(name)}"
            for name, visit in self.project.renamed.items()
        )

        return Value(text=f"case {arms} else visitid end", type=ValueType.TEXT)

    def subject(self) -> Value:
        return Value(text="subjid", type=ValueType.TEXT)

    def site(self) -> Value:
        """The data access group of the record is its site."""
        return Value(text="siteid", type=ValueType.TEXT)

    def own_instance(self) -> Value:
        if self.group is not None:
            return Value(text="rowno", type=ValueType.NUMBER)
        return Value(text="unsno", type=ValueType.NUMBER)

    def is_form(self) -> Value:
        return Value(text="1", type=ValueType.NUMBER, literal="1")

    def is_survey(self) -> Value:
        self.note("survey", "there are no surveys here: [is-survey] is 0")
        return Value(text="0", type=ValueType.NUMBER, literal="0")


MOST_CODES = 40


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
            code = self.scope.code(node.code, known) if node.code is not None else None
            if code is None:
                raise LogicFault(
                    f"[{node.field}] of another row is read box by box",
                    node.start,
                    node.end,
                )

            asked = (
                f"any({table} where {where} and ({known.name} has {quoted(code)}) is "
                "true)"
            )

            return Value(
                text=f"case when {asked} then 1 else 0 end",
                type=ValueType.NUMBER,
                never_blank=True,
            )

        if node.code is not None:
            raise LogicFault(f"[{node.field}] is no checkbox", node.start, node.end)
        if known.type is ValueType.CHOICE and len(known.codes) <= MOST_CODES:
            arms = " ".join(
                f"when any({table} where {where} and ({known.name} = {quoted(code)}) "
                "is true) "
                f"then {quoted(code)}"
                for code in known.codes
            )
            return Value(text=f"case {arms} end", type=ValueType.TEXT)

        if known.type in (
            ValueType.NUMBER,
            ValueType.DATE,
            ValueType.DATETIME,
            ValueType.TIME,
        ):
            return Value(
                text=f"max({table}.{known.name} where {where})", type=known.type
            )

        raise LogicFault(
            f"the text of another row cannot be read ([{node.field}])",
            node.start,
            node.end,
        )

    def table(self) -> str:
        """The rows to look among, as a rule names them."""
        known, event = self.known, self.node.event
        name = known.group or known.form
        if event is None or event == "event-name":
            return name if known.group is not None else f"{name}[all]"
        if (
            event not in self.scope.project.visits
            or event not in self.scope.project.form_visits[known.form]
        ):
            raise LogicFault(
                f"{known.form} has no event [{event}]", self.node.start, self.node.end
            )

        return f"{name}[{self.scope.project.visit(event)}]"

    def where(self) -> str:
        """What tells the row from the others."""
        number = "rowno" if self.known.group is not None else "unsno"
        same = f"{number} = {self.wanted(number)}"
        if self.known.group is None and self.node.event in (None, "event-name"):
            return f"visitid = this.visitid and {same}"
        return same

    def wanted(self, number: str) -> str:
        instance = self.node.instance or ""
        if instance.isdecimal():
            return instance
        if instance in ("first-instance", "last-instance"):
            least = "min" if instance == "first-instance" else "max"
            if number == "unsno" and self.node.event in (None, "event-name"):
                table = self.table()
                return f"{least}({table}.unsno where visitid = this.visitid)"

            return f"{least}({self.table()}.{number})"

        step = {
            "current-instance": "",
            "previous-instance": " - 1",
            "next-instance": " + 1",
        }.get(instance)
        if step is None:
            raise LogicFault(
                f"there is no [{instance}] yet", self.node.start, self.node.end
            )

        return f"this.{'rowno' if self.scope.group is not None else 'unsno'}{step}"


_SMART: Mapping[str, Callable[[LogicScope], Value]] = {
    "arm-number": LogicScope.arm,
    "event-name": LogicScope.event,
    "record-name": LogicScope.subject,
    "record-dag-name": LogicScope.site,
    "current-instance": LogicScope.own_instance,
    "is-form": LogicScope.is_form,
    "is-survey": LogicScope.is_survey,
}
