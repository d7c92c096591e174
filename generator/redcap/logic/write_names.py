"""Names in REDCap's logic: fields of the form, of rows and of other forms."""

from __future__ import annotations

from collections.abc import Mapping

from forms_spec.model.fields import Field
from forms_spec.rule_syntax import syntax_tree
from forms_spec.rules.semantics.types import Type, type_of
from generator.redcap.logic import write_fields
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.redcap_text import TRUE, RedcapValue
from generator.redcap.logic.write_context import WriteContext
from generator.redcap.logic.write_places import event_of

ROW_NAMES: Mapping[str, str] = {
    "visitid": "[event-name]",
    "subjid": "[record-name]",
    "siteid": "[record-dag-name]",
    "rowno": "[current-instance]",
    "unsno": "[current-instance]",
}
"""What every row knows of itself, and REDCap's smart variables for it."""

_NUMBERS = frozenset({"rowno", "unsno"})


def reference(
    writer: WriteContext, node: syntax_tree.Reference, *, partial: bool = False
) -> RedcapValue:
    """The value that a name stands for; ``partial`` as in ``WriteContext.value``.

    Raises ``LogicFault`` for what REDCap cannot read.
    """
    name = node.field or ""
    if node.table is None and name in writer.bound:
        return writer.bound[name]

    derivation = derived(writer, node)
    if derivation is not None:
        return writer.value(derivation, partial=partial)

    is_of_row = node.table in (None, "this")
    if is_of_row and name in ROW_NAMES:
        type_ = Type.NUMBER if name in _NUMBERS else Type.TEXT
        return RedcapValue(text=ROW_NAMES[name], type=type_, sure=True)

    own = None
    if node.selector is None and _is_own_table(writer, node.table):
        own = _own_field(writer, name)

    if own is not None:
        table, field = own
        return _read(writer, table, field, event="", partial=partial)

    form = writer.study.forms.get(node.table or "")
    if form is None or name not in form.by_name:
        why = f"{node.table or node.field} is not a form with fields of its own"
        raise LogicFault(why, node.start)

    event = event_of(writer, node, form)
    return _read(writer, form.name, form.by_name[name], event=event, partial=partial)


def derived(
    writer: WriteContext, node: syntax_tree.Reference
) -> syntax_tree.Node | None:
    """The expression of a derivation that a bare name stands for."""
    if node.table is not None or node.selector is not None:
        return None

    # A field goes before a derivation of the same name.
    name = node.field or ""
    if _own_field(writer, name) is not None:
        return None

    derivation = writer.study.derivations.get(name)
    if derivation is None or derivation.takes:
        return None

    return derivation.expression.tree


def _own_field(writer: WriteContext, name: str) -> tuple[str, Field] | None:
    """The table and the field of a bare name: of the row first, then of the form."""
    tables = [writer.form.name]
    # In a row its own fields go before those of the form.
    if writer.group is not None:
        tables.insert(0, writer.group.name)

    for table in tables:
        field = writer.study.field(table, name)
        if field is not None and (table, name) in writer.names:
            return table, field

    return None


def _is_own_table(writer: WriteContext, table: str | None) -> bool:
    """Whether a reference with this table may be to a field of the form or row."""
    if table in (None, "this", writer.form.name):
        return True
    if writer.group is None:
        return False

    return table == writer.group.name


def _read(
    writer: WriteContext, table: str, field: Field, *, event: str, partial: bool
) -> RedcapValue:
    """The value of a field."""
    if not partial:
        _refuse_texts(field)

    text = f"{event}[{writer.names[table, field.name]}]"
    type_ = type_of(field)
    known = write_fields.field_known(writer, text, field)

    # A code of missing data would go on as a text or an answer.
    needs = TRUE
    if field.missing and type_ in (Type.TEXT, Type.CHOICE):
        needs = known

    return RedcapValue(
        text=text,
        type=type_,
        known=known,
        needs=needs,
        field=field,
    )


def _refuse_texts(field: Field) -> None:
    """Raises ``LogicFault`` for a field that is only a text in REDCap."""
    spelling = field.type.redcap
    if spelling.loss and not spelling.validations:
        raise LogicFault(f"{spelling.loss}, so the field is a text there")
    if field.comparators:
        raise LogicFault("REDCap has no comparators, so the field is a text there")
