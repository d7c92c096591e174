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
        match node:
            case resolved.Remote():
                return self.cell(node, node, own)
            case resolved.Missing(cell=resolved.Remote() as cell):
                return self.cell(node, cell, own)
            case resolved.Fold():
                return self.fold(node, own)
            case resolved.Apply():
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
        is_this = source.visit == THIS
        of_form = own[source.depth]
        inner = (*own[: node.depth], of_form and is_this)
        where, open_where = self.optional(node.where, inner)
        body, open_body = self.optional(node.body, inner)
        rows = replace(node, where=where, body=body)

        # Forms are still to come, not the rows of the one that is looked at.
        may_come = of_form and not is_this
        if not may_come or not self.is_open(source.form, source.visit):
            return rows, open_where or open_body
        if node.operator not in ALSO:
            return unknown(node), True

        one_more = resolved.Apply(
            type=Type.CONDITION,
            operator=ALSO[node.operator],
            arguments=(rows, unknown(node)),
        )
        return one_more, True

    def optional(
        self, node: resolved.Core | None, own: tuple[bool, ...]
    ) -> tuple[resolved.Core | None, bool]:
        if node is None:
            return (None, False)

        return self.node(node, own)

    def apply(
        self, node: resolved.Apply, own: tuple[bool, ...]
    ) -> tuple[resolved.Core, bool]:
        parts = [self.node(argument, own) for argument in node.arguments]
        arguments = tuple(argument for argument, _ in parts)
        opened = [is_open for _, is_open in parts]
        if True not in opened:
            return node, False

        # The three that do not pass UNKNOWN on by themselves.
        changed = replace(node, arguments=arguments)
        if node.operator == "median":
            return unknown(node), True

        if node.operator == "coalesce":
            # Nothing behind the first open one may answer in its place.
            until_open = arguments[: opened.index(True) + 1]
            return replace(node, arguments=until_open), True

        if node.operator == "known":
            either = (changed, unknown(node))
            return replace(node, operator="or", arguments=either), True

        return changed, True


def unknown(node: resolved.Core) -> resolved.Constant:
    """UNKNOWN in the place of a node."""
    return resolved.Constant(type=node.type, value=None)
