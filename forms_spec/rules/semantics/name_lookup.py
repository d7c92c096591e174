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

    ``selector`` is what was written in brackets where an aggregate named its rows.
    """

    form: Form
    group: Group | None
    own: bool
    selector: str | None = None

    def field(self, name: str) -> tuple[Field, bool] | None:
        """The field of that name, and whether it is the row's."""
        for value in self.group.fields if self.group else ():
            if value.name == name and value.collected:
                return value, True

        own = self.form.by_name.get(name)
        return (own, False) if own is not None and own.collected else None

    def names(self) -> Iterator[str]:
        yield from (field.name for field in (self.group.fields if self.group else ()))
        yield from self.form.by_name


def read(depth: int, frame: LookupFrame, field: Field, row: bool) -> Read:
    table = frame.group.name if row and frame.group else frame.form.name
    return Read(
        type=type_of(field),
        codelist=field.codelist,
        depth=depth,
        row=row,
        table=table,
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
            field = self.frames[depth].field(name)
            if field is not None:
                return read(depth, self.frames[depth], *field)

        return self.key(name, len(self.frames) - 1) if name in KEYS else None

    def key(self, name: str, depth: int) -> Key:
        return Key(type=KEYS[name], depth=depth, name=name)

    def unknown(self, name: str, others: Iterator[str] | None = None) -> NameFault:
        """Why a bare name stands for nothing."""
        for group in self.frames[0].form.row_groups:
            if any(field.name == name for field in group.fields):
                return NameFault(
                    "rule-rows-need-aggregate", name=name, table=group.name
                )

        if name in self.study.tables:
            return NameFault("rule-table-is-no-value", name=name)
        known = [name for frame in self.frames for name in frame.names()] + list(
            others or ()
        )

        return NameFault(
            "rule-unknown-name",
            name=name,
            form=self.frames[0].form.title,
            near=did_you_mean(name, known) or self.elsewhere(name),
        )

    def elsewhere(self, name: str) -> str:
        tables = [
            table.name
            for table in self.study.tables.values()
            if self.study.field(table.name, name)
        ]
        return f"Did you mean {tables[0]}.{name}?" if len(tables) == 1 else ""

    def qualified(self, table: str, selector: str | None, name: str) -> Core:
        """``this.x``, ``vs.bmi``, ``vs[SCR].bmi``. Raises ``NameFault``."""
        for depth in self.depths(table, selector):
            frame = self.frames[depth]
            field = frame.field(name)
            if field is not None and (
                table == THIS or self.belongs(frame, table, field[1])
            ):
                return read(depth, frame, *field)

            if name in KEYS:
                return self.key(name, depth)

        return self.remote(table, selector, name)

    def depths(self, table: str, selector: str | None) -> Iterator[int]:
        if table == THIS:
            yield 0
            return

        for depth in reversed(range(len(self.frames))):
            frame = self.frames[depth]
            named = (frame.group.name if frame.group else None, frame.form.name)
            if table in named and (selector is None or selector == frame.selector):
                yield depth

    def belongs(self, frame: LookupFrame, table: str, row: bool) -> bool:
        return table == (frame.group.name if row and frame.group else frame.form.name)

    def remote(self, table: str, selector: str | None, name: str) -> Remote:
        form = self.study.forms.get(table)
        if table == THIS:
            raise NameFault(
                "rule-unknown-field",
                name=name,
                table=self.frames[0].form.name,
                near=did_you_mean(name, list(self.frames[0].names())),
            )

        if form is None:
            if table in self.study.tables:
                raise NameFault(
                    "rule-rows-need-aggregate", name=f"{table}.{name}", table=table
                )

            raise NameFault(
                "rule-unknown-table",
                name=table,
                near=did_you_mean(table, self.study.tables),
            )

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

    def no_field(self, form: Form, table: str, name: str) -> NameFault:
        for group in form.row_groups:
            if any(field.name == name for field in group.fields):
                return NameFault(
                    "rule-rows-need-aggregate",
                    name=f"{group.name}.{name}",
                    table=group.name,
                )

        return NameFault(
            "rule-unknown-field",
            name=name,
            table=table,
            near=did_you_mean(name, form.by_name),
        )

    def check_visit(self, form: Form, selector: str | None) -> None:
        """A selector names a visit at which the form is collected once."""
        visits = [s.visit for s in self.study.schedule if s.form == form.name]
        if selector is None:
            if len(visits) > 1 and self.frames[self.visit_depth()].form.log:
                raise NameFault("rule-name-the-visit", form=form.name, visit=visits[0])
            return

        if selector in (ALL, THIS):
            raise NameFault(
                "rule-rows-need-aggregate",
                name=f"{form.name}[{selector}]",
                table=form.name,
            )

        if form.log:
            raise NameFault("rule-log-has-no-visit", form=form.name)
        if selector == PREVIOUS:
            return
        self.check_scheduled(form, selector, visits)
        if self.study.visits[selector].repeats:
            raise NameFault("rule-repeating-visit", form=form.name, visit=selector)

    def check_scheduled(self, form: Form, selector: str, visits: list[str]) -> None:
        if selector not in self.study.visits:
            raise NameFault(
                "rule-unknown-visit",
                name=selector,
                near=did_you_mean(selector, self.study.visits),
            )

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
            if not self.frames[depth].own and not self.frames[depth].form.log:
                return depth

        return 0

    def source(
        self, over: syntax_tree.Node
    ) -> tuple[RowSource, LookupFrame, bool] | None:
        """The rows that an aggregate goes over, and whether ``over`` is only their
        name.
        """
        if isinstance(over, syntax_tree.Reference):
            name = over.field if over.table is None else over.table
            only = over.table is None or over.field is None
            if only and name and name in self.study.tables and not self.hidden(name):
                return *self.rows(name, over.selector), True

        for reference in references_in(over):
            if (
                reference.table is not None
                and reference.field
                and reference.table in self.study.tables
            ):
                return *self.rows(reference.table, reference.selector), False

        for reference in references_in(over):
            group = self.own_group(reference.field) if reference.table is None else None
            if group is not None and self.bare(reference.field or "") is None:
                return *self.rows(group, None), False

        return None

    def hidden(self, name: str) -> bool:
        return any(frame.field(name) is not None for frame in self.frames)

    def own_group(self, name: str | None) -> str | None:
        for group in self.frames[0].form.row_groups:
            if any(field.name == name for field in group.fields):
                return group.name

        return None

    def rows(self, name: str, selector: str | None) -> tuple[RowSource, LookupFrame]:
        table = self.study.tables[name]
        depth, visit = self.visit_depth(), selector or ALL
        if table.group is not None and selector in (None, THIS):
            holder = self.holder(table.form)
            if holder is not None:
                depth, visit = holder, THIS
        elif selector == THIS:
            raise NameFault("rule-unknown-visit", name=THIS, near="")

        if visit not in (ALL, THIS, PREVIOUS):
            visits = [s.visit for s in self.study.schedule if s.form == table.form.name]
            if table.form.log:
                raise NameFault("rule-log-has-no-visit", form=table.form.name)
            self.check_scheduled(table.form, visit, visits)

        own = visit == THIS and self.frames[depth].own
        source = RowSource(
            table=name,
            form=table.form.name,
            group=table.group is not None,
            visit=visit,
            depth=depth,
        )

        return source, LookupFrame(
            form=table.form, group=table.group, own=own, selector=selector
        )

    def holder(self, form: Form) -> int | None:
        """The innermost frame whose form holds the rows."""
        for depth in reversed(range(len(self.frames))):
            if self.frames[depth].form.name == form.name:
                return depth

        return None


def references_in(node: object) -> Iterator[syntax_tree.Reference]:
    """Every reference of a tree in reading order; trees are bounded, so this is too."""
    if isinstance(node, syntax_tree.Reference):
        yield node
    elif isinstance(node, syntax_tree.Node):
        for name in node.__dataclass_fields__:
            yield from references_in(getattr(node, name))
    elif isinstance(node, tuple):
        for item in node:
            yield from references_in(item)
