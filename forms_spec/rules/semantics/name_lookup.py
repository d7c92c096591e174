"""What the names of an expression stand for: cells of this form, of other forms, rows
to go over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms_spec.findings.suggestions import did_you_mean
from forms_spec.model.fields import Field, Form, Group
from forms_spec.model.study import Study
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.resolved import Core, Key, Read, Remote, RowSource
from forms_spec.rules.semantics.types import Type, type_of

KEYS = {
    "visitid": Type.TEXT,
    "unsno": Type.NUMBER,
    "rowno": Type.NUMBER,
    "subjid": Type.TEXT,
    "siteid": Type.TEXT,
}
PREVIOUS, ALL, THIS = "previous", "all", "this"


class NameFault(Exception):
    """A name that stands for nothing here: a catalogue code and its words."""

    def __init__(self, code: str, **words: Any) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


@dataclass(frozen=True, kw_only=True, slots=True)
class LookupFrame:
    """A form, and the row of it that is looked at. ``own``: it is the judged form
    itself.

    ``selector`` is what was written in brackets where an aggregate named its rows, and
    ``alias`` the name that it gave to each of them.
    """

    form: Form
    group: Group | None
    own: bool
    selector: str | None = None
    alias: str | None = None

    def field(self, name: str) -> tuple[Field, bool] | None:
        """The field of that name, and whether it is the row's."""
        for field in self.row_fields:
            if field.name == name and field.collected:
                return field, True

        own = self.form.by_name.get(name)
        if own is None or not own.collected:
            return None

        return own, False

    @property
    def row_fields(self) -> tuple[Field, ...]:
        if not self.group:
            return ()

        return self.group.fields

    def table_of(self, *, row: bool) -> str:
        """The table that has a field of the row, or one of the form itself."""
        if row and self.group:
            return self.group.name

        return self.form.name

    def names(self) -> Iterator[str]:
        for field in self.row_fields:
            yield field.name

        yield from self.form.by_name


def read(depth: int, frame: LookupFrame, field: Field, row: bool) -> Read:
    """A cell of the form or row that a frame looks at."""
    return Read(
        type=type_of(field),
        codelist=field.codelist,
        depth=depth,
        row=row,
        table=frame.table_of(row=row),
        field=field,
    )


