"""Answers in REDCap's texts, ``[name]`` and ``[baseline_arm_1][sex:value]``, as slots
of ours, and back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from forms_spec.model.text_templates import escaped, parts_of
from generator.redcap.logic import tree
from generator.redcap.logic.fault import LogicFault
from generator.redcap.logic.parser import parse_logic
from generator.redcap.logic.scope import LogicScope, ProjectField
from generator.redcap.logic.values import ValueType

_PIPES = re.compile(r"\[[^\[\]\n]*\](?:\[[^\[\]\n]*\]){0,2}")
_EMBEDDED = re.compile(r"\{([a-z][a-z0-9_]*)(?::icons)?\}")
_INSIDE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(\([^()]*\))?((?::[a-z-]+)*)")
_SMART = re.compile(
    r"(?:user|record|project|survey|event|arm|form|instrument|aggregate|rand|dag|redcap|previous|next|first"
    r"|last|current|new|is|role)-[a-z-]+|data-table|stats-table|calendar-url|calendar-link"
)
_KEYS = {"record-name": "subjid"}


@dataclass(kw_only=True)
class Piped:
    """A text with its slots.

    ``lost`` are names in brackets that stay as they are written, and why.
    """

    text: str
    lost: list[tuple[str, str]] = field(default_factory=list)


def piped_text(text: str, scope: LogicScope) -> Piped:
    """The text of a label, note or header, its answers as slots.

    Brackets around other words stay.
    """
    piped = Piped(text="")
    end = 0
    for match in _PIPES.finditer(text):
        piped.text += escaped(text[end : match.start()])
        piped.text += _slot(match[0], scope, piped)
        end = match.end()

    piped.text += escaped(text[end:])

    for match in _EMBEDDED.finditer(text):
        if match[1] in scope.project.fields:
            why = "a question cannot be shown inside a text, so its name stays there"
            piped.lost.append((match[0], why))

    return piped


def _slot(text: str, scope: LogicScope, piped: Piped) -> str:
    """A slot, or the brackets as they are written."""
    if not _names_something(text, scope):
        return escaped(text)

    try:
        return _answer(text, scope)
    except LogicFault as fault:
        piped.lost.append((text, fault.why))
        # What was noted on the way belongs to no slot.
        scope.notes.clear()
        return escaped(text)


def _names_something(text: str, scope: LogicScope) -> bool:
    """Whether a part of the brackets names a field or a variable; others are words."""
    for part in text[1:-1].split("]["):
        match = _INSIDE.fullmatch(part.strip())
        if match and _means_something(match[1], scope):
            return True

    return False


def _means_something(name: str, scope: LogicScope) -> bool:
    if name in scope.project.fields:
        return True

    return _SMART.fullmatch(name) is not None


def _answer(text: str, scope: LogicScope) -> str:
    """The slot of a field's answer. Raises ``LogicFault`` where no slot can show it."""
    key = text[1:-1].strip()
    if key in _KEYS:
        return f"{{{_KEYS[key]}}}"

    node = parse_logic(text)
    if not isinstance(node, tree.ReferenceNode):
        raise LogicFault("it is not a field")
    if "-" in node.field:
        raise LogicFault(f"[{node.field}] has no meaning outside REDCap")

    coded = _modifier(text)
    if node.code is not None:
        raise LogicFault("whether one box is ticked cannot be shown in a text")
    if node.field == scope.project.subject:
        return "{subjid}"

    known = scope.project.fields.get(node.field)
    if known is None:
        raise LogicFault(f"there is no field [{node.field}] in the file")
    if known.type is ValueType.FILE:
        raise LogicFault("a file cannot be shown in a text")

    return _named(node, known, scope, coded=coded)


def _named(
    node: tree.ReferenceNode, known: ProjectField, scope: LogicScope, *, coded: bool
) -> str:
    name = scope.placed(node, known)
    if name is None:
        raise LogicFault("it is always blank")

    slot = f"{{{name}{':code' if coded else ''}}}"
    if isinstance(next(parts_of(slot)), str):
        raise LogicFault("the name cannot be shown in a text")

    return slot


def _modifier(text: str) -> bool:
    """True for ``:value``, the code of a choice."""
    words = re.findall(r":([a-z-]+)", text)
    # A slot shows the label of an answer anyway.
    others = [word for word in words if word != "label"]
    unknown = set(others) - {"value"}
    if unknown:
        raise LogicFault(f":{others[0]} has no meaning outside REDCap")

    return bool(others)
