"""A rule's meaning while some of its sources are still to come: what they will say is
UNKNOWN.

An aggregate over rows that nobody had the time to enter is FALSE or 0, and a cell of a
form that nobody began is not known. Both say nothing of what will stand there. Here
such sources are UNKNOWN, also for ``is known`` and ``coalesce``, so that what is TRUE
or FALSE even so stays it whatever is entered later. The browser's twin is
``generator/browser/static/still_open.js``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from forms_spec.rules.semantics import resolved
from forms_spec.rules.semantics.name_lookup import THIS
from forms_spec.rules.semantics.types import Type

IsOpen = Callable[[str, str | None], bool]
"""Whether the form, at the visit that a rule names (None: the visit itself), is still
to come.
"""

ALSO = {"any": "or", "every": "and"}
"""How one more row may change what an aggregate gives."""


def with_open_sources(node: resolved.Core, is_open: IsOpen) -> resolved.Core:
    """The expression with everything UNKNOWN that it reads of forms that are still to
    come.
    """
    return _Opener(is_open).node(node, (True,))[0]


class _Opener:
    """Gives each node anew, and whether something open lies in it.

    ``own`` says of each frame whether it is the form itself or one of its rows.
    """

    def __init__(self, is_open: IsOpen) -> None:
        self.is_open = is_open

    def node(
        self, node: resolved.Core, own: tuple[bool, ...]
    ) -> tuple[resolved.Core, bool]:
        if isinstance(node, resolved.Remote):
            return self.cell(node, node, own)
        if isinstance(node, resolved.Missing) and isinstance(
            node.cell, resolved.Remote
        ):
            return self.cell(node, node.cell, own)

        if isinstance(node, resolved.Fold):
            return self.fold(node, own)
        if isinstance(node, resolved.Apply):
            return self.apply(node, own)
        return node, False

    def cell(
        self, node: resolved.Core, cell: resolved.Remote, own: tuple[bool, ...]
    ) -> tuple[resolved.Core, bool]:
        """A cell of another form, as the form itself or one of its rows sees it."""
        if own[cell.depth] and self.is_open(cell.form, cell.visit):
            return unknown(node), True
        return node, False

    def fold(
        self, node: resolved.Fold, own: tuple[bool, ...]
    ) -> tuple[resolved.Core, bool]:
        """An aggregate; a row that is still to come may make ``any`` TRUE and ``every``
        FALSE, never back.
        """
        source = node.source
        of_form = own[source.depth]
        inner = (*own[: node.depth], of_form and source.visit == THIS)
        where, open_where = (
            (None, False) if node.where is None else self.node(node.where, inner)
        )
        body, open_body = (
            (None, False) if node.body is None else self.node(node.body, inner)
        )
        rows = replace(node, where=where, body=body)
        if (
            source.visit == THIS
            or not of_form
            or not self.is_open(source.form, source.visit)
        ):
            return rows, open_where or open_body

        if node.operator not in ALSO:
            return unknown(node), True
        later = (rows, unknown(node))

        return resolved.Apply(
            type=Type.CONDITION, operator=ALSO[node.operator], arguments=later
        ), True

    def apply(
        self, node: resolved.Apply, own: tuple[bool, ...]
    ) -> tuple[resolved.Core, bool]:
        parts = [self.node(argument, own) for argument in node.arguments]
        index = next(
            (number for number, (_, is_open) in enumerate(parts) if is_open), None
        )
        if index is None:
            return node, False
        arguments = tuple(part for part, _ in parts)
        if node.operator == "median":
            return unknown(node), True
        if node.operator == "coalesce":
            return replace(node, arguments=arguments[: index + 1]), True
        changed = replace(node, arguments=arguments)
        if node.operator == "known":
            return replace(
                node, operator="or", arguments=(changed, unknown(node))
            ), True

        return changed, True


def unknown(node: resolved.Core) -> resolved.Constant:
    """UNKNOWN in the place of a node."""
    return resolved.Constant(type=node.type, value=None)