class Names:
    """Looks names up in a study, from the innermost frame outwards."""

    def __init__(self, study: Study, home: LookupFrame) -> None:
        self.study = study
        self.frames = [home]

    def bare(self, name: str) -> Core | None:
        """A field of a row or form that is looked at, or a key column."""
        for depth in reversed(range(len(self.frames))):
            frame = self.frames[depth]
            field = frame.field(name)
            if field is not None:
                return read(depth, frame, *field)

        innermost = len(self.frames) - 1
        if name not in KEYS:
            return None

        return self.key(name, innermost)

    def key(self, name: str, depth: int) -> Key:
        return Key(type=KEYS[name], depth=depth, name=name)

    def unknown(self, name: str, others: Iterator[str] | None = None) -> NameFault:
        """Why a bare name stands for nothing."""
        form = self.frames[0].form
        table = _row_table(form, name)
        if table is not None:
            return NameFault("rule-rows-need-aggregate", name=name, table=table)
        if name in self.study.tables:
            return NameFault("rule-table-is-no-value", name=name)

        known: list[str] = []
        for frame in self.frames:
            known.extend(frame.names())

        known.extend(others or ())

        return NameFault(
            "rule-unknown-name",
            name=name,
            form=form.title,
            near=did_you_mean(name, known) or self.elsewhere(name),
        )

    def elsewhere(self, name: str) -> str:
        """The one other table that has a field of the name, as a question."""
        tables = [table for table in self.study.tables if self.study.field(table, name)]
        if len(tables) != 1:
            return ""

        return f"Did you mean {tables[0]}.{name}?"

    def qualified(self, table: str, selector: str | None, name: str) -> Core:
        """``this.x``, ``vs.bmi``, ``vs[SCR].bmi``. Raises ``NameFault``."""
        for depth in self.depths(table, selector):
            frame = self.frames[depth]
            found = frame.field(name)

            if found is not None:
                field, row = found
                if table in (THIS, frame.alias, frame.table_of(row=row)):
                    return read(depth, frame, field, row)

            if name in KEYS:
                return self.key(name, depth)

        return self.remote(table, selector, name)

    def depths(self, table: str, selector: str | None) -> Iterator[int]:
        """The frames that a table's name may mean, the innermost first."""
        if table == THIS:
            yield 0
            return

        aliased = self.aliased(table)
        if aliased is not None:
            yield aliased
            return

        for depth in reversed(range(len(self.frames))):
            frame = self.frames[depth]
            if selector is not None and selector != frame.selector:
                continue

            if table in (frame.table_of(row=True), frame.form.name):
                yield depth

    def aliased(self, name: str) -> int | None:
        """The frame of the row that an aggregate around gave a name."""
        for depth, frame in enumerate(self.frames):
            if frame.alias == name:
                return depth

        return None

    def remote(self, table: str, selector: str | None, name: str) -> Remote:
        """A field of another form. Raises ``NameFault``."""
        form = self.study.forms.get(table)
        if form is None or table == THIS:
            raise self.no_table(table, name)

        field = form.by_name.get(name)
        if field is None or not field.collected:
            raise self.no_field(form, table, name)

        self.check_visit(form, selector)

        return Remote(
            type=type_of(field),
            codelist=field.codelist,
            depth=self.visit_depth(),
            form=form.name,
            visit=selector,
            field=field,
        )

    def no_table(self, table: str, name: str) -> NameFault:
        """Why a table's name stands for no form whose field could be read."""
        depth = 0 if table == THIS else self.aliased(table)
        if depth is not None:
            frame = self.frames[depth]
            return NameFault(
                "rule-unknown-field",
                name=name,
                table=frame.table_of(row=True),
                near=did_you_mean(name, list(frame.names())),
            )

        if table in self.study.tables:
            return NameFault(
                "rule-rows-need-aggregate", name=f"{table}.{name}", table=table
            )

        return NameFault(
            "rule-unknown-table",
            name=table,
            near=did_you_mean(table, self.study.tables),
        )

    def no_field(self, form: Form, table: str, name: str) -> NameFault:
        """Why a form has no field of a name that could be read."""
        row_table = _row_table(form, name)
        if row_table is not None:
            return NameFault(
                "rule-rows-need-aggregate",
                name=f"{row_table}.{name}",
                table=row_table,
            )

        return NameFault(
            "rule-unknown-field",
            name=name,
            table=table,
            near=did_you_mean(name, form.by_name),
        )

    def check_visit(self, form: Form, selector: str | None) -> None:
        """A selector names a visit at which the form is collected once."""
        visits = self.visits_of(form)
        if selector is None:
            # A log form stands at no visit of which it could be the form.
            from_log = self.frames[self.visit_depth()].form.log
            if from_log and len(visits) > 1:
                raise NameFault("rule-name-the-visit", form=form.name, visit=visits[0])

            return

        if selector == THIS:
            raise NameFault("rule-this-elsewhere", name=form.name, form=form.name)
        if selector == ALL:
            raise NameFault(
                "rule-rows-need-aggregate",
                name=f"{form.name}[{selector}]",
                table=form.name,
            )

        if form.log:
            raise NameFault("rule-log-has-no-visit", form=form.name)
        if selector == PREVIOUS:
            return

        self.check_scheduled(form, selector)
        if self.study.visits[selector].repeats:
            raise NameFault("rule-repeating-visit", form=form.name, visit=selector)

    def visits_of(self, form: Form) -> list[str]:
        """The visits at which a form is scheduled."""
        return [
            scheduled.visit
            for scheduled in self.study.schedule
            if scheduled.form == form.name
        ]

    def check_scheduled(self, form: Form, selector: str) -> None:
        """A selector names a visit at which the form is scheduled."""
        if selector not in self.study.visits:
            raise NameFault(
                "rule-unknown-visit",
                name=selector,
                near=did_you_mean(selector, self.study.visits),
            )

        visits = self.visits_of(form)
        if selector not in visits:
            raise NameFault(
                "rule-not-scheduled",
                form=form.name,
                visit=selector,
                visits=", ".join(visits) or "no visit",
            )

    def visit_depth(self) -> int:
        """The innermost frame that stands at a visit of its own; rows of this form
        share its visit.
        """
        for depth in reversed(range(1, len(self.frames))):
            frame = self.frames[depth]
            if not frame.own and not frame.form.log:
                return depth

        return 0

    def source(
        self, over: syntax_tree.Node
    ) -> tuple[RowSource, LookupFrame, bool] | None:
        """The rows that an aggregate goes over, and whether ``over`` is only their
        name.
        """
        table = self.whole_table(over)
        if table is not None:
            return *self.rows(*table), True

        # A table that is named goes before a bare name, wherever the two stand.
        references = list(references_in(over))
        for reference in references:
            table_name = reference.table
            if table_name is None or not reference.field:
                continue
            if table_name in self.study.tables:
                return *self.rows(table_name, reference.selector), False

        form = self.frames[0].form
        for reference in references:
            if reference.table is not None or reference.field is None:
                continue

            row_table = _row_table(form, reference.field)
            if row_table is not None and self.bare(reference.field) is None:
                return *self.rows(row_table, None), False

        return None

    def whole_table(self, over: syntax_tree.Node) -> tuple[str, str | None] | None:
        """A table and its selector, where nothing but these is written."""
        if not isinstance(over, syntax_tree.Reference):
            return None

        names = [name for name in (over.table, over.field) if name is not None]
        if len(names) != 1:
            return None

        (name,) = names
        # A field goes before a table of the same name.
        if name not in self.study.tables or self.is_field(name):
            return None

        return name, over.selector

    def is_field(self, name: str) -> bool:
        """Whether a bare name is a field here, and so hides a table of the name."""
        return any(frame.field(name) is not None for frame in self.frames)

    def rows(self, name: str, selector: str | None) -> tuple[RowSource, LookupFrame]:
        """The rows of a table, and the frame from which each of them is looked at."""
        table = self.study.tables[name]
        depth, visit = self.visit_depth(), selector or ALL

        if table.group is not None and selector in (None, THIS):
            holder = self.holder(table.form)
            if holder is not None:
                depth, visit = holder, THIS
        elif selector == THIS:
            raise NameFault("rule-this-elsewhere", name=name, form=table.form.name)

        if visit not in (ALL, THIS, PREVIOUS):
            if table.form.log:
                raise NameFault("rule-log-has-no-visit", form=table.form.name)

            self.check_scheduled(table.form, visit)

        source = RowSource(
            table=name,
            form=table.form.name,
            group=table.group is not None,
            visit=visit,
            depth=depth,
        )
        frame = LookupFrame(
            form=table.form,
            group=table.group,
            own=visit == THIS and self.frames[depth].own,
            selector=selector,
        )
        return source, frame

    def holder(self, form: Form) -> int | None:
        """The innermost frame whose form holds the rows."""
        for depth in reversed(range(len(self.frames))):
            if self.frames[depth].form.name == form.name:
                return depth

        return None


def _row_table(form: Form, name: str) -> str | None:
    """The repeating group of a form that has a field of the name."""
    for group in form.row_groups:
        if any(field.name == name for field in group.fields):
            return group.name

    return None


def references_in(tree: object) -> Iterator[syntax_tree.Reference]:
    """Every reference of a tree in reading order."""
    return syntax_tree.nodes_of(tree, syntax_tree.Reference)
